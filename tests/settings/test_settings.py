"""Settings: every wrong one names itself and the remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ctm_alerts.errors import SettingsError
from ctm_alerts.settings import (
    EMBEDDED_SECRET,
    ENVIRONMENT,
    Finding,
    Plan,
    Settings,
    SponsorSlot,
    data_dir,
    examine,
    load,
    mail_folder,
)
from ctm_alerts.settings.mail import MailGroup, MailRates

SECRET = "0123456789abcdef0123456789abcdef"
SMTP = {
    "CTM_ALERTS_MAIL_URL": "smtp://relay.example:587",
    "CTM_ALERTS_PUBLIC_URL": "https://alerts.example/",
    "CTM_ALERTS_SECRET_KEY": SECRET,
    "CTM_ALERTS_FROM": "Job Alerts <alerts@alerts.example>",
    "CTM_ALERTS_POSTAL_ADDRESS": "4 Harbour Row, Portland, ME 04101, USA",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be spoilt."""
    return Path(shutil.copytree(data_dir("config"), tmp_path / "config"))


def errors(env: dict[str, str]) -> list[Finding]:
    return [f for f in examine(env)[1] if f.level == "error"]


def refusal(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        load(env)
    return str(refused.value)


def test_an_empty_environment_is_the_embedded_default(tmp_path: Path) -> None:
    settings = load({"CTM_ALERTS_HOME": str(tmp_path)})
    assert settings == Settings(
        home=tmp_path,
        config=data_dir("config"),
        templates=data_dir("templates"),
        database_url=f"sqlite:///{tmp_path}/ctm-alerts.db",
        mail_url=f"folder:{tmp_path}/mail",
        public_url="http://127.0.0.1:8025",
        secret_key=EMBEDDED_SECRET,
        from_name="CTM Alerts",
        from_address="alerts@ctm-alerts.example",
        postal_address="postal address not set",
        bind=("127.0.0.1", 8025),
        allow_hosts=(),
        brand_name="CTM Alerts",
        brand_colour="#0b5c6b",
        consent_text_version="2026-11",
        consent_text=settings.consent_text,
        sponsors=(),
        plans=settings.plans,
        guide_tables=settings.guide_tables,
    )


def test_the_shipped_plans_are_those_of_the_guide() -> None:
    assert load({}).plans == {
        "free": Plan(
            "free", "Free", 0, "weekly", 25, 3, True,
            ("Unlimited applies and searches", "Access on web and mobile", "Weekly job alerts",
             "Bookmarks and applications"),
        ),
        "plus": Plan(
            "plus", "Plus", 8, "daily", 25, 3, False,
            ("Everything in Free", "Ad-free experience", "Daily job alerts", "Personal career consultant",
             "AI-powered job advice", "Featured and pinned resume", "Custom resume URL"),
        ),
    }  # fmt: skip


def test_what_the_environment_says_is_what_holds() -> None:
    settings = load(
        {**SMTP, "CTM_ALERTS_BIND": "[::1]:9000", "CTM_ALERTS_ALLOW_HOSTS": "a.example:443, b.example:80,"}
    )
    said = (
        settings.mail_scheme,
        settings.public_url,
        settings.secret_key,
        settings.from_name,
        settings.from_address,
    )
    assert said == ("smtp", "https://alerts.example", SECRET, "Job Alerts", "alerts@alerts.example")
    assert settings.domain == "alerts.example"
    assert settings.bind == ("::1", 9000)
    assert settings.allow_hosts == ("a.example:443", "b.example:80")
    assert [f for f in examine(SMTP)[1] if f.level != "ok"] == []


def test_a_bare_address_is_a_sender_too() -> None:
    settings = load({**SMTP, "CTM_ALERTS_FROM": "alerts@alerts.example"})
    assert (settings.from_name, settings.from_address) == ("CTM Alerts", "alerts@alerts.example")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CONFIG", "/nowhere/config", "no folder /nowhere/config; create it or unset the variable"),
        ("FROM", "alerts", "write: CTM Alerts <alerts@your-domain>"),
        ("FROM", "A <a@b.example> <c@d", "write: CTM Alerts <alerts@your-domain>"),
        ("BIND", "8025", "'8025' is no address; write host:port, 127.0.0.1:8025"),
        ("BIND", "127.0.0.1:99999", "'127.0.0.1:99999' is no address; write host:port, 127.0.0.1:8025"),
        ("ALLOW_HOSTS", "intranet.example", "'intranet.example' lacks a port; write host:port"),
        ("DATABASE_URL", "mysql://db/ctm", "'mysql' is no database that we know; write sqlite:///PATH"),
        ("MAIL_URL", "folder:", "mail is written to no folder; write folder:PATH"),
        ("MAIL_URL", "smtp://:25", "lacks a host; write smtp://host:587"),
        ("MAIL_URL", "smtp://relay.example:mail", "the port is no number; write smtp://host:587"),
        ("MAIL_URL", "smtp://[relay", "is no address of a relay; write smtp://host:587"),
        ("MAIL_URL", "smtp://relay.example?starttls=yes", "starttls=yes is not known; write required, offered or never"),
        ("MAIL_URL", "smtp://relay.example?ca=/none.pem", "ca=/none.pem is no file; name a file of certificates (PEM)"),
        ("MAIL_URL", "smtp://relay.example?lookup=log", "write postfix:/var/log/mail.log or command:/path/to/program"),
        ("MAIL_URL", "smtp://relay.example?tls=1", "'tls' is not known behind the ?; write starttls=, ca= or lookup="),
        ("MAIL_URL", "sendmail", "'sendmail' is no way out; write folder:PATH, smtp:// or smtps://"),
        ("PUBLIC_URL", "alerts.example", "'alerts.example' is no base address; write https://alerts.your-domain"),
        ("PUBLIC_URL", "https://[alerts", "'https://[alerts' is no base address; write https://alerts.your-domain"),
        ("PUBLIC_URL", "https://a.example/?x=1", "is no base address; write https://alerts.your-domain"),
        ("PUBLIC_URL", "http://alerts.example", "must be https: RFC 8058 wants it of the unsubscribe link"),
        ("SECRET_KEY", "short", "shorter than 32 characters; use: openssl rand -hex 32"),
        ("SECRET_KEY", f"{SECRET},short", "shorter than 32 characters; use: openssl rand -hex 32"),
        ("SECRET_KEY", "," * 40, "shorter than 32 characters; use: openssl rand -hex 32"),
    ],
)  # fmt: skip
def test_a_wrong_setting_names_itself_and_the_remedy(name: str, value: str, says: str) -> None:
    found = errors({**SMTP, f"CTM_ALERTS_{name}": value})
    assert [f.name for f in found] == [f"CTM_ALERTS_{name}"]
    assert says in found[0].says


