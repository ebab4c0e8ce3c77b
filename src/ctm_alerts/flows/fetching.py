"""One look at one feed, in a thread: what its source says, as entries that are ready to be understood.

    first page | further pages | parse in the child | distinct | new or changed only | second calls

All of it within the feed's own time; an error is a value.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from ctm_alerts.errors import FeedError, FetchError, HostRests, NoAnswer, StorageError, UsageError
from ctm_alerts.failpoints import reach
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.health import facts_of
from ctm_alerts.feeds.kinds import KINDS, Kind
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.flows.asking import Asking, Body
from ctm_alerts.postings.arrival import Validators, distinct, entry_fingerprint, origin_of
from ctm_alerts.postings.record import Origin

log = structlog.get_logger()

#: pages of one listing at most; what is beyond is read when the listing shrinks or the feed is split
MOST_PAGES = 50
#: second calls of one feed in one round; entries beyond wait for the next round
MOST_DETAILS = 60
#: seconds that a feed may take for its pages, and for its second calls; both together are far below a lease
MOST_SECONDS = 120.0
#: a day may have begun there that has not begun here
ZONES_APART = timedelta(hours=26)
#: a second call that says so will not say better tomorrow
_NOTHING_THERE = frozenset({404, 410})


class Parser(Protocol):
    """Reads bodies where a hostile one can do no harm."""

    def parse(
        self, body: bytes, kind: str = ..., url: str | None = ..., content_type: str | None = ...
    ) -> Parsed: ...
    def following(self, body: bytes, kind: str, url: str, read: int) -> tuple[Request, ...]: ...
    def merge_detail(self, entry: Entry, body: bytes, kind: str) -> Entry: ...


class Held(Protocol):
    """What is stored of a feed's entries."""

    def fingerprints(self, feed_id: str, now: datetime) -> dict[str, str]: ...
    def waiting(self, feed_id: str, limit: int) -> list[tuple[Entry, Origin]]: ...
    def waiting_ids(self, feed_id: str) -> set[str]: ...


@dataclass(frozen=True)
class Taken:
    """An entry that is to be understood now."""

    #: with what its second call said
    entry: Entry
    origin: Origin
    #: of the entry as the listing says it
    fingerprint: str


@dataclass(frozen=True)
class Fetched:
    """One look, before anything is decided about its entries.

    Attributes:
        parsed: all pages as one; its entries are distinct.
        deferred: surplus, and those whose second call failed.
        complete: what is absent from the entries is absent from the source.
        validators: None: those that are there stay.
        moved_to: where permanent redirects led.
    """

    feed: Feed
    result: Ingested
    parsed: Parsed
    taken: Sequence[Taken] = ()
    deferred: Sequence[tuple[Entry, Origin]] = ()
    complete: bool = False
    validators: Validators | None = None
    moved_to: str | None = None
    error: FeedError | None = None
    milliseconds: int = 0


@dataclass
class _Pages:
    """What was read of a listing so far."""

    first: Body
    parsed: list[Parsed] = field(default_factory=list)
    #: there are more than we read, or one of them failed
    cut: bool = False
    reason: str = ""


