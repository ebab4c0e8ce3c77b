"""Ingest: from due feeds to stored postings.

    claim | look in threads, in line | classify | settle | move

A look is `flows.fetching`, what it asks goes through `flows.asking`. One feed's failure is a value; what was stored stays,
and the other feeds go on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from ctm_alerts.errors import FeedError, HostRests, LeaseLost, StorageError
from ctm_alerts.failpoints import reach
from ctm_alerts.feeds.aftermath import Aftermath, after_error
from ctm_alerts.feeds.cadence import adapted, next_check
from ctm_alerts.feeds.health import PastLook, holds_back_absences
from ctm_alerts.feeds.hosts import asked_host
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.moving import Moving, moving_on
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.flows.asking import Asking, Body, Client, Register
from ctm_alerts.flows.fetching import Fetched, Fetching, Held, Parser, Taken, defect
from ctm_alerts.flows.line import Line
from ctm_alerts.postings.arrival import Look, Understood
from ctm_alerts.postings.identity import keys_of
from ctm_alerts.postings.posting import Ad, Verdict
from ctm_alerts.postings.record import ad_of, ends_at, with_stated_pay

__all__ = ["Client", "Ingest"]

log = structlog.get_logger()

#: feeds looked at in one moment; each waits for its source most of the time
THREADS = 24
#: feeds that may be claimed and not settled: so many answers may wait in memory for their turn
AHEAD = 96
#: seconds that a slow source may hold up those behind it
PATIENCE = 4.0
#: seconds after which a round claims no more; what is due waits for the next one
MOST_SECONDS = 600.0


class Classifier(Protocol):
    """Understands an ad."""

    def classify(self, ad: Ad) -> Verdict: ...


class Shelf(Protocol):
    """What this flow needs of the feeds."""

    def claim_due(
        self, now: datetime, lease: timedelta, limit: int | None, *, at: datetime
    ) -> list[Feed]: ...
    def record_failure(
        self, feed: Feed, result: Ingested, after: Aftermath, now: datetime, milliseconds: int
    ) -> None: ...
    def put_off(self, feed: Feed, until: datetime) -> None: ...
    def note_moving(self, feed: Feed, moving: Moving) -> bool: ...


class Stock(Held, Protocol):
    """What this flow needs of the postings."""

    def settle(self, feed: Feed, look: Look, now: datetime) -> Ingested: ...


class Ingest:
    """The flow, with the parts that it needs."""

    def __init__(
        self,
        shelf: Shelf,
        stock: Stock,
        client: Client,
        hosts: Register,
        read_local: Callable[[Path, int], Body],
        parser: Parser,
        classifier: Classifier,
        *,
        lease: timedelta,
        jitter: Callable[[], float],
        past: Callable[[str], Sequence[PastLook]] = lambda _: [],
    ) -> None:
        self._past = past
        self._shelf, self._stock, self._client, self._hosts = shelf, stock, client, hosts
        self._read_local, self._parser = read_local, parser
        self._classifier, self._lease, self._jitter = classifier, lease, jitter

    def round(self, now: datetime, *, clock: Callable[[], datetime] | None = None) -> Iterator[Ingested]:
        """Every feed that is due at `now`, in the order of their due times; leases go by the clock."""
        clock, until = clock or (lambda: now), time.monotonic() + MOST_SECONDS
        asking = Asking(self._client, self._hosts, clock)
        fetching = Fetching(asking, self._read_local, self._parser, self._stock, now)
        line, looked_at = Line(fetching.look, THREADS, PATIENCE), set[str]()
        try:
            while True:
                # one that is due again at this very moment waits for the next round, or this one would not end
                if time.monotonic() < until and line.unbegun <= THREADS // 2 and len(line) < AHEAD:
                    due = self._shelf.claim_due(now, self._lease, THREADS, at=clock())
                    line.join((f, asked_host(f.kind, f.url)) for f in due if f.id not in looked_at)
                    looked_at.update(f.id for f in due)
                if not len(line):
                    return
                result = self.take(line.next(), now)
                words = {"status": result.outcome, "new": result.new, "reason": result.reason}
                log.info("ingested", feed=result.feed, **words)
                yield result
        finally:  # whoever stops listening does not wait for the feeds that were not begun
            self._give_back(line)

    def _give_back(self, line: Line[Feed, Fetched]) -> None:
        """What was claimed and not settled is due at once, for any worker."""
        left = line.close()
        with contextlib.suppress(StorageError):  # then their leases end by themselves
            for feed in left:
                self._shelf.put_off(feed, feed.next_check_at)

    def take(self, fetched: Fetched, now: datetime) -> Ingested:
        """Understand an answer and store it; every way out leaves the next check behind."""
        feed = fetched.feed
        try:
            if fetched.error is not None:
                raise fetched.error
            settled = self._settle(fetched, now)
        except FeedError as error:
            return self._fail(fetched, error, now)
        except StorageError:  # the trouble is the database's: no feed is blamed for it
            raise
        except LeaseLost as lost:
            return Ingested(feed.name, "error", str(lost))
        # a defect of ours in one feed must not stop the others; it is logged whole
        except Exception as error:
            log.exception("ingest", feed=feed.name, status="error")
            return self._fail(fetched, defect(error), now)
        self._follow(fetched, now)
        return settled

    def _fail(self, fetched: Fetched, error: FeedError, now: datetime) -> Ingested:
        feed = fetched.feed
        result = replace(fetched.result, outcome="error", reason=error.reason)
        if isinstance(error, HostRests) and not error.was_asked:
            self._shelf.put_off(feed, error.until)
            return result
        after = after_error(feed, error, now, floor=_floor(feed), jitter=self._jitter())
        try:
            self._shelf.record_failure(feed, result, after, now, fetched.milliseconds)
        except LeaseLost as lost:
            return replace(result, reason=str(lost))
        if after.paused_reason:
            log.warning("feed", feed=feed.name, status="paused", reason=after.paused_reason)
        return result

    def _settle(self, fetched: Fetched, now: datetime) -> Ingested:
        feed = fetched.feed
        understood = [self._understood(taken, now) for taken in fetched.taken]
        in_field = sum(item.verdict.role != "other" for item in understood)
        facts = replace(fetched.result.facts, in_field=in_field, understood=len(understood))
        quiet = 0 if fetched.taken or fetched.deferred else feed.quiet_looks + 1
        look = Look(
            replace(fetched.result, facts=facts),
            understood,
            seen=[entry.id for entry in fetched.parsed.entries],
            deferred=fetched.deferred,
            complete_listing=fetched.complete and not self._holds_back(fetched, now),
            validators=fetched.validators,
            next_check=self._next_check(feed, fetched.result, now, quiet),
            quiet_looks=quiet,
            milliseconds=fetched.milliseconds,
        )
        reach("ingest.before_settle")
        settled = self._stock.settle(feed, look, now)
        reach("ingest.after_settle")
        return settled

    def _holds_back(self, fetched: Fetched, now: datetime) -> bool:
        """A listing that shrank all at once closes nothing yet; "the same as before" holds what it held before."""
        looks = self._past(fetched.feed.id) if fetched.complete else []
        last = next((look.entries for look in looks if look.outcome == "ok"), 0)
        entries = fetched.result.entries if fetched.result.outcome == "ok" else last
        return holds_back_absences(looks, entries, now)

    def _understood(self, taken: Taken, now: datetime) -> Understood:
        verdict = with_stated_pay(self._classifier.classify(ad_of(taken.entry)), taken.entry)
        entry = replace(taken.entry, expires_at=ends_at(taken.entry, verdict, now))
        return Understood(entry, keys_of(entry), verdict, taken.origin, taken.fingerprint)

    def _follow(self, fetched: Fetched, now: datetime) -> None:
        """Where permanent redirects lead is counted, and after enough good days it is the feed's address."""
        feed = fetched.feed
        moving = moving_on(feed, fetched.moved_to, now)
        if moving == Moving(feed.moving_to, feed.moving_days, feed.moving_on):
            return
        words = {"old": feed.url, "new": moving.to, "days": moving.days}
        if self._shelf.note_moving(feed, moving):
            log.warning("moved", feed=feed.name, status="ok", **words)
        elif moving.is_over:
            log.warning("moved", feed=feed.name, status="skipped", reason="another feed is there", **words)
        elif moving.to is not None:
            log.info("moved", feed=feed.name, status="waiting", **words)

    def _next_check(self, feed: Feed, result: Ingested, now: datetime, quiet: int) -> datetime:
        return next_check(
            now,
            floor=_floor(feed),
            wanted=adapted(timedelta(minutes=feed.poll_minutes), quiet),
            outcome=result.outcome,
            failures=0,
            retry_after=None,
            jitter=self._jitter(),
        )


def _floor(feed: Feed) -> timedelta:
    """The least interval that the kind and the source's terms allow."""
    own = timedelta(minutes=feed.floor_minutes)
    kind = KINDS.get(feed.kind)  # None: its plug-in is gone
    return own if feed.is_local or kind is None else max(own, kind.floor)
