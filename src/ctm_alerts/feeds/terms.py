"""What a source lets us do, as data, and what follows from it: may we, must we ask first, or must we not.

The tables of config/terms/*.toml say it source by source, each line with where it was read. What nobody has found is
`unknown`, and unknown pauses a feed until an admin states that he has read the terms (`Acceptance`). What a source
forbids is refused, and only the configuration can say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import urlsplit

from ctm_alerts.errors import UsageError

Answer = Literal["yes", "no", "unknown"]
Use = Literal["poll", "store", "quote", "email", "commercial"]

#: what we do with a posting: ask for it, keep it, quote its text, mail it, and earn with that (Plus costs money)
USES: tuple[Use, ...] = ("poll", "store", "quote", "email", "commercial")
#: characters of a posting's own text that one card may hold where the terms name no number: mails carry facts and
#: short quotes, never the whole text
QUOTE_LIMIT = 900
#: names that lead nowhere or to this machine (RFC 2606, RFC 6761): nobody's terms bind there
_OWN_NAMES = (
    ".example",
    ".test",
    ".invalid",
    ".localhost",
    "example.com",
    "example.org",
    "example.net",
    "localhost",
)
_READ = re.compile(r"read on (\d{4}-\d\d-\d\d) by (\S.*)")


@dataclass(frozen=True)
class Evidence:
    """Where it was read: the source's own words, or what we found instead."""

    says: str
    #: a URL, or the field of the payload that says it
    where: str


@dataclass(frozen=True)
class Terms:
    """What one source says of its postings."""

    source: str
    may_poll: Answer = "unknown"
    may_store: Answer = "unknown"
    may_quote: Answer = "unknown"
    may_email: Answer = "unknown"
    #: as part of something that is sold or carries advertisements
    commercial: Answer = "unknown"
    #: the least interval between two looks
    floor: timedelta = timedelta(0)
    #: by which it publishes later here than on its own pages
    delay: timedelta = timedelta(0)
    #: how it wants to be named beside each posting; "" where the feed's own name does
    credit: str = ""
    #: each posting must lead to the source's own page
    link_back: bool = False
    #: URL and title must stay as they are, byte for byte
    no_rewrite: bool = False
    #: characters of a posting's text that one card may hold
    quote_limit: int = QUOTE_LIMIT
    evidence: tuple[Evidence, ...] = ()
    #: None: nobody has read them
    read_on: date | None = None
    note: str = ""
    #: kinds whose answers come from this source alone
    kinds: tuple[str, ...] = ()
    #: host names, "*.example.org" for all below
    hosts: tuple[str, ...] = ()

    def may(self, use: Use) -> Answer:
        """What the source answers to one use."""
        answer: Answer = self.commercial if use == "commercial" else getattr(self, f"may_{use}")
        return answer


@dataclass(frozen=True)
class Acceptance:
    """An admin's word that he has read the terms, or has a permission.

    Attributes:
        uses: what the source forbids and the permission allows; only the configuration can say so.
        configured: it stands in config/feeds.toml, where it is reviewed and kept.
    """

    who: str
    when: date
    why: str = ""
    source: str = ""
    feed: str = ""
    uses: tuple[Use, ...] = ()
    configured: bool = False


@dataclass(frozen=True)
class May:
    """The feed may be polled, and why."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """The source forbids it."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Paused:
    """Nobody knows, so nothing is asked."""

    reason: str
    remedy: str


Standing = May | Refused | Paused
#: the standing in one word, as the feed's row keeps it
Word = Literal["may", "refused", "paused"]


@dataclass(frozen=True)
class Bonds:
    """What the terms come to for one feed: the columns that its row keeps, so that no later change of files frees it."""

    terms: Word
    #: never looked at more often
    floor_minutes: int = 0
    may_email: bool = True
    quote_limit: int = QUOTE_LIMIT
    credit: str = ""
    link_back: bool = False
    delay_hours: int = 0

    def as_columns(self) -> dict[str, Any]:
        """The columns of `feeds` by name."""
        return asdict(self)


