"""Ingest: from due feeds to stored postings.

    claim | fetch in threads | parse in the child | distinct | new or changed only | details | classify | settle

One feed's failure is a value; what was stored stays, and the other feeds go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from ctm_alerts.errors import FeedError, FetchError, StorageError, UsageError
from ctm_alerts.failpoints import reach
from ctm_alerts.feeds.cadence import next_check
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.kinds import KINDS, Kind
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.postings.arrival import Look, Understood, Validators, distinct, entry_fingerprint, origin_of
from ctm_alerts.postings.identity import keys_of
from ctm_alerts.postings.posting import Ad, Verdict
from ctm_alerts.postings.record import Origin, ad_of, with_stated_pay

log = structlog.get_logger()

#: feeds fetched at one time; the client keeps one request per host
THREADS = 8
#: feeds claimed at one time: so many answers may wait in memory for their turn, and no lease is long in our hands
AHEAD = 32
#: pages of one listing at most; what is beyond is read when the listing shrinks or the feed is split
MOST_PAGES = 50
#: second calls of one feed in one round; entries beyond wait for the next round
MOST_DETAILS = 60


class Body(Protocol):
    """What the source answered."""

    @property
    def body(self) -> bytes: ...
    @property
    def not_modified(self) -> bool: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def body_hash(self) -> str: ...
    @property
    def moved_to(self) -> str | None: ...


class Client(Protocol):
    """Fetches, politely and guarded."""

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Body: ...


class Parser(Protocol):
    """Parses where a hostile body can do no harm."""

    def parse(
        self, body: bytes, kind: str = ..., url: str | None = ..., content_type: str | None = ...
    ) -> Parsed: ...


class Classifier(Protocol):
    """Understands an ad."""

    def classify(self, ad: Ad) -> Verdict: ...


class Shelf(Protocol):
    """What this flow needs of the feeds."""

    def claim_due(
        self, now: datetime, lease: timedelta, limit: int | None, *, at: datetime
    ) -> list[Feed]: ...
    def record_failure(
        self, feed: Feed, result: Ingested, now: datetime, next_check: datetime, milliseconds: int
    ) -> None: ...


class Stock(Protocol):
    """What this flow needs of the postings."""

    def fingerprints(self, feed_id: str, now: datetime) -> dict[str, str]: ...
    def waiting(self, feed_id: str) -> list[tuple[Entry, Origin]]: ...
    def settle(self, feed: Feed, look: Look, now: datetime) -> Ingested: ...


@dataclass(frozen=True)
class Fetched:
    """One feed's answer: all pages, or nothing new, or the error."""

    feed: Feed
    pages: tuple[Body, ...] = ()
    #: more pages were there than we read
    cut: bool = False
    error: FeedError | None = None
    milliseconds: int = 0


