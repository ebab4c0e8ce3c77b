"""The hosts that feeds live on: how they are named, and how long one rests that asked us to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ctm_alerts.errors import FetchError, UsageError
from ctm_alerts.feeds.cadence import LONGEST_WAIT
from ctm_alerts.feeds.kinds import KINDS

#: how long a host rests that says "too often" and not for how long; doubled each time that it says so again
USUAL_REST = timedelta(hours=1)
_MOST_DOUBLINGS = 5


@dataclass(frozen=True)
class Host:
    """What we remember of a host. All times are aware, UTC."""

    #: as in a URL, in lower case: name, and port where it is no usual one
    name: str
    #: nothing is asked of it until then
    rests_until: datetime | None = None
    #: why it rests, for the admin
    reason: str = ""
    #: how often in a row it asked us to wait
    refusals: int = 0
    #: the text of its robots.txt as it was read at `robots_at`; "" when it has none
    robots: str | None = None
    robots_at: datetime | None = None

    def rests(self, now: datetime) -> bool:
        """Whether it is to be left alone."""
        return self.rests_until is not None and self.rests_until > now


def host_of(url: str) -> str:
    """The host that a URL leads to; "" for a file."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower() if parts.scheme in ("http", "https") else ""


def asked_host(kind: str, url: str) -> str:
    """The host that a feed's first request goes to, which for some kinds is not the one of its URL."""
    try:
        return host_of(KINDS[kind].request(url).url) if kind in KINDS else host_of(url)
    except (UsageError, ValueError):  # an address that is none of the kind: the look at the feed says so
        return host_of(url)


def rest_until(error: FetchError, refusals: int, now: datetime) -> datetime | None:
    """Until when a host rests after such an answer; None when the answer does not ask for it.

    429 always does, 503 when it says how long; a day at most. Nonsense for a number counts as no number.
    """
    seconds = error.retry_after
    said = seconds is not None and math.isfinite(seconds) and seconds > 0
    if error.status == 429 and not said:
        return now + min(USUAL_REST * (1 << min(refusals, _MOST_DOUBLINGS)), LONGEST_WAIT)
    if error.status in (429, 503) and said and seconds is not None:
        return now + timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    return None
