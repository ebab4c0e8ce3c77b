"""Whether the page behind a posting's link still offers the position, by its answer alone.

A page closes a posting only by plain words or by a plain status. What we cannot tell (a wall, a refusal, a source that
is down) closes nothing: a posting that is still open must not be lost to a bad hour of its server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote, urlsplit

from ctm_alerts.feeds.dates import read_date

#: alive: it is offered; dead: it is not; wall: the page wants a login first; unknown: no answer that tells
State = Literal["alive", "dead", "wall", "unknown"]

#: how long an answer is good for: nobody is asked twice in a day (semantics, first digest: within 24 hours)
GOOD_FOR = timedelta(hours=24)
#: one that told nothing is asked again sooner
UNKNOWN_GOOD_FOR = timedelta(hours=6)
#: a host all of whose pages were dead, so many of them, is not believed
MOST_DEAD = 3
#: statuses with which a server says that the page is no more (RFC 9110, 15.5.5 and 15.5.11)
GONE = {404: "its page is gone (404)", 410: "its page is gone for good (410)"}
#: what is read of a page; the words that count stand near its head
MOST_BYTES = 1_000_000

#: how pages say that one can no longer apply; each was checked against the texts of open postings
_CLOSED = re.compile(
    r"no longer (?:accepting|taking|considering) (?:new )?(?:applications|applicants|candidates|resumes)"
    r"|(?:this|the) (?:job|position|vacancy|role|posting|requisition|opportunity|listing|advert|opening)"
    r"(?: posting| opening| listing| ad)?(?: (?:that )?you (?:are|were) looking for)?"
    r" (?:is|has|was)(?: now| already| unfortunately| either)*"
    r" (?:no longer (?:available|open|active|posted|online|accepting)|(?:been )?(?:filled|closed|expired|removed|withdrawn|taken down)"
    r"|not (?:available|open) any ?more|unavailable|inactive|expired|closed)"
    r"|(?:job|position|vacancy|posting) (?:not found|has expired|expired|no longer (?:exists|available))"
    r"|(?:sorry|oops)[,.!]? (?:but )?(?:we|the page|this job|the job)[^.]{0,60}(?:can(?:'|’)?t|could not|couldn(?:'|’)t|cannot) (?:find|be found)"
    r"|applications (?:for this (?:job|position|role|vacancy) )?(?:are|have) (?:now )?(?:been )?closed"
    r"|(?:stelle|stellenanzeige|position|stellenangebot) (?:ist|wurde)[^.]{0,30}"
    r"(?:nicht mehr (?:verfügbar|aktiv|online|ausgeschrieben)|bereits (?:besetzt|vergeben)|geschlossen)"
    r"|offre (?:n(?:'|’)est plus (?:disponible|en ligne|active)|a (?:été pourvue|expiré))|poste (?:est|a été) (?:déjà )?pourvu"
    r"|oferta (?:ya no está|no está) disponible|oferta (?:ha caducado|ha expirado)"
    r"|vacature is (?:niet meer|gesloten|vervuld)|vaga (?:encerrada|não está mais disponível)"
    r"|posizione non è più (?:disponibile|attiva)"
    r"|(?:募集は?(?:を)?終了|掲載は?(?:を)?終了)",
    re.IGNORECASE,
)
#: "open until the position is filled" closes nothing
_CONDITION = re.compile(
    r"\b(?:if|once|until|till|when|unless|before|after|as soon as|in case|that) $", re.IGNORECASE
)
_WALL = re.compile(
    r"(?:sign|log) ?in (?:to|or (?:join|register) to) (?:see|view|read|continue|access)"
    r"|(?:create|register) (?:an |a free )?(?:account )?to (?:see|view|read|continue) (?:this|the|full)"
    r"|checking (?:your browser|if the site connection is secure)|verify (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies to continue|join (?:now )?to (?:see|view) (?:this|who)",
    re.IGNORECASE,
)
#: where a site leads whoever asks for what it no longer has
_LISTING = re.compile(
    r"(?:^|/)(?:jobs?|careers?|search(?:-?jobs?)?|openings?|vacanc(?:y|ies)|positions?|home|index(?:\.html?)?|error|404"
    r"|not-?found|expired|job-?(?:closed|expired|not-?found)|joblist(?:ing)?s?)/?$|^/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?$",
    re.IGNORECASE,
)
#: where a site leads whoever has not said who they are, or what may be remembered of them
_DOOR_PATH = re.compile(
    r"(?:^|/)(?:log-?[io]n|sign-?(?:in|up)|auth(?:wall|orize)?|sso|saml2?|oauth2?|consent)(?:[./]|$)",
    re.IGNORECASE,
)
_DOOR_HOST = re.compile(r"(?:log-?[io]n|sign-?in|auth|sso|idp|accounts?|consent)\.", re.IGNORECASE)
#: a parameter that names one posting, where a link of a board leads to an employer's own page
_NAMES_ONE = re.compile(
    r"(?:^|&)(?:[\w-]*(?:jid|job|req|posting|position|vacancy|opening|opp)[\w-]*|id|token)=[^&]*[\w]",
    re.IGNORECASE,
)
_LISTING_QUERY = re.compile(r"(?:^|&)(?:error=true|expired=|not_?found|job_?closed)", re.IGNORECASE)
#: the part of an address that names one posting
_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}")
_VALID_THROUGH = re.compile(r'"validThrough"\s{0,9}:\s{0,9}"([^"]{4,40})"')
_JOB_POSTING = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"JobPosting"')
#: the words that close a posting stand alone on a short page or near the head of a long one
_NEAR = 6000


@dataclass(frozen=True)
class Finding:
    """What one look at a link showed."""

    state: State
    #: in words for a card or an admin: "its page says “no longer accepting applications”"
    reason: str = ""


@dataclass(frozen=True)
class LinkNews:
    """What a round knows of the links of its postings, beyond what is stored with them."""

    #: postings that no link offers any more
    dead: frozenset[str] = frozenset()
    #: (posting, link) -> the link of another copy, for a dead one
    moved: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    #: postings whose page wants a login first
    walls: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Link:
    """One way to a posting: a sighting's address."""

    posting_id: str
    url: str
    #: the source's own whole listing held it at this moment, so it is offered; None: it proves nothing
    listed_at: datetime | None = None


