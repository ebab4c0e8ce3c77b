"""Verdicts in words."""

import pytest

from ctm_alerts.guide import Guide
from ctm_alerts.postings.posting import Salary, Tier, Workplace
from ctm_alerts.postings.words import pay_words, place_words, tier_label, workplace_label


@pytest.mark.parametrize(
    ("salary", "words"),
    [
        (None, "Pay not stated"),
        (Salary(None, None, "USD", "year"), "Pay not stated"),
        (Salary(120_000, 150_000, "USD", "year"), "USD 120,000-150,000 a year"),
        (Salary(40_000, 40_000, "EUR", "year"), "EUR 40,000 a year"),
        (Salary(33.16, 53.32, "USD", "hour"), "USD 33.16-53.32 an hour"),
        (Salary(None, 42_000, "GBP", "year"), "GBP up to 42,000 a year"),
        (Salary(4_600, None, "PLN", "month"), "PLN from 4,600 a month"),
    ],
)
def test_pay_is_said_as_stated(salary: Salary | None, words: str) -> None:
    assert pay_words(salary) == words


@pytest.mark.parametrize(
    ("tier", "label"),
    [
        ("junior", "Junior CTM (0-2 years)"),
        ("mid", "CTM (3-6 years)"),
        ("senior", "Senior CTM (7-10 years)"),
        ("lead", "Lead CTM / Clinical Project Manager (10+ years)"),
    ],
)
def test_a_tier_is_named_with_the_guides_years(guide: Guide, tier: Tier, label: str) -> None:
    assert tier_label(guide, tier) == label


@pytest.mark.parametrize(
    ("workplace", "label"), [("onsite", "On site"), ("remote", "Remote"), ("unknown", "Workplace not stated")]
)
def test_a_workplace_is_named(workplace: Workplace, label: str) -> None:
    assert workplace_label(workplace) == label


@pytest.mark.parametrize(
    ("location", "countries", "words"),
    [
        (" Leeds,\n GB ", ("GB",), "Leeds, GB"),
        (None, ("GB", "IE"), "GB, IE"),
        ("", ("*",), "Anywhere"),
        (None, (), "Place not stated"),
    ],
)
def test_a_place_is_said_as_the_source_says_it(
    location: str | None, countries: tuple[str, ...], words: str
) -> None:
    assert place_words(location, countries) == words
