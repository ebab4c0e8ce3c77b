"""Which entries of different ids are one position, and why."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.arrival import Arrival, Neighbour, join
from ctm_alerts.postings.cluster import (
    Join,
    Sketch,
    bands_of,
    contained,
    likeness,
    places_meet,
    same,
    sketch_of,
    spelled_alike,
)
from ctm_alerts.postings.cluster_titles import requisitions_of, title_key
from ctm_alerts.postings.cluster_voice import BOARD, LAST, OTHER, OWN, rank_of
from tests.people import NOW, entry

DAY = timedelta(days=1)
PAIRS = Path(__file__).parent / "data" / "pairs.tsv"


def text_of(seed: int, words: int = 300) -> str:
    """A text of made-up words, the same for the same seed."""
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghij", k=6)) for _ in range(words))


TEXT = text_of(1)


def said(**changes: object) -> Entry:
    """A Clinical Trial Manager of Larkfield Bio in Leeds, with a long text."""
    basis = entry(
        id="1", url=None, title="Clinical Trial Manager", company="Larkfield Bio", location="Leeds, UK",
        description=TEXT,
    )  # fmt: skip
    return replace(basis, **changes)  # type: ignore[arg-type]  # the changes are fields of an entry


def joined(one: Entry, other: Entry, *, same_source: bool = False, agency: bool = False) -> Join | None:
    """What becomes of two entries, which must not hang on which of them came first."""
    a, b = sketch_of(one), sketch_of(other, agency=agency)
    found, turned = same(a, b, same_source=same_source), same(b, a, same_source=same_source)
    assert (found and found.kind) == (turned and turned.kind)
    if found is not None:
        assert set(bands_of(a)) & set(bands_of(b)), "what is the same must be found"
    return found


def edited(text: str, share: float) -> str:
    """The text with its last words replaced."""
    words = text.split()
    keep = round(len(words) * (1 - share))
    return " ".join(words[:keep] + text_of(99, len(words) - keep).split())


# -- what is one position


def test_one_title_in_two_cities_is_one_position() -> None:
    assert joined(said(), said(location="York, UK"), same_source=True) == Join(
        "city clone", "one employer has this title in several places; the texts are 100% alike", 1.0
    )


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (said(title="Clinical Trials Manager (m/f/d) - Leeds"), "same text"),
        (said(title="Manager, Clinical Trial"), "same text"),
        (said(title="CTM, Leeds | Larkfield Bio"), "same text"),
        (said(company="LARKFIELD Bio Ltd."), "same text"),
        (said(company="Larkfield Bio Research"), "other spelling"),
        (said(description=edited(TEXT, 0.04)), "other source"),
        (said(description=TEXT[: len(TEXT) // 2]), "excerpt"),
        (said(company=None), "agency copy"),
        (said(location="York, UK", description=edited(TEXT, 0.04)), "city clone"),
    ],
)
def test_copies_that_say_it_in_another_way_are_one_position(other: Entry, kind: str) -> None:
    found = joined(said(), other)
    assert (found and found.kind) == kind


def test_one_that_is_listed_again_under_another_number_is_one_position() -> None:
    found = joined(said(), said(description=edited(TEXT, 0.04)), same_source=True)
    assert (found and found.kind) == "repost"


def test_an_agency_that_shows_the_employers_text_is_a_copy() -> None:
    copy = said(company="Cedar Recruiting", location="Leeds")
    found = joined(said(), copy, agency=True)
    assert (found and found.reason) == "cedar recruiting recruits for others; the texts are 100% alike"
    assert joined(said(), copy) is None


def test_a_text_that_names_its_employer_tells_whose_copy_the_other_is() -> None:
    text = f"{TEXT} Larkfield Bio {text_of(5, 40)}"
    found = joined(said(description=text), said(description=text, company="Osterby"))
    assert found is not None
    assert found.reason.startswith("the text names larkfield bio, and osterby shows the same")


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("nhs", "leeds teaching hospitals nhs trust", "nhs stands for leeds teaching hospitals nhs trust"),
        ("larkfield", "larkfield bio", "larkfield is the beginning of larkfield bio"),
        ("abc", "alpha beta clinic", "abc are the initials of alpha beta clinic"),
        ("mercury", "mercurytechnologies", "mercury is the beginning of mercurytechnologies"),
        ("larkfield oncology", "larkfield centre for oncology", "all words of larkfield oncology stand in larkfield centre for oncology"),
        ("nhs", "larkfield bio", ""),
        ("clinical", "clinical partners", ""),
        ("larkfield bio", "osterby bio", ""),
        ("", "larkfield bio", ""),
    ],
)  # fmt: skip
def test_names_of_one_employer_are_told_from_those_of_two(one: str, other: str, why: str) -> None:
    assert (spelled_alike(one, other), spelled_alike(other, one)) == (why, why)


# -- what never is


@pytest.mark.parametrize(
    "other",
    [
        said(title="Senior Clinical Trial Manager"),
        said(title="Clinical Trial Manager II"),
        said(title="Clinical Trial Lead"),
        said(title="Clinical Trial Manager, Oncology"),
        said(title="Clinical Trial Manager (Team Cardiology)"),
        said(title="Associate Clinical Trial Manager", location="York, UK"),
    ],
)
def test_another_rank_function_or_team_in_the_title_is_another_position(other: Entry) -> None:
    assert joined(said(), other, same_source=True) is None


@pytest.mark.parametrize(
    "word", ["oncology", "German", "FSP", "maternity", "7 years", "16:00-02:00", "9:00 am to 5:30 pm"]
)
def test_another_field_language_or_experience_in_the_text_is_another_position(word: str) -> None:
    with_word = said(description=f"{TEXT} {word}", location="York, UK")
    assert joined(said(), with_word, same_source=True) is None
    assert joined(said(), said(description=f"{TEXT} tidiness", location="York, UK")) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Clinical Trial Manager, Midwest", "Clinical Trial Manager, West Coast"),
        ("Clinical Trial Manager (Eastern Region)", "Clinical Trial Manager (Western Region)"),
        ("Clinical Trial Manager (Remote)", "Clinical Trial Manager (Hybrid)"),
    ],
)
def test_two_territories_or_ways_of_work_in_the_titles_are_two_positions(one: str, other: str) -> None:
    assert joined(said(title=one), said(title=other, location="York, UK"), same_source=True) is None
    for title in (one, other):
        assert joined(said(title=title), said(location="York, UK"), same_source=True) is not None


def test_a_direction_in_the_name_of_the_place_is_no_territory() -> None:
    west = said(title="Clinical Trial Manager, West Leeds", location="West Leeds, UK")
    east = said(title="Clinical Trial Manager, East York", location="East York, UK")
    assert joined(west, east, same_source=True) is not None


def test_one_template_of_two_employers_is_two_positions() -> None:
    assert joined(said(), said(company="Osterby Pharma", location="York, UK")) is None
    assert joined(said(), said(company="Osterby Pharma")) is None


def test_two_requisitions_of_one_source_in_one_place_are_two_positions() -> None:
    one, two = said(title="CTM R-20418"), said(title="CTM R-20999", description=edited(TEXT, 0.02))
    assert joined(one, two, same_source=True) is None
    assert joined(one, replace(two, location="York, UK"), same_source=True) is not None
    assert joined(one, two) is not None


def test_one_title_with_other_work_is_another_position() -> None:
    assert joined(said(), said(description=text_of(2), location="York, UK"), same_source=True) is None


def test_a_teaser_proves_nothing() -> None:
    assert joined(said(description="Join us."), said(description="Join us.", location="York")) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (edited(TEXT, 0.04), "city clone"),
        (f"{TEXT} {text_of(8, 75)}", "city clone"),
        (edited(TEXT, 0.2), None),
        (f"{TEXT} {text_of(8, 300)}", None),
    ],
    ids=["a few words changed", "a paragraph more", "a fifth changed", "as much again"],
)
def test_another_city_may_add_a_paragraph_and_not_change_the_rest(text: str, kind: str | None) -> None:
    found = joined(said(), said(location="York, UK", description=text), same_source=True)
    assert (found and found.kind) == kind


# -- titles, places, requisitions


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Sr. CTM - Remote (UK)", "clinical manager senior trial"),
        ("Senior Clinical Trial Manager, Leeds", "clinical manager senior trial"),
        ("Senior Clinical Trial Manager in Leeds", "clinical manager senior trial"),
        ("【Larkfield Bio】Senior Clinical Trial Manager R-189818", "clinical manager senior trial"),
        ("Senior Clinical Trial Manager (home-based, EMEA)", "clinical manager senior trial"),
        ("Senior Clinical Trial Manager $120k - $150k", "clinical manager senior trial"),
        ("Senior Clinical Trial Manager, Rare Disease", "clinical disease manager rare senior trial"),
        ("Front-End Developer", "developer frontend"),
        ("Leeds", "leeds"),
        ("", ""),
    ],
)
def test_a_title_is_compared_without_place_spelling_and_number(title: str, key: str) -> None:
    assert title_key(title, "Leeds, UK", "Larkfield Bio") == key


def test_a_title_of_blanks_is_read_in_no_time() -> None:
    started = time.process_time()
    keys = {title_key(f"CTM{blank * 20_000}Leeds", None, None) for blank in (" ", "\n", "\t \n")}
    assert keys == {"clinical leeds manager trial"}
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("leeds", "leeds", True), ("leeds uk", "leeds west yorkshire uk", True), ("", "leeds", True),
        ("leeds uk", "york uk", False),
    ],
)  # fmt: skip
def test_places_meet_when_one_is_within_the_other(one: str, other: str, meet: bool) -> None:
    assert (places_meet(one, other), places_meet(other, one)) == (meet, meet)


def test_requisitions_are_read_from_title_link_and_text() -> None:
    stated = said(
        title="CTM (Req 4711)", url="https://l.example/CTM_R-20418", description="Job ID: AB-98765. CSQ225R24"
    )
    assert requisitions_of(stated) == ("20418", "4711", "ab98765", "csq225r24")
    assert requisitions_of(said()) == ()


# -- which copy speaks


@pytest.mark.parametrize(
    ("copy", "kind", "agency", "rank"),
    [
        (said(url="https://boards.greenhouse.io/larkfield/1"), "rss", False, OWN),
        (said(url="https://careers.larkfield.example/1"), "rss", False, OWN),
        (said(url="https://x.example/1"), "workday", False, OWN),
        (said(url="https://x.example/1"), "rss", False, OTHER),
        (said(url=None), "rss", False, OTHER),
        (said(url="https://x.example/1"), "jobicy_json", False, BOARD),
        (said(url="https://www.linkedin.com/jobs/1"), "rss", False, LAST),
        (said(url="https://careers.larkfield.example/1", company=None), "workday", False, LAST),
        (said(url="https://careers.larkfield.example/1", company="Confidential"), "workday", False, LAST),
        (said(url="https://careers.larkfield.example/1"), "workday", True, LAST),
        (said(url="https://[broken"), "rss", False, OTHER),
    ],
)
def test_the_employers_page_speaks_before_a_boards_copy_and_a_walled_one_last(
    copy: Entry, kind: str, agency: bool, rank: int
) -> None:
    assert rank_of(copy, kind, agency=agency) == rank


# -- sketches


def test_a_sketch_comes_back_from_its_row_as_it_was() -> None:
    sketch = sketch_of(said(title="CTM Réq. 123 ✓", company="Zoë & Co", description=f"{TEXT} 7 years \ud800"))
    assert Sketch.from_text(sketch.as_text()) == sketch


@given(st.integers(0, 40), st.integers(60, 500))
@settings(max_examples=40, deadline=None)
def test_likeness_and_part_are_told_to_a_sixth(seed: int, words: int) -> None:
    text = text_of(seed, words)
    half = " ".join(text.split()[: words // 2])
    whole, part = sketch_of(said(description=text)), sketch_of(said(description=half))
    assert abs(likeness(whole, part) - part.length / whole.length) < 1 / 6
    assert contained(whole, part) in (0.0, 1.0)
    assert likeness(whole, whole) == 1.0


# -- arrivals


def groups(entries: list[Entry]) -> set[frozenset[str]]:
    """Who is one position with whom when they come in this order, each from a feed of its own."""
    known: list[Neighbour] = []
    members: dict[str, set[str]] = {}
    for number, each in enumerate(entries):
        sketch = sketch_of(each)
        near = [n for n in known if set(bands_of(n.sketch)) & set(bands_of(sketch))]
        arrival = join(str(number), sketch, near, NOW)
        posting = arrival.posting_id if arrival and arrival.posting_id else str(number)
        known.append(Neighbour(posting, str(number), sketch, NOW))
        members.setdefault(posting, set()).add(each.id)
    return {frozenset(m) for m in members.values()}


CITIES = [said(id=f"city {n}", location=f"{name}, UK") for n, name in enumerate(("Leeds", "York", "Hull"))]
OTHERS = [
    said(id="senior", title="Senior Clinical Trial Manager"),
    said(id="other work", description=text_of(3)),
    said(id="other employer", company="Osterby", location="Bath"),
    said(id="spelled", company="Larkfield Bio Research", location="Leeds"),
]


@given(st.permutations(CITIES + OTHERS))
@settings(max_examples=40, deadline=None)
def test_the_order_of_arrival_does_not_change_who_is_one_position(order: list[Entry]) -> None:
    assert groups(order) == {
        frozenset({"city 0", "city 1", "city 2", "spelled"}),
        frozenset({"senior"}),
        frozenset({"other work"}),
        frozenset({"other employer"}),
    }


def test_coming_twice_changes_nothing() -> None:
    assert groups([*CITIES, *CITIES]) == {frozenset({"city 0", "city 1", "city 2"})}


def neighbour(posting: str, each: Entry, *, ago: timedelta = DAY, parted: tuple[str, ...] = ()) -> Neighbour:
    return Neighbour(posting, "A", sketch_of(each), NOW - ago, frozenset(parted))


def test_an_entry_joins_the_likest_and_says_why() -> None:
    near = [neighbour("3", said(description=edited(TEXT, 0.04))), neighbour("7", said())]
    because = "one employer, one title, one place, word for word; the texts are 100% alike"
    assert join("B", sketch_of(said()), near, NOW) == Arrival(
        "sighting", "7", by="same text", because=because
    )
    assert join("B", sketch_of(said(title="CRA")), near, NOW) is None


def test_what_left_long_ago_is_repeated_and_not_joined() -> None:
    old = neighbour("3", said(), ago=91 * DAY)
    assert join("B", sketch_of(said()), [old], NOW) == Arrival("new", repost_of="3")
    living = join("B", sketch_of(said()), [old, neighbour("7", said())], NOW)
    assert (living and living.posting_id) == "7"


def test_what_is_like_both_halves_of_a_split_joins_neither() -> None:
    halves = [neighbour("3", said(), parted=("4",)), neighbour("4", said(location="York"), parted=("3",))]
    assert join("B", sketch_of(said(location="Hull")), halves, NOW) is None
    found = join("B", sketch_of(said(location="Hull")), halves[:1], NOW)
    assert (found and found.posting_id) == "3"


@pytest.mark.parametrize(
    ("first", "copy", "second"),
    [
        (said(title="CTM R-20418"), said(), said(title="CTM R-20999")),
        (said(title="CTM, East"), said(), said(title="CTM, West")),
        (
            said(description=f"{TEXT} oncology {text_of(4)}"),
            said(description=TEXT),
            said(description=f"{TEXT} diabetes {text_of(4)}"),
        ),
    ],
    ids=["two requisitions", "two territories", "two fields"],
)
def test_a_copy_that_leaves_out_what_parts_two_positions_does_not_join_them(
    first: Entry, copy: Entry, second: Entry
) -> None:
    known = [neighbour("3", first), Neighbour("3", "B", sketch_of(copy), NOW)]
    assert join("B", sketch_of(copy), known[:1], NOW) is not None
    assert join("A", sketch_of(second), known[1:], NOW) is not None
    assert join("A", sketch_of(second), known, NOW) is None


# -- the labelled pairs


def labelled() -> list[dict[str, str]]:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def half_of(pair: dict[str, str]) -> str:
    """Its set: `fresh` pairs were drawn and labelled when all thresholds stood."""
    if pair["stratum"].startswith("fresh-"):
        return "fresh"
    return "tuned" if crc32((pair["a"] + pair["b"]).encode()) % 2 else "held out"


def test_every_pair_was_labelled_once_with_a_reason() -> None:
    pairs = labelled()
    assert len(pairs) == len({(p["a"], p["b"]) for p in pairs}) == 593
    assert {p["verdict"] for p in pairs} == {"same", "different"}
    assert all(p["why"] for p in pairs)
    assert Counter(map(half_of, pairs)) == {"tuned": 228, "held out": 205, "fresh": 160}


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif("CTM_ALERTS_SAMPLES" not in os.environ, reason="CTM_ALERTS_SAMPLES is not set")
def test_of_the_labelled_pairs_few_are_joined_wrongly_and_most_are_found() -> None:
    pairs = labelled()
    wanted = {p[side] for p in pairs for side in ("a", "b")}
    sketches: dict[str, Sketch] = {}
    with gzip.open(Path(os.environ["CTM_ALERTS_SAMPLES"]) / "eval" / "pool.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in wanted:
                text, company, place = row["description"] or "", row["company"], row["location"]
                sketches[row["id"]] = sketch_of(
                    Entry(row["id"], row["url"], row["title"], company, place, text, "")
                )
    counts = {"tuned": Counter[str](), "held out": Counter[str](), "fresh": Counter[str]()}
    for pair in pairs:
        a, b = sketches[pair["a"]], sketches[pair["b"]]
        one_source = pair["a"].split(":")[0] == pair["b"].split(":")[0]
        found = same(a, b, same_source=one_source) and set(bands_of(a)) & set(bands_of(b))
        counts[half_of(pair)][f"{'joined' if found else 'apart'}, {pair['verdict']}"] += 1
    assert counts == {
        "tuned": Counter(
            {"joined, same": 136, "apart, different": 68, "apart, same": 21, "joined, different": 3}
        ),
        "held out": Counter(
            {"joined, same": 121, "apart, different": 56, "apart, same": 25, "joined, different": 3}
        ),
        "fresh": Counter(
            {"joined, same": 93, "apart, different": 50, "apart, same": 9, "joined, different": 8}
        ),
    }
