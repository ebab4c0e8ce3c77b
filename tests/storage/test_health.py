"""What health is told from: the looks of two days, and one a day of the weeks before."""

from __future__ import annotations

from datetime import timedelta

from ctm_alerts.feeds.health import Fault, PastLook, judge
from ctm_alerts.feeds.source import Facts, Feed, Ingested
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.feeds import keep_look
from ctm_alerts.storage.health import FeedHealth
from tests.people import NOW
from tests.storage.desk import Office

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROZE = timedelta(days=20)


def read_hourly(database: Database, feed: Feed, days: int) -> None:
    """A feed that was read every hour for so long, and whose newest date stands still since `FROZE` ago."""
    with database.write() as connection:
        for hour in range(days * 24, -1, -1):
            at = NOW - hour * HOUR
            facts = Facts(newest=min(at - HOUR, NOW - FROZE))
            keep_look(connection, feed, Ingested(feed.name, "ok", entries=30, facts=facts), at, 5)


def test_a_date_that_stands_still_shows_although_the_feed_is_read_every_hour(database: Database) -> None:
    feed = Office(database).feed()
    read_hourly(database, feed, 70)
    looks = FeedHealth(database).history(feed.id, NOW)
    # sixty of the last hours, and one of each day before
    assert [look.at for look in looks[:60]] == [NOW - hour * HOUR for hour in range(60)]
    days = [look.at.date() for look in looks[60:]]
    assert days == sorted(set(days), reverse=True)
    assert (len(days), days[-1]) == (58, (NOW - 60 * DAY).date())
    assert [f.name for f in judge(feed, looks, NOW).faults] == ["frozen"]


def test_a_young_feed_has_no_more_than_its_looks(database: Database) -> None:
    feed = Office(database).feed()
    read_hourly(database, feed, 1)
    health = FeedHealth(database)
    assert health.history(feed.id, NOW) == health.looks(feed.id)
    assert all(isinstance(look, PastLook) for look in health.looks(feed.id))


def test_what_was_told_is_told_once_and_half_of_it_is_not_told_again(database: Database) -> None:
    office, health = Office(database), FeedHealth(database)
    feed = office.feed()
    health.begin(feed.id, [Fault("no items", "held nothing"), Fault("collapse", "holds 4")], NOW)
    health.begin(feed.id, [Fault("no items", "held nothing still")], NOW + HOUR)
    first, second = health.untold()
    assert (first.evidence, first.since, first.is_told) == ("held nothing", NOW, False)
    assert health.tell([first.id], [], None, NOW) is True
    assert health.tell([first.id, second.id], [], None, NOW) is False
    assert [fault.id for fault in health.untold()] == [second.id]
    health.end(feed.id, ["no items", "frozen"], NOW + DAY)
    over, waits = health.untold()
    assert (over.over_at, over.digests, over.is_told, waits.id) == (NOW + DAY, 0, True, second.id)
    assert health.tell([second.id], [over.id], None, NOW + DAY) is True
    assert health.untold() == []
