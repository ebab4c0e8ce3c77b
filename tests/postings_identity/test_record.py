"""A posting in several places: which one is shown, to whom it is news, and where it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.record import Origin, Place, distinct_places, ends_at, open_in
from tests.people import NOW, entry, posting, verdict

DAY = timedelta(days=1)


def place(words: str, *countries: str, day: int = 0, origin: Origin = "new", is_clone: bool = True) -> Place:
    return Place(words, countries, f"https://a.example/{words}", NOW + day * DAY, origin, is_clone)


BOSTON = place("Boston, MA", "US", is_clone=False)
LEEDS, YORK = place("Leeds", "GB", day=3), place("York", "GB", day=5)
MANY = posting(places=(BOSTON, LEEDS, YORK))


@pytest.mark.parametrize(
    ("countries", "shown"),
    [(("US",), None), (("GB",), LEEDS), (("GB", "US"), None), ((), None), (("FR",), None)],
)
def test_its_own_place_is_shown_unless_only_another_suits(
    countries: tuple[str, ...], shown: Place | None
) -> None:
    assert MANY.place_for(countries) == shown
    assert posting().place_for(countries) is None


@pytest.mark.parametrize(
    ("countries", "first_seen_day"), [(("US",), 0), (("GB",), 3), (("GB", "US"), 0), ((), 0), (("FR",), 0)]
)
def test_it_is_news_from_the_first_sight_of_the_place_that_reaches_them(
    countries: tuple[str, ...], first_seen_day: int
) -> None:
    assert MANY.news_for(countries) == ("new", NOW + first_seen_day * DAY)


def test_a_copy_that_is_told_otherwise_brings_it_nowhere() -> None:
    told = posting(places=(BOSTON, replace(LEEDS, is_clone=False)))
    assert told.news_for(["GB"]) == ("new", NOW)


def test_a_clone_of_a_baseline_is_no_news() -> None:
    old = posting(origin="baseline", places=(BOSTON, replace(LEEDS, origin="baseline"), YORK))
    assert old.news_for(["GB"]) == ("baseline", NOW + 3 * DAY)


def test_anywhere_suits_everybody_and_a_place_without_a_country_reaches_them() -> None:
    assert place("Anywhere", "*").suits(["FR"])
    assert not place("Somewhere").suits(["FR"])
    assert posting(places=(BOSTON, place("Somewhere", day=2), YORK)).news_for(["GB"])[1] == NOW + 2 * DAY


def test_one_place_in_two_wordings_is_one() -> None:
    longer, remote, abroad = (
        place("Boston, MA, United States", "US"),
        place("Remote", "US"),
        place("Remote", "CA"),
    )
    assert distinct_places([BOSTON, longer, remote, LEEDS, abroad]) == (BOSTON, LEEDS, abroad)
    assert distinct_places([]) == ()


def test_a_verdict_is_open_in_all_its_places_each_with_its_own_words() -> None:
    one = verdict()
    both = open_in(one, [BOSTON, LEEDS, YORK])
    assert (both.countries, both.quotes("countries", "GB")) == (("GB", "US"), ("Leeds",))
    assert replace(both, countries=("US",), evidence=one.evidence) == one
    assert open_in(one, [BOSTON]) is one
    assert open_in(one, []) is one


def test_a_place_that_left_is_no_evidence_any_more() -> None:
    said = (*verdict().evidence, Evidence("countries", "US", "Boston, MA", 0, 10, "location"))
    gone = open_in(verdict(evidence=said), [LEEDS])
    assert (gone.countries, gone.quotes("countries")) == (("GB",), ("Leeds",))


END = datetime(2026, 12, 10, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "text", "published", "ends"),
    [
        (None, None, NOW, None),
        (datetime(2026, 12, 10, 17, 30, tzinfo=UTC), None, NOW, datetime(2026, 12, 10, 17, 30, tzinfo=UTC)),
        # a source that says no time says midnight
        (datetime(2026, 12, 10, tzinfo=UTC), None, NOW, END),
        (None, "2026-12-10", NOW, END),
        (END, "2026-12-01", NOW, END),
        # it is over already, and says so
        (
            None,
            "2026-11-20",
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC),
        ),
        (None, "2026-11-20", None, datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)),
        # left over from an earlier run
        (None, "2026-11-20", datetime(2026, 11, 21, 9, tzinfo=UTC), None),
        (None, "2025-10-10", None, None),
    ],
)
def test_a_posting_ends_with_the_last_day_that_its_source_or_its_text_names(
    source: datetime | None, text: str | None, published: datetime | None, ends: datetime | None
) -> None:
    said = entry(expires_at=source, posted_at=published)
    assert ends_at(said, verdict(closes_on=text), NOW) == ends