class Fetching:
    """Looks at feeds, with the parts that it needs; safe for threads."""

    def __init__(
        self,
        asking: Asking,
        read_local: Callable[[Path, int], Body],
        parser: Parser,
        held: Held,
        now: datetime,
    ) -> None:
        self._asking, self._read_local, self._parser = asking, read_local, parser
        self._held, self._now = held, now

    def look(self, feed: Feed) -> Fetched:
        """What the source says; an error is a value, but for one of the database."""
        started = time.monotonic()
        try:
            fetched = self._look(feed)
        except StorageError:
            raise
        except FeedError as error:
            fetched = _failed(feed, error)
        except UsageError as error:  # the address is none that this kind can ask
            fetched = _failed(feed, FeedError(str(error)))
        # a defect of ours, or an answer that no kind foresaw; the other feeds go on
        except Exception as error:
            log.exception("fetch", feed=feed.name, status="error")
            fetched = _failed(feed, defect(error))
        return replace(fetched, milliseconds=round((time.monotonic() - started) * 1000))

    def _look(self, feed: Feed) -> Fetched:
        kind = KINDS[feed.kind]
        pages = self._pages(feed, kind)
        reach("ingest.after_body")
        parsed = _joined(feed, pages.parsed, self._now)
        held = self._held.fingerprints(feed.id, self._now)
        taken, deferred = self._chosen(feed, kind, parsed.entries, held)
        if not pages.parsed:
            return Fetched(
                feed, Ingested(feed.name, "not_modified"), parsed, taken, deferred,
                # the same whole listing once more: what it lacked is absent once more
                complete=kind.listing == "whole", moved_to=pages.first.moved_to,
            )  # fmt: skip
        facts = facts_of([entry for page in pages.parsed for entry in page.entries], held)
        result = Ingested(
            feed.name,
            "ok",
            pages.reason,
            entries=len(parsed.entries),
            skipped=len(parsed.skipped),
            facts=facts,
        )
        whole = kind.listing == "whole" and not parsed.skipped and not pages.cut and parsed.complete
        validators = _validators(pages)
        return Fetched(
            feed, result, parsed, taken, deferred, whole, validators, moved_to=pages.first.moved_to
        )

    # -- pages

    def _pages(self, feed: Feed, kind: Kind) -> _Pages:
        if feed.is_local:
            first = self._read_local(local_path(feed.url), kind.limits.most_bytes)
            return self._read_on(_Pages(first), feed, kind, ())
        request = kind.request(feed.url)
        first = self._asking.ask(request, kind, etag=feed.etag, last_modified=feed.last_modified)
        if first.not_modified:
            return _Pages(first)
        following = self._parser.following(first.body, kind.name, feed.url, 1)
        return self._read_on(_Pages(first), feed, kind, following)

    def _read_on(self, pages: _Pages, feed: Feed, kind: Kind, following: Sequence[Request]) -> _Pages:
        """Parse the first page and those that it leads to, each once."""
        if kind.listing == "recent" and not following and pages.first.body_hash == feed.body_hash:
            return pages
        until = time.monotonic() + max(MOST_SECONDS, kind.limits.seconds)
        pages.parsed.append(self._parse(pages.first, feed))
        queue, asked = deque(following), {_spelled(kind.request(feed.url))}
        while queue and len(pages.parsed) < MOST_PAGES and time.monotonic() < until:
            request = queue.popleft()
            if _spelled(request) in asked:
                continue
            asked.add(_spelled(request))
            try:
                page = self._asking.ask(request, kind)
                pages.parsed.append(self._parse(page, feed))
                queue += self._parser.following(page.body, kind.name, feed.url, len(pages.parsed))
            except FeedError as error:
                # what came is kept; what is missing counts as no absence, and the next look asks for all again
                pages.cut, pages.reason = True, f"one of its pages failed: {error.reason}"
                if isinstance(error, HostRests | NoAnswer):
                    break
        pages.cut = pages.cut or bool(queue)
        return pages

    def _parse(self, page: Body, feed: Feed) -> Parsed:
        return self._parser.parse(page.body, feed.kind, feed.url, page.content_type)

    # -- entries

    def _chosen(
        self, feed: Feed, kind: Kind, entries: Sequence[Entry], held: dict[str, str]
    ) -> tuple[list[Taken], list[tuple[Entry, Origin]]]:
        """Those to be understood now, and those that wait."""
        queued = self._held.waiting_ids(feed.id)
        waiting = self._held.waiting(feed.id, kind.max_entries + MOST_DETAILS) if queued else []
        listed = {entry.id: entry for entry in entries}
        queue = [
            *((listed.get(entry.id, entry), origin) for entry, origin in waiting),
            *self._unsettled(feed, entries, queued, held),
        ]
        second = _SecondCalls(self._asking, self._parser, feed, kind)
        fresh = 0
        taken: list[Taken] = []
        surplus: list[tuple[Entry, Origin]] = []
        late: list[tuple[Entry, Origin]] = []
        # what is stored already and says something else now comes first
        for entry, origin in sorted(queue, key=lambda item: item[0].id not in held):
            fresh += entry.id not in held
            whole = second.ask(entry) if fresh <= kind.max_entries else None
            if whole is not None:
                taken.append(Taken(whole, origin, entry_fingerprint(entry)))
            elif second.was_asked(entry):
                late.append((entry, origin))
            elif entry.id not in queued:
                surplus.append((entry, origin))
        # those that failed stand behind all others, which would never be asked for otherwise
        return taken, [*surplus, *late]

    def _unsettled(
        self, feed: Feed, entries: Iterable[Entry], queued: set[str], held: dict[str, str]
    ) -> list[tuple[Entry, Origin]]:
        """What is new or says something else than before."""
        first_poll, days = feed.baseline_at is None, feed.backfill_days
        return [
            (entry, origin_of(entry, first_poll=first_poll, backfill_days=days, now=self._now))
            for entry in entries
            if entry.id not in queued and held.get(entry.id) != entry_fingerprint(entry)
        ]


