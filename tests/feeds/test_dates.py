"""Every date shape that feeds were seen to use, and some that mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.feeds.dates import read_date

MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2198, 12, 31)).map(lambda d: d.replace(microsecond=0))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-04-23T02:36:49+00:00", datetime(2026, 4, 23, 2, 36, 49)),
        ("2025-03-14 03:54:10", datetime(2025, 3, 14, 3, 54, 10)),
        ("2026-07-16T11:55:32-04:00", datetime(2026, 7, 16, 15, 55, 32)),
        ("2026-04-20T13:42:32.1370", datetime(2026, 4, 20, 13, 42, 32, 137000)),
        ("2026-04-20T13:42:32.1234567", datetime(2026, 4, 20, 13, 42, 32, 123456)),
        ("2026-08-05 09:41:37 UTC", datetime(2026, 8, 5, 9, 41, 37)),
        ("2026-08-05T01:00:00+0200", datetime(2026, 8, 4, 23)),
        ("2026-09-20", datetime(2026, 9, 20)),
        ("20260920", datetime(2026, 9, 20)),
        ("Sat, 29 Aug 2026 02:12:12 +0000", datetime(2026, 8, 29, 2, 12, 12)),
        ("Sat, 22 Aug 2026 06:25:52 GMT", datetime(2026, 8, 22, 6, 25, 52)),
        ("Mon, 09 Feb 2026 05:00:00 -0000", datetime(2026, 2, 9, 5)),
        ("Wed, 07 Oct 2026 13:00:00 EST", datetime(2026, 10, 7, 18)),
        (1767225600, datetime(2026, 1, 1)),
        ("1767225600", datetime(2026, 1, 1)),
        (1767225600000, datetime(2026, 1, 1)),
        ("19/10/2026", datetime(2026, 10, 19)),
        ("10/19/2026", datetime(2026, 10, 19)),
        ("05/05/2026", datetime(2026, 5, 5)),
        ("Nov 22, 2026", datetime(2026, 11, 22)),
        ("22nd November 2026", datetime(2026, 11, 22)),
    ],
)
def test_a_date_is_read_in_utc(said: object, meant: datetime) -> None:
    assert read_date(said) == meant.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "Posted Yesterday",
        "Posted 30+ Days Ago",
        "9999-99-99",
        "9999-99-99 99:99:99 UTC",
        "9999-12-31",
        "2026-02-30",
        "Sun, 20 Sep 2026 04:59:00:0",
        "03/04/2026",
        0,
        -1,
        1,
        True,
        float("nan"),
        float("inf"),
        10**30,
        67_768_036_191_676_796_929,
        "2026-01-01T00:00:00+99:99",
        "x" * 10_000,
        "٢٠٢٦-٠١-٠١",
        [],
        {"date": "2026-01-01"},
    ],
)
def test_what_is_no_date_stays_unknown(said: object) -> None:
    assert read_date(said) is None


@settings(max_examples=100, deadline=None)
@given(MOMENTS, ZONES)
def test_iso_and_rfc_822_come_back_as_the_same_moment(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=zone)
    assert read_date(aware.isoformat()) == aware
    assert read_date(format_datetime(aware)) == aware


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
def test_unix_seconds_and_milliseconds_mean_the_same(moment: datetime) -> None:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert read_date(seconds) == read_date(seconds * 1000) == read_date(str(seconds))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.from_regex(r"[0-9T:\-+. /Z]{1,30}")))
def test_nothing_makes_it_raise_and_what_comes_is_aware_utc(said: object) -> None:
    moment = read_date(said)
    assert moment is None or moment.tzinfo is UTC
