"""An admin says which postings are one position: what that does to the rows, and to what counts as told."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.desk import Standing, State, Told
from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.feeds.source import Feed
from ctm_alerts.postings.record import Origin
from ctm_alerts.storage.database import Database, one_at_a_time
from ctm_alerts.storage.lineage import Inherited
from ctm_alerts.storage.schema import (
    feeds,
    inheritances,
    ledger,
    posting_keys,
    postings,
    sightings,
    standings,
)
from ctm_alerts.subscribers.subscriber import Subscriber
from tests.people import NOW, entry, posting, understood, verdict
from tests.storage.desk import DAY, Office, rows

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
WHY = "the recruiter's copy"
#: the same position in other words, so that nobody but an admin sees it
COPY = entry(
    id="agg-9",
    url="https://board.example/9",
    title="Trial Lead (m/f/d)",
    company="A sponsor in Boston",
    description="Anonymous words about the same role.",
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def two(office: Office) -> tuple[Feed, Feed]:
    """Posting 1 of Northlight, posting 2 of a board a day later."""
    feed, board = office.feed(), office.feed("Board")
    office.look(feed, understood(entry()))
    office.look(board, understood(COPY), at=NOW + DAY)
    return feed, board


@pytest.fixture
def alice(office: Office, two: tuple[Feed, Feed]) -> Subscriber:
    return office.subscriber(due_at=NOW - DAY)


def period(office: Office, alice: Subscriber, states: dict[str, State], at: datetime) -> None:
    """A digest for Alice in which the postings end in these states."""
    office.people.change(alice.id, {}, set_dues=[NextDue("regular", at, at)])
    assert office.commit(office.claim(at), states, now=at)


def told(office: Office, alice: Subscriber) -> list[tuple[str, str, int]]:
    """What counts as told: posting, kind, revision that was seen."""
    return [
        (t.posting_id, t.kind, t.seen_revision) for t in office.digests.told([alice.id]).get(alice.id, [])
    ]


def standing(office: Office, alice: Subscriber) -> dict[str, State]:
    return {i: s.state for i, s in office.digests.standings([alice.id]).get(alice.id, {}).items()}


def mail_fails(office: Office, at: datetime) -> None:
    office.outbox.failed(office.mail(at), "550 5.1.1 no such mailbox", at, suppress=False)


# -- what a merge does to the rows


def test_a_merge_gives_sightings_and_names_to_the_posting_that_stays(office: Office, two: object) -> None:
    names = {row["key"] for row in rows(office.database, posting_keys)}
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY)
    assert office.postings.open_for(["ctm"], NOW) == [
        posting(sources=("Northlight", "Board"), first_seen_at=NOW + DAY, last_seen_at=NOW + DAY)
    ]
    assert {row["posting_id"] for row in rows(office.database, sightings)} == {1}
    kept = rows(office.database, posting_keys)
    assert ({row["key"] for row in kept}, {row["posting_id"] for row in kept}) == (names, {1})
    gone = rows(office.database, postings)[1]
    assert (gone["closed"], gone["closed_at"], gone["merged_into"]) == ("merged into 1", NOW + 2 * DAY, 1)
    assert rows(office.database, inheritances) == [
        {
            "posting_id": 1, "from_id": 2, "how": "merge", "at": NOW + 2 * DAY, "seen_revision": 1,
            "because": f"{WHY} (it brought sightings 2)",
        }
    ]  # fmt: skip


def test_a_name_that_both_have_is_there_once_after_a_merge(office: Office) -> None:
    one = entry(id="1", url="https://n.example/1")
    office.look(
        office.feed(), understood(one), understood(replace(one, id="2", url=None, description="Other."))
    )
    office.postings.merge("1", "2", WHY, LATER)
    assert [row["posting_id"] for row in rows(office.database, posting_keys)] == [1, 1]


def test_a_merged_posting_is_found_under_the_one_that_stays(office: Office, two: object) -> None:
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY)
    for name, said in (("Third", replace(COPY, company=None)), ("Fourth", replace(COPY, url=None))):
        assert office.look(office.feed(name), understood(said), at=NOW + 3 * DAY).new == 0
    assert [p.id for p in office.postings.open_for(["ctm"], NOW)] == ["1"]
    assert (office.postings.count(), office.postings.read_since(NOW - DAY)) == ({"ctm": 1}, (1, 1))


def test_the_feeds_of_a_merged_posting_go_on_closing_and_opening_the_one_that_stays(
    office: Office, two: tuple[Feed, Feed]
) -> None:
    feed, board = two
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY)
    for hour in (1, 2):
        office.look(feed, at=NOW + 2 * DAY + hour * HOUR)
    assert office.postings.get("1").is_open(NOW)
    for hour in (3, 4):
        office.look(board, at=NOW + 2 * DAY + hour * HOUR)
    assert [office.postings.get(i).closed for i in ("1", "2")] == ["left Board", "merged into 1"]
    office.look(board, also=("agg-9",), at=NOW + 3 * DAY)
    assert [office.postings.get(i).closed for i in ("1", "2")] == ["", "merged into 1"]


@pytest.mark.parametrize(("keep", "gone"), [("1", "2"), ("2", "1")])
def test_one_position_is_open_when_either_was(
    office: Office, two: tuple[Feed, Feed], keep: str, gone: str
) -> None:
    for hour in (1, 2):
        office.look(two[0], at=NOW + DAY + hour * HOUR)
    assert office.postings.get("1").closed == "left Northlight"
    office.postings.merge(keep, gone, WHY, NOW + 2 * DAY)
    assert office.postings.get(keep).closed == ""


#: origin and day of the first sight of either -> of the one that stays. Who began before that day can be told of it
SIGHTS: list[tuple[tuple[Origin, int], tuple[Origin, int], tuple[Origin, int]]] = [
    (("new", 0), ("new", 9), ("new", 9)),
    (("new", 9), ("new", 0), ("new", 9)),
    (("baseline", 0), ("new", 9), ("new", 9)),
    (("new", 0), ("baseline", 9), ("new", 0)),
    (("baseline", 9), ("baseline", 0), ("baseline", 0)),
]


@pytest.mark.parametrize(("keep", "gone", "after"), SIGHTS)
def test_a_merge_takes_from_nobody_what_they_could_still_be_told(
    office: Office, keep: tuple[Origin, int], gone: tuple[Origin, int], after: tuple[Origin, int]
) -> None:
    said = [(entry(), *keep), (COPY, *gone)]
    for name, (what, origin, day) in zip(("Northlight", "Board"), said, strict=True):
        office.look(office.feed(name), understood(what, origin=origin), at=NOW + day * DAY)
    office.postings.merge("1", "2", WHY, NOW + 20 * DAY)
    one = office.postings.get("1")
    assert (one.origin, one.first_seen_at) == (after[0], NOW + after[1] * DAY)


@pytest.mark.parametrize(
    ("keep", "gone", "error", "says"),
    [
        ("1", "1", UsageError, "posting 1 cannot be merged into itself; name two postings"),
        ("1", "9", NotFound, "no posting '9'; give the number"),
        ("x", "1", NotFound, "no posting 'x'; give the number"),
        ("1", "3", UsageError, "posting 3 is merged into 2 already; name that one instead"),
        ("3", "1", UsageError, "posting 3 is merged into 2 already; name that one instead"),
    ],
)
def test_a_merge_that_makes_no_sense_changes_nothing_and_says_what_would(
    office: Office, two: object, keep: str, gone: str, error: type[Exception], says: str
) -> None:
    office.look(office.feed("Third"), understood(replace(COPY, id="3", url=None, company="Cedar")), at=LATER)
    office.postings.merge("2", "3", WHY, NOW + DAY)
    before = [rows(office.database, t) for t in (postings, sightings, posting_keys, inheritances)]
    with pytest.raises(error, match=says):
        office.postings.merge(keep, gone, WHY, NOW + 2 * DAY)
    assert [rows(office.database, t) for t in (postings, sightings, posting_keys, inheritances)] == before


def test_what_was_merged_before_is_merged_into_the_last_one(office: Office, two: object) -> None:
    office.look(office.feed("Third"), understood(replace(COPY, id="3", url=None, company="Cedar")), at=LATER)
    office.postings.merge("2", "3", WHY, NOW + DAY)
    office.postings.merge("1", "2", "again", NOW + 2 * DAY)
    assert [(p["merged_into"], p["closed"]) for p in rows(office.database, postings)] == [
        (None, ""),
        (1, "merged into 1"),
        (1, "merged into 1"),
    ]
    assert office.postings.dossier("1").inherited == (
        Inherited("3", "merge", NOW + DAY, f"by way of 2: {WHY} (it brought sightings 3)"),
        Inherited("2", "merge", NOW + 2 * DAY, "again (it brought sightings 2, 3)"),
    )


# -- who counts as told after a merge


@pytest.mark.parametrize(
    ("shown", "after"),
    [
        (("1", "2"), [("1", "new", 1), ("2", "closed", 1), ("2", "new", 1)]),
        (("1",), [("1", "new", 1), ("2", "closed", 1), ("2", "new", 1)]),
        (("2",), [("1", "new", 1), ("2", "closed", 1), ("2", "new", 1)]),
        ((), []),
    ],
    ids=["told of both", "told of the one that stays", "told of the other", "told of none"],
)
def test_who_was_told_of_either_was_told_and_gets_no_card_of_its_end(
    office: Office, alice: Subscriber, shown: Sequence[str], after: list[tuple[str, str, int]]
) -> None:
    period(office, alice, dict.fromkeys(shown, "shown"), NOW + 2 * DAY)
    before = rows(office.database, ledger)
    office.postings.merge("1", "2", WHY, NOW + 3 * DAY)
    assert told(office, alice) == after
    assert rows(office.database, ledger) == before


def test_what_they_saw_of_the_other_counts_as_the_revision_of_that_moment(
    office: Office, two: tuple[Feed, Feed], alice: Subscriber
) -> None:
    period(office, alice, {"2": "shown"}, NOW + 2 * DAY)
    office.look(two[0], understood(entry(location="Durham, NC")), at=NOW + 3 * DAY)
    office.postings.merge("1", "2", WHY, NOW + 4 * DAY)
    lines = office.digests.told([alice.id])[alice.id]
    assert lines[0] == Told("1", "new", 0, 2, NOW + 2 * DAY)


def test_what_they_saw_of_the_one_that_stays_keeps_the_revision_that_they_saw(
    office: Office, two: tuple[Feed, Feed], alice: Subscriber
) -> None:
    period(office, alice, {"1": "shown", "2": "shown"}, NOW + 2 * DAY)
    office.look(two[0], understood(entry(location="Durham, NC")), at=NOW + 3 * DAY)
    office.postings.merge("1", "2", WHY, NOW + 4 * DAY)
    assert told(office, alice)[0] == ("1", "new", 1)


def test_a_change_of_the_other_is_no_change_of_the_one_that_stays(office: Office, alice: Subscriber) -> None:
    period(office, alice, {"2": "shown"}, NOW + 2 * DAY)
    (line,) = rows(office.database, ledger)
    with office.database.write() as connection:
        for kind, revision in (("changed", 2), ("closing", 0)):
            connection.execute(
                ledger.insert().values(**{**line, "kind": kind, "revision": revision, "seen_revision": 2})
            )
    office.postings.merge("1", "2", WHY, NOW + 3 * DAY)
    mine = [t for t in told(office, alice) if t[0] == "1"]
    assert mine == [("1", "closing", 1), ("1", "new", 1)]


def test_a_row_that_a_digest_in_flight_writes_after_the_merge_counts_too(
    office: Office, alice: Subscriber
) -> None:
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY)
    period(office, alice, {"2": "shown"}, NOW + 3 * DAY)
    assert told(office, alice) == [("1", "new", 1), ("2", "closed", 1), ("2", "new", 1)]


@pytest.mark.parametrize(
    ("states", "after"),
    [
        ({"2": "carried"}, {"1": "carried"}),
        ({"2": "capped"}, {"1": "capped"}),
        ({"1": "below_bar", "2": "carried"}, {"1": "carried"}),
        ({"1": "carried", "2": "below_bar"}, {"1": "carried"}),
        ({"1": "below_bar"}, {"1": "below_bar"}),
        ({"2": "aged"}, {"1": "aged"}),
    ],
)
def test_what_waited_waits_as_the_one_that_stays(
    office: Office, alice: Subscriber, states: dict[str, State], after: dict[str, State]
) -> None:
    period(office, alice, states, NOW + 2 * DAY)
    before = rows(office.database, standings)
    office.postings.merge("1", "2", WHY, NOW + 3 * DAY)
    assert standing(office, alice) == after
    assert rows(office.database, standings) == before


def test_of_two_that_waited_the_longer_wait_counts(office: Office, alice: Subscriber) -> None:
    period(office, alice, {"1": "carried"}, NOW + 2 * DAY)
    period(office, alice, {"1": "carried", "2": "carried"}, NOW + 3 * DAY)
    with office.database.write() as connection:
        older = standings.update().where(standings.c.posting_id == 2)
        connection.execute(older.values(since=NOW + 2 * DAY))
    office.postings.merge("1", "2", WHY, NOW + 4 * DAY)
    assert office.digests.standings([alice.id])[alice.id] == {
        "1": Standing("carried", "1:1", 1, NOW + 2 * DAY)
    }


def test_what_a_later_digest_made_of_it_counts_and_the_old_wait_does_not_come_back(
    office: Office, alice: Subscriber
) -> None:
    period(office, alice, {"2": "carried"}, NOW + 2 * DAY)
    office.postings.merge("1", "2", WHY, NOW + 3 * DAY)
    period(office, alice, {"1": "aged"}, NOW + 4 * DAY)
    assert standing(office, alice) == {"1": "aged"}


def test_a_digest_that_fails_after_the_merge_gives_the_posting_back_as_the_one_that_stays(
    office: Office, alice: Subscriber
) -> None:
    period(office, alice, {"2": "shown"}, NOW + 2 * DAY)
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY + HOUR)
    assert standing(office, alice) == {}
    mail_fails(office, NOW + 2 * DAY + 2 * HOUR)
    assert (told(office, alice), standing(office, alice)) == ([], {"1": "carried"})


# -- what a split does to the rows


@pytest.fixture
def joined(office: Office) -> tuple[Feed, Feed]:
    """One posting of two feeds; the board's own words are those of another position."""
    feed, board = office.feed(), office.feed("Board")
    office.look(feed, understood(entry()))
    office.look(board, understood(replace(COPY, title=entry().title, company=entry().company)), at=NOW + DAY)
    assert len(rows(office.database, postings)) == 1
    return feed, board


