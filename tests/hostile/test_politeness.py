"""Moves, ends, rests, robots.txt and second calls: what a source asks for is done, and no other feed pays for it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ctm_alerts.flows.asking import Asking
from ctm_alerts.flows.fetching import Fetching
from ctm_alerts.net.client import Client, read_local
from ctm_alerts.storage.database import Database
from tests.flows.house import DAY, HOUR, house
from tests.hostile.scene import LATER, Scene, scene, web
from tests.people import NOW

# --- F5: moves


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_moves_a_feed_after_good_answers_on_seven_days(
    tmp_path: Path, status: int
) -> None:
    with scene(tmp_path) as on:
        old, new = on.web.url(f"/{status}"), on.web.url("/grow/moved")
        on.add(old)
        addresses = []
        for half_days in range(14):
            assert on.round(NOW + half_days * DAY / 2)["bad"].outcome == "ok"
            addresses.append(on.feed().url)
        assert addresses == [old] * 12 + [new] * 2
        assert on.web.asked().count(f"/{status}") == 13
        assert len(on.stored()) == 14  # each look brought one, and none was lost on the way
        assert on.feed().moving_to is None


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_never_moves_a_feed(tmp_path: Path, status: int) -> None:
    with scene(tmp_path) as on:
        old = on.web.url(f"/{status}")
        on.add(old)
        for days in range(9):
            assert on.round(NOW + days * DAY)["bad"].outcome == "ok"
        assert on.feed().url == old
        assert on.feed().moving_days == 0


def test_days_begin_anew_when_the_redirect_ends_and_a_bad_answer_is_no_day(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        old = on.web.url("/301")
        on.add(old)
        for days in range(3):
            on.round(NOW + days * DAY)
        assert on.feed().moving_days == 3
        on.home.sql("UPDATE feeds SET url = :url", url=on.web.url("/301?to=/html"))
        assert on.round(NOW + 3 * DAY)["bad"].outcome == "error"
        assert on.feed().moving_days == 3
        on.home.sql("UPDATE feeds SET url = :url", url=on.web.url("/same"))
        on.round(NOW + 6 * DAY)
        assert (on.feed().moving_to, on.feed().moving_days) == (None, 0)


def test_a_feed_does_not_move_to_where_another_one_lives(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        old = on.web.url("/301?to=/same")
        on.add(old)
        on.add(on.web.url("/same"), "there")
        for days in range(9):
            on.round(NOW + days * DAY)
        assert on.feed().url == old
        assert on.feed("there").url == on.web.url("/same")


# --- F9: ends


def test_a_source_that_is_gone_is_paused_with_the_reason_and_not_asked_again(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/then/410"))
        on.add_good(1)
        on.round(NOW)
        before = on.stored("bad")
        assert on.round(LATER)["bad"].status == 410
        for days in range(1, 40):
            assert "bad" not in on.round(NOW + days * DAY)
        assert on.web.asked().count("/then/410") == 2
        feed = on.feed()
        assert (feed.state, feed.paused_reason.split(":")[0]) == (
            "paused",
            f"gone for good (410) on {LATER:%Y-%m-%d}",
        )
        assert on.stored("bad") == before


def test_what_is_not_found_is_asked_ever_less_and_paused_after_two_weeks(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/then/404"))
        on.round(NOW)
        before, now = on.stored(), LATER
        while on.feed().state == "active" and now < NOW + 40 * DAY:
            on.round(now)
            now = max(on.feed().next_check_at, now)
        feed = on.feed()
        assert feed.state == "paused"
        assert feed.paused_reason.startswith(f"not found (404) since {LATER:%Y-%m-%d}")
        assert NOW + 14 * DAY < now < NOW + 17 * DAY
        assert 15 < on.web.asked().count("/then/404") < 25
        assert on.stored() == before
        on.home.app.feeds.set_state(feed.id, "active", "", now)
        assert on.feed().missing_since is None


def test_a_404_that_is_over_in_time_is_forgotten(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/then/404"))
        on.round(NOW)
        on.round(LATER)
        assert on.feed().missing_since == LATER
        on.home.sql("UPDATE feeds SET url = :url", url=on.web.url("/same"))
        on.round(NOW + DAY)
        assert (on.feed().missing_since, on.feed().failures) == (None, 0)


# --- F10: a host that asks us to wait


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("7200", 2 * HOUR),
        ("1000000000", DAY),
        ("Wed, 01 Jan 2200 00:00:00 GMT", DAY),
    ],
)
def test_the_whole_host_waits_for_as_long_as_it_asked(
    tmp_path: Path, status: int, said: str, waits: timedelta
) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/then/{status}?retry={said}"))
        on.add(on.web.url("/grow/neighbour"), "neighbour")
        on.add_good(1)
        on.round(NOW)
        on.home.sql(
            "UPDATE feeds SET next_check_at = datetime(next_check_at, '+1 minutes') WHERE name = 'neighbour'"
        )
        looks = on.round(LATER)
        assert looks["bad"].status == status
        assert (looks["bad"].outcome, on.feed().failures, on.feed().state) == ("error", 0, "active")
        assert looks["neighbour"].reason.startswith("not asked: ")
        assert looks["good 0"].new == 1
        almost = LATER + waits - timedelta(minutes=1)
        assert set(on.round(almost)) == {"good 0"}
        assert on.web.asked().count("/grow/neighbour") == 1
        on.home.app.feeds.set_state(on.feed().id, "paused", "it would ask us to wait again", LATER)
        assert on.round(LATER + waits + HOUR)["neighbour"].outcome == "ok"


@pytest.mark.parametrize("said", ["-5", "soon", "0", "1e9", ""])
def test_a_wait_that_makes_no_sense_counts_as_none(tmp_path: Path, said: str) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/then/503?retry={said}"))
        on.round(NOW)
        on.round(LATER)
        assert (on.feed().failures, on.feed().next_check_at) == (1, LATER + HOUR)


def test_a_host_that_says_too_often_without_a_time_rests_longer_each_time(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/429"))
        now, rests = NOW, []
        for _ in range(6):
            on.round(now)
            until = on.feed().next_check_at
            rests.append(until - now)
            now = until
        assert rests == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY]
        assert on.feed().failures == 0
        on.home.sql("UPDATE feeds SET url = :url", url=on.web.url("/same"))
        on.round(now)
        assert on.home.app.hosts.get(f"127.0.0.1:{on.web.bad}").refusals == 0


def test_other_workers_know_of_a_rest(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/429?retry=3600"))
        on.round(NOW)
        on.add(on.web.url("/grow/young"), "young")
        other = on.home.reopened()
        try:
            assert other.ingest(NOW + HOUR / 2) == []
        finally:
            other.app.close()
        assert on.web.asked() == ["/429?retry=3600"]


def test_hosts_rest_on_postgresql_too(tmp_path: Path, database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    database.close()
    with scene(tmp_path, CTM_ALERTS_DATABASE_URL=database_url) as on:
        on.add(on.web.url("/429?retry=7200"))
        on.add_good(2)
        assert {n: r.outcome for n, r in on.round(NOW).items()} == {
            "bad": "error",
            "good 0": "ok",
            "good 1": "ok",
        }
        on.add(on.web.url("/grow/young"), "young")
        assert set(on.round(NOW + HOUR + timedelta(minutes=1))) == {"good 0", "good 1"}


# --- F17: hosts that are not there


@pytest.mark.slow
@pytest.mark.parametrize("dead", [10, 50])
def test_dead_hosts_take_their_own_time_only(tmp_path: Path, dead: int) -> None:
    """One feed in ten is dead; one after the other, at three seconds each, they alone would take all of the time."""
    with scene(tmp_path, dead=dead, seconds=3.0) as on:
        for n in range(dead * 9):
            on.add(on.web.good_url(f"/grow/feed{n}"), f"good {n}")
            if n % 9 == 0:
                on.add(f"http://127.0.0.1:{on.web.dead[n // 9]}/feed", f"dead {n // 9}")
        began = time.monotonic()
        looks = on.round(NOW)
        took = time.monotonic() - began
        outcomes = Counter((name.split()[0], looked.outcome) for name, looked in looks.items())
        print(f"{dead * 10} feeds of which {dead} are dead: {took:.1f} s")
        assert outcomes == {("good", "ok"): dead * 9, ("dead", "error"): dead}
        assert took < 10 + dead


def test_many_feeds_of_one_dead_host_cost_its_time_once_or_twice(tmp_path: Path) -> None:
    with scene(tmp_path, dead=1, seconds=1.0) as on:
        for n in range(20):
            on.add(f"http://127.0.0.1:{on.web.dead[0]}/{n}", f"dead {n}")
        on.add_good()
        began = time.monotonic()
        looks = on.round(NOW)
        assert time.monotonic() - began < 6
        assert {looked.outcome for name, looked in looks.items() if name.startswith("dead")} == {"error"}
        assert sum("not asked again in this round" in looked.reason for looked in looks.values()) == 18
        assert [looks[name].outcome for name in on.names] == ["ok"] * 3


# --- F18: workers side by side


def test_a_worker_whose_feed_was_taken_over_writes_nothing(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/same"))
        shelf = on.home.app.feeds
        (mine,) = shelf.claim_due(NOW, timedelta(minutes=15))
        (theirs,) = shelf.claim_due(NOW + HOUR, timedelta(minutes=15))
        assert theirs.claim == mine.claim + 1
        with on.home.app.ingest(jitter=lambda: 0.0) as flow:
            fetching = _fetching(on, NOW)
            late, good = fetching.look(mine), fetching.look(theirs)
            lost = flow.take(late, NOW)
            assert (lost.outcome, lost.reason) == (
                "error",
                "the feed bad was claimed by another worker meanwhile",
            )
            assert on.stored() == []
            assert on.feed().claim == theirs.claim
            assert flow.take(good, NOW).new == 1
        assert len(on.home.sql("SELECT id FROM fetches")) == 1


def _fetching(on: Scene, now: datetime) -> Fetching:
    app = on.home.app
    asking = Asking(app.client, app.hosts, lambda: now)
    return Fetching(asking, read_local, app.parser, app.postings, now)


def test_who_stops_in_the_middle_of_a_round_leaves_the_rest_due(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add_good(12)
        with on.home.app.ingest(jitter=lambda: 0.0) as flow:
            rounds = flow.round(NOW)
            first = next(rounds)
            assert isinstance(rounds, Generator)
            rounds.close()
        assert first.outcome == "ok"
        looks = on.round(NOW)
        assert sorted(looks) == sorted(set(on.names) - {first.feed})
        assert {looked.outcome for looked in looks.values()} == {"ok"}


# --- robots.txt, sitemaps and second calls


def test_robots_txt_keeps_us_out_where_pages_are_read_and_is_asked_once_a_day(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/private"), "pages", "sitemap")
        on.add(on.web.url("/map-jobs/1"), "map", "sitemap")
        looks = on.round(NOW)
        assert (looks["pages"].outcome, looks["map"].outcome) == ("error", "ok")
        assert looks["pages"].reason.startswith("robots.txt of 127.0.0.1:")
        assert "/private" not in on.web.asked()
        on.round(NOW + 6 * HOUR)
        on.round(NOW + 20 * HOUR)
        assert on.web.asked().count("/robots.txt") == 1
        on.round(NOW + 27 * HOUR)
        assert on.web.asked().count("/robots.txt") == 2


def test_all_maps_of_an_index_are_read_each_page_once_and_with_the_pause_that_the_site_wants(
    tmp_path: Path,
) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/index"), kind="sitemap")
        looked = on.round(NOW)["bad"]
        assert (looked.outcome, looked.entries, looked.new, looked.skipped) == ("ok", 2, 2, 0)
        assert on.web.asked() == [
            "/robots.txt", "/index", "/map-jobs/1", "/map-jobs/2", "/jobs/ctm-4701", "/jobs/ctm-4702",
        ]  # fmt: skip
        moments = [float(str(r["at"])) for r in on.web.requests]
        assert min(b - a for a, b in pairwise(moments[1:])) > 0.19
        assert [title for _, title, *_ in on.stored()] == [
            "Clinical Trial Manager ctm-4701", "Clinical Trial Manager ctm-4702",
        ]  # fmt: skip
        again = on.round(NOW + 7 * HOUR)["bad"]
        assert (again.entries, again.new, again.changed) == (2, 0, 0)
        # what the map says of a page is as before, so the page is not asked again
        assert Counter(on.web.asked())["/jobs/ctm-4701"] == 1


def test_a_site_without_robots_txt_may_be_read_and_one_that_is_broken_may_not(tmp_path: Path) -> None:
    with (
        web(tmp_path) as running,
        Client(running.places, seconds=2) as client,
        house(tmp_path, client) as home,
    ):
        scene_of = Scene(home, running)
        hosts = home.app.hosts
        name = f"127.0.0.1:{running.bad}"
        hosts.keep_robots(name, "", NOW)
        scene_of.add(running.url("/private"), "pages", "sitemap")
        assert scene_of.round(NOW)["pages"].outcome == "ok"
        assert "/robots.txt" not in running.asked()
        hosts.keep_robots(name, "User-agent: ctm-alerts\nDisallow: /\n", NOW + 7 * HOUR)
        assert scene_of.round(NOW + 7 * HOUR)["pages"].outcome == "error"