class Ingest:
    """The flow, with the parts that it needs."""

    def __init__(
        self,
        shelf: Shelf,
        stock: Stock,
        client: Client,
        read_local: Callable[[Path], Body],
        parser: Parser,
        classifier: Classifier,
        *,
        lease: timedelta,
        jitter: Callable[[], float],
    ) -> None:
        self._shelf, self._stock, self._client, self._parser = shelf, stock, client, parser
        self._read_local = read_local
        self._classifier, self._lease, self._jitter = classifier, lease, jitter

    def round(self, now: datetime, *, clock: Callable[[], datetime] | None = None) -> Iterator[Ingested]:
        """Every feed that is due at `now`, in the order of their due times; leases go by the clock.

        Which copy of a posting comes first must not hang on which source is quicker.
        """
        clock, looked_at = clock or (lambda: now), set[str]()
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="fetch")
        try:
            # one that is due again at this very moment waits for the next round, or this one would not end
            while feeds := [f for f in self._claim(now, clock()) if f.id not in looked_at]:
                looked_at.update(feed.id for feed in feeds)
                for answer in [pool.submit(self.fetch, feed) for feed in feeds]:
                    result = self.take(answer.result(), now)
                    words = {"status": result.outcome, "new": result.new, "reason": result.reason}
                    log.info("ingested", feed=result.feed, **words)
                    yield result
        finally:  # whoever stops listening does not wait for the feeds that were not begun
            pool.shutdown(cancel_futures=True)

    def _claim(self, now: datetime, at: datetime) -> list[Feed]:
        return self._shelf.claim_due(now, self._lease, AHEAD, at=at)

    def fetch(self, feed: Feed) -> Fetched:
        """The source's answer; an error is a value."""
        started = time.monotonic()
        try:
            pages, cut = self._pages(feed)
            fetched = Fetched(feed, pages, cut)
        except FeedError as error:
            fetched = Fetched(feed, error=error)
        except UsageError as error:  # the address is none that this kind can ask
            fetched = Fetched(feed, error=FeedError(str(error)))
        # a defect of ours, or an answer that no kind foresaw; the other feeds go on
        except Exception as error:
            log.exception("fetch", feed=feed.name, status="error")
            fetched = Fetched(feed, error=_defect(error))
        return replace(fetched, milliseconds=round((time.monotonic() - started) * 1000))

    def _pages(self, feed: Feed) -> tuple[tuple[Body, ...], bool]:
        if feed.is_local:
            return (self._read_local(local_path(feed.url)),), False
        kind = KINDS[feed.kind]
        first = self._client.fetch(kind.request(feed.url), etag=feed.etag, last_modified=feed.last_modified)
        pages = [first]
        while not pages[-1].not_modified and len(pages) < MOST_PAGES:
            following = kind.more(feed.url, pages[-1].body, len(pages))
            if following is None:
                return tuple(pages), False
            pages.append(self._client.fetch(following))
        return tuple(pages), len(pages) >= MOST_PAGES

    def take(self, fetched: Fetched, now: datetime) -> Ingested:
        """Understand an answer and store it; every way out leaves the next check behind."""
        feed = fetched.feed
        try:
            if fetched.error is not None:
                raise fetched.error
            return self._take_pages(fetched, now)
        except FeedError as error:
            return self._fail(fetched, error, now)
        except StorageError:  # the trouble is the database's: no feed is blamed for it
            raise
        # a defect of ours in one feed must not stop the others; it is logged whole
        except Exception as error:
            log.exception("ingest", feed=feed.name, status="error")
            return self._fail(fetched, _defect(error), now)

    def _fail(self, fetched: Fetched, error: FeedError, now: datetime) -> Ingested:
        feed = fetched.feed
        status = error.status if isinstance(error, FetchError) else None
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        result = Ingested(feed.name, "error", error.reason, status)
        check = self._next_check(feed, "error", now, retry_after)
        self._shelf.record_failure(feed, result, now, check, fetched.milliseconds)
        return result

    def _take_pages(self, fetched: Fetched, now: datetime) -> Ingested:
        feed, pages = fetched.feed, fetched.pages
        first = pages[0]
        # the same whole listing is read again: what it lacks is absent once more
        is_recent = KINDS[feed.kind].listing == "recent"
        same_body = is_recent and len(pages) == 1 and first.body_hash == feed.body_hash
        waiting = self._stock.waiting(feed.id)
        if first.not_modified or same_body:
            return self._settle(
                fetched, Parsed(feed.kind, ()), waiting, now, Ingested(feed.name, "not_modified"), None
            )
        parsed = _joined([self._parser.parse(p.body, feed.kind, feed.url, p.content_type) for p in pages])
        result = Ingested(feed.name, "ok", entries=len(parsed.entries), skipped=len(parsed.skipped))
        validators = Validators(first.etag, first.last_modified, first.body_hash)
        return self._settle(fetched, parsed, waiting, now, result, validators)

    def _settle(
        self,
        fetched: Fetched,
        parsed: Parsed,
        waiting: Sequence[tuple[Entry, Origin]],
        now: datetime,
        result: Ingested,
        validators: Validators | None,
    ) -> Ingested:
        feed, kind = fetched.feed, KINDS[fetched.feed.kind]
        entries = distinct(parsed.entries)
        held = self._stock.fingerprints(feed.id, now)
        queue = _unsettled(feed, entries, waiting, held, now)
        known, fresh = [q for q in queue if q[0].id in held], [q for q in queue if q[0].id not in held]
        needs_detail = any(kind.detail(feed.url, entry) for entry, _ in fresh[:1])
        room = MOST_DETAILS if needs_detail else kind.max_entries
        taken, surplus = (*known, *fresh[:room]), fresh[room:]
        understood, late = self._understand(feed, kind, taken)
        whole = kind.listing == "whole" and not parsed.skipped and not fetched.cut
        look = Look(
            result,
            understood,
            seen=[e.id for e in entries],
            deferred=[*surplus, *late],
            complete_listing=whole and parsed.complete,
            validators=validators,
            next_check=self._next_check(feed, result.outcome, now, None),
            milliseconds=fetched.milliseconds,
        )
        reach("ingest.before_settle")
        settled = self._stock.settle(feed, look, now)
        reach("ingest.after_settle")
        return settled

    def _understand(
        self, feed: Feed, kind: Kind, taken: Sequence[tuple[Entry, Origin]]
    ) -> tuple[list[Understood], list[tuple[Entry, Origin]]]:
        """Entries with their verdicts; those whose second call failed wait for the next round."""
        understood, late = [], []
        for entry, origin in taken:
            try:
                whole = self._with_detail(feed, kind, entry)
            except FeedError as error:
                log.info("detail", feed=feed.name, status="error", reason=error.reason)
                late.append((entry, origin))
                continue
            verdict = with_stated_pay(self._classifier.classify(ad_of(whole)), whole)
            understood.append(Understood(whole, keys_of(whole), verdict, origin, entry_fingerprint(entry)))
        return understood, late

    def _with_detail(self, feed: Feed, kind: Kind, entry: Entry) -> Entry:
        request = kind.detail(feed.url, entry)
        if request is None:
            return entry
        body = self._client.fetch(request).body
        merged = kind.merge_detail(entry, body)
        return replace(merged, id=entry.id)

    def _next_check(self, feed: Feed, outcome: str, now: datetime, retry_after: float | None) -> datetime:
        return next_check(
            now,
            floor=timedelta(0) if feed.is_local else KINDS[feed.kind].floor,
            wanted=timedelta(minutes=feed.poll_minutes),
            outcome="error" if outcome == "error" else "ok" if outcome == "ok" else "not_modified",
            failures=feed.failures + 1 if outcome == "error" else 0,
            retry_after=retry_after,
            jitter=self._jitter(),
        )