def standing(terms: Terms, acceptance: Acceptance | None) -> Standing:
    """Whether a feed of this source may be polled.

    A use that the source forbids is refused, unless the configuration accepts it; what is unknown pauses until an admin
    says that he has read the terms. Storing and mailing are asked for at once with polling: what is read is mailed.
    """
    granted = acceptance.uses if acceptance is not None else ()
    forbidden = [use for use in USES if terms.may(use) == "no" and use not in granted]
    if forbidden and not (acceptance is not None and acceptance.configured):
        return Refused(
            f"the terms of {terms.source} forbid {_named(forbidden)}{_quoted(terms)}",
            f'if {terms.source} permits it to you, say so in config/feeds.toml: [[accept]] source = "{terms.source}"',
        )
    unknown = [use for use in USES if terms.may(use) == "unknown"]
    if unknown and acceptance is None:
        return Paused(
            f"whether {terms.source} allows {_named(unknown)} is not known here",
            'read its terms and say so with `feeds add` or `feeds pause FEED --resume`: --terms-accepted "read on YYYY-MM-DD by NAME"',
        )
    if acceptance is not None:
        return May(f"accepted by {acceptance.who}, {acceptance.when}")
    return May(f"the terms of {terms.source} allow it")


def bonds(terms: Terms, acceptance: Acceptance | None) -> Bonds:
    """What binds a feed of this source."""
    granted = acceptance.uses if acceptance is not None else ()
    words: dict[type, Word] = {May: "may", Refused: "refused", Paused: "paused"}
    quotes = terms.may_quote != "no" or "quote" in granted
    return Bonds(
        terms=words[type(standing(terms, acceptance))],
        floor_minutes=int(terms.floor.total_seconds() // 60),
        may_email=terms.may_email != "no" or "email" in granted,
        quote_limit=terms.quote_limit if quotes else 0,
        credit=terms.credit,
        link_back=terms.link_back,
        delay_hours=int(terms.delay.total_seconds() // 3600),
    )


def accepted_in(words: str) -> Acceptance:
    """The acceptance that "read on 2026-11-20 by Ann Admin: reason" states; raises UsageError for other words."""
    found = _READ.fullmatch(words.strip())
    try:
        when = date.fromisoformat(found[1]) if found else None
    except ValueError:
        when = None
    if found is None or when is None:
        raise UsageError(
            f'{words!r} states no acceptance; write "read on YYYY-MM-DD by NAME", with a reason after ":"'
        )
    who, _, why = found[2].partition(":")
    return Acceptance(who.strip(), when, why.strip())


def is_own(url: str, own_hosts: Sequence[str] = ()) -> bool:
    """Whether a feed is the admin's own or nobody's: a file, this machine, an example name, a private host he allowed.

    Args:
        own_hosts: "host:port" places that the settings allow though they are private.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.scheme == "file":
        return True
    port = port or (443 if parts.scheme == "https" else 80)
    if f"{host}:{port}" in own_hosts or f"[{host}]:{port}" in own_hosts:
        return True
    return any(host == name.lstrip(".") or host.endswith("." + name.lstrip(".")) for name in _OWN_NAMES)


OWN = Terms("this installation", "yes", "yes", "yes", "yes", "yes", note="a file or host of your own")


@dataclass(frozen=True)
class Book:
    """The terms of every source that we know something of."""

    sources: tuple[Terms, ...]
    own_hosts: tuple[str, ...] = field(default=())

    def of(self, kind: str, url: str) -> Terms:
        """The terms that bind a feed: by its host, else by its kind, else all unknown under the host's name."""
        if is_own(url, self.own_hosts):
            return OWN
        host = _host(url)
        found = max(self.sources, key=lambda t: _closeness(t, host), default=None)
        if found is not None and _closeness(found, host):
            return found
        return self.of_kind(kind) or Terms(host or "this source")

    def of_kind(self, kind: str) -> Terms | None:
        """The terms of a kind's one source, or None where every host has its own."""
        return next((t for t in self.sources if kind in t.kinds), None)

    def of_source(self, name: str) -> Terms | None:
        """The terms of a source by its name."""
        return next((t for t in self.sources if t.source.casefold() == name.casefold()), None)

    def kind_of(self, url: str) -> str | None:
        """The kind that a host has, where it has only one."""
        host = _host(url)
        kinds = {k for t in self.sources if _closeness(t, host) for k in t.kinds}
        return kinds.pop() if len(kinds) == 1 else None


def _closeness(terms: Terms, host: str) -> int:
    """How much of a host name the narrowest pattern of a source spells; 0 when none fits."""
    return max((len(p.lstrip("*")) for p in terms.hosts if host and fnmatchcase(host, p)), default=0)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _named(uses: Sequence[Use]) -> str:
    words = {
        "poll": "polling", "store": "storing", "quote": "quoting", "email": "mailing its postings",
        "commercial": "commercial use",
    }  # fmt: skip
    named = [words[use] for use in uses]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _quoted(terms: Terms) -> str:
    return f": “{terms.evidence[0].says}” ({terms.evidence[0].where})" if terms.evidence else ""
