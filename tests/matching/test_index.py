"""The index of a round: it may give too many, never too few."""

from __future__ import annotations

from hypothesis import given

from ctm_alerts.guide import Guide
from ctm_alerts.matching.index import Index
from ctm_alerts.matching.match import match
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile
from tests.matching.strategies import postings, profiles
from tests.people import NOW, posting, profile, verdict


@given(offers=postings, wish=profiles)
def test_what_fits_is_in_the_index_s_answer_and_the_answer_in_the_family(
    guide: Guide, offers: list[Posting], wish: Profile
) -> None:
    found = list(Index(offers).may_fit(wish))
    family = [p for p in offers if p.verdict.role == "ctm"]
    assert [p for p in offers if match(wish, p, guide, NOW).fits and p not in found] == []
    assert [p for p in found if p not in family] == []
    assert found == [p for p in offers if p in found]


@given(offers=postings)
def test_a_profile_without_wishes_is_given_the_whole_family(offers: list[Posting]) -> None:
    index = Index(offers)
    family = [p for p in offers if p.verdict.role == "ctm"]
    assert (list(index.may_fit(profile())), index.ctm_count) == (family, len(family))


def test_a_few_ands_leave_little_to_look_at() -> None:
    offers = [
        posting(id="1", verdict=verdict(countries=("DE",))),
        posting(id="2", verdict=verdict(workplace="onsite")),
        posting(id="3", verdict=verdict(employer_type="cro")),
        posting(id="4", verdict=verdict(role="feeder")),
        posting(id="5", verdict=verdict(countries=("*",), workplace="unknown", employer_type="unknown")),
        posting(id="6", verdict=verdict(countries=())),
        posting(id="7"),
    ]
    wish = profile(countries=("US", "CA"), workplace=("hybrid", "remote"), employer_types=("sponsor",))
    index = Index(offers)
    assert [p.id for p in index.may_fit(wish)] == ["5", "6", "7"]
    assert index.by_id == {p.id: p for p in offers}


def test_an_empty_round_has_nothing_for_anyone() -> None:
    assert (list(Index([]).may_fit(profile())), Index([]).ctm_count) == ([], 0)
