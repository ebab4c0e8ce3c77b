"""How mail leaves: [mail] of site.toml, and what stands behind the `?` of an smtp:// address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class MailGroup:
    """Domains of one receiving system, whose mails are counted together."""

    domains: tuple[str, ...]
    #: the most mails in a minute, None without a limit
    per_minute: int | None = None
    #: the most connections that may be busy with it, None: all but one
    connections: int | None = None


@dataclass(frozen=True)
class MailRates:
    """How fast mail may leave; nothing limits by default."""

    per_minute: int | None = None
    #: for each domain that stands in no group
    per_domain: int | None = None
    #: the most mails on the first day of sending (UTC), the second, ...; after the last one it is over
    warm_up: tuple[int, ...] = ()
    groups: tuple[MailGroup, ...] = ()

    @property
    def limit(self) -> bool:
        """Whether any rate is set."""
        return bool(
            self.per_minute or self.per_domain or self.warm_up or any(g.per_minute for g in self.groups)
        )

    @cached_property
    def _group_of(self) -> Mapping[str, MailGroup]:
        return {domain: group for group in self.groups for domain in group.domains}

    def system(self, domain: str) -> str:
        """The name under which a domain is counted: the first of its group, or itself."""
        group = self._group_of.get(domain)
        return group.domains[0] if group is not None else domain

    def domains(self, system: str) -> tuple[str, ...]:
        """Every domain that is counted under this name."""
        group = self._group_of.get(system)
        return group.domains if group is not None else (system,)

    def of(self, system: str) -> int | None:
        """The most mails in a minute for one receiving system."""
        group = self._group_of.get(system)
        return group.per_minute if group is not None else self.per_domain

    def connections(self, system: str, all_of_them: int) -> int:
        """How many connections one receiving system may keep busy: one that is slow must not hold up the others."""
        group = self._group_of.get(system)
        own = None if group is None else group.connections
        return max(1, all_of_them - 1) if own is None else min(own, all_of_them)


_COUNTS = ("connections", "messages_per_connection", "per_minute", "per_domain")


def mail_problems(mail: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong in [mail], each with its remedy."""
    unknown = sorted(set(mail) - {*_COUNTS, "ambiguous", "warm_up", "group"})
    if unknown:
        yield f"[mail] has no key {unknown[0]!r}; it knows {', '.join(_COUNTS)}, ambiguous, warm_up and [[mail.group]]"
    for key in _COUNTS:
        if key in mail and not is_count(mail[key]):
            yield f"[mail] {key} must be a whole number of 1 or more; leave it out for no limit"
    warm_up = mail.get("warm_up", [])
    if not isinstance(warm_up, list) or not all(is_count(n) for n in warm_up):
        yield "[mail] warm_up must list the most mails of the first day, the second, ...: [200, 500, 1000]"
    groups = mail.get("group", [])
    seen: set[str] = set()
    for group in groups if isinstance(groups, list) else [groups]:
        yield from _group_problems(group, seen)


def _group_problems(group: Any, seen: set[str]) -> Iterator[str]:
    domains = group.get("domains") if isinstance(group, dict) else None
    if not isinstance(domains, list) or not domains or not all(_is_domain(d) for d in domains):
        yield '[[mail.group]] domains must list names in small letters: ["gmail.com", "googlemail.com"]'
        return
    for key in sorted(set(group) - {"domains"}):
        if key not in ("per_minute", "connections"):
            yield f"[[mail.group]] of {domains[0]} has no key {key!r}; it knows domains, per_minute, connections"
        elif not is_count(group[key]):
            yield f"[[mail.group]] of {domains[0]}: {key} must be a whole number of 1 or more"
    for domain in domains:
        if domain in seen:
            yield f"[[mail.group]] {domain} stands in two groups; leave it in one"
        seen.add(domain)


def _is_domain(value: object) -> bool:
    return isinstance(value, str) and "." in value and "@" not in value and value == value.lower().strip()


def mail_rates(mail: Mapping[str, Any]) -> MailRates:
    """What a sound [mail] says of speed."""
    return MailRates(
        per_minute=mail.get("per_minute"),
        per_domain=mail.get("per_domain"),
        warm_up=tuple(mail.get("warm_up", ())),
        groups=tuple(
            MailGroup(tuple(g["domains"]), g.get("per_minute"), g.get("connections"))
            for g in mail.get("group", ())
        ),
    )


def is_count(value: object) -> bool:
    """Whether it is a whole number of 1 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def url_problems(query: str) -> Iterator[str]:
    """What is wrong behind the `?` of an smtp:// address: a setting that nobody reads would be missed in silence."""
    for part in query.split("&") if query else ():
        key, _, value = part.partition("=")
        if key == "starttls" and value not in ("required", "offered", "never"):
            yield f"starttls={value} is not known; write required, offered or never"
        elif key == "ca" and not Path(unquote(value)).is_file():
            yield f"ca={value} is no file; name a file of certificates (PEM)"
        elif key == "lookup" and unquote(value).partition(":")[0] not in ("postfix", "command"):
            yield f"lookup={value} is not known; write postfix:/var/log/mail.log or command:/path/to/program"
        elif key not in ("starttls", "ca", "lookup"):
            yield f"{key!r} is not known behind the ?; write starttls=, ca= or lookup="