BOARDS = replace(COPY, title=entry().title, company=entry().company)


def test_a_split_makes_a_posting_of_the_sightings_with_the_words_of_the_whole_until_they_are_read(
    office: Office, joined: tuple[Feed, Feed]
) -> None:
    assert office.postings.split("1", ["2"], WHY, NOW + 2 * DAY) == "2"
    assert office.postings.open_for(["ctm"], NOW) == [
        posting(),
        posting(id="2", url=BOARDS.url, sources=("Board",), first_seen_at=NOW + DAY, last_seen_at=NOW + DAY),
    ]
    assert [(row["posting_id"], row["fingerprint"] == "") for row in rows(office.database, sightings)] == [
        (1, False),
        (2, True),
    ]
    assert [row["etag"] for row in rows(office.database, feeds)] == ['"tag"', None]


def test_the_next_look_fills_the_words_of_the_new_half(office: Office, joined: tuple[Feed, Feed]) -> None:
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    office.look(joined[1], understood(BOARDS, verdict(workplace="onsite")), at=NOW + 3 * DAY)
    half = office.postings.get("2")
    assert (half.description, half.verdict.workplace, half.revision) == (BOARDS.description, "onsite", 2)
    assert office.postings.get("1") == posting()


def test_what_the_new_half_says_at_last_is_no_change_to_who_was_told_of_the_whole(
    office: Office, joined: tuple[Feed, Feed]
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    period(office, alice, {"1": "shown"}, NOW + 2 * DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    office.look(joined[1], understood(BOARDS, verdict(workplace="onsite")), at=NOW + 4 * DAY)
    assert told(office, alice) == [("1", "new", 1), ("2", "new", 2)]
    office.look(joined[1], understood(BOARDS, verdict(workplace="remote")), at=NOW + 5 * DAY)
    assert (office.postings.get("2").revision, told(office, alice)[1]) == (3, ("2", "new", 2))


def test_when_the_sighting_that_spoke_goes_the_rest_is_read_anew_too(
    office: Office, joined: tuple[Feed, Feed]
) -> None:
    office.postings.split("1", ["1"], WHY, NOW + 2 * DAY)
    assert [row["fingerprint"] for row in rows(office.database, sightings)] == ["", ""]
    whole, half = office.postings.get("1"), office.postings.get("2")
    assert (whole.url, whole.sources, half.url, half.sources) == (
        BOARDS.url, ("Board",), entry().url, ("Northlight",),
    )  # fmt: skip


def test_a_look_that_began_before_the_split_does_not_hide_what_must_be_read(
    office: Office, joined: tuple[Feed, Feed]
) -> None:
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    office.look(joined[1], also=("agg-9",), at=NOW + 2 * DAY)
    assert office.feeds.get(joined[1].id).etag is None
    office.look(joined[1], understood(BOARDS), at=NOW + 3 * DAY)
    assert office.feeds.get(joined[1].id).etag == '"tag"'


def test_the_link_of_a_sighting_goes_with_it_and_the_name_that_both_have_is_copied(
    office: Office, joined: tuple[Feed, Feed]
) -> None:
    before = {row["key"] for row in rows(office.database, posting_keys)}
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    (position,) = (key for key in before if key.startswith("position:"))
    names = {
        i: {r["key"] for r in rows(office.database, posting_keys) if r["posting_id"] == i} for i in (1, 2)
    }
    assert names == {
        1: {"url:https://jobs.northlight.example/postings/41", position},
        2: {"url:https://board.example/9", position},
    }


@pytest.mark.parametrize("with_link", [True, False])
@pytest.mark.parametrize("read", [True, False], ids=["after both were read", "before either was read"])
def test_the_halves_stay_apart_at_the_next_looks_even_under_new_ids(
    office: Office, joined: tuple[Feed, Feed], with_link: bool, read: bool
) -> None:
    feed, board = joined
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    if read:
        office.look(feed, also=("northlight-41",), at=NOW + 3 * DAY)
        office.look(board, understood(BOARDS), at=NOW + 3 * DAY)
    for feed_, said in ((feed, entry()), (board, BOARDS)):
        moved = replace(said, id=f"new {said.id}", url=said.url if with_link else None)
        office.look(feed_, understood(moved), at=NOW + 4 * DAY)
    carried: dict[str, set[str]] = {}
    for p in office.postings.open_for(["ctm"], NOW):
        for source in p.sources:
            carried.setdefault(source, set()).add(p.id)
    assert carried["Northlight"] & carried["Board"] == set()


def test_the_halves_close_and_open_each_by_its_own_feeds(office: Office, joined: tuple[Feed, Feed]) -> None:
    for hour in (1, 2):
        office.look(joined[1], at=NOW + DAY + hour * HOUR)
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    assert [office.postings.get(i).closed for i in ("1", "2")] == ["", "left Board"]
    office.look(joined[1], also=("agg-9",), at=NOW + 3 * DAY)
    assert [office.postings.get(i).closed for i in ("1", "2")] == ["", ""]


@pytest.mark.parametrize(
    ("of", "named", "error", "says"),
    [
        ("1", ["1", "2"], UsageError, "posting 1 stays as it is: all sightings were named"),
        ("1", [], UsageError, "posting 1 stays as it is: no sighting was named"),
        ("1", ["2", "7", "x"], NotFound, "posting 1 has no sighting 7, x; `postings show 1` lists"),
        ("8", ["1"], NotFound, "no posting '8'"),
    ],
)
def test_a_split_that_makes_no_sense_changes_nothing_and_says_what_would(
    office: Office, joined: object, of: str, named: list[str], error: type[Exception], says: str
) -> None:
    before = [rows(office.database, t) for t in (postings, sightings, posting_keys, inheritances, feeds)]
    with pytest.raises(error, match=says):
        office.postings.split(of, named, WHY, NOW + 2 * DAY)
    after = [rows(office.database, t) for t in (postings, sightings, posting_keys, inheritances, feeds)]
    assert after == before


# -- who counts as told after a split


def test_both_halves_have_what_was_told_until_the_split_and_nothing_of_later(
    office: Office, joined: object
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    period(office, alice, {"1": "shown"}, NOW + 4 * DAY)
    assert told(office, alice) == [("1", "new", 1)]


def test_what_a_digest_of_before_the_split_writes_after_it_counts_for_both(
    office: Office, joined: object
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    period(office, alice, {"1": "shown"}, NOW + 3 * DAY)
    assert told(office, alice) == [("1", "new", 1), ("2", "new", 1)]


def test_what_waited_waits_as_both_halves(office: Office, joined: object) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    period(office, alice, {"1": "carried"}, NOW + 2 * DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    assert standing(office, alice) == {"1": "carried", "2": "carried"}
    period(office, alice, {"1": "carried", "2": "below_bar"}, NOW + 4 * DAY)
    assert standing(office, alice) == {"1": "carried", "2": "below_bar"}


def test_what_waits_after_the_split_waits_as_the_whole_alone(office: Office, joined: object) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    period(office, alice, {"1": "carried"}, NOW + 4 * DAY)
    assert standing(office, alice) == {"1": "carried"}


def test_a_half_of_a_half_has_nothing_that_came_to_the_whole_after_the_first_split(
    office: Office, joined: object
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    office.look(office.feed("Third"), understood(replace(BOARDS, id="3")), at=NOW + DAY)
    assert office.postings.split("1", ["2", "3"], WHY, NOW + 2 * DAY) == "2"
    period(office, alice, {"1": "shown"}, NOW + 3 * DAY)
    assert office.postings.split("2", ["3"], WHY, NOW + 4 * DAY) == "3"
    assert told(office, alice) == [("1", "new", 1)]


def test_a_digest_that_fails_after_the_split_gives_both_halves_back(office: Office, joined: object) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    period(office, alice, {"1": "shown"}, NOW + 2 * DAY)
    office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    mail_fails(office, NOW + 3 * DAY)
    assert (told(office, alice), standing(office, alice)) == ([], {"1": "carried", "2": "carried"})


# -- one after the other


@pytest.mark.parametrize(("keep", "gone"), [("1", "2"), ("2", "1")])
def test_merging_the_halves_back_makes_one_again(
    office: Office, joined: tuple[Feed, Feed], keep: str, gone: str
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    office.postings.split("1", ["2"], WHY, NOW + 2 * DAY)
    period(office, alice, {gone: "shown"}, NOW + 3 * DAY)
    office.postings.merge(keep, gone, "they were one", NOW + 4 * DAY)
    (one,) = office.postings.open_for(["ctm"], NOW)
    assert (one.id, one.sources) == (keep, ("Northlight", "Board"))
    assert (keep, "new", 1) in told(office, alice)
    office.look(joined[0], understood(entry()), at=NOW + 5 * DAY)
    office.look(joined[1], understood(BOARDS), at=NOW + 5 * DAY)
    assert [p.id for p in office.postings.open_for(["ctm"], NOW)] == [keep]


def test_a_split_undoes_a_merge(office: Office, two: object) -> None:
    def states() -> list[tuple[object, ...]]:
        return [
            (p.origin, p.first_seen_at, p.last_seen_at, p.url, p.sources, p.closed)
            for p in office.postings.open_for(["ctm"], NOW)
        ]

    before = states()
    office.postings.merge("1", "2", WHY, NOW + 2 * DAY)
    assert office.postings.split("1", ["2"], "it was another one", NOW + 3 * DAY) == "3"
    assert states() == before


def test_what_comes_to_the_whole_after_the_split_does_not_reach_the_half(
    office: Office, joined: object
) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    other = replace(COPY, id="c", url=None, title="CTM Oncology", company="Cedar")
    office.look(office.feed("Third"), understood(other), at=NOW + DAY)
    period(office, alice, {"2": "shown"}, NOW + 2 * DAY)
    half = office.postings.split("1", ["2"], WHY, NOW + 3 * DAY)
    office.postings.merge("1", "2", "the same", NOW + 4 * DAY)
    assert {i for i, kind, _ in told(office, alice) if kind == "new"} == {"1", "2"}
    assert half == "3"


def test_marks_go_on_through_merges_splits_and_merges(office: Office, two: object) -> None:
    alice = office.subscriber(due_at=NOW - DAY)
    period(office, alice, {"2": "shown"}, NOW + 2 * DAY)
    office.postings.merge("1", "2", WHY, NOW + 3 * DAY)
    half = office.postings.split("1", ["2"], WHY, NOW + 4 * DAY)
    other = replace(COPY, id="c", url=None, title="CTM Oncology", company="Cedar")
    office.look(office.feed("Third"), understood(other), at=NOW + 5 * DAY)
    office.postings.merge("4", half, "the same", NOW + 6 * DAY)
    assert {i for i, kind, _ in told(office, alice) if kind == "new"} == {"1", "2", "3", "4"}
    assert [office.postings.dossier(i).told for i in ("1", "2", "3", "4")] == [1, 1, 1, 1]


# -- several at once


@pytest.mark.parametrize("what", ["merge", "split"])
def test_a_merge_and_a_split_wait_for_a_look_that_is_being_settled(office: Office, what: str) -> None:
    office.look(office.feed(), understood(entry()))
    office.look(office.feed("Board"), understood(COPY))
    if what == "split":
        office.postings.merge("1", "2", WHY, NOW)

    def act() -> None:
        if what == "merge":
            office.postings.merge("1", "2", WHY, LATER)
        else:
            office.postings.split("1", ["2"], WHY, LATER)

    with ThreadPoolExecutor(1) as pool:
        with office.database.write() as looking:
            one_at_a_time(looking, "settle")
            acting = pool.submit(act)
            with pytest.raises(TimeoutError):
                acting.result(0.5)
        assert acting.result(20) is None


def test_looks_merges_and_splits_at_one_time_leave_every_sighting_with_a_living_posting(
    office: Office,
) -> None:
    """Each thread does its own; whatever comes first, nothing is lost, nothing is named twice."""
    both = [office.feed(), office.feed("Board")]
    said = [entry(id=f"{n}", url=f"https://n.example/{n}", title=f"CTM {n}") for n in range(8)]
    for feed in both:
        office.look(feed, *(understood(replace(e, company=f"{feed.name} {e.id}", url=None)) for e in said))

    def look(number: int) -> None:
        feed = both[number % 2]
        changed = [
            understood(replace(e, company=f"{feed.name} {e.id}", url=None, description=f"{number}"))
            for e in said
        ]
        office.look(feed, *changed, at=LATER + number * HOUR)

    def merge_and_split(number: int) -> None:
        keep, gone = str(number + 1), str(number + 9)
        office.postings.merge(keep, gone, WHY, LATER)
        office.postings.split(keep, [gone], WHY, LATER)

    with ThreadPoolExecutor(4) as pool:
        steps = [pool.submit(f, n) for n in range(8) for f in (look, merge_and_split)]
        assert [step.result() for step in steps] == [None] * 16
    living = {p.id: p for p in office.postings.open_for(["ctm"], NOW)}
    held = [str(row["posting_id"]) for row in rows(office.database, sightings)]
    assert sorted(held) == sorted(living)
    assert len(held) == 16
