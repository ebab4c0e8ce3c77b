"""Feeds: added once, claimed by one, their looks remembered."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from ctm_alerts.errors import LeaseLost, NotFound, UsageError
from ctm_alerts.feeds.aftermath import Aftermath
from ctm_alerts.feeds.hosts import Host
from ctm_alerts.feeds.moving import Moving
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.hosts import Hosts
from tests.people import NOW
from tests.storage.desk import LEASE, Office

HOUR = timedelta(hours=1)
#: of a listing without entries
NO_FACTS = {
    "repeated": 0, "newest_at": None, "filled": "{}", "unknown_ids": 0, "in_field": 0, "understood": 0,
}  # fmt: skip


def northlight(**changes: object) -> Feed:
    known: dict[str, object] = {
        "id": "1", "url": "https://northlight.example/feed", "kind": "rss", "name": "Northlight", "state": "active",
        "paused_reason": "", "backfill_days": 0, "poll_minutes": 60, "baseline_at": None,
        "next_check_at": NOW - HOUR, "failures": 0, "last_ok_at": None, "etag": None, "last_modified": None,
        "body_hash": None,
    }  # fmt: skip
    return Feed(**{**known, **changes})  # type: ignore[arg-type]  # as the fields above


def test_a_feed_is_added_active_and_due_at_once(database: Database) -> None:
    office = Office(database)
    assert office.feed() == northlight()
    assert office.feeds.all() == [northlight()]


def test_a_feed_is_found_by_id_name_and_url(database: Database) -> None:
    office = Office(database)
    one, two = office.feed("2"), office.feed("Rheinau")
    for feed in (one, two):
        assert office.feeds.get(feed.id) == feed
        assert office.feeds.get(feed.url) == feed
    assert office.feeds.get("Rheinau") == two
    assert office.feeds.get("2") == two  # an id comes before a name
    with pytest.raises(NotFound, match=r"no feed is called 'x'; `ctm-alerts feeds list` shows"):
        office.feeds.get("x")


def test_a_url_is_there_once(database: Database) -> None:
    office = Office(database)
    office.feed()
    with pytest.raises(UsageError, match=r"the feed https://northlight.example/feed is there already"):
        office.feed()


def test_a_due_feed_is_claimed_by_one_until_its_lease_ends(database: Database) -> None:
    feeds = Feeds(database)
    Office(database).feed()
    assert feeds.claim_due(NOW, LEASE) == [northlight()]
    assert feeds.claim_due(NOW + LEASE - timedelta(seconds=1), LEASE) == []
    assert feeds.claim_due(NOW + LEASE, LEASE) == [northlight()]


def test_of_many_claimers_each_feed_has_one(database: Database) -> None:
    office = Office(database)
    for n in range(12):
        office.feed(f"f{n}")
    won: list[list[Feed]] = []
    threads = [
        threading.Thread(target=lambda: won.append(Feeds(database).claim_due(NOW, LEASE))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(f.name for claimed in won for f in claimed) == sorted(f"f{n}" for n in range(12))


def test_a_paused_feed_is_not_due_and_goes_on_at_once(database: Database) -> None:
    office = Office(database)
    feed = office.feed()
    office.feeds.set_state(feed.id, "paused", "its terms are unknown", NOW)
    assert office.feeds.claim_due(NOW, LEASE) == []
    assert office.feeds.get(feed.id) == northlight(
        state="paused", paused_reason="its terms are unknown", next_check_at=NOW
    )
    office.feeds.set_state(feed.id, "active", "", NOW + HOUR)
    assert office.feeds.claim_due(NOW + HOUR, LEASE) == [northlight(next_check_at=NOW + HOUR)]


def test_a_feed_that_moves_forgets_the_validators_of_its_old_address(database: Database) -> None:
    office = Office(database)
    feed = office.feed()
    office.look(feed)
    office.feeds.move(feed.id, "https://jobs.northlight.example/feed")
    moved = office.feeds.get(feed.id)
    assert (moved.url, moved.etag, moved.last_modified) == (
        "https://jobs.northlight.example/feed",
        None,
        None,
    )


def test_a_failed_look_is_counted_and_told_and_sets_the_next(database: Database) -> None:
    office = Office(database)
    feed = office.feed()
    office.look(feed)
    before = office.feeds.get(feed.id)
    (claimed,) = office.feeds.claim_due(NOW + HOUR, LEASE)
    failed = Ingested("Northlight", "error", "503 Service Unavailable", 503)
    office.feeds.record_failure(claimed, failed, Aftermath(1, NOW + 3 * HOUR), NOW + HOUR, 70)
    after = office.feeds.get(feed.id)
    assert after == northlight(
        failures=1,
        next_check_at=NOW + 3 * HOUR,
        baseline_at=NOW,
        last_ok_at=NOW,
        etag=before.etag,
        body_hash=before.body_hash,
    )
    assert office.feeds.health() == (0, 1)
    assert office.feeds.history(feed.id) == [
        {"id": 2, "feed_id": 1, "at": NOW + HOUR, "outcome": "error", "reason": "503 Service Unavailable", "status": 503,
         "entries": 0, "new": 0, "changed": 0, "deferred": 0, "skipped": 0, "milliseconds": 70, **NO_FACTS},
        {"id": 1, "feed_id": 1, "at": NOW, "outcome": "ok", "reason": "", "status": 200, "entries": 0, "new": 0,
         "changed": 0, "deferred": 0, "skipped": 0, "milliseconds": 5, **NO_FACTS},
    ]  # fmt: skip
    assert office.feeds.claim_due(NOW + 3 * HOUR, LEASE) == [after]


def test_health_counts_active_feeds_whose_last_look_went_well(database: Database) -> None:
    office = Office(database)
    assert office.feeds.health() == (0, 0)
    well, never, paused = office.feed("A"), office.feed("B"), office.feed("C")
    for feed in (well, paused):
        office.look(feed)
    office.feeds.set_state(paused.id, "paused", "x", NOW)
    assert office.feeds.health() == (1, 2)
    assert never.last_ok_at is None


def test_a_feed_may_be_a_file_beside_us() -> None:
    assert northlight(url="file:///srv/jobs.xml").is_local
    assert not northlight().is_local


def test_who_lost_a_feed_to_another_writes_nothing_of_it(database: Database) -> None:
    office = Office(database)
    office.feed()
    (ours,) = office.feeds.claim_due(NOW, LEASE)
    (theirs,) = office.feeds.claim_due(NOW + LEASE, LEASE)
    assert (ours.claim, theirs.claim) == (1, 2)
    failed = Ingested("Northlight", "error", "503 Service Unavailable", 503)
    with pytest.raises(LeaseLost, match="the feed Northlight was claimed by another worker meanwhile"):
        office.feeds.record_failure(ours, failed, Aftermath(1, NOW + 3 * HOUR), NOW, 70)
    office.feeds.put_off(ours, NOW + 9 * HOUR)
    assert office.feeds.history("1") == []
    assert office.feeds.get("1") == northlight()
    assert office.feeds.claim_due(NOW + LEASE, LEASE) == []  # theirs holds
    office.feeds.put_off(theirs, NOW + LEASE)
    assert office.feeds.claim_due(NOW + LEASE, LEASE) == [northlight(next_check_at=NOW + LEASE)]


def test_a_feed_that_is_given_up_is_paused_with_its_reason(database: Database) -> None:
    office = Office(database)
    office.feed()
    (ours,) = office.feeds.claim_due(NOW, LEASE)
    gone = Ingested("Northlight", "error", "it is gone for good (410)", 410)
    office.feeds.record_failure(ours, gone, Aftermath(1, NOW, None, "gone for good (410)"), NOW, 70)
    assert office.feeds.get("1") == northlight(
        state="paused", paused_reason="gone for good (410)", next_check_at=NOW, failures=1
    )


def test_days_of_a_move_are_counted_and_the_move_keeps_the_version(database: Database) -> None:
    office = Office(database)
    feed = office.feed()
    office.look(feed)
    there = "https://jobs.northlight.example/feed"
    assert not office.feeds.note_moving(feed, Moving(there, 3, NOW))
    counted = office.feeds.get("1")
    assert (counted.url, counted.moving_to, counted.moving_days, counted.moving_on) == (
        feed.url,
        there,
        3,
        NOW,
    )
    assert office.feeds.note_moving(feed, Moving(there, 7, NOW, is_over=True))
    moved = office.feeds.get("1")
    assert (moved.url, moved.moving_to, moved.moving_days, moved.etag) == (there, None, 0, '"tag"')


def test_a_feed_moves_to_no_address_of_another(database: Database) -> None:
    office = Office(database)
    feed, other = office.feed(), office.feed("Rheinau")
    assert not office.feeds.note_moving(feed, Moving(other.url, 7, NOW, is_over=True))
    assert office.feeds.get(feed.id).url == feed.url
    with pytest.raises(UsageError, match="another feed has the address"):
        office.feeds.move(feed.id, other.url)


def test_no_feed_of_a_host_that_rests_is_due(database: Database) -> None:
    office, hosts = Office(database), Hosts(database)
    office.feed()
    office.feeds.add("https://northlight.example/other", "rss", "Other", NOW - HOUR)
    office.feed("Rheinau")
    hosts.rest("northlight.example", NOW + 2 * HOUR, "we ask too often (429)")
    assert [f.name for f in office.feeds.claim_due(NOW, LEASE)] == ["Rheinau"]
    assert [f.name for f in office.feeds.claim_due(NOW + 2 * HOUR, timedelta(0))] == [
        "Northlight",
        "Other",
        "Rheinau",
    ]


def test_what_is_remembered_of_a_host(database: Database) -> None:
    hosts = Hosts(database)
    assert hosts.get("jobs.example") == Host("jobs.example")
    hosts.rest("jobs.example", NOW + 2 * HOUR, "we ask too often (429)")
    hosts.rest("jobs.example", NOW + HOUR, "the source is busy or in repair (503)")  # the longer one holds
    hosts.keep_robots("jobs.example", "User-agent: *", NOW)
    assert hosts.get("jobs.example") == Host(
        "jobs.example", NOW + 2 * HOUR, "the source is busy or in repair (503)", 2, "User-agent: *", NOW
    )
    hosts.answered("jobs.example")
    assert hosts.get("jobs.example") == Host("jobs.example", robots="User-agent: *", robots_at=NOW)


def test_many_workers_may_note_one_host_at_once(database: Database) -> None:
    threads = [
        threading.Thread(target=lambda: Hosts(database).keep_robots("jobs.example", "", NOW))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Hosts(database).get("jobs.example") == Host("jobs.example", robots="", robots_at=NOW)
