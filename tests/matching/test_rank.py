"""The order of matches: total, and blind to the order in which they come."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.guide import Guide
from ctm_alerts.matching.match import match
from ctm_alerts.matching.rank import rank
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile
from tests.matching.strategies import postings, profiles
from tests.people import NOW, posting, profile, verdict


@given(
    offers=postings,
    wishes=st.lists(profiles, min_size=1, max_size=3, unique_by=lambda p: p.id),
    random=st.randoms(),
)
def test_the_same_matches_in_any_order_rank_the_same(
    guide: Guide, offers: list[Posting], wishes: list[Profile], random: Random
) -> None:
    matches = [match(w, p, guide, NOW) for w in wishes for p in offers]
    shuffled = random.sample(matches, len(matches))
    ranked = rank(matches)
    assert rank(shuffled) == ranked
    assert sorted(m.posting.id for m in ranked) == sorted(p.id for p in offers)


@given(offers=postings, wish=profiles)
def test_the_nearest_tier_comes_first_and_what_is_below_the_bar_last(
    guide: Guide, offers: list[Posting], wish: Profile
) -> None:
    ranked = rank(match(wish, p, guide, NOW) for p in offers)
    places = [(not m.above_bar, m.tier_distance, -round(m.score, 6)) for m in ranked]
    assert places == sorted(places)


def test_of_two_that_are_alike_the_younger_comes_first_then_the_title_then_the_id(guide: Guide) -> None:
    late, early = NOW - timedelta(days=50), NOW - timedelta(days=60)
    offers = [
        posting(id="4", title="B", first_seen_at=early),
        posting(id="3", title="B", first_seen_at=early),
        posting(id="2", title="A", first_seen_at=early),
        posting(id="1", title="Z", first_seen_at=late),
    ]
    assert [m.posting.id for m in rank(match(profile(), p, guide, NOW) for p in offers)] == [
        "1",
        "2",
        "3",
        "4",
    ]


def test_a_posting_is_there_once_under_the_profile_that_it_fits_best(guide: Guide) -> None:
    offer = posting(verdict=verdict(tier="senior"))
    wishes = [
        profile(id="1", tiers=("junior",)),
        profile(id="2", tiers=("senior",)),
        profile(id="3", tiers=("mid",)),
    ]
    assert [m.profile.id for m in rank(match(w, offer, guide, NOW) for w in wishes)] == ["2"]


def test_nothing_ranks_as_nothing() -> None:
    assert rank([]) == []