def test_smtp_refuses_without_public_url_secret_sender_and_postal_address_and_names_all_four() -> None:
    refused = refusal({"CTM_ALERTS_MAIL_URL": "smtp://relay.example"})
    assert [line.partition(":")[0].removeprefix("CTM_ALERTS_") for line in refused.splitlines()] == [
        "PUBLIC_URL", "SECRET_KEY", "FROM", "POSTAL_ADDRESS",
    ]  # fmt: skip
    assert (
        "CTM_ALERTS_FROM: not set: the sender of every mail. Mail by SMTP needs it, for example:" in refused
    )


@pytest.mark.parametrize("name", ["PUBLIC_URL", "SECRET_KEY", "FROM", "POSTAL_ADDRESS"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_smtp_refuses_when_one_of_the_four_is_missing_or_empty(name: str, scheme: str) -> None:
    env = {**SMTP, "CTM_ALERTS_MAIL_URL": f"{scheme}://relay.example", f"CTM_ALERTS_{name}": " "}
    assert [f.name for f in errors(env)] == [f"CTM_ALERTS_{name}"]


def test_in_a_folder_the_same_four_are_only_warned_of() -> None:
    settings, findings = examine({})
    assert settings is not None
    assert [f.name.removeprefix("CTM_ALERTS_") for f in findings if f.level == "warning"] == [
        "PUBLIC_URL", "SECRET_KEY", "FROM", "POSTAL_ADDRESS",
    ]  # fmt: skip


def test_all_that_is_wrong_is_said_at_once() -> None:
    refused = refusal(
        {
            "CTM_ALERTS_MAIL_URL": "smtp://relay.example",
            "CTM_ALERTS_FROM": "nobody",
            "CTM_ALERTS_BIND": "8025",
            "CTM_ALERTS_DATABASE_URL": "mysql://db",
            "CTM_ALERTS_PUBLIC_URL": "https://alerts.example",
        }
    )
    names = {line.partition(":")[0].removeprefix("CTM_ALERTS_") for line in refused.splitlines()}
    assert names == {"FROM", "BIND", "DATABASE_URL", "SECRET_KEY", "POSTAL_ADDRESS"}


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    env = {k: v for k, v in SMTP.items() if k != "CTM_ALERTS_SECRET_KEY"}
    assert load({**env, "CTM_ALERTS_SECRET_KEY_FILE": str(file)}).secret_key == SECRET


def test_a_secret_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    refused = refusal({**SMTP, "CTM_ALERTS_SECRET_KEY_FILE": str(file)})
    assert "CTM_ALERTS_SECRET_KEY: set both directly and as CTM_ALERTS_SECRET_KEY_FILE; keep one" in refused


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    refused = refusal({"CTM_ALERTS_MAIL_URL_FILE": str(tmp_path / "none")})
    assert refused.startswith(f"CTM_ALERTS_MAIL_URL_FILE: cannot read {tmp_path}/none (")
    assert refused.endswith("; point it to a readable file")


def test_a_name_that_we_do_not_know_is_a_warning() -> None:
    found = [f for f in examine({**SMTP, "CTM_ALERTS_MAILURL": "x", "OTHER": "y"})[1] if f.level == "warning"]
    assert found == [
        Finding("CTM_ALERTS_MAILURL", "warning", "no such setting; it has no effect. Look for a typing error")
    ]


def test_every_name_that_we_know_is_not_warned_of(tmp_path: Path) -> None:
    names = [f"CTM_ALERTS_{n}{end}" for n in ENVIRONMENT for end in ("", "_FILE")]
    found = examine(dict.fromkeys(names, str(tmp_path)))[1]
    assert not [f for f in found if "no such setting" in f.says]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[plus]", "[gold]", "[gold] must be [free] or [plus] and hold just these keys: features, label,"),
        ('rhythm = "daily"', 'rhythm = "hourly"', '[plus] rhythm must be "weekly" or "daily"'),
        ("size = 25", "size = 0", "[free] size and per_employer must be 1 or more"),
        ("size = 25", 'size = "many"', "[free] size and per_employer must be 1 or more"),
        ("sponsors = true", "", "[free] must be [free] or [plus] and hold just these keys"),
        ("[free]", "free = 1\n[plain]", "[free] must be [free] or [plus] and hold just these keys"),
        ("[free]", "[free", "plans.toml is not valid TOML"),
    ],
)
def test_a_wrong_plan_names_the_file_and_the_key(config: Path, before: str, after: str, says: str) -> None:
    file = config / "plans.toml"
    file.write_text(file.read_text().replace(before, after, 1))
    refused = refusal({"CTM_ALERTS_CONFIG": str(config)})
    assert str(file) in refused
    assert says in refused


