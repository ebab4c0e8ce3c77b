"""One posting against one profile: every gate open, closed and unknown, and the parts of the score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from ctm_alerts.guide import Guide
from ctm_alerts.matching.match import Gate, GateName, match, tier_distance, yearly
from ctm_alerts.postings.posting import Evidence, Role, Salary, Tier
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile
from tests.matching.strategies import postings_of_any_id, profiles
from tests.people import NOW, posting, profile, verdict

UNKNOWN = "the posting does not say; kept, since unknown is not no"


def gate(name: GateName, wishes: dict[str, Any], offers: dict[str, Any], guide: Guide) -> Gate:
    """One gate of a profile with these wishes, for a posting whose verdict is changed so."""
    seen = match(profile(**wishes), posting(verdict=verdict(evidence=(), **offers)), guide, NOW)
    return next(g for g in seen.gates if g.name == name)


def test_a_posting_is_asked_all_eight_questions(guide: Guide) -> None:
    names = [g.name for g in match(profile(), posting(), guide, NOW).gates]
    assert names == [
        "role",
        "place",
        "workplace",
        "employment",
        "employer type",
        "pay",
        "excluded words",
        "tier",
    ]


# -- role


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("ctm", Gate("role", True, "because")),
        ("feeder", Gate("role", False, "a role that leads to Clinical Trial Manager: because")),
        ("next", Gate("role", False, "a role after Clinical Trial Manager: because")),
        ("related", Gate("role", False, "a role beside Clinical Trial Manager: because")),
        ("other", Gate("role", False, "not a clinical trial role: because")),
    ],
)
def test_only_the_family_of_the_role_gets_in(role: Role, expected: Gate, guide: Guide) -> None:
    assert gate("role", {}, {"role": role, "reason": "because"}, guide) == expected


def test_a_gate_quotes_the_postings_own_words(guide: Guide) -> None:
    said = verdict(evidence=(Evidence("role", "ctm", "lead the trial", 0, 14, "description"),
                             Evidence("workplace", "hybrid", "two days a week", 0, 15, "description")))  # fmt: skip
    quotes = {g.name: g.quote for g in match(profile(), posting(verdict=said), guide, NOW).gates}
    assert quotes == {
        "role": "lead the trial", "place": "Boston, MA", "workplace": "two days a week", "employment": "",
        "employer type": "", "pay": "", "excluded words": "", "tier": "",
    }  # fmt: skip


# -- place: a hard wish


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ((), ("US",), Gate("place", True, "you look anywhere", "Boston, MA")),
        (("US",), ("US",), Gate("place", True, "in the United States, where you look", "Boston, MA")),
        (
            ("GB", "US"),
            ("CA", "GB", "US"),
            Gate("place", True, "in the United Kingdom or the United States, where you look", "Boston, MA"),
        ),
        (("US",), ("*",), Gate("place", True, "open to applicants anywhere", "Boston, MA")),
        (
            ("US",),
            (),
            Gate(
                "place", True, "the posting does not say where; kept, since unknown is not no", "Boston, MA"
            ),
        ),
        (
            ("US",),
            ("DE", "GB"),
            Gate(
                "place",
                False,
                "in Germany or the United Kingdom, and you look in the United States",
                "Boston, MA",
            ),
        ),
    ],
)
def test_place(wanted: tuple[str, ...], offered: tuple[str, ...], expected: Gate, guide: Guide) -> None:
    assert gate("place", {"countries": wanted}, {"countries": offered}, guide) == expected


# -- workplace, employment, employer type


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ((), "onsite", Gate("workplace", True, "any workplace suits you")),
        (("remote",), "remote", Gate("workplace", True, "remote, which suits you")),
        (("remote",), "unknown", Gate("workplace", True, UNKNOWN)),
        (
            ("remote", "hybrid"),
            "onsite",
            Gate("workplace", False, "onsite, and you look for remote or hybrid"),
        ),
    ],
)
def test_workplace(wanted: tuple[str, ...], offered: str, expected: Gate, guide: Guide) -> None:
    assert gate("workplace", {"workplace": wanted}, {"workplace": offered}, guide) == expected


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ((), "contract", Gate("employment", True, "suits you")),
        (("full_time",), "full_time", Gate("employment", True, "suits you")),
        (("full_time",), "unknown", Gate("employment", True, UNKNOWN)),
        (("full_time",), "permanent_unspecified", Gate("employment", True, UNKNOWN)),
        (("full_time", "part_time"), "contract",
         Gate("employment", False, "contract, and you look for full-time or part-time")),
    ],
)  # fmt: skip
def test_employment(wanted: tuple[str, ...], offered: str, expected: Gate, guide: Guide) -> None:
    assert gate("employment", {"employment": wanted}, {"employment": offered}, guide) == expected


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ((), "cro", Gate("employer type", True, "suits you")),
        (("sponsor",), "sponsor", Gate("employer type", True, "suits you")),
        (("sponsor",), "unknown", Gate("employer type", True, UNKNOWN)),
        (("sponsor",), "cro", Gate("employer type", False, "cro, and you look for sponsor")),
    ],
)
def test_employer_type(wanted: tuple[str, ...], offered: str, expected: Gate, guide: Guide) -> None:
    assert gate("employer type", {"employer_types": wanted}, {"employer_type": offered}, guide) == expected


# -- pay


@pytest.mark.parametrize(
    ("floor", "pay", "expected"),
    [
        (None, None, Gate("pay", True, "you set no floor")),
        (100_000.0, None, Gate("pay", True, "not stated; kept, since unknown is not no")),
        (100_000.0, Salary(80_000.0, 100_000.0, "USD", "year"), Gate("pay", True, "reaches your floor of 100,000 a year")),
        (100_000.0, Salary(50.0, None, "USD", "hour"), Gate("pay", True, "reaches your floor of 100,000 a year")),
        (100_000.0, Salary(None, 90_000.0, "EUR", "year"), Gate("pay", True, "in EUR, not compared with your floor")),
        (100_000.0, Salary(None, 99_999.0, "USD", "year"),
         Gate("pay", False, "at most 99,999 a year, under your floor of 100,000")),
        (100_000.0, Salary(40.0, 50.0, "USD", "hour"),
         Gate("pay", False, "at most 94,000 a year, under your floor of 100,000")),
    ],
)  # fmt: skip
def test_pay(floor: float | None, pay: Salary | None, expected: Gate, guide: Guide) -> None:
    wishes = {"salary_floor": floor, "salary_currency": "USD"}
    assert gate("pay", wishes, {"salary": pay}, guide) == expected


@pytest.mark.parametrize(
    ("period", "year"),
    [("year", 10.0), ("month", 120.0), ("week", 520.0), ("day", 2_200.0), ("hour", 18_800.0)],
)
def test_the_top_of_stated_pay_for_a_full_time_year(period: Any, year: float) -> None:
    assert yearly(Salary(1.0, 10.0, "USD", period)) == year
    assert yearly(Salary(10.0, None, "USD", period)) is None


# -- excluded words


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        ((), Gate("excluded words", True, "none of your excluded words")),
        (("Veritas",), Gate("excluded words", True, "none of your excluded words")),
        (("northlight",), Gate("excluded words", False, "you never want to see 'northlight'", "northlight")),
        (("x", "SENIOR"), Gate("excluded words", False, "you never want to see 'SENIOR'", "SENIOR")),
        (
            ("protocol",),
            Gate("excluded words", True, "none of your excluded words"),
        ),  # the text may name anything
    ],
)
def test_excluded_words_close_the_gate_in_title_and_employer(
    exclude: tuple[str, ...], expected: Gate, guide: Guide
) -> None:
    assert gate("excluded words", {"exclude": exclude}, {}, guide) == expected


def test_an_excluded_word_does_not_exclude_the_words_that_contain_it(guide: Guide) -> None:
    seen = match(profile(exclude=("cro", "lead")), posting(company="Microsome Leads"), guide, NOW)
    assert Gate("excluded words", True, "none of your excluded words") in seen.gates


# -- tier: a soft wish


@pytest.mark.parametrize(
    ("wanted", "strict", "tier", "distance", "expected"),
    [
        ((), False, "junior", 0, Gate("tier", True, "{junior}, and you look for any: so it says")),
        (("mid",), False, None, 0, Gate("tier", True, "the posting is of no tier of a Clinical Trial Manager")),
        (("mid",), True, None, 0, Gate("tier", True, "the posting is of no tier of a Clinical Trial Manager")),
        (("mid",), True, "mid", 0, Gate("tier", True, "{mid}, as you want: so it says")),
        (("mid",), False, "senior", 1, Gate("tier", True, "{senior}, beside your {mid}: so it says")),
        (("mid",), True, "senior", 1, Gate("tier", False, "{senior}, and you look for {mid}: so it says")),
        (("junior", "mid"), False, "lead", 2, Gate("tier", False, "{lead}, and you look for {junior} or {mid}: so it says")),
        (("junior", "lead"), False, "mid", 1, Gate("tier", True, "{mid}, beside your {junior} or {lead}: so it says")),
        (("junior",), False, "lead", 3, Gate("tier", False, "{lead}, and you look for {junior}: so it says")),
    ],
)  # fmt: skip
def test_tier(
    wanted: tuple[Tier, ...], strict: bool, tier: Tier | None, distance: int, expected: Gate, guide: Guide
) -> None:
    wish = profile(tiers=wanted, strict_tiers=strict)
    offer = posting(verdict=verdict(tier=tier, tier_reason="so it says", evidence=()))
    seen = match(wish, offer, guide, NOW)
    names = {step: guide.tier(step).name for step in ("junior", "mid", "senior", "lead")}
    assert (seen.tier_distance, seen.gates[-1].ok) == (distance, expected.ok)
    assert seen.gates[-1].says == expected.says.format(**names)
    assert tier_distance(wish, offer) == distance


def test_a_tier_that_is_too_far_falls_below_the_bar_and_fits_all_the_same(guide: Guide) -> None:
    seen = match(profile(tiers=("junior",)), posting(), guide, NOW)
    assert (seen.fits, seen.above_bar) == (True, False)


def test_a_closed_hard_gate_is_no_fit(guide: Guide) -> None:
    seen = match(profile(countries=("GB",)), posting(), guide, NOW)
    assert (seen.fits, seen.above_bar) == (False, False)


@given(wish=profiles, offer=postings_of_any_id)
def test_unknown_never_closes_a_gate(guide: Guide, wish: Profile, offer: Posting) -> None:
    silent = verdict(
        role="ctm", tier=None, workplace="unknown", countries=(), employment="unknown", salary=None,
        employer_type="unknown", skills=(), evidence=(),
    )  # fmt: skip
    seen = match(wish, posting(title="CTM", company=None, verdict=silent), guide, NOW)
    assert seen.above_bar


# -- the score


def test_the_parts_of_a_score(guide: Guide) -> None:
    wish = profile(tiers=("mid",), skills=("T01", "T02"), areas=("Phase 2", "oncology"))
    seen = match(wish, posting(first_seen_at=NOW - timedelta(days=9)), guide, NOW)
    assert seen.parts == (
        ("tier", 10.0),
        ("place stated and yours", 15.0),
        ("skills", 10.0),
        ("therapeutic area", 5.0),
        ("pay stated", 5.0),
        ("fresh", 8.0),
    )
    assert seen.score == 53.0


def test_a_posting_that_says_nothing_scores_for_its_tier_alone(guide: Guide) -> None:
    silent = posting(
        verdict=verdict(tier=None, countries=(), salary=None, skills=()),
        first_seen_at=NOW - timedelta(days=90),
    )
    assert [part for part in match(profile(), silent, guide, NOW).parts if part[1]] == [("tier", 40.0)]


@given(wish=profiles, offer=postings_of_any_id)
def test_the_parts_add_up_to_the_whole_and_stay_within_bounds(
    guide: Guide, wish: Profile, offer: Posting
) -> None:
    seen = match(wish, offer, guide, NOW)
    assert sum(value for _, value in seen.parts) == seen.score
    assert all(0 <= value <= 40 for _, value in seen.parts)
    assert seen.above_bar <= seen.fits


def test_a_posting_from_a_moment_ahead_is_no_fresher_than_fresh(guide: Guide) -> None:
    seen = match(profile(), posting(first_seen_at=NOW + timedelta(days=3)), guide, NOW)
    assert seen.parts[-1] == ("fresh", 10.0)
