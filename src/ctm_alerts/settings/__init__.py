"""Settings: the environment over config/*.toml over defaults, read once, checked, frozen.

Every name of the environment begins with `CTM_ALERTS_`; a secret may also come from the file that the same name with
`_FILE` points to. A wrong setting fails at once and says the remedy (`ctm-alerts check` lists them all).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, quote, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from ctm_alerts.errors import SettingsError
from ctm_alerts.settings.mail import MailRates, is_count, mail_problems, mail_rates, url_problems
from ctm_alerts.settings.sources import SourceTables, is_key_name, read_sources

PREFIX = "CTM_ALERTS_"

#: name -> (what it is, example); the order of `ctm-alerts check`
ENVIRONMENT: dict[str, tuple[str, str]] = {
    "HOME": ("the folder for the database and the mails of the folder transport", "/var/lib/ctm-alerts"),
    "CONFIG": ("the folder of plans.toml, site.toml and guide/", "/etc/ctm-alerts"),
    "DATABASE_URL": ("where everything is stored", "sqlite:////var/lib/ctm-alerts/ctm-alerts.db"),
    "MAIL_URL": ("how mail leaves", "smtp://user:password@relay.example:587"),
    "PUBLIC_URL": ("where the links of our mails lead", "https://alerts.example"),
    "SECRET_KEY": ("signs the links; 32 characters or more", "the output of: openssl rand -hex 32"),
    "FROM": ("the sender of every mail", "CTM Alerts <alerts@alerts.example>"),
    "POSTAL_ADDRESS": (
        "the line that the law wants in the foot of a mail",
        "CTM Alerts, 1 Main St, Boston, MA",
    ),
    "ADMIN": ("the address that is told when a feed ails", "admin@alerts.example"),
    "BIND": ("where the web part listens", "127.0.0.1:8025"),
    "ALLOW_HOSTS": ("private hosts that feeds may live on, host:port, comma between", "intranet.example:443"),
    "SAMPLES": ("the folder of real samples, for tests only", "../shared"),
}
SECRETS = ("DATABASE_URL", "MAIL_URL", "SECRET_KEY")

DEFAULT_SENDER = "CTM Alerts <alerts@ctm-alerts.example>"
#: used when no secret is set and mail stays in a folder; never accepted with SMTP
EMBEDDED_SECRET = "embedded-default-secret-for-mail-that-stays-in-a-folder"  # noqa: S105 - refused with SMTP


@dataclass(frozen=True)
class Plan:
    """One plan of `plans.toml`: how often, how many, and whether advertisements are shown."""

    name: Literal["free", "plus"]
    label: str
    price_usd_month: int
    rhythm: Literal["weekly", "daily"]
    #: the most `new` cards of one digest; what is over is carried
    size: int
    #: the most cards of one employer in one digest; what is over is capped
    per_employer: int
    sponsors: bool
    features: tuple[str, ...]


@dataclass(frozen=True)
class SponsorSlot:
    """One labelled advertisement that Free digests may carry."""

    text: str
    url: str


@dataclass(frozen=True)
class Settings:
    """All settings, checked; made by `load`."""

    home: Path
    config: Path
    templates: Path
    database_url: str
    mail_url: str
    public_url: str
    secret_key: str
    from_name: str
    from_address: str
    postal_address: str
    bind: tuple[str, int]
    allow_hosts: tuple[str, ...]
    brand_name: str
    brand_colour: str
    consent_text_version: str
    consent_text: str
    sponsors: tuple[SponsorSlot, ...]
    plans: Mapping[str, Plan]
    #: file stem -> its TOML, of config/guide/
    guide_tables: Mapping[str, Mapping[str, Any]] = field(repr=False)
    #: open connections to the relay; about five is what one relay likes
    mail_connections: int = 4
    #: what happens to mail whose receipt was lost in a crash: one more try, or hold
    ambiguous: Literal["resend", "hold"] = "resend"
    #: a connection is opened anew after so many messages
    mail_per_connection: int = 100
    mail_rates: MailRates = field(default_factory=MailRates)
    #: whether the page behind each link is looked at before it is mailed
    check_links: bool = True
    #: who is told when a feed ails; "": nobody, it stands in the log and in `feeds health`
    admin_address: str = ""
    lease: timedelta = timedelta(minutes=15)
    #: terms, declared feeds and keys, as they were read
    sources: SourceTables = field(default_factory=SourceTables, repr=False, compare=False)

    @property
    def domain(self) -> str:
        """The domain of the sender: of Message-ID and List-Id too."""
        return self.from_address.rpartition("@")[2]

    @property
    def mail_scheme(self) -> str:
        """`folder`, `smtp` or `smtps`."""
        return self.mail_url.partition(":")[0]


@dataclass(frozen=True)
class Finding:
    """What `ctm-alerts check` says of one setting."""

    name: str
    #: "ok", "warning" or "error"
    level: Literal["ok", "warning", "error"]
    says: str


def data_dir(name: str) -> Path:
    """The shipped folder `templates` or `config`: of the checkout, or as carried in the wheel."""
    packaged = Path(__file__).parents[1] / "_data" / name
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / name


def load(env: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment.

    Raises:
        SettingsError: names every wrong setting with its remedy, all at once.
    """
    settings, findings = examine(os.environ if env is None else env)
    wrong = [f for f in findings if f.level == "error"]
    if settings is None or wrong:
        raise SettingsError("\n".join(f"{f.name}: {f.says}" for f in wrong))
    return settings


