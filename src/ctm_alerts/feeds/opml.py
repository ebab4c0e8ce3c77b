"""Lists of feeds to carry away and to bring in: OPML 2.0, and the TOML of config/feeds.toml.

What one writes, the other side reads without loss: written, read and written again gives the same bytes. A list may
come from a stranger: it is read with expat, declarations are refused, and depth, size and number are bounded.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.declared import BY_TERMS, Declared, Kept
from ctm_alerts.feeds.declared_file import read_feed
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.terms import Book

#: our own attributes stand under this name, as OPML 2.0 wants it; it leads nowhere
NAMESPACE = "https://ctm-alerts.example/opml"
MOST_BYTES = 5_000_000
MOST_FEEDS = 20_000
DEEPEST = 40
_LONGEST = 4000
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:ctm="{NAMESPACE}">
  <head>
    <title>Feeds of ctm-alerts</title>
  </head>
  <body>
"""
_TAIL = "  </body>\n</opml>\n"
#: what XML 1.0 cannot hold, and what no name of a feed has any use for
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\t\n]+")


@dataclass(frozen=True)
class Unlisted:
    """A line of a list that names no feed that we could take, and why."""

    name: str
    url: str
    reason: str


Line = Declared | Unlisted


def listed(kept: Kept) -> Declared:
    """A stored feed as a list tells it; one that only its terms hold back is switched on there."""
    feed = kept.feed
    switched_on = feed.state == "active" or feed.paused_reason.startswith(BY_TERMS)
    return Declared(
        name=_CONTROLS.sub(" ", feed.name).strip(),
        url=feed.url,
        kind=feed.kind,
        backfill_days=feed.backfill_days,
        poll_minutes=feed.poll_minutes,
        enabled=switched_on,
        accepted=_CONTROLS.sub(" ", feed.accepted),
    )


def as_opml(feeds: Iterable[Declared]) -> str:
    """The list as OPML 2.0, for feed readers and for us."""
    return _HEAD + "".join(f"    <outline{_attributes(feed)}/>\n" for feed in feeds) + _TAIL


def _attributes(feed: Declared) -> str:
    said = {
        "text": feed.name,
        "title": feed.name,
        "type": "rss",
        "xmlUrl": feed.url,
        "ctm:kind": feed.kind,
        "ctm:backfill": str(feed.backfill_days or ""),
        "ctm:pollMinutes": str(feed.poll_minutes),
        "ctm:enabled": "" if feed.enabled else "false",
        "ctm:termsAccepted": feed.accepted,
    }
    return "".join(f" {name}={quoteattr(value)}" for name, value in said.items() if value)


def as_toml(feeds: Iterable[Declared]) -> str:
    """The list as the tables of config/feeds.toml."""
    return "\n".join(_table(feed) for feed in feeds)


def _table(feed: Declared) -> str:
    lines = [
        "[[feed]]",
        f"name = {_text(feed.name)}",
        f"url = {_text(feed.url)}",
        f"kind = {_text(feed.kind)}",
        f"poll_minutes = {feed.poll_minutes}",
    ]
    lines += [f"backfill = {feed.backfill_days}"] if feed.backfill_days else []
    lines += [] if feed.enabled else ["enabled = false"]
    lines += [f"terms_accepted = {_text(feed.accepted)}"] if feed.accepted else []
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A basic string of TOML; JSON's are that, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---- in -----------------------------------------------------------------------------------------------------------


def read_list(body: bytes, book: Book) -> list[Line]:
    """The feeds of a list, in its own order, whatever its form.

    Raises:
        UsageError: it is no list of feeds, or one that is made to do harm.
    """
    if len(body) > MOST_BYTES:
        raise UsageError(f"the list has {len(body):,} bytes, and {MOST_BYTES:,} is the most; split it")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _from_opml(body, book)
    return _from_toml(body)


def _from_toml(body: bytes) -> list[Line]:
    try:
        table = tomllib.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(
            f"the list is neither OPML nor TOML ({error}); give the output of `feeds export`"
        ) from None
    rows = table.get("feed", [])
    if set(table) - {"feed"} or not isinstance(rows, list):
        raise UsageError(
            "the list may hold [[feed]] tables and nothing else; [[accept]] counts in config/feeds.toml alone"
        )
    if len(rows) > MOST_FEEDS:
        raise UsageError(f"the list holds more than {MOST_FEEDS:,} feeds; split it")
    return list(map(_toml_line, rows))


def _toml_line(row: object) -> Line:
    made = read_feed(row)
    if isinstance(made, Declared):
        return made
    told = row if isinstance(row, Mapping) else {}
    return Unlisted(str(told.get("name", ""))[:80], str(told.get("url", ""))[:80], made)


def _from_opml(body: bytes, book: Book) -> list[Line]:
    reading = _Reading(book)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.EntityDeclHandler = _refuse_declaration
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise UsageError(
            f"the list is broken XML: {expat.ErrorString(error.code)}, line {error.lineno}"
        ) from None
    if not reading.is_opml:
        raise UsageError("the list is XML and no OPML; give the output of `feeds export` or of a feed reader")
    return reading.lines


def _refuse_declaration(*_: object) -> None:
    raise UsageError("the list declares a DOCTYPE or entities, which no OPML needs; it is refused")


class _Reading:
    """What expat tells of one document; outlines may stand in outlines."""

    def __init__(self, book: Book) -> None:
        self.lines: list[Line] = []
        self.is_opml = False
        self._book, self._depth = book, 0

    def begin(self, name: str, said: Mapping[str, str]) -> None:
        """One element."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise UsageError(f"the list is nested more than {DEEPEST} deep; it is refused")
        if self._depth == 1:
            self.is_opml = name.lower() == "opml"
        own = {key.lower(): value for key, value in said.items()}
        if name.lower() == "outline" and own.get("xmlurl", "").strip():
            if len(self.lines) >= MOST_FEEDS:
                raise UsageError(f"the list holds more than {MOST_FEEDS:,} feeds; split it")
            self.lines.append(_line(own, self._book))

    def end(self, name: str) -> None:
        """Its end."""
        self._depth -= 1


def _line(said: Mapping[str, str], book: Book) -> Line:
    """The feed of one outline; the names of its attributes are in small letters."""

    def ours(name: str) -> str:
        return said.get(f"{NAMESPACE} {name}".lower(), "").strip()

    url = said["xmlurl"].strip()
    name = _CONTROLS.sub(" ", said.get("text") or said.get("title") or url).strip()
    kind = ours("kind") or book.kind_of(url) or "rss"
    numbers = {key: ours(key) or str(usual) for key, usual in (("backfill", 0), ("pollMinutes", 60))}
    if len(url) > _LONGEST or len(name) > _LONGEST:
        return Unlisted(name[:80], url[:80], f"longer than {_LONGEST} characters")
    if kind not in KINDS:
        return Unlisted(name, url, f"no kind {kind!r}; `ctm-alerts feeds kinds` lists them")
    if (
        not all(n.isascii() and n.isdecimal() and len(n) < 7 for n in numbers.values())
        or numbers["pollMinutes"] == "0"
    ):
        return Unlisted(name, url, "backfill and pollMinutes must be whole numbers")
    return Declared(
        name=name,
        url=url,
        kind=kind,
        backfill_days=int(numbers["backfill"]),
        poll_minutes=int(numbers["pollMinutes"]),
        enabled=ours("enabled") != "false",
        accepted=ours("termsAccepted"),
    )
