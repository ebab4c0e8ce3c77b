"""What becomes of a feed after a look that failed: when it is looked at again, or that it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ctm_alerts.errors import FeedError, FetchError, HostRests
from ctm_alerts.feeds.cadence import next_check
from ctm_alerts.feeds.source import Feed

#: a feed of which nothing is there for so long is paused
GIVEN_UP_AFTER = timedelta(days=14)
#: how the reasons begin for which a feed is paused because its source says that it is no more
GONE = ("gone for good (410)", "not found (404)")


@dataclass(frozen=True)
class Aftermath:
    """The feed's next state; times are aware, UTC."""

    #: in a row, this one counted if it was the feed's
    failures: int
    next_check: datetime
    #: since when the source says 404; None: it says something else
    missing_since: datetime | None = None
    #: "" while it goes on
    paused_reason: str = ""


def after_error(feed: Feed, error: FeedError, now: datetime, *, floor: timedelta, jitter: float) -> Aftermath:
    """410 ends the polling at once and 404 after two weeks; a host that asked us to wait is no failure of the feed's."""
    status = error.status if isinstance(error, FetchError) else None
    rests = isinstance(error, HostRests)
    failures = feed.failures if rests else feed.failures + 1
    check = next_check(
        now,
        floor=floor,
        wanted=timedelta(minutes=feed.poll_minutes),
        outcome="not_modified" if rests else "error",
        failures=failures,
        retry_after=error.retry_after if isinstance(error, FetchError) and not rests else None,
        jitter=jitter,
    )
    if isinstance(error, HostRests):
        return Aftermath(failures, max(check, error.until), feed.missing_since)
    missing_since = (feed.missing_since or now) if status == 404 else None
    return Aftermath(failures, check, missing_since, _paused_reason(feed, status, missing_since, now))


def _paused_reason(feed: Feed, status: int | None, missing_since: datetime | None, now: datetime) -> str:
    if status == 410:
        return f"{GONE[0]} on {now:%Y-%m-%d}: find its new address, or leave it paused"
    if missing_since is not None and now - missing_since >= GIVEN_UP_AFTER:
        return f"{GONE[1]} since {missing_since:%Y-%m-%d}: find its new address, or leave it paused"
    return ""