def _defect(error: Exception) -> FeedError:
    return FeedError(f"a defect of ours: {type(error).__name__}: {error}")


def _unsettled(
    feed: Feed,
    entries: Sequence[Entry],
    waiting: Sequence[tuple[Entry, Origin]],
    held: dict[str, str],
    now: datetime,
) -> list[tuple[Entry, Origin]]:
    """What waited longest first, then what is new or says something else than before."""
    queued = {entry.id for entry, _ in waiting}
    listed = {entry.id: entry for entry in entries}
    again = [(listed.get(entry.id, entry), origin) for entry, origin in waiting]
    first_poll = feed.baseline_at is None
    fresh = [
        (entry, origin_of(entry, first_poll=first_poll, backfill_days=feed.backfill_days, now=now))
        for entry in entries
        if entry.id not in queued and held.get(entry.id) != entry_fingerprint(entry)
    ]
    return [*again, *fresh]


def _joined(pages: Sequence[Parsed]) -> Parsed:
    last = pages[-1]
    return Parsed(
        kind=last.kind,
        entries=tuple(e for page in pages for e in page.entries),
        skipped=tuple(s for page in pages for s in page.skipped),
        title=pages[0].title,
        # the total of one page says nothing of all pages; that they all came is known from the last one
        complete=last.complete or len(pages) > 1,
    )


def local_path(url: str) -> Path:
    """The path that a file:// URL names."""
    return Path(unquote(urlsplit(url).path))