def is_listed(link: Link, now: datetime) -> bool:
    """Whether its own source said within a day that it is open: then its page need not be asked."""
    return link.listed_at is not None and now - link.listed_at <= GOOD_FOR


def is_fresh(finding: Finding, checked_at: datetime, now: datetime) -> bool:
    """Whether an earlier look still counts; a clock that was put back makes it count no longer."""
    age = now - checked_at
    return timedelta(0) <= age <= (UNKNOWN_GOOD_FOR if finding.state == "unknown" else GOOD_FOR)


def believed(finding: Finding, shown: Mapping[str, int]) -> Finding:
    """A dead link, unless its host calls all of its pages dead: then it does not want us, and nothing is closed.

    Args:
        shown: what all of the host's pages showed lately, this one included, by state.
    """
    if finding.state == "dead" and shown.get("dead", 0) > MOST_DEAD and not shown.get("alive", 0):
        return Finding("unknown", f"not believed, since its host says so of every page: {finding.reason}")
    return finding


def judge_status(status: int | None, reason: str) -> Finding:
    """What a look came to that brought no page."""
    if status in GONE:
        return Finding("dead", GONE[status])
    if status == 401:
        return Finding("wall", "its page wants a login (401)")
    return Finding("unknown", reason)


def judge_page(asked: str, final: str, body: bytes, now: datetime) -> Finding:
    """What a page that came says of its posting.

    Args:
        asked: the link.
        final: where redirects led.
        body: the page, at least its first part.
    """
    moved = _led_away(asked, final)
    if moved is not None:
        return moved
    text = body.decode("utf-8", "replace")
    expired = _expired(text, now)
    if expired:
        return Finding("dead", expired)
    words = visible(text)
    closed = closing_words(words[:_NEAR])
    if closed and not _has_posting(text):
        return Finding("dead", f"its page says “{_short(closed)}”")
    wall = _WALL.search(words[:_NEAR])
    if wall is not None and not _has_posting(text) and len(words) < _NEAR:
        return Finding("wall", f"its page says “{_short(wall[0])}”")
    if not _body(text) and _JOB_POSTING.search(text) is None:
        return Finding("unknown", "its page holds no words; a script may write them")
    return Finding("alive")