def examine(env: Mapping[str, str]) -> tuple[Settings | None, tuple[Finding, ...]]:
    """The settings, or None, and what there is to say of each."""
    findings: list[Finding] = []
    values = _read_environment(env, findings)
    home = Path(values.get("HOME") or "var").absolute()
    config = Path(values["CONFIG"]) if values.get("CONFIG") else data_dir("config")
    if not config.is_dir():
        findings.append(
            Finding(PREFIX + "CONFIG", "error", f"no folder {config}; create it or unset the variable")
        )
        return None, tuple(findings)
    try:
        site, plans = _read_site(config / "site.toml"), _read_plans(config / "plans.toml")
        guide_tables = {p.stem: _read_toml(p) for p in sorted((config / "guide").glob("*.toml"))}
        sources = read_sources(config, data_dir("config"), env)
    except SettingsError as error:
        findings.append(Finding("config", "error", str(error)))
        return None, tuple(findings)
    findings.extend(_unknown_names(env))
    settings = replace(_assemble(values, home, config, site, plans, guide_tables, findings), sources=sources)
    findings.extend(_check(settings, values))
    return settings, tuple(findings)


def _read_environment(env: Mapping[str, str], findings: list[Finding]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in ENVIRONMENT:
        direct, pointed = env.get(PREFIX + name), env.get(f"{PREFIX}{name}_FILE")
        if direct is not None and pointed is not None:
            says = f"set both directly and as {PREFIX}{name}_FILE; keep one"
            findings.append(Finding(PREFIX + name, "error", says))
        elif pointed is not None:
            try:
                values[name] = Path(pointed).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                says = f"cannot read {pointed} ({error}); point it to a readable file"
                findings.append(Finding(f"{PREFIX}{name}_FILE", "error", says))
        elif direct is not None:
            values[name] = direct.strip()
    return values


def _unknown_names(env: Mapping[str, str]) -> list[Finding]:
    known = {PREFIX + n for n in ENVIRONMENT} | {f"{PREFIX}{n}_FILE" for n in ENVIRONMENT}
    known |= {PREFIX + "CRASH_AT"}
    return [
        Finding(name, "warning", "no such setting; it has no effect. Look for a typing error")
        for name in sorted(env)
        if name.startswith(PREFIX) and name not in known and not is_key_name(name)
    ]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing; copy it from the shipped config folder") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _read_site(path: Path) -> dict[str, Any]:
    site = _read_toml(path)
    wrong = [f"{path}: {problem}" for problem in _site_problems(site)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return site


def _site_problems(site: Mapping[str, Any]) -> Iterator[str]:
    for table, key in (("brand", "name"), ("brand", "colour"), ("consent", "version"), ("consent", "text")):
        if not isinstance(_table(site, table).get(key), str):
            yield f"[{table}] {key} is missing or no text; write it in double quotes"
    yield from mail_problems(_table(site, "mail"))
    if not isinstance(_table(site, "links").get("check", True), bool):
        yield "[links] check must be true or false"
    slots = site.get("sponsor", [])
    for slot in slots if isinstance(slots, list) else [slots]:
        for key in ("text", "url"):
            if not isinstance(slot, dict) or not isinstance(slot.get(key), str):
                yield f"[[sponsor]] {key} is missing or no text; write it in double quotes"


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tables.get(name, {})
    return found if isinstance(found, dict) else {}


def _read_plans(path: Path) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for name, table in _read_toml(path).items():
        wanted = {f.name for f in fields(Plan)} - {"name"}
        if name not in ("free", "plus") or not isinstance(table, dict) or set(table) != wanted:
            keys = ", ".join(sorted(wanted))
            raise SettingsError(f"{path}: [{name}] must be [free] or [plus] and hold just these keys: {keys}")
        if not is_count(table["size"]) or not is_count(table["per_employer"]):
            raise SettingsError(f"{path}: [{name}] size and per_employer must be 1 or more")
        if table["rhythm"] not in ("weekly", "daily"):
            raise SettingsError(f'{path}: [{name}] rhythm must be "weekly" or "daily"')
        plans[name] = Plan(
            name="plus" if name == "plus" else "free", **{**table, "features": tuple(table["features"])}
        )
    if set(plans) != {"free", "plus"}:
        raise SettingsError(f"{path} must hold [free] and [plus]")
    return plans


def _assemble(
    values: Mapping[str, str],
    home: Path,
    config: Path,
    site: Mapping[str, Any],
    plans: Mapping[str, Plan],
    guide_tables: Mapping[str, Mapping[str, Any]],
    findings: list[Finding],
) -> Settings:
    name, address = _split_sender(values.get("FROM") or DEFAULT_SENDER, findings)
    bind = _split_bind(values.get("BIND") or "127.0.0.1:8025", findings)
    mail = _table(site, "mail")
    return Settings(
        home=home,
        config=config,
        templates=config.parent / "templates"
        if values.get("CONFIG") and (config.parent / "templates").is_dir()
        else data_dir("templates"),
        database_url=values.get("DATABASE_URL") or f"sqlite:///{home / 'ctm-alerts.db'}",
        mail_url=values.get("MAIL_URL") or f"folder:{quote(str(home / 'mail'))}",
        public_url=(values.get("PUBLIC_URL") or f"http://{bind[0]}:{bind[1]}").rstrip("/"),
        secret_key=values.get("SECRET_KEY") or EMBEDDED_SECRET,
        from_name=name,
        from_address=address,
        postal_address=values.get("POSTAL_ADDRESS") or "postal address not set",
        bind=bind,
        allow_hosts=tuple(h.strip() for h in values.get("ALLOW_HOSTS", "").split(",") if h.strip()),
        brand_name=str(site["brand"]["name"]),
        brand_colour=str(site["brand"]["colour"]),
        consent_text_version=str(site["consent"]["version"]),
        consent_text=str(site["consent"]["text"]),
        sponsors=tuple(SponsorSlot(s["text"], s["url"]) for s in site.get("sponsor", ())),
        plans=plans,
        guide_tables=guide_tables,
        mail_connections=int(mail.get("connections", 4)),
        ambiguous=mail.get("ambiguous", "resend"),
        mail_per_connection=int(mail.get("messages_per_connection", 100)),
        mail_rates=mail_rates(mail),
        admin_address=values.get("ADMIN", ""),
        check_links=bool(_table(site, "links").get("check", True)),
    )


def _split_sender(value: str, findings: list[Finding]) -> tuple[str, str]:
    name, _, rest = value.rpartition("<")
    bare = rest.rstrip("> ").strip()
    try:
        address = validate_email(bare, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        says = f"{value!r} is no sender ({error}); write: CTM Alerts <alerts@your-domain>"
        findings.append(Finding(PREFIX + "FROM", "error", says))
        return _split_sender(DEFAULT_SENDER, findings)  # so that the rest is checked too
    return name.strip(' "') or "CTM Alerts", address


def _split_bind(value: str, findings: list[Finding]) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if host and port.isdecimal() and int(port) < 65536:
        return host.strip("[]"), int(port)
    findings.append(
        Finding(PREFIX + "BIND", "error", f"{value!r} is no address; write host:port, 127.0.0.1:8025")
    )
    return "127.0.0.1", 8025


def _check(settings: Settings, values: Mapping[str, str]) -> list[Finding]:
    found = [
        _check_mail(settings),
        _check_database(settings),
        _check_public_url(settings),
        *_check_smtp_needs(settings, values),
    ]
    if settings.ambiguous not in ("resend", "hold"):
        found.append(Finding("site.toml [mail] ambiguous", "error", 'must be "resend" or "hold"'))
    found.extend(
        Finding(PREFIX + "ALLOW_HOSTS", "error", f"{host!r} lacks a port; write host:port")
        for host in settings.allow_hosts
        if not host.rpartition(":")[2].isdecimal()
    )
    return found


def _check_mail(settings: Settings) -> Finding:
    name, parts = PREFIX + "MAIL_URL", _split_url(settings.mail_url)
    if settings.mail_scheme == "folder":
        path = mail_folder(settings.mail_url)
        return Finding(
            name, "ok" if path else "error", f"mail is written to {path or 'no folder; write folder:PATH'}"
        )
    if settings.mail_scheme in ("smtp", "smtps"):
        if parts is None:
            return Finding(name, "error", "is no address of a relay; write smtp://host:587")
        try:
            port = parts.port
        except ValueError:
            return Finding(name, "error", "the port is no number; write smtp://host:587")
        wrong = next(url_problems(parts.query), None)
        if wrong is not None:
            return Finding(name, "error", wrong)
        says = f"mail goes to {parts.hostname}:{port or (465 if settings.mail_scheme == 'smtps' else 587)}"
        return Finding(
            name,
            "ok" if parts.hostname else "error",
            says if parts.hostname else "lacks a host; write smtp://host:587",
        )
    return Finding(
        name, "error", f"{settings.mail_scheme!r} is no way out; write folder:PATH, smtp:// or smtps://"
    )


def _split_url(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:  # a bracket without its other half
        return None


def mail_folder(url: str) -> Path | None:
    """The folder of a `folder:PATH` URL, or None when it names none."""
    rest = unquote(url.partition(":")[2])
    return Path(rest).absolute() if rest else None


def _check_database(settings: Settings) -> Finding:
    scheme = settings.database_url.partition(":")[0].partition("+")[0]
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    if scheme in names:
        return Finding(PREFIX + "DATABASE_URL", "ok", names[scheme])
    says = f"{scheme!r} is no database that we know; write sqlite:///PATH or postgresql://user:password@host/name"
    return Finding(PREFIX + "DATABASE_URL", "error", says)


def _check_public_url(settings: Settings) -> Finding:
    parts, name = _split_url(settings.public_url), PREFIX + "PUBLIC_URL"
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
    ):
        return Finding(
            name, "error", f"{settings.public_url!r} is no base address; write https://alerts.your-domain"
        )
    if (
        settings.mail_scheme != "folder"
        and parts.scheme != "https"
        and parts.hostname not in ("127.0.0.1", "localhost")
    ):
        return Finding(name, "error", "must be https: RFC 8058 wants it of the unsubscribe link")
    return Finding(name, "ok", settings.public_url)


def _check_smtp_needs(settings: Settings, values: Mapping[str, str]) -> list[Finding]:
    """An SMTP transport without public URL, secret, From and postal address refuses to start and says which."""
    found: list[Finding] = []
    for name in ("PUBLIC_URL", "SECRET_KEY", "FROM", "POSTAL_ADDRESS"):
        what, example = ENVIRONMENT[name]
        if values.get(name):
            found.append(Finding(PREFIX + name, "ok", "set"))
        elif settings.mail_scheme == "folder":
            found.append(
                Finding(PREFIX + name, "warning", f"not set ({what}); needed before mail can leave by SMTP")
            )
        else:
            found.append(
                Finding(
                    PREFIX + name, "error", f"not set: {what}. Mail by SMTP needs it, for example: {example}"
                )
            )
    # several keys, newest first, let links signed with the old one go on working
    keys = values.get("SECRET_KEY", "").split(",")
    if values.get("SECRET_KEY") and any(len(key.strip()) < 32 for key in keys):
        found.append(
            Finding(PREFIX + "SECRET_KEY", "error", "shorter than 32 characters; use: openssl rand -hex 32")
        )
    return found