def test_a_plan_that_is_missing_is_said(config: Path) -> None:
    file = config / "plans.toml"
    file.write_text(file.read_text().split("[plus]")[0])
    assert refusal({"CTM_ALERTS_CONFIG": str(config)}) == f"config: {file} must hold [free] and [plus]"


def test_a_configuration_file_that_is_missing_is_said(config: Path) -> None:
    (config / "site.toml").unlink()
    refused = refusal({"CTM_ALERTS_CONFIG": str(config)})
    assert refused == f"config: {config}/site.toml is missing; copy it from the shipped config folder"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[brand]", "[brand", "site.toml is not valid TOML"),
        ("colour =", "color =", "[brand] colour"),
        ('version = "2026-11"', "", "[consent] version"),
        ("connections = 4", 'connections = "four"', "[mail] connections"),
        ("connections = 4", "connections = 0", "[mail] connections"),
        ("connections = 4", "conections = 4", "[mail] has no key 'conections'; it knows connections, "),
        ("connections = 4", "per_minute = 0", "per_minute must be a whole number of 1 or more; leave it out"),
        ("connections = 4", "warm_up = 5", "[mail] warm_up must list the most mails of the first day"),
        ("connections = 4", "warm_up = [5, -1]", "[mail] warm_up must list the most mails of the first day"),
        ("[consent]", "[[mail.group]]\ndomains = []\n[consent]", "[[mail.group]] domains must list names"),
        ("[consent]", '[[mail.group]]\ndomains = ["A.com"]\n[consent]', "in small letters"),
        (
            "[consent]",
            '[[mail.group]]\ndomains = ["a.com"]\nrate = 1\n[consent]',
            "of a.com has no key 'rate'",
        ),
        (
            "[consent]",
            '[[mail.group]]\ndomains = ["a.com"]\nconnections = 0\n[consent]',
            "connections must be",
        ),
        (
            "[consent]",
            '[[mail.group]]\ndomains = ["a.com", "a.com"]\n[consent]',
            "a.com stands in two groups",
        ),
        ('ambiguous = "resend"', 'ambiguous = "guess"', '[mail] ambiguous: must be "resend" or "hold"'),
        ("[brand]", '[[sponsor]]\ntext = "A course"\n[brand]', "[[sponsor]] url"),
    ],
)
def test_a_wrong_value_of_the_site_is_named(config: Path, before: str, after: str, says: str) -> None:
    file = config / "site.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    assert says in refusal({"CTM_ALERTS_CONFIG": str(config)})


