"""When to look at a feed again."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal

Outcome = Literal["ok", "not_modified", "error"]

#: the longest silence that failures or a Retry-After can bring about
LONGEST_WAIT = timedelta(hours=24)
#: a feed that brings nothing new is asked less often, step by step, but for so long at most
LONGEST_QUIET, QUIET_STEP = timedelta(hours=6), 4
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


def adapted(wanted: timedelta, quiet_looks: int) -> timedelta:
    """The interval for a feed that brought nothing new for so many looks: half as long again with each four of them.

    Never longer than six hours (or `wanted`, where that is more): a daily digest must not wait for a quiet feed.
    """
    steps = min(quiet_looks // QUIET_STEP, MOST_DOUBLINGS)
    return max(wanted, min(wanted * 1.5**steps, LONGEST_QUIET))


def _backed_off(usual: timedelta, failures: int) -> timedelta:
    doublings = min(max(failures - 1, 0), MOST_DOUBLINGS)
    return min(usual, LONGEST_WAIT) * (1 << doublings)


def _asked_for(retry_after: float | None) -> timedelta:
    if retry_after is None or not math.isfinite(retry_after) or retry_after <= 0:
        return timedelta(0)
    return min(timedelta(seconds=min(retry_after, LONGEST_WAIT.total_seconds())), LONGEST_WAIT)