class _SecondCalls:
    """The second calls of one look: so many at most, within a time, and none after the host wants no more."""

    def __init__(self, asking: Asking, parser: Parser, feed: Feed, kind: Kind) -> None:
        self._asking, self._parser, self._feed, self._kind = asking, parser, feed, kind
        self._left, self._until = MOST_DETAILS, time.monotonic() + MOST_SECONDS
        self._asked: set[str] = set()

    def was_asked(self, entry: Entry) -> bool:
        """Whether a call was made for an entry."""
        return entry.id in self._asked

    def ask(self, entry: Entry) -> Entry | None:
        """The entry with what its second call said, if it needs one; None: it waits for the next round."""
        request = self._kind.detail(self._feed.url, entry)
        if request is None:
            return entry
        if self._left == 0 or time.monotonic() > self._until:
            return None
        self._left -= 1
        self._asked.add(entry.id)
        try:
            return self._merged(entry, self._asking.ask(request, self._kind).body)
        except FeedError as error:
            log.info("detail", feed=self._feed.name, status="error", reason=error.reason)
            if isinstance(error, HostRests | NoAnswer):
                self._left = 0
            is_final = isinstance(error, FetchError) and error.status in _NOTHING_THERE
            return entry if is_final else None

    def _merged(self, entry: Entry, body: bytes) -> Entry:
        return replace(self._parser.merge_detail(entry, body, self._kind.name), id=entry.id)


def _failed(feed: Feed, error: FeedError) -> Fetched:
    status = error.status if isinstance(error, FetchError) else None
    return Fetched(
        feed, Ingested(feed.name, "error", error.reason, status), Parsed(feed.kind, ()), error=error
    )


def defect(error: Exception) -> FeedError:
    """What a feed is told that met a defect of ours."""
    return FeedError(f"a defect of ours: {type(error).__name__}: {error}")


def _joined(feed: Feed, pages: Sequence[Parsed], now: datetime) -> Parsed:
    if not pages:
        return Parsed(feed.kind, ())
    last = pages[-1]
    return Parsed(
        kind=last.kind,
        entries=distinct(_dated(e, now) for page in pages for e in page.entries),
        skipped=tuple(s for page in pages for s in page.skipped),
        title=pages[0].title,
        # the total of one page says nothing of all pages; that they all came is known from the last one
        complete=last.complete or len(pages) > 1,
    )


def _dated(entry: Entry, now: datetime) -> Entry:
    """A date that lies ahead is none: such an entry would be young for as long as it stands there."""
    ahead = entry.posted_at is not None and entry.posted_at > now + ZONES_APART
    return replace(entry, posted_at=None) if ahead else entry


def _validators(pages: _Pages) -> Validators:
    """Of a listing in pages the first one being the same says nothing of the others, nor does half a listing."""
    first = pages.first
    if len(pages.parsed) > 1 or pages.cut:
        return Validators(None, None, first.body_hash)
    return Validators(first.etag, first.last_modified, first.body_hash)


def _spelled(request: Request) -> tuple[str, str, bytes]:
    return request.method, request.url, request.body or b""


def local_path(url: str) -> Path:
    """The path that a file:// URL names."""
    return Path(unquote(urlsplit(url).path))