def test_the_site_may_change_mail_and_sponsors(config: Path) -> None:
    with (config / "site.toml").open("a") as file:
        file.write('\n[[sponsor]]\ntext = "A course"\nurl = "https://academy.example/rbm"\n')
    settings = load({"CTM_ALERTS_CONFIG": str(config)})
    assert settings.sponsors == (SponsorSlot("A course", "https://academy.example/rbm"),)
    assert (settings.mail_connections, settings.ambiguous) == (4, "resend")


def test_the_site_may_say_how_fast_mail_leaves(config: Path) -> None:
    file = config / "site.toml"
    said = """messages_per_connection = 20
per_minute = 600
per_domain = 60
warm_up = [200, 500]
group = [{ domains = ["gmail.com", "googlemail.com"], per_minute = 120, connections = 2 }, { domains = ["a.com"] }]
"""
    text = file.read_text().replace("messages_per_connection = 100", said)
    file.write_text(text)
    settings = load({"CTM_ALERTS_CONFIG": str(config)})
    google = MailGroup(("gmail.com", "googlemail.com"), 120, 2)
    assert settings.mail_per_connection == 20
    assert settings.mail_rates == MailRates(600, 60, (200, 500), (google, MailGroup(("a.com",))))


def test_as_shipped_nothing_holds_mail_back() -> None:
    assert load({}).mail_rates == MailRates()


def test_a_home_with_a_percent_sign_keeps_its_mail(tmp_path: Path) -> None:
    home = tmp_path / "a%20b"
    assert mail_folder(load({"CTM_ALERTS_HOME": str(home)}).mail_url) == home / "mail"