def closing_words(words: str) -> str:
    """The words by which a page says that one can no longer apply, or ""."""
    for found in _CLOSED.finditer(words):
        if not _CONDITION.search(words[max(0, found.start() - 12) : found.start()]):
            return found[0]
    return ""


def _has_posting(text: str) -> bool:
    """A page that carries the position as data with a date ahead (else `_expired` had seen it) offers it."""
    return _JOB_POSTING.search(text) is not None and _VALID_THROUGH.search(text) is not None


def _expired(text: str, now: datetime) -> str:
    """The closing date in the page's own JobPosting, when it has just one and that is over."""
    if len(_JOB_POSTING.findall(text)) != 1:
        return ""
    dates = [read_date(found) for found in _VALID_THROUGH.findall(text)]
    if len(dates) != 1 or dates[0] is None or dates[0] + timedelta(days=1) > now:
        return ""
    return f"its page gives {dates[0]:%d %B %Y} as the closing date"


def _led_away(asked: str, final: str) -> Finding | None:
    """A redirect from a posting's address to one that names no posting, or to a door."""
    if asked == final:
        return None
    try:
        before, after = urlsplit(asked), urlsplit(final)
    except ValueError:
        return None
    is_elsewhere = before.netloc != after.netloc
    door = _DOOR_PATH.search(after.path) or (_DOOR_HOST.match(after.netloc) if is_elsewhere else None)
    if door is not None and not _DOOR_PATH.search(before.path):
        if "consent" in door[0].lower():
            return Finding("unknown", "its address leads to a question of consent")
        return Finding("wall", "its address leads to a login")
    named = set(_NUMBER.findall(f"{before.path}?{before.query}"))
    still = unquote(f"{after.path}?{after.query}")
    if named and any(n in still for n in named):
        return None
    to_listing = _LISTING.search(after.path) is not None and _LISTING.search(before.path) is None
    if to_listing and is_elsewhere and _NAMES_ONE.search(after.query):
        return None
    if to_listing or _LISTING_QUERY.search(after.query):
        return Finding("dead", "its address leads to a list or an error page of the site now")
    return None


def _body(text: str) -> str:
    """What a reader sees below the title."""
    at = text.lower().find("<body")
    return visible(text[max(at, 0) :])


def _short(words: str) -> str:
    return " ".join(words.split())[:80]


_SILENT = ("script", "style", "noscript", "template", "svg")


def visible(html: str) -> str:
    """The words of a page that a reader sees, roughly and in linear time: no markup, scripts or styles."""
    low, pieces, at = html.lower(), [], 0
    # a few letters are two in lower case, and every place behind them would be another
    if len(low) != len(html):
        low = html
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            pieces.append(html[at:])
            break
        pieces.append(html[at:start])
        at = _after_tag(low, start)
    return " ".join(unescape(" ".join(pieces)).split())


def _after_tag(low: str, start: int) -> int:
    """Where the text goes on behind a tag, a comment or a whole element that nobody reads."""
    if low.startswith("<!--", start):
        return _behind(low, "-->", start)
    for name in _SILENT:
        if (
            low.startswith(f"<{name}", start)
            and not low[start + 1 + len(name) : start + 2 + len(name)].isalnum()
        ):
            return _behind(low, ">", _find(low, f"</{name}", start))
    return _behind(low, ">", start)


def _find(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    return len(text) if found < 0 else found


def _behind(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    return len(text) if found < 0 else found + len(what)
