"""The next look at a feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.feeds.cadence import LONGEST_WAIT, Outcome, adapted, next_check

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wait(
    outcome: Outcome = "ok",
    failures: int = 0,
    retry_after: float | None = None,
    jitter: float = 0.0,
    floor: timedelta = HOUR,
    wanted: timedelta = HOUR,
) -> timedelta:
    at = next_check(
        NOW,
        floor=floor,
        wanted=wanted,
        outcome=outcome,
        failures=failures,
        retry_after=retry_after,
        jitter=jitter,
    )
    return at - NOW


def test_a_good_fetch_is_followed_by_the_wanted_wait() -> None:
    assert wait(wanted=3 * HOUR) == 3 * HOUR
    assert wait("not_modified", wanted=3 * HOUR) == 3 * HOUR


def test_the_floor_of_the_source_holds_against_a_shorter_wish() -> None:
    assert wait(wanted=timedelta(minutes=5)) == HOUR


@pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (1000, 24)])
def test_each_failure_doubles_the_wait_up_to_a_day(failures: int, hours: int) -> None:
    assert wait("error", failures) == timedelta(hours=hours)


def test_retry_after_is_honoured_and_capped() -> None:
    assert wait("error", 1, retry_after=7200) == 2 * HOUR
    assert wait("error", 1, retry_after=1e9) == LONGEST_WAIT
    assert wait("error", 1, retry_after=10) == HOUR


@pytest.mark.parametrize("garbage", [float("nan"), float("inf"), -5.0, 0.0])
def test_a_senseless_retry_after_is_ignored(garbage: float) -> None:
    assert wait("error", 1, retry_after=garbage) == HOUR


def test_jitter_adds_up_to_a_tenth() -> None:
    assert wait(jitter=0.5) == timedelta(minutes=63)


def test_a_feed_that_brings_nothing_new_is_asked_less_often_but_four_times_a_day_at_least() -> None:
    minutes = [round(adapted(HOUR, quiet).total_seconds() / 60) for quiet in (0, 3, 4, 8, 12, 16, 20, 10**9)]
    assert minutes == [60, 60, 90, 135, 202, 304, 360, 360]
    assert adapted(timedelta(hours=12), 50) == timedelta(hours=12)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["ok", "not_modified", "error"]),
    st.integers(0, 10**6),
    st.one_of(st.none(), st.floats()),
    st.floats(0, 1, exclude_max=True),
    st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_it_is_never_sooner_than_the_floor_nor_later_than_all_bounds(
    outcome: Outcome,
    failures: int,
    retry_after: float | None,
    jitter: float,
    floor: timedelta,
    wanted: timedelta,
) -> None:
    waited = wait(outcome, failures, retry_after, jitter, floor, wanted)
    assert floor <= waited <= max(floor, wanted, LONGEST_WAIT) * 1.1 + timedelta(seconds=1)
