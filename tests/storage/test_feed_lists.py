"""Feeds as lists: steps are done whole, what binds a feed stands in its row, and what is held back is never claimed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.declared import Declared, Kept, Lists, Step, enrolled, plan
from ctm_alerts.feeds.terms import Bonds, Book, Terms
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.feed_lists import FeedLists
from ctm_alerts.storage.feeds import Feeds
from tests.people import NOW, entry, posting, understood
from tests.storage.desk import DAY, LEASE, Office

BOOK = Book((Terms("Open Board", "yes", "yes", "yes", "yes", "yes", hosts=("open.org",), credit="Open"),))
OPEN = Declared("Open Board", "https://open.org/feed", "rss", 7, 30)
SILENT = Declared("Silent", "https://silent.org/feed", "rss")


def adding(d: Declared) -> Step:
    return enrolled(d, "catalogue", Lists(), BOOK)


def test_a_new_feed_is_kept_with_what_binds_it(database: Database) -> None:
    lists = FeedLists(database)
    assert lists.apply([adding(OPEN), adding(SILENT)], NOW) == ["1", "2"]
    one, two = lists.kept()
    assert (one.feed.name, one.feed.origin, one.feed.state, one.feed.backfill_days) == (
        "Open Board", "catalogue", "active", 7,
    )  # fmt: skip
    assert (one.bonds, two.bonds) == (Bonds("may", credit="Open"), Bonds("paused"))
    assert [k.feed for k in lists.kept()] == Feeds(database).all()


def test_a_feed_that_was_added_in_the_old_way_is_bound_by_nothing(database: Database) -> None:
    feed = Office(database).feed()
    assert FeedLists(database).kept() == [Kept(feed, Bonds("may"))]


def test_steps_are_done_all_or_none(database: Database) -> None:
    lists = FeedLists(database)
    lists.apply([adding(OPEN)], NOW)
    with pytest.raises(UsageError, match=r"the feed https://open.org/feed is there already"):
        lists.apply([adding(SILENT), adding(replace(OPEN, name="Again"))], NOW)
    assert [k.feed.name for k in lists.kept()] == ["Open Board"]


def test_of_many_that_start_at_once_one_does_what_is_to_be_done(database: Database) -> None:
    declared = Lists((OPEN, SILENT))
    done: list[list[str]] = []

    def start() -> None:
        steps = FeedLists(database).settle(lambda kept: plan(declared, kept, BOOK), NOW)
        done.append([step.what for step in steps])

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [[], [], [], ["added", "added"]]
    assert [k.feed.name for k in FeedLists(database).kept()] == ["Open Board", "Silent"]


def test_a_feed_that_goes_on_is_due_at_once_and_one_that_moves_settles_no_old_look(
    database: Database,
) -> None:
    office, lists = Office(database), FeedLists(database)
    lists.apply([adding(OPEN)], NOW - DAY)
    (claimed,) = office.feeds.claim_due(NOW, LEASE)
    moved = Step(
        "changed", "Open Board", "", "1", {"url": "https://else.org/feed", "state": "active"}, wakes=True
    )
    assert lists.apply([moved], NOW) == ["1"]
    after = office.feeds.get("1")
    assert (after.url, after.next_check_at) == ("https://else.org/feed", NOW)
    assert after.claim > claimed.claim


@pytest.mark.parametrize("word", ["paused", "refused"])
def test_what_the_terms_hold_back_is_never_claimed_even_where_it_stands_as_active(
    database: Database, word: str
) -> None:
    office, lists = Office(database), FeedLists(database)
    feed = office.feed()
    lists.apply([Step("changed", feed.name, "", feed.id, {"terms": word})], NOW)
    assert office.feeds.claim_due(NOW, LEASE) == []
    lists.apply([Step("changed", feed.name, "", feed.id, {"terms": "may"})], NOW)
    assert [f.name for f in office.feeds.claim_due(NOW, LEASE)] == [feed.name]


# -- what binds a feed binds its postings


def test_a_posting_names_its_sources_as_they_want_it_and_links_to_them(database: Database) -> None:
    office = Office(database)
    feed = office.feed()
    bound = {"credit": "Harbour Jobs", "link_back": True, "delay_hours": 6, "quote_limit": 80}
    FeedLists(database).apply([Step("changed", feed.name, "", feed.id, bound)], NOW)
    office.look(feed, understood(entry()))
    (found,) = office.postings.open_for(["ctm"], NOW)
    assert found.sources == ("Harbour Jobs",)
    assert [(c.name, c.url, c.delay_hours) for c in found.credits] == [("Harbour Jobs", posting().url, 6)]
    assert (found.may_email, found.quote_limit) == (True, 80)


def test_a_posting_that_no_source_lets_be_mailed_is_no_candidate(database: Database) -> None:
    office, lists = Office(database), FeedLists(database)
    feed = office.feed()
    lists.apply([Step("changed", feed.name, "", feed.id, {"may_email": False})], NOW)
    office.look(feed, understood(entry()))
    assert office.postings.open_for(["ctm"], NOW) == []
    assert office.postings.get("1").may_email is False
    lists.apply([Step("changed", feed.name, "", feed.id, {"may_email": True})], NOW)
    assert [p.id for p in office.postings.open_for(["ctm"], NOW)] == ["1"]


def test_a_second_source_that_allows_it_lets_the_facts_be_mailed_without_the_words_of_the_first(
    database: Database,
) -> None:
    office, lists = Office(database), FeedLists(database)
    feed = office.feed()
    lists.apply([Step("changed", feed.name, "", feed.id, {"may_email": False})], NOW)
    office.look(feed, understood(entry()))
    office.look(office.feed("Board"), understood(replace(entry(), id="b-1", url="https://board.example/1")))
    (found,) = office.postings.open_for(["ctm"], NOW)
    assert (found.may_email, found.quote_limit) == (True, 0)
