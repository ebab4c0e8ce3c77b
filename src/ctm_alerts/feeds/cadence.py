"""When to look at a feed again."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal

Outcome = Literal["ok", "not_modified", "error"]

#: the longest silence that failures or a Retry-After can bring about
LONGEST_WAIT = timedelta(hours=24)
#: the share of the wait that jitter may add, so that feeds added together do not stay together
JITTER_SHARE = 0.1
#: 2 ** 10 times any floor is beyond the longest wait; more would only overflow
MOST_DOUBLINGS = 10


def next_check(
    now: datetime,
    *,
    floor: timedelta,
    wanted: timedelta,
    outcome: Outcome,
    failures: int,
    retry_after: float | None,
    jitter: float,
) -> datetime:
    """The moment of the next look at a feed; never sooner than `floor` from `now`.

    Args:
        now: aware; what comes back is in its zone.
        floor: the least interval that the source's terms or its kind allow.
        wanted: the interval that we should like.
        failures: consecutive errors, this one counted; each doubles the wait, to 24 hours at most.
        retry_after: seconds that the source asked for; capped at 24 hours; nonsense is ignored.
        jitter: in [0, 1); adds up to a tenth of the wait.
    """
    usual = max(floor, wanted)
    wait = _backed_off(usual, failures) if outcome == "error" else usual
    wait *= 1 + JITTER_SHARE * min(max(jitter, 0.0), 1.0)
    if outcome == "error":
        wait = min(wait, max(LONGEST_WAIT, floor))
    return now + max(wait, floor, _asked_for(retry_after))


def _backed_off(usual: timedelta, failures: int) -> timedelta:
    doublings = min(max(failures - 1, 0), MOST_DOUBLINGS)
    return min(usual, LONGEST_WAIT) * (1 << doublings)


def _asked_for(retry_after: float | None) -> timedelta:
    if retry_after is None or not math.isfinite(retry_after) or retry_after <= 0:
        return timedelta(0)
    return min(timedelta(seconds=min(retry_after, LONGEST_WAIT.total_seconds())), LONGEST_WAIT)
