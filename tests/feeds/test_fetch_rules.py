"""What becomes of a feed after a look: its end, its host's rest, its move. All by values."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from ctm_alerts.errors import FeedError, FetchError, HostRests, NoAnswer, NotAFeed
from ctm_alerts.feeds.aftermath import GIVEN_UP_AFTER, Aftermath, after_error
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.hosts import asked_host, host_of, rest_until
from ctm_alerts.feeds.kinds import KINDS, LONG_LISTS, ORDINARY
from ctm_alerts.feeds.moving import Moving, moving_on
from ctm_alerts.feeds.source import Feed
from tests.people import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(
    "1", "http://northlight.example/feed", "rss", "Northlight", "active", "", 0, 60, None, NOW, 2, None, None, None, None
)  # fmt: skip


def after(error: FeedError, feed: Feed = FEED) -> Aftermath:
    return after_error(feed, error, NOW, floor=HOUR, jitter=0.0)


@pytest.mark.parametrize(
    "error",
    [
        FetchError("broken", 500),
        NoAnswer("late", is_connected=True),
        NotAFeed("a page"),
        FetchError("no", 403),
    ],
)
def test_a_failure_is_counted_and_doubles_the_wait(error: FeedError) -> None:
    assert after(error) == Aftermath(3, NOW + 4 * HOUR)


def test_what_is_gone_for_good_is_paused_at_once() -> None:
    reason = f"gone for good (410) on {NOW:%Y-%m-%d}: find its new address, or leave it paused"
    assert after(FetchError("gone", 410)) == Aftermath(3, NOW + 4 * HOUR, None, reason)


def test_what_is_not_found_is_paused_after_two_weeks_of_it() -> None:
    assert after(FetchError("not there", 404)) == Aftermath(3, NOW + 4 * HOUR, NOW)
    since = NOW - GIVEN_UP_AFTER
    almost = replace(FEED, missing_since=since + timedelta(seconds=1))
    assert after(FetchError("not there", 404), almost).paused_reason == ""
    at_last = after(FetchError("not there", 404), replace(FEED, missing_since=since))
    assert at_last.paused_reason.startswith(f"not found (404) since {since:%Y-%m-%d}")
    # another error in between proves nothing of the kind
    assert after(FetchError("broken", 500), almost).missing_since is None


def test_a_host_that_rests_is_no_failure_of_its_feeds() -> None:
    rests = HostRests("too often", NOW + 5 * HOUR, 429, was_asked=True)
    assert after(rests) == Aftermath(2, NOW + 5 * HOUR)
    assert after(HostRests("too often", NOW, 429, was_asked=True)) == Aftermath(2, NOW + HOUR)


@pytest.mark.parametrize(
    ("status", "seconds", "refusals", "rests"),
    [
        (429, 120.0, 0, timedelta(minutes=2)),
        (429, 1e12, 0, DAY),
        (429, None, 0, HOUR),
        (429, None, 3, 8 * HOUR),
        (429, None, 99, DAY),
        (429, -5.0, 0, HOUR),
        (429, math.nan, 0, HOUR),
        (503, 120.0, 0, timedelta(minutes=2)),
        (503, None, 0, None),
        (503, math.inf, 0, None),
        (500, 120.0, 0, None),
        (None, None, 0, None),
    ],
)
def test_a_host_rests_when_it_says_so(
    status: int | None, seconds: float | None, refusals: int, rests: timedelta | None
) -> None:
    until = rest_until(FetchError("no", status, seconds), refusals, NOW)
    assert until == (None if rests is None else NOW + rests)


def test_a_host_is_named_as_in_its_urls() -> None:
    assert host_of("https://Jobs.Example:8443/a") == "jobs.example:8443"
    assert host_of("https://eve@jobs.example/a") == "jobs.example"
    assert host_of("file:///srv/jobs.xml") == ""
    assert asked_host("rss", "https://jobs.example/feed") == "jobs.example"
    board = "https://boards.greenhouse.io/acorn"
    assert asked_host("greenhouse", board) == host_of(KINDS["greenhouse"].request(board).url)


# --- moves

THERE = "https://jobs.northlight.example/feed"


def test_the_seventh_day_moves_a_feed() -> None:
    assert moving_on(FEED, THERE, NOW) == Moving(THERE, 1, NOW)
    six = replace(FEED, moving_to=THERE, moving_days=6, moving_on=NOW - DAY)
    assert moving_on(six, THERE, NOW) == Moving(THERE, 7, NOW, is_over=True)
    same_day = replace(six, moving_on=NOW)
    assert moving_on(same_day, THERE, NOW + timedelta(minutes=5)) == Moving(THERE, 6, NOW)


def test_another_place_begins_anew_and_none_ends_it() -> None:
    six = replace(FEED, moving_to="https://else.example/", moving_days=6, moving_on=NOW - DAY)
    assert moving_on(six, THERE, NOW) == Moving(THERE, 1, NOW)
    assert moving_on(six, None, NOW) == Moving()


@pytest.mark.parametrize(
    ("to", "at_once"),
    [
        ("https://northlight.example/feed", True),
        ("https://northlight.example:443/feed", True),
        ("https://northlight.example/other", False),
        ("https://www.northlight.example/feed", False),
        ("https://northlight.example:8443/feed", False),
        ("http://northlight.example/feed/", False),
    ],
)
def test_only_the_same_place_by_https_is_gone_to_at_once(to: str, at_once: bool) -> None:
    assert moving_on(FEED, to, NOW).is_over is at_once


def test_the_words_behind_an_address_move_with_it_and_an_api_does_not_move() -> None:
    mapped = replace(FEED, kind="sitemap", url="http://northlight.example/map.xml#clinical")
    assert moving_on(mapped, "https://northlight.example/map.xml", NOW) == Moving(
        "https://northlight.example/map.xml#clinical", 1, NOW, is_over=True
    )
    board = replace(FEED, kind="workday", url="https://acorn.wd5.myworkdayjobs.com/Careers")
    assert moving_on(board, THERE, NOW) == Moving()


# --- kinds


def test_what_a_body_may_cost_is_ordinary_but_for_long_lists() -> None:
    assert {name for name, kind in KINDS.items() if kind.limits != ORDINARY} == {"job_xml"}
    assert KINDS["job_xml"].limits == LONG_LISTS


def test_a_page_that_leads_on_leads_to_one_and_an_index_to_all() -> None:
    assert KINDS["rss"].following("https://a.example/", b"<rss/>", 1) == ()
    assert not KINDS["rss"].is_paged
    assert KINDS["sitemap"].is_paged
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}], "next_url": "https://a.example/2"}'
    assert KINDS["json_feed"].following("https://a.example/", body, 1) == (Request("https://a.example/2"),)
