"""What one look at a feed does to what we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ctm_alerts.errors import NotFound
from ctm_alerts.feeds.source import Ingested
from ctm_alerts.postings.arrival import entry_fingerprint
from ctm_alerts.postings.posting import Salary
from ctm_alerts.postings.record import Posting
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import sightings
from tests.people import NOW, entry, posting, understood, verdict
from tests.storage.desk import DAY, Office, rows

LATER = NOW + timedelta(hours=1)
ELSEWHERE = entry(
    id="agg-9", url="https://board.example/9", description="Anonymous words about the same role."
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def open_now(office: Office) -> list[Posting]:
    return office.postings.open_for(["ctm"], LATER)


# -- new


def test_a_new_entry_is_a_posting(office: Office) -> None:
    feed = office.feed()
    result = office.look(feed, understood(entry()))
    assert result == Ingested("Northlight", "ok", status=200, entries=1, new=1)
    assert open_now(office) == [posting()]
    assert office.postings.fingerprints(feed.id, NOW) == {"northlight-41": entry_fingerprint(entry())}


def test_the_first_look_sets_the_baseline_and_the_next_look_in_the_same_transaction(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry(), origin="baseline"))
    after = office.feeds.get(feed.id)
    assert (after.baseline_at, after.last_ok_at, after.next_check_at, after.etag) == (
        NOW,
        NOW,
        LATER,
        '"tag"',
    )
    assert open_now(office) == [posting(origin="baseline")]
    office.look(feed, at=LATER)
    assert office.feeds.get(feed.id).baseline_at == NOW


def test_a_look_that_fails_half_way_leaves_nothing(office: Office) -> None:
    feed = office.feed()
    faulty = understood(entry(id="2", url=None, company=None), verdict(skills=(object(),)))
    with pytest.raises(TypeError):
        office.look(feed, understood(entry()), faulty)
    assert (open_now(office), office.feeds.get(feed.id)) == ([], feed)


def test_the_same_entry_again_is_nothing_but_seen(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    assert office.look(feed, also=("northlight-41",), at=LATER).new == 0
    assert open_now(office) == [posting(last_seen_at=LATER)]


# -- sightings


def test_the_same_position_on_another_feed_is_one_posting_with_two_sources(office: Office) -> None:
    office.look(office.feed(), understood(entry()))
    result = office.look(office.feed("Board"), understood(ELSEWHERE), at=LATER)
    assert (result.new, result.changed) == (0, 0)
    assert open_now(office) == [posting(sources=("Northlight", "Board"), last_seen_at=LATER)]


def test_two_openings_of_one_feed_are_two_postings(office: Office) -> None:
    one, two = (
        entry(id="1", url="https://n.example/1"),
        entry(id="2", url="https://n.example/2", description="Another team."),
    )
    assert office.look(office.feed(), understood(one), understood(two)).new == 2


def test_one_opening_with_two_ids_is_one_posting(office: Office) -> None:
    one, two = entry(id="1", url="https://n.example/1"), entry(id="2", url="https://n.example/2")
    assert office.look(office.feed(), understood(one), understood(two)).new == 1
    assert office.postings.sightings() == 2


def test_of_two_openings_on_a_board_only_one_is_the_posting_that_the_employer_has(office: Office) -> None:
    office.look(office.feed(), understood(entry()))
    second = entry(
        id="agg-10", url="https://board.example/10", description="A second team looks for the same."
    )
    result = office.look(office.feed("Board"), understood(ELSEWHERE), understood(second), at=LATER)
    assert result.new == 1
    assert [p.sources for p in open_now(office)] == [("Northlight", "Board"), ("Board",)]


def test_a_posting_is_found_by_the_link_that_another_feed_gave_it(office: Office) -> None:
    office.look(office.feed(), understood(entry()))
    office.look(office.feed("Board"), understood(ELSEWHERE))
    third = entry(id="x", url="https://board.example/9", company=None)
    assert office.look(office.feed("Third"), understood(third)).new == 0


def test_a_posting_is_found_by_the_link_that_it_moved_to(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    office.look(feed, understood(entry(url="https://jobs.northlight.example/moved")), at=LATER)
    third = entry(id="x", url="https://jobs.northlight.example/moved", company=None)
    assert office.look(office.feed("Third"), understood(third), at=LATER).new == 0


# -- changes


@pytest.mark.parametrize(
    "changed",
    [
        understood(entry(location="Durham, NC")),
        understood(entry(expires_at=NOW + 20 * DAY)),
        understood(entry(salary_min=1.0), verdict(salary=Salary(140_000.0, None, "USD", "year"))),
        understood(entry(remote=True), verdict(workplace="remote")),
    ],
)
def test_a_material_change_is_the_next_revision(office: Office, changed: object) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    assert office.look(feed, changed, at=LATER).changed == 1  # type: ignore[arg-type]  # an Understood
    assert [p.revision for p in open_now(office)] == [2]
    assert office.look(feed, changed, at=LATER).changed == 0  # type: ignore[arg-type]  # an Understood


@pytest.mark.parametrize(
    "changed",
    [
        entry(title="Senior CTM"),
        entry(description="You own three Phase 2 trials."),
        entry(location="BOSTON,  MA"),
    ],
)
def test_a_cosmetic_change_is_kept_and_is_no_revision(office: Office, changed: object) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    said = replace(entry(), title=changed.title, description=changed.description, location=changed.location)  # type: ignore[attr-defined]  # an Entry
    assert office.look(feed, understood(said), at=LATER).changed == 0
    assert open_now(office) == [
        posting(title=said.title, description=said.description, location=said.location, last_seen_at=LATER)
    ]
    assert office.postings.fingerprints(feed.id, NOW) == {"northlight-41": entry_fingerprint(said)}


def test_another_feed_never_speaks_for_a_posting(office: Office) -> None:
    office.look(office.feed(), understood(entry()))
    board = office.feed("Board")
    office.look(board, understood(ELSEWHERE), at=LATER)
    louder = replace(ELSEWHERE, description="The role of a lifetime!", title="AMAZING CTM JOB")
    assert office.look(board, understood(louder), at=LATER).changed == 0
    assert open_now(office) == [posting(sources=("Northlight", "Board"), last_seen_at=LATER)]


# -- reposts


@pytest.mark.parametrize(("gap", "new"), [(90 * DAY, 0), (90 * DAY + timedelta(seconds=1), 1)])
def test_a_repost_within_90_days_is_the_same_posting_later_it_is_a_new_one(
    office: Office, gap: timedelta, new: int
) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    for _ in range(2):
        office.look(feed)
    again = entry(id="northlight-77", url="https://jobs.northlight.example/postings/77")
    assert office.look(feed, understood(again), at=NOW + gap).new == new
    found = office.postings.open_for(["ctm"], NOW + gap)
    assert [(p.id, p.closed, p.repost_of) for p in found] == ([("2", "", "1")] if new else [("1", "", None)])


@pytest.mark.parametrize("whole", [True, False])
def test_the_same_entry_that_was_gone_for_more_than_90_days_is_a_repost_and_new(
    office: Office, whole: bool
) -> None:
    feed = office.feed()
    office.look(feed, understood(entry(url=None, company=None)))
    for day in (30, 60, 91):
        office.look(feed, at=NOW + day * DAY, whole=whole)
    back = NOW + 92 * DAY
    assert office.postings.fingerprints(feed.id, back) == {}
    assert office.look(feed, understood(entry(url=None, company=None)), at=back).new == 1
    (found,) = office.postings.open_for(["ctm"], back)
    assert (found.id, found.repost_of, found.first_seen_at) == ("2", "1", back)
    assert office.postings.get("1").closed == ("left Northlight" if whole else "reposted")
    assert office.look(feed, understood(entry(url=None, company=None)), at=back + DAY).new == 0


def test_what_a_feed_still_holds_after_it_rested_for_long_is_not_reposted(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    later = NOW + 200 * DAY
    assert list(office.postings.fingerprints(feed.id, later)) == ["northlight-41"]
    assert office.look(feed, understood(entry(title="Senior CTM")), at=later).new == 0
    assert [p.id for p in office.postings.open_for(["ctm"], later)] == ["1"]


def test_what_a_feed_holds_that_did_not_change_for_long_is_not_reposted(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    for day in (30, 60, 91, 120):
        office.look(feed, at=NOW + day * DAY, whole=False, outcome="not_modified")
    assert list(office.postings.fingerprints(feed.id, NOW + 121 * DAY)) == ["northlight-41"]
    assert office.look(feed, understood(entry(title="Senior CTM")), at=NOW + 121 * DAY).new == 0


def test_what_another_feed_had_all_the_while_is_not_reposted(office: Office) -> None:
    feed, board = office.feed(), office.feed("Board")
    office.look(feed, understood(entry()))
    office.look(board, understood(ELSEWHERE))
    for day in (30, 60, 91):
        office.look(feed, at=NOW + day * DAY)
        office.look(board, also=("agg-9",), at=NOW + day * DAY)
    assert office.look(feed, understood(entry()), at=NOW + 92 * DAY).new == 0


# -- surplus


def test_surplus_entries_wait_and_come_first_and_are_settled_once(office: Office) -> None:
    feed = office.feed()
    two = entry(id="2", url=None, expires_at=NOW + DAY, description="Another team.")
    three = entry(id="3", url=None, company=None)
    result = office.look(feed, understood(entry()), deferred=((two, "baseline"), (three, "new")))
    assert (result.new, result.deferred) == (1, 2)
    assert office.postings.waiting(feed.id) == [(two, "baseline"), (three, "new")]
    office.look(
        feed,
        understood(two, origin="baseline"),
        also=("northlight-41",),
        deferred=((three, "new"),),
        at=LATER,
    )
    assert office.postings.waiting(feed.id) == [(three, "new")]
    office.look(feed, understood(three), also=("northlight-41", "2"), at=LATER)
    assert office.postings.waiting(feed.id) == []
    assert [p.origin for p in open_now(office)] == ["new", "baseline", "new"]


def test_surplus_survives_a_look_that_brings_nothing(office: Office) -> None:
    feed = office.feed()
    two = entry(id="2", url=None)
    office.look(feed, deferred=((two, "new"),))
    office.look(feed, at=LATER)
    assert office.postings.waiting(feed.id) == [(two, "new")]


def test_a_waiting_entry_that_changed_waits_in_its_newest_words(office: Office) -> None:
    feed = office.feed()
    office.look(feed, deferred=((entry(id="2", title="Old"), "new"),))
    office.look(feed, deferred=((entry(id="2", title="New"), "new"),), at=LATER)
    assert office.postings.waiting(feed.id) == [(entry(id="2", title="New"), "new")]


# -- absences


def test_two_complete_listings_without_it_close_a_posting(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    assert office.look(feed).closed == 0
    assert open_now(office) == [posting()]
    assert office.look(feed, at=LATER).closed == 1
    assert open_now(office) == []
    assert office.postings.get("1") == posting(closed="left Northlight")
    assert office.look(feed, at=LATER).closed == 0


def test_an_incomplete_listing_never_closes_anything(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    for _ in range(5):
        assert office.look(feed, whole=False).closed == 0
    assert open_now(office) == [posting()]


def test_an_absence_is_forgotten_once_the_posting_is_seen_again(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    office.look(feed)
    office.look(feed, also=("northlight-41",))
    assert office.look(feed).closed == 0
    assert [row["absences"] for row in rows(office.database, sightings)] == [1]


def test_a_posting_that_is_back_is_open_again_and_the_same(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(entry()))
    for _ in range(2):
        office.look(feed)
    office.look(feed, also=("northlight-41",), at=LATER)
    assert open_now(office) == [posting(last_seen_at=LATER)]


def test_a_posting_is_open_as_long_as_one_feed_carries_it(office: Office) -> None:
    first, board = office.feed(), office.feed("Board")
    office.look(first, understood(entry()))
    office.look(board, understood(ELSEWHERE))
    for _ in range(2):
        office.look(first, at=LATER)
    (still,) = open_now(office)
    assert (still.closed, still.url) == ("", "https://board.example/9")
    for _ in range(2):
        office.look(board, at=LATER)
    assert office.postings.get("1").closed == "left Board"


def test_a_posting_of_no_feed_but_one_speaks_through_that_one(office: Office) -> None:
    first, board = office.feed(), office.feed("Board")
    office.look(first, understood(entry()))
    office.look(board, understood(ELSEWHERE))
    for _ in range(2):
        office.look(first, at=LATER)
    moved = replace(ELSEWHERE, location="Durham, NC")
    # what the board says is heard for the first time: only what it says after that can be a change
    assert office.look(board, understood(moved), at=LATER).changed == 0
    assert (office.postings.get("1").location, office.postings.get("1").revision) == ("Durham, NC", 1)
    assert office.look(board, understood(replace(moved, location="Cary, NC")), at=LATER).changed == 1
    assert office.postings.get("1").revision == 2


def test_a_posting_past_its_closing_date_is_not_open(office: Office) -> None:
    office.look(office.feed(), understood(entry(expires_at=LATER)))
    assert office.postings.open_for(["ctm"], LATER) == []
    assert len(office.postings.open_for(["ctm"], LATER - timedelta(seconds=1))) == 1


# -- reading


def test_postings_are_found_by_number_and_link(office: Office) -> None:
    office.look(office.feed(), understood(entry()))
    assert (
        office.postings.get("1")
        == office.postings.get("https://jobs.northlight.example/postings/41")
        == posting()
    )
    assert office.postings.of_ids(["1", "99"]) == {"1": posting()}
    with pytest.raises(NotFound, match="no posting '99'; give the number"):
        office.postings.get("99")


def test_postings_are_counted_by_role_and_since(office: Office) -> None:
    feed = office.feed()
    office.look(
        feed,
        understood(entry()),
        understood(entry(id="2", url=None, company=None), verdict(role="feeder", tier=None)),
    )
    assert office.postings.count() == {"ctm": 1, "feeder": 1}
    assert office.postings.read_since(NOW - DAY) == (2, 1)
    assert office.postings.read_since(NOW) == (0, 0)
    assert [p.verdict.role for p in office.postings.open_for(["feeder"], NOW)] == ["feeder"]


def test_a_listing_of_more_than_the_database_takes_at_once_is_read_whole(office: Office) -> None:
    feed = office.feed()
    many = [understood(entry(id=f"{n}", url=f"https://n.example/{n}", title=f"CTM {n}")) for n in range(620)]
    assert office.look(feed, *many).new == 620
    assert office.look(feed, also=tuple(str(n) for n in range(310))).closed == 0
    assert office.look(feed, also=tuple(str(n) for n in range(310))).closed == 310
    assert len(open_now(office)) == 310


def test_a_feed_that_gives_out_new_ids_brings_the_same_position_by_its_address_and_title(
    office: Office,
) -> None:
    first, other = office.feed(), office.feed("Board")
    words = "As the employer writes it."
    office.look(first, understood(entry(id="1", url="https://jobs.example/1", description=words)))
    office.look(
        other, understood(entry(id="b1", url="https://jobs.example/1", description="As the board writes it."))
    )
    for day in range(1, 4):  # another id each day, the same address
        at = NOW + day * DAY
        again = entry(id=f"b{day + 1}", url="https://jobs.example/1", description=f"Written anew, {day}.")
        assert office.look(other, understood(again), at=at).new == 0
    assert [p.id for p in open_now(office)] == ["1"]


def test_another_title_at_an_address_that_many_share_is_another_position(office: Office) -> None:
    feed = office.feed()
    careers = "https://jobs.example/careers/list"
    office.look(
        feed, understood(entry(id="1", url=careers, title="Clinical Trial Manager", description="One."))
    )
    another = entry(id="2", url=careers, title="Clinical Research Associate", description="Two.")
    assert office.look(feed, understood(another), at=NOW + DAY).new == 1


def test_two_openings_of_one_address_that_are_listed_together_are_two(office: Office) -> None:
    feed = office.feed()
    careers = "https://jobs.example/careers/list"
    office.look(feed, understood(entry(id="1", url=careers, description="One.")))
    two = understood(entry(id="2", url=careers, description="Two."))
    assert office.look(feed, two, at=NOW + DAY, also=("1",)).new == 1


# -- clones


CITY_TEXT = " ".join(f"{word}{n}" for n in range(40) for word in ("plan", "run", "close", "report", "file"))
LEEDS = entry(
    id="l", url="https://a.example/l", location="Leeds, UK", description=CITY_TEXT, company="Larkfield Bio"
)
YORK = replace(LEEDS, id="y", url="https://a.example/y", location="York, UK")
BERLIN = replace(LEEDS, id="b", url="https://a.example/b", location="Berlin, Germany")
UK, DE = verdict(countries=("GB",)), verdict(countries=("DE",))


def places(office: Office, posting_id: str = "1") -> list[tuple[str, tuple[str, ...]]]:
    return [(p.words, p.countries) for p in office.postings.get(posting_id).places]


def test_one_job_in_three_cities_is_one_posting_open_in_all_of_them(office: Office) -> None:
    feed = office.feed()
    result = office.look(feed, understood(LEEDS, UK), understood(YORK, UK), understood(BERLIN, DE))
    assert (result.new, office.postings.sightings()) == (1, 3)
    assert places(office) == [("Leeds, UK", ("GB",)), ("York, UK", ("GB",)), ("Berlin, Germany", ("DE",))]
    (one,) = open_now(office)
    assert (one.location, one.verdict.countries) == ("Leeds, UK", ("DE", "GB"))
    assert one.verdict.quotes("countries", "DE") == ("Berlin, Germany",)
    assert [
        (row["joined_by"], row["because"].partition(";")[0]) for row in rows(office.database, sightings)
    ] == [
        ("", ""),
        ("city clone", "one employer has this title in several places"),
        ("city clone", "one employer has this title in several places"),
    ]


def test_a_clone_of_a_later_look_joins_too_and_is_no_change(office: Office) -> None:
    office.look(office.feed(), understood(LEEDS, UK))
    result = office.look(office.feed("Board"), understood(BERLIN, DE), at=LATER)
    assert (result.new, result.changed) == (0, 0)
    assert (office.postings.get("1").revision, len(office.postings.get("1").places)) == (1, 2)


def test_a_clone_in_another_country_is_news_to_those_who_look_there_alone(office: Office) -> None:
    office.look(office.feed(), understood(LEEDS, UK, origin="baseline"))
    office.look(office.feed("Board"), understood(BERLIN, DE), understood(YORK, UK), at=LATER)
    one = office.postings.get("1")
    assert [one.news_for(c) for c in (("GB",), ("DE",), ("GB", "DE"), ())] == [
        ("baseline", NOW), ("new", LATER), ("baseline", NOW), ("baseline", NOW),
    ]  # fmt: skip


def test_a_city_that_leaves_takes_its_place_along_and_changes_nothing_else(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(LEEDS, UK), understood(YORK, UK), understood(BERLIN, DE))
    for _ in range(2):
        result = office.look(feed, also=("l", "y"), at=LATER)
    assert (result.changed, result.closed) == (0, 0)
    (one,) = open_now(office)
    assert (one.revision, one.verdict.countries, [p.words for p in one.places]) == (
        1, ("GB",), ["Leeds, UK", "York, UK"],
    )  # fmt: skip


def test_when_the_city_that_spoke_leaves_the_next_speaks_without_a_change(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(LEEDS, UK), understood(BERLIN, DE))
    for _ in range(2):
        office.look(feed, also=("b",), at=LATER)
    one = office.postings.get("1")
    assert (one.location, one.url, one.verdict.countries, one.closed) == (
        "Berlin, Germany", BERLIN.url, ("DE",), "",
    )  # fmt: skip
    assert (office.feeds.get(feed.id).etag, office.postings.fingerprints(feed.id, LATER)["b"]) == (None, "")
    office.look(feed, understood(BERLIN, DE), at=LATER)
    assert office.postings.get("1").revision == 1
    office.look(feed, understood(replace(BERLIN, location="Munich, Germany"), DE), at=LATER)
    assert office.postings.get("1").revision == 2
    for _ in range(2):
        last = office.look(feed, at=LATER)
    assert (last.closed, office.postings.get("1").closed) == (1, "left Northlight")


def test_a_city_that_comes_back_speaks_again_as_before(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(LEEDS, UK), understood(BERLIN, DE))
    for _ in range(2):
        office.look(feed, also=("b",), at=LATER)
    office.look(feed, also=("l", "b"), at=LATER)
    one = office.postings.get("1")
    assert (one.location, one.url, one.revision, len(one.places)) == ("Leeds, UK", LEEDS.url, 1, 2)


def test_the_employers_page_speaks_instead_of_a_boards_copy_and_that_is_no_change(office: Office) -> None:
    board = office.feeds.add("https://board.example/feed", "remotive", "Board", NOW)
    copy = replace(LEEDS, url="https://board.example/9", description=CITY_TEXT + " Apply now", salary_min=1.0)
    office.look(board, understood(copy, verdict(countries=("GB",), salary=None)))
    own = replace(LEEDS, id="own", url="https://careers.larkfield.example/1", title=f"{LEEDS.title} - Leeds")
    office.look(office.feed("Larkfield"), understood(own, UK), at=LATER)
    one = office.postings.get("1")
    assert (one.url, one.title, one.sources, one.revision) == (own.url, own.title, ("Larkfield", "Board"), 1)
    assert one.verdict.salary == UK.salary
    third = replace(LEEDS, id="third", url="https://www.linkedin.com/jobs/7", location="Leeds")
    office.look(office.feed("Wall"), understood(third, UK), at=LATER)
    assert office.postings.get("1").url == own.url


def test_two_jobs_of_one_text_stay_two_for_ever_once_an_admin_parted_them(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(LEEDS, UK), understood(YORK, UK))
    half = office.postings.split("1", ["2"], "two teams", LATER)
    for number in range(2):
        again = [replace(e, id=f"{e.id}{number}", url=None) for e in (LEEDS, YORK)]
        office.look(feed, *(understood(e, UK) for e in again), at=LATER + (number + 1) * DAY)
    held = {row["source_id"]: str(row["posting_id"]) for row in rows(office.database, sightings)}
    assert (held["l"], held["y"]) == ("1", half)
    assert {held["l0"], held["l1"]}.isdisjoint({half})
    assert {held["y0"], held["y1"]}.isdisjoint({"1"})


def test_a_clone_of_what_an_admin_parted_is_nobodys_copy(office: Office) -> None:
    office.look(office.feed(), understood(LEEDS, UK), understood(YORK, UK))
    office.postings.split("1", ["2"], "two teams", LATER)
    hull = replace(LEEDS, id="h", url=None, location="Hull, UK")
    assert office.look(office.feed("Board"), understood(hull, UK), at=LATER).new == 1


def test_what_an_admin_merged_goes_on_gathering_the_copies_of_both(office: Office) -> None:
    other = replace(LEEDS, id="o", url=None, title="Trial Lead", description=CITY_TEXT[::-1])
    office.look(office.feed(), understood(LEEDS, UK), understood(other, UK))
    office.postings.merge("1", "2", "one job", LATER)
    clones = [replace(e, id=f"{e.id}2", url=None, location="Hull, UK") for e in (LEEDS, other)]
    assert office.look(office.feed("Board"), *(understood(e, UK) for e in clones), at=LATER).new == 0
    assert {row["posting_id"] for row in rows(office.database, sightings)} == {1}


def test_a_clone_that_comes_after_90_days_is_a_repost(office: Office) -> None:
    office.look(office.feed(), understood(LEEDS, UK))
    later = NOW + 91 * DAY
    assert office.look(office.feed("Board"), understood(BERLIN, DE), at=later).new == 1
    assert office.postings.get("2").repost_of == "1"


def test_an_entry_that_says_something_else_is_found_by_its_new_words(office: Office) -> None:
    feed = office.feed()
    office.look(feed, understood(replace(LEEDS, title="Trial Lead"), UK))
    office.look(feed, understood(LEEDS, UK), at=LATER)
    assert office.look(office.feed("Board"), understood(BERLIN, DE), at=LATER).new == 0
    old = replace(BERLIN, id="old", title="Trial Lead", url=None)
    assert office.look(office.feed("Third"), understood(old, DE), at=LATER).new == 1
