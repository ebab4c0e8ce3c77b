"""Due times against a calendar that counts minutes, in every zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctm_alerts.digests.calendar import (
    LEAST_PAUSE,
    after_change,
    after_period,
    instant,
    next_due,
    quiet_end,
    ready_at,
)
from ctm_alerts.subscribers.subscriber import Rhythm

UTC = timezone.utc
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
ZONES = sorted(available_timezones() - {"localtime"})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slot_by_counting(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """The first minute at which the local clock shows the slot, or shows that it was skipped."""
    wanted = datetime.combine(day, time(minute // 60, minute % 60))
    moment = datetime.combine(day, time(), UTC) - timedelta(hours=26)
    skipped_from = None
    for _ in range(64 * 60):
        local = moment.astimezone(zone).replace(tzinfo=None)
        if local == wanted:
            return moment
        if (
            skipped_from is None
            and local > wanted
            and (local - timedelta(minutes=1)) < wanted + timedelta(hours=12)
        ):
            before = (moment - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
            if before < wanted:
                skipped_from = moment
        moment += timedelta(minutes=1)
    return skipped_from


@pytest.mark.parametrize(
    ("zone", "day", "hour", "minute", "expected"),
    [
        (NEW_YORK, date(2026, 3, 7), 7, 0, "2026-03-07T12:00"),
        (NEW_YORK, date(2026, 3, 8), 7, 0, "2026-03-08T11:00"),
        (NEW_YORK, date(2026, 3, 8), 2, 30, "2026-03-08T07:00"),  # the gap: 03:00 is the first valid instant
        (NEW_YORK, date(2026, 11, 1), 1, 30, "2026-11-01T05:30"),  # the overlap: the first of the two
        (BERLIN, date(2026, 3, 29), 2, 15, "2026-03-29T01:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, 15, "2026-10-03T15:30"),  # a gap of half an hour
        ("America/Havana", date(2026, 3, 8), 0, 0, "2026-03-08T05:00"),  # the gap begins at midnight
        ("Asia/Kathmandu", date(2026, 1, 1), 8, 0, "2026-01-01T02:15"),
    ],
)
def test_a_slot_is_the_right_instant(zone: str, day: date, hour: int, minute: int, expected: str) -> None:
    assert instant(day, hour * 60 + minute, ZoneInfo(zone)) == utc(expected)


def test_a_day_that_a_zone_skipped_has_no_slot() -> None:
    assert instant(date(2011, 12, 30), 8 * 60, ZoneInfo("Pacific/Apia")) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 95))
@example(NEW_YORK, date(2026, 3, 8), 10)
@example(NEW_YORK, date(2026, 11, 1), 6)
@example("Africa/Casablanca", date(2026, 2, 15), 11)
@example("America/Nuuk", date(2026, 3, 28), 92)
def test_every_slot_of_every_zone_is_what_counting_minutes_finds(zone: str, day: date, quarter: int) -> None:
    assert instant(day, quarter * 15, ZoneInfo(zone)) == slot_by_counting(day, quarter * 15, ZoneInfo(zone))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 95), st.integers(2024, 2029))
@example(NEW_YORK, 10, 2026)
@example("Asia/Gaza", 0, 2026)
def test_a_year_of_daily_digests_has_one_for_each_local_date(zone: str, quarter: int, year: int) -> None:
    rhythm = Rhythm(zone, quarter * 15)
    moment = datetime(year, 1, 1, 12, tzinfo=UTC)
    dates = []
    for _ in range(365):
        moment = next_due(rhythm, "daily", moment)
        # a slot in a gap that ends after midnight still belongs to the date that was skipped over
        dates.append(
            next(d for d in _around(moment, zone) if instant(d, quarter * 15, ZoneInfo(zone)) == moment)
        )
    assert dates == [dates[0] + timedelta(days=n) for n in range(365)]


def _around(moment: datetime, zone: str) -> list[date]:
    day = moment.astimezone(ZoneInfo(zone)).date()
    return [day, day - timedelta(days=1), day + timedelta(days=1)]


def test_a_weekly_digest_comes_on_its_weekday_and_hour_across_summer_time() -> None:
    rhythm = Rhythm(BERLIN, 8 * 60 + 15, weekday=2)
    moment, slots = utc("2026-03-20T00:00"), []
    for _ in range(3):
        moment = next_due(rhythm, "weekly", moment)
        slots.append(moment)
    assert slots == [utc("2026-03-24T07:15"), utc("2026-03-31T06:15"), utc("2026-04-07T06:15")]


def test_weekdays_only_skips_the_weekend() -> None:
    rhythm = Rhythm(NEW_YORK, 7 * 60, weekdays_only=True)
    assert next_due(rhythm, "daily", utc("2026-03-06T12:00")) == utc("2026-03-09T11:00")


def test_weekly_by_own_wish_holds_although_the_plan_is_daily() -> None:
    rhythm = Rhythm(NEW_YORK, 7 * 60, weekday=3, weekly=True)
    assert next_due(rhythm, "daily", utc("2026-03-06T12:00")) == utc("2026-03-11T11:00")


def test_a_change_never_brings_a_digest_within_twenty_hours_of_the_last() -> None:
    last = utc("2026-05-04T11:00")  # 07:00 in New York
    moved = Rhythm("America/Los_Angeles", 7 * 60)  # 14:00 UTC is three hours later
    assert after_change(moved, "daily", last + timedelta(minutes=5), last) == utc("2026-05-05T14:00")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 95),
    st.sampled_from(["daily", "weekly"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(), timedelta(days=10)),
)
def test_after_any_change_the_next_digest_lies_ahead_and_twenty_hours_from_the_last(
    zone: str, quarter: int, cadence: str, last: datetime, passed: timedelta
) -> None:
    now = last + passed
    due = after_change(Rhythm(zone, quarter * 15), "weekly" if cadence == "weekly" else "daily", now, last)
    assert due > now or due - last >= LEAST_PAUSE
    assert due - last >= LEAST_PAUSE
    assert due - now <= timedelta(days=9)


def test_downtime_of_three_days_collapses_into_one_late_digest() -> None:
    rhythm = Rhythm(NEW_YORK, 7 * 60)
    due, now = utc("2026-05-04T11:00"), utc("2026-05-07T18:30")
    assert after_period(rhythm, "daily", due, now) == utc("2026-05-08T11:00")


def test_a_late_digest_in_the_morning_takes_the_place_of_todays() -> None:
    rhythm = Rhythm(NEW_YORK, 9 * 60)
    due, now = utc("2026-05-04T13:00"), utc("2026-05-05T11:30")  # composed at 07:30 the day after
    assert after_period(rhythm, "daily", due, now) == utc("2026-05-06T13:00")


def test_a_digest_in_time_leads_to_the_very_next_slot() -> None:
    rhythm = Rhythm(NEW_YORK, 7 * 60)
    due = utc("2026-05-04T11:00")
    assert after_period(rhythm, "daily", due, due + timedelta(minutes=40)) == utc("2026-05-05T11:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-05-05T02:30", "2026-05-05T11:00"),  # 22:30 in New York: seven in the morning
        ("2026-05-05T10:59", "2026-05-05T11:00"),
        ("2026-05-05T11:00", "2026-05-05T11:00"),
        ("2026-05-05T18:00", "2026-05-05T18:00"),
    ],
)
def test_late_mail_waits_for_the_end_of_the_quiet_hours(now: str, expected: str) -> None:
    rhythm = Rhythm(NEW_YORK, 7 * 60)
    assert quiet_end(rhythm, utc(now)) == utc(expected)
    assert ready_at("catchup", rhythm, utc(now), utc(now)) == utc(expected)
    assert ready_at("regular", rhythm, utc("2026-05-04T11:00"), utc(now)) == utc(expected)


def test_quiet_hours_never_hold_back_the_hour_that_was_chosen() -> None:
    rhythm = Rhythm(NEW_YORK, 23 * 60)
    due = utc("2026-05-05T03:00")
    assert ready_at("regular", rhythm, due, due + timedelta(minutes=3)) == due


def test_quiet_hours_never_hold_back_the_first_digest() -> None:
    rhythm = Rhythm(NEW_YORK, 8 * 60)
    confirmed = utc("2026-05-05T03:00")
    assert ready_at("first", rhythm, confirmed, confirmed) == confirmed
