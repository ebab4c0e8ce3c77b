"""How a feed is, told from its looks: each detector fires on its fault, and not on a trait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ctm_alerts.errors import FetchError
from ctm_alerts.feeds.aftermath import after_error
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.health import (
    SHAPE,
    Facts,
    Fault,
    Health,
    PastLook,
    facts_of,
    holds_back_absences,
    judge,
)
from ctm_alerts.feeds.source import Feed

NOW = datetime(2026, 11, 20, 8, tzinfo=timezone.utc)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FEED = Feed(
    id="1", url="https://board.example/feed", kind="rss", name="Board", state="active", paused_reason="",
    backfill_days=0, poll_minutes=60, baseline_at=NOW - 30 * DAY, next_check_at=NOW, failures=0, last_ok_at=NOW,
    etag=None, last_modified=None, body_hash=None,
)  # fmt: skip


def look(days_ago: float, entries: int = 30, **other: object) -> PastLook:
    """A look at a feed whose newest entry was always an hour old, and each field filled."""
    at = NOW - days_ago * DAY
    facts = Facts(newest=at - HOUR, filled=dict.fromkeys(SHAPE, entries), in_field=4, understood=5)
    made = PastLook(at, "ok", "", None, entries, 2, 0, facts)
    known = {k: v for k, v in other.items() if k in Facts.__dataclass_fields__}
    rest = {k: v for k, v in other.items() if k not in known}
    return replace(made, facts=replace(facts, **known), **rest)  # type: ignore[arg-type]  # the test names the fields


def usual(n: int = 12, **other: object) -> list[PastLook]:
    return [look(day, **other) for day in range(1, n + 1)]


def faults(looks: Sequence[PastLook], now: datetime = NOW, **since: datetime) -> list[tuple[str, str]]:
    health = judge(FEED, looks, now, {name.replace("_", " "): at for name, at in since.items()})
    assert (health.state == "suspect") is bool(health.faults)
    return [(f.name, f.evidence) for f in health.faults]


def test_a_feed_that_does_what_it_always_did_is_healthy() -> None:
    assert judge(FEED, [look(0), *usual()], NOW) == Health("healthy", "30 entries, 2 new")


def test_one_that_was_never_looked_at_is_new_and_one_that_was_stopped_is_paused() -> None:
    assert judge(FEED, [], NOW) == Health("new", "not looked at yet")
    stopped = replace(FEED, state="paused", paused_reason="its terms are unknown")
    assert judge(stopped, usual(), NOW) == Health("paused", "its terms are unknown")


def test_an_error_is_failing_and_a_day_of_them_is_broken() -> None:
    error = PastLook(NOW, "error", "the source is down (502)", 502, 0, 0, 0, Facts())
    once = replace(FEED, failures=1, last_ok_at=NOW - HOUR)
    says = "failed once: the source is down (502); the last good look was 1 hour ago"
    assert judge(once, [error, *usual()], NOW) == Health("failing", says)
    often = replace(FEED, failures=6, last_ok_at=NOW - 30 * HOUR)
    says = "failed 6 times in a row: the source is down (502); the last good look was 30 hours ago"
    assert judge(often, [error] * 6 + usual(), NOW) == Health("broken", says, (Fault("errors", says),))
    never = replace(FEED, failures=1, last_ok_at=None)
    says = "failed once: the source is down (502); it never worked"
    assert judge(never, [error], NOW) == Health("failing", says)


def test_a_host_that_wants_us_to_wait_is_no_failure() -> None:
    asked = PastLook(
        NOW, "error", "we ask too often (429); board.example rests until 10:00", 429, 0, 0, 0, Facts()
    )
    assert judge(FEED, [asked, *usual()], NOW) == Health("waiting", asked.reason)


def test_well_answered_and_nothing_in_it() -> None:
    says = "answered well and held nothing; it used to hold 30 entries"
    assert faults([look(0, 0), *usual()]) == [("no items", says)]


def test_one_that_is_empty_now_and_then_is_empty_by_nature() -> None:
    assert faults([look(0, 0), look(1), look(2, 0), *usual(9)]) == []


def test_one_that_ran_dry_entry_by_entry_is_empty_by_nature() -> None:
    assert faults([look(0, 0), look(1, 1), look(2, 2), *usual(9, entries=3)]) == []


def test_a_look_that_nobody_judged_hides_no_fault() -> None:
    assert [name for name, _ in faults([look(0, 0), look(0.5, 0), *usual()])] == ["no items"]
    assert [name for name, _ in faults([look(0, repeated=9), look(0.5, repeated=9), *usual()])] == [
        "repeated ids"
    ]


def hourly(n: int, **other: object) -> list[PastLook]:
    return [look(hours / 24, **other) for hours in range(n)]


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("no items", {"entries": 0}),
        ("collapse", {"entries": 4}),
        ("repeated ids", {"repeated": 9}),
        ("changed shape", {"filled": dict.fromkeys(SHAPE, 0)}),
        ("changed shape", {"entries": 10, "skipped": 20, "filled": dict.fromkeys(SHAPE, 10)}),
        ("off topic", {"in_field": 0}),
        ("off topic", {"in_field": 0, "understood": 0}),
    ],
)
def test_a_fault_lasts_as_long_as_it_is_there_however_often_the_feed_is_read(
    name: str, broken: dict[str, object]
) -> None:
    since = NOW - timedelta(hours=50)
    looks = [*hourly(50, **broken), *[look(3 + day) for day in range(20)]]
    assert [n for n, _ in faults(looks, **{name: since})] == [name]
    assert faults([*hourly(12), *looks[12:]], **{name: since}) == []


def test_a_frozen_date_lasts_until_it_moves() -> None:
    stands = [look(day, newest=NOW - 29 * DAY) for day in range(29)]
    since = NOW - 14 * DAY
    assert [n for n, _ in faults([*stands, look(30)], frozen=since)] == ["frozen"]
    assert faults([look(0), *stands[1:], look(30)], frozen=since) == []


def test_what_lasts_a_month_is_what_the_feed_does() -> None:
    looks = [
        *hourly(60, entries=4),
        *[look(day, 4) for day in range(3, 31)],
        *[look(31 + day) for day in range(9)],
    ]
    assert faults(looks, collapse=NOW - 29 * DAY) != []
    assert faults(looks, collapse=NOW - 30 * DAY) == []


def test_a_source_that_says_it_is_gone_is_a_fault_and_a_feed_that_somebody_stopped_is_none() -> None:
    for status in (410, 404):
        missing = replace(FEED, missing_since=NOW - 15 * DAY)
        error = FetchError("gone", status)
        reason = after_error(missing, error, NOW, floor=HOUR, jitter=0.0).paused_reason
        gone = replace(FEED, state="paused", paused_reason=reason)
        assert judge(gone, usual(), NOW) == Health("paused", reason, (Fault("gone", reason),))


def test_a_host_that_asks_us_to_wait_for_days_leaves_the_feed_broken() -> None:
    waits = [PastLook(NOW - n * DAY, "error", "it rests (429)", 429, 0, 0, 0, Facts()) for n in range(3)]
    feed = replace(FEED, failures=0, last_ok_at=NOW - 3 * DAY)
    assert judge(feed, [*waits, *usual()], NOW).state == "broken"
    later = replace(feed, last_ok_at=NOW - 2 * DAY)
    assert judge(later, [*waits, *usual()], NOW).state == "waiting"
    # one error after a pause of ours is no news
    assert judge(feed, [waits[0], *usual()], NOW).state == "waiting"


def test_its_newest_date_stands_still() -> None:
    newest = NOW - 18 * DAY
    stands = [look(day, newest=newest) for day in range(17)]
    moved = [look(18 + day) for day in range(8)]
    assert faults([*stands, *moved]) == [
        ("frozen", "its newest date is 02 November 2026 for 16 days; it used to move on within 2 days")
    ]


def test_a_firm_that_is_closed_over_christmas_is_not_frozen() -> None:
    closed = [look(day, newest=NOW - 13 * DAY) for day in range(13)]
    assert faults([*closed, *[look(13 + day) for day in range(20)]]) == []


def test_a_small_firm_that_posts_four_openings_in_a_week_and_then_none_for_a_month_is_not_frozen() -> None:
    quiet = [look(day, 4, newest=NOW - 30 * DAY) for day in range(30)]
    assert faults([*quiet, *[look(30 + day, 4) for day in range(4)]]) == []


def test_what_nobody_could_look_at_does_not_stand_still() -> None:
    errors = [PastLook(NOW - day * DAY, "error", "down", 502, 0, 0, 0, Facts()) for day in range(20)]
    feed = replace(FEED, failures=20, last_ok_at=NOW - 20 * DAY)
    health = judge(feed, [*errors, *[look(20 + day) for day in range(9)]], NOW)
    assert [f.name for f in health.faults] == ["errors"]


def test_a_slow_feed_may_stand_still_for_long() -> None:
    weekly = [look(day, newest=NOW - (day + (-day % 9)) * DAY) for day in range(0, 40, 2)]
    assert faults(weekly) == []


def test_dates_that_never_move_or_that_nobody_gives_are_a_trait() -> None:
    assert faults([look(day, newest=NOW - 90 * DAY) for day in range(15)]) == []
    assert faults([look(day, newest=None) for day in range(15)]) == []


def test_equal_dates_alone_are_a_trait() -> None:
    same = [look(day, newest=NOW - day * DAY) for day in range(15)]
    assert faults(same) == []


def test_a_third_of_what_it_used_to_hold_in_two_looks() -> None:
    assert faults([look(0, 6), look(1, 7), *usual()]) == [("collapse", "holds 6 entries; it used to hold 30")]
    assert faults([look(0, 6), *usual()]) == []
    # of what changes much anyway nothing is said
    assert faults([look(0, 6), look(1, 7), look(2, 8), look(3, 60), *usual(8)]) == []
    assert faults([look(0, 1), look(1, 1), *usual(entries=4)]) == []


def test_one_id_for_several_entries() -> None:
    says = "9 of 30 entries share the id of another one"
    assert faults([look(0, repeated=9), *usual()]) == [("repeated ids", says)]
    assert faults([look(0, repeated=9), *usual(repeated=9)]) == []


def test_new_ids_at_each_look() -> None:
    says = "30 of 30 entries came under a new id, and 1 of them were new: it gives out new ids at each look"
    changing = [look(day, unknown_ids=30, new=1) for day in range(3)]
    assert faults([*changing, *usual()]) == [("repeated ids", says)]
    assert faults([*[look(day, unknown_ids=30, new=30) for day in range(3)], *usual()]) == []


@pytest.mark.parametrize(("name", "word"), [("company", "company"), ("posted_at", "date"), ("url", "link")])
def test_a_field_that_was_always_there_is_gone(name: str, word: str) -> None:
    filled = {**dict.fromkeys(SHAPE, 30), name: 2}
    says = f"2 of 30 entries have a {word}; nearly all used to have one"
    assert faults([look(0, filled=filled), *usual()]) == [("changed shape", says)]
    assert faults([look(0, filled=filled), *usual(filled=filled)]) == []


def test_most_entries_cannot_be_read() -> None:
    says = "20 of 30 entries could not be read"
    assert faults([look(0, 10, skipped=20, filled=dict.fromkeys(SHAPE, 10)), *usual()]) == [
        ("changed shape", says)
    ]


def test_clinical_research_was_a_good_part_of_it_and_is_hardly_any_more() -> None:
    newer = [look(day, in_field=0) for day in range(6)]
    older = [look(day, in_field=4) for day in range(6, 12)]
    says = "0 of its last 30 postings are for clinical research; before, 80% were"
    assert faults([*newer, *older]) == [("off topic", says)]
    # a broad board never was
    assert faults([*newer, *[look(day, in_field=0) for day in range(6, 12)]]) == []


def test_nothing_is_said_of_what_a_feed_used_to_do_before_it_was_seen_to_do_it() -> None:
    assert faults([look(0, 0), look(1), look(2)]) == []


def entry(number: int, **other: object) -> Entry:
    made = Entry(
        str(number), f"https://board.example/{number}", "Clinical Trial Manager", "Alder", None, "Runs.", ""
    )
    return replace(made, **other)  # type: ignore[arg-type]  # the test names the fields


def test_what_a_listing_is_like() -> None:
    dated = entry(1, posted_at=NOW - DAY)
    same_id = entry(1, url="https://board.example/other")
    assert facts_of(
        [dated, same_id, entry(2, company=None), entry(1, posted_at=NOW)], held={"2", "9"}
    ) == Facts(
        repeated=1,
        newest=NOW,
        filled={"company": 3, "location": 0, "description": 4, "posted_at": 2, "url": 4},
        unknown_ids=1,
    )
    assert facts_of([], held=()) == Facts(filled=dict.fromkeys(SHAPE, 0))


def test_a_sudden_collapse_closes_nothing_for_a_day_and_three_looks() -> None:
    before = usual(20)
    assert holds_back_absences(before, 4, NOW) is True
    assert holds_back_absences(before, 25, NOW) is False
    hourly = [look(hours / 24, 4) for hours in range(1, 4)]
    assert holds_back_absences([*hourly, *before], 4, NOW) is True
    long = [look(hours / 24, 4) for hours in range(1, 18, 8)]
    assert holds_back_absences([*long, *before], 4, NOW) is True
    assert holds_back_absences([*long, *before], 4, NOW + DAY) is False


def test_a_small_listing_that_its_source_calls_the_same_for_a_day_is_believed() -> None:
    same = PastLook(NOW, "not_modified", "", 304, 0, 0, 0, Facts())
    looks = [same, look(1.2, 4), *usual(20)]
    assert holds_back_absences(looks, 4, NOW) is False
    assert holds_back_absences([same, look(0.5, 4), *usual(20)], 4, NOW) is True


def test_a_small_or_a_young_listing_may_shrink_at_once() -> None:
    assert holds_back_absences(usual(20, entries=6), 0, NOW) is False
    assert holds_back_absences(usual(2), 0, NOW) is False
