"""Declared feeds: what the file says, what is stored, and the steps between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ctm_alerts.errors import SettingsError
from ctm_alerts.feeds.declared import (
    BY_FILE,
    BY_TERMS,
    Declared,
    Kept,
    Lists,
    Step,
    enrolled,
    plan,
)
from ctm_alerts.feeds.declared_file import make_lists
from ctm_alerts.feeds.source import Feed
from ctm_alerts.feeds.terms import Acceptance, Bonds, Book, Terms
from tests.people import NOW

BOOK = Book(
    (
        Terms("Open Board", "yes", "yes", "yes", "yes", "yes", hosts=("open.org",)),
        Terms("Harsh Board", "yes", "yes", "yes", "no", "yes", hosts=("harsh.org",)),
    )
)
OPEN = Declared("Open", "https://open.org/feed", "rss")
SILENT = Declared("Silent", "https://silent.org/feed", "rss")
WORD = "read on 2026-11-20 by Ann Admin"
PAUSED = (
    "terms: whether silent.org allows polling, storing, quoting, mailing its postings and commercial use is not known "
    "here; read its terms and say so with `feeds add` or `feeds pause FEED --resume`: --terms-accepted "
    '"read on YYYY-MM-DD by NAME"'
)
LEFT = BY_FILE + "the feed stands there no more; nothing of it was deleted"


def kept(
    d: Declared, feed_id: str = "1", origin: str = "declared", *, terms: str = "may", **changes: Any
) -> Kept:
    """A stored feed that is as declared, but for the changes."""
    feed = Feed(
        id=feed_id, url=d.url, kind=d.kind, name=d.name, state="active", paused_reason="",
        backfill_days=d.backfill_days, poll_minutes=d.poll_minutes, baseline_at=NOW, next_check_at=NOW, failures=0,
        last_ok_at=NOW, etag='"1"', last_modified=None, body_hash="x", accepted=d.accepted,
        origin=origin, terms=terms,  # type: ignore[arg-type]  # words of the column
    )  # fmt: skip
    return Kept(replace(feed, **changes), Bonds(terms))  # type: ignore[arg-type]  # as above


def words(steps: tuple[Step, ...]) -> list[tuple[str, str, str]]:
    return [(s.what, s.name, s.says) for s in steps]


# -- the plan


def test_nothing_is_done_where_all_is_as_declared() -> None:
    assert plan(Lists((OPEN,)), [kept(OPEN)], BOOK) == ()


def test_a_new_declared_feed_is_added_and_due() -> None:
    (step,) = plan(Lists((OPEN,)), [], BOOK)
    assert step == Step(
        "added",
        "Open",
        "due at once",
        columns={
            "name": "Open", "url": OPEN.url, "kind": "rss", "backfill_days": 0, "poll_minutes": 60, "accepted": "",
            "state": "active", "paused_reason": "", "origin": "declared", **Bonds("may").as_columns(),
        },
    )  # fmt: skip


def test_a_new_feed_of_unknown_terms_comes_in_paused_and_says_why() -> None:
    (step,) = plan(Lists((SILENT,)), [], BOOK)
    assert (step.columns["state"], step.columns["paused_reason"], step.columns["terms"]) == (
        "paused",
        PAUSED,
        "paused",
    )


def test_the_word_in_the_file_lets_it_in_even_against_the_terms() -> None:
    harsh = Declared("Harsh", "https://harsh.org/feed", "rss", accepted=WORD)
    columns = enrolled(harsh, "declared", Lists(), BOOK).columns
    assert (columns["state"], columns["terms"], columns["may_email"]) == ("active", "may", False)
    columns = enrolled(harsh, "added", Lists(), BOOK).columns
    assert (columns["state"], columns["terms"]) == ("paused", "refused")


@pytest.mark.parametrize("named", [{"source": "silent.org"}, {"source": "SILENT.ORG"}, {"feed": "Silent"}])
def test_an_acceptance_covers_its_source_or_its_feed(named: dict[str, str]) -> None:
    word = Acceptance("Ann", date(2026, 11, 20), configured=True, **named)  # type: ignore[arg-type]  # names
    paused = kept(SILENT, origin="added", terms="paused", state="paused", paused_reason=PAUSED)
    (step,) = plan(Lists((), (word,)), [paused], BOOK)
    assert step == Step(
        "goes on",
        "Silent",
        "terms: 'paused' -> 'may'",
        "1",
        {"terms": "may", "state": "active", "paused_reason": ""},
        wakes=True,
    )
    other = Acceptance("Ann", date(2026, 11, 20), feed="Another", configured=True)
    assert plan(Lists((), (other,)), [paused], BOOK) == ()


def test_an_acceptance_that_is_taken_back_pauses_again() -> None:
    (step,) = plan(Lists(), [kept(SILENT, origin="added")], BOOK)
    assert (step.what, step.says, step.columns["terms"]) == ("paused", PAUSED, "paused")


def test_a_declared_feed_that_left_the_file_is_paused_and_comes_back_with_it() -> None:
    (gone,) = plan(Lists(), [kept(OPEN)], BOOK)
    assert gone == Step("gone", "Open", LEFT, "1", {"state": "paused", "paused_reason": LEFT})
    resting = kept(OPEN, state="paused", paused_reason=LEFT)
    assert plan(Lists(), [resting], BOOK) == ()
    assert words(plan(Lists((OPEN,)), [resting], BOOK)) == [("goes on", "Open", "due at once")]


def test_a_feed_that_was_added_by_hand_may_be_missing_in_the_file() -> None:
    assert plan(Lists(), [kept(OPEN, origin="added")], BOOK) == ()


def test_what_somebody_paused_by_hand_stays_paused() -> None:
    by_hand = kept(OPEN, state="paused", paused_reason="by hand")
    assert plan(Lists((OPEN,)), [by_hand], BOOK) == ()
    assert plan(Lists(), [by_hand], BOOK) == ()


def test_a_feed_that_is_switched_off_in_the_file_is_paused() -> None:
    off = replace(OPEN, enabled=False)
    assert words(plan(Lists((off,)), [kept(OPEN)], BOOK)) == [("paused", "Open", BY_FILE + "enabled = false")]
    assert plan(Lists((off,)), [], BOOK)[0].columns["state"] == "paused"


def test_a_changed_address_keeps_the_feed_and_forgets_its_validators() -> None:
    moved = replace(OPEN, url="https://open.org/jobs.xml", poll_minutes=30)
    (step,) = plan(Lists((moved,)), [kept(OPEN)], BOOK)
    assert step == Step(
        "changed",
        "Open",
        "url: 'https://open.org/feed' -> 'https://open.org/jobs.xml'; poll_minutes: 60 -> 30",
        "1",
        {"url": moved.url, "poll_minutes": 30, "etag": None, "last_modified": None, "body_hash": None},
    )


def test_a_feed_that_was_added_by_hand_becomes_declared_with_its_history() -> None:
    (step,) = plan(Lists((replace(OPEN, name="Open Board"),)), [kept(OPEN, origin="added")], BOOK)
    assert (step.feed_id, dict(step.columns)) == ("1", {"name": "Open Board", "origin": "declared"})


def test_two_feeds_cannot_come_to_one_address() -> None:
    other = kept(Declared("Other", "https://open.org/jobs.xml", "rss"), "2", "added")
    moved = replace(OPEN, url=other.feed.url)
    assert words(plan(Lists((moved,)), [kept(OPEN), other], BOOK)) == [
        ("refused", "Open", "its URL belongs to feed 2 (Other); give each feed a URL of its own")
    ]


def test_a_floor_that_a_source_raises_binds_its_stored_feeds() -> None:
    stored = Kept(kept(OPEN).feed, Bonds("may", floor_minutes=5))
    (step,) = plan(Lists((OPEN,)), [stored], BOOK)
    assert (step.what, step.says) == ("changed", "floor_minutes: 5 -> 0")


def test_the_reasons_of_a_sync_can_be_told_from_those_of_people() -> None:
    assert PAUSED.startswith(BY_TERMS)
    assert LEFT.startswith(BY_FILE)


# -- the file


def test_the_file_says_all_of_a_feed() -> None:
    table: dict[str, Any] = {
        "feed": [
            {"name": "Open", "url": "https://open.org/feed", "kind": "rss", "backfill": 7, "poll_minutes": 30,
             "enabled": False, "terms_accepted": WORD},
            {"name": "File", "url": "file:///srv/jobs.xml", "kind": "job_xml"},
        ],
        "accept": [
            {"source": "harsh board", "who": "Ann", "when": date(2026, 11, 20), "why": "a letter", "uses": ["email"]},
        ],
    }  # fmt: skip
    assert make_lists(table, BOOK) == Lists(
        (
            Declared("Open", "https://open.org/feed", "rss", 7, 30, False, WORD),
            Declared("File", "file:///srv/jobs.xml", "job_xml"),
        ),
        (Acceptance("Ann", date(2026, 11, 20), "a letter", "harsh board", "", ("email",), configured=True),),
    )


FEED = {"name": "Open", "url": "https://open.org/feed", "kind": "rss"}
ACCEPT = {"source": "open.org", "who": "Ann", "when": date(2026, 11, 20)}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"feeds": []}, "[feeds]: no such table; it knows [[feed]] and [[accept]]"),
        ({"feed": ["x"]}, "[[feed]] 1 (no table) is no table; write double brackets"),
        ({"feed": [{**FEED, "link": "x"}]}, "[[feed]] 1 (Open) link: no such key; it knows name, url, kind"),
        ({"feed": [{**FEED, "name": " "}]}, "[[feed]] 1 ( ) name: is missing; it must be text"),
        ({"feed": [{"name": "Open", "kind": "rss"}]}, "[[feed]] 1 (Open) url: is missing"),
        ({"feed": [{**FEED, "kind": "auto"}]}, "[[feed]] 1 (Open) kind: no kind 'auto'; `ctm-alerts feeds preview URL`"),
        ({"feed": [{**FEED, "url": "jobs.xml"}]}, "url: 'jobs.xml' is no address; write https://... or file:///path"),
        ({"feed": [{**FEED, "url": "https://[::1/x"}]}, "is no address; write https://... or file:///path"),
        ({"feed": [{**FEED, "url": "ftp://open.org/x"}]}, "url: 'ftp://open.org/x' is no address"),
        ({"feed": [{**FEED, "kind": "workday"}]}, "(Open) url: https://open.org/feed names no Workday site"),
        ({"feed": [{**FEED, "kind": "jooble", "url": "https://jooble.org/api/k"}]}, "url: the URL holds a key in the open"),
        ({"feed": [{**FEED, "backfill": -1}]}, "backfill: must be a whole number of days, 0 or more"),
        ({"feed": [{**FEED, "poll_minutes": 0}]}, "poll_minutes: must be a whole number of minutes, 1 or more"),
        ({"feed": [{**FEED, "poll_minutes": True}]}, "poll_minutes: must be a whole number of minutes, 1 or more"),
        ({"feed": [{**FEED, "enabled": "no"}]}, "enabled: must be true or false"),
        ({"feed": [{**FEED, "terms_accepted": "yes"}]}, "terms_accepted: 'yes' states no acceptance"),
        ({"feed": [FEED, {**FEED, "name": "B"}]}, "[[feed]] 2 url: 'https://open.org/feed' stands in [[feed]] 1 too"),
        ({"feed": [FEED, {**FEED, "url": "https://b.org/"}]}, "[[feed]] 2 name: 'Open' stands in [[feed]] 1 too"),
        ({"accept": [{**ACCEPT, "feed": "Open"}]}, "[[accept]] 1 must name a source or a feed, and only one of them"),
        ({"accept": [{**ACCEPT, "source": "Opn"}]}, "[[accept]] 1 source: 'Opn' is unknown"),
        ({"accept": [{**ACCEPT, "when": "2026-11-20"}]}, "[[accept]] 1 when: must be a date without quotes: 2026-11-20"),
        ({"accept": [{"source": "open.org", "when": date(2026, 1, 1)}]}, "[[accept]] 1 who: is missing"),
        ({"accept": [{**ACCEPT, "uses": ["mail"]}]}, "[[accept]] 1 uses: must be a list of what your permission allows"),
    ],
)  # fmt: skip
def test_a_wrong_line_says_file_table_key_and_remedy(table: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        make_lists(table, BOOK)
    assert says in str(refused.value)
    assert str(refused.value).startswith("config/feeds.toml: [")


def test_all_wrong_lines_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        make_lists({"feed": [{**FEED, "kind": "x"}, {**FEED, "name": "", "url": "y"}]}, BOOK)
    assert len(str(refused.value).splitlines()) == 3
