"""The card of a posting in several places."""

from __future__ import annotations

import pytest

from ctm_alerts.digests.cards import card_of
from ctm_alerts.guide import Guide
from ctm_alerts.matching.match import match
from ctm_alerts.postings.posting import Salary
from ctm_alerts.postings.record import Place, open_in
from tests.people import NOW, posting, profile, verdict


def places(*names: str) -> tuple[Place, ...]:
    return tuple(
        Place(name, (country,), f"https://a.example/{number}", NOW, "new", number > 0)
        for number, (name, country) in enumerate(name.split("/") for name in names)
    )


@pytest.mark.parametrize(
    ("names", "sources", "place", "also_in"),
    [
        (("Boston, MA/US",), ("Ours",), "Boston, MA", ""),
        (("Boston, MA/US", "Leeds/GB"), ("Ours",), "Boston, MA", "also in Leeds"),
        (("Boston, MA/US", "Leeds/GB", "York/GB"), ("Ours",), "Boston, MA", "also in Leeds and York"),
        (("Boston, MA/US", "Leeds/GB", "York/GB", "Hull/GB"), ("Ours",), "Boston, MA",
         "also in Leeds, York and 1 more place"),
        (("Boston, MA/US", "Leeds/GB", "York/GB", "Hull/GB", "Bath/GB"), ("Ours", "Board", "Third"), "Boston, MA",
         "also in Leeds, York and 2 more places, on 3 sources"),
    ],
)  # fmt: skip
def test_a_card_names_two_more_places_and_counts_the_rest(
    guide: Guide, names: tuple[str, ...], sources: tuple[str, ...], place: str, also_in: str
) -> None:
    many = posting(places=places(*names), sources=sources)
    card = card_of(match(profile(), many, guide, NOW), "new", guide, NOW)
    assert (card.place, card.also_in, card.url) == (place, also_in, many.url)


def test_a_card_shows_the_place_that_matched_its_words_and_its_page(guide: Guide) -> None:
    where = places("Boston, MA/US", "Leeds/GB", "York/GB")
    many = posting(places=where, verdict=open_in(verdict(), where))
    seen = match(profile(countries=("GB",)), many, guide, NOW)
    card = card_of(seen, "new", guide, NOW)
    assert (card.place, card.also_in, card.url) == (
        "Leeds", "also in Boston, MA and York", "https://a.example/1",
    )  # fmt: skip
    assert [r.quote for r in card.reasons if r.label == "Place"] == ["Leeds"]
    assert [(g.says, g.quote) for g in seen.gates if g.name == "place"] == [
        ("in the United Kingdom, where you look", "Leeds")
    ]


@pytest.mark.parametrize(("country", "note"), [("US", ""), ("GB", "as stated for Boston, MA")])
def test_pay_beside_another_place_says_whose_it_is(guide: Guide, country: str, note: str) -> None:
    where = places("Boston, MA/US", "Leeds/GB")
    paid = verdict(salary=Salary(150_000, 160_000, "USD", "year"))
    many = posting(places=where, verdict=open_in(paid, where))
    card = card_of(match(profile(countries=(country,)), many, guide, NOW), "new", guide, NOW)
    assert card.pay_note == note
