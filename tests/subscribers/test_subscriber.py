"""A subscriber, a profile, and when two addresses are one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ctm_alerts.subscribers.subscriber import address_hash, normal_address, wishes_of
from tests.people import NOW, profile, subscriber

SECOND = timedelta(seconds=1)


def test_plus_ends_by_itself() -> None:
    person = subscriber(plan="plus", plan_until=NOW)
    assert [person.plan_at(NOW - SECOND), person.plan_at(NOW)] == ["plus", "free"]
    assert subscriber(plan="plus").plan_at(NOW) == "plus"
    assert subscriber(plan="free", plan_until=NOW + SECOND).plan_at(NOW) == "free"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Alice@people.example", "alice@PEOPLE.example"), (" alice@people.example ", "alice@people.example"),
     ("a@b\u00fccher.example", "a@xn--bcher-kva.example")],
)  # fmt: skip
def test_two_spellings_of_an_address_are_one(one: str, other: str) -> None:
    assert normal_address(one) == normal_address(other)
    assert address_hash(one) == address_hash(other)


def test_a_tagged_address_is_another_one() -> None:
    assert address_hash("alice+jobs@people.example") != address_hash("alice@people.example")


def test_a_profile_says_something_once_it_has_a_wish() -> None:
    assert not profile().says_something
    assert not profile(strict_tiers=True, salary_currency="USD").says_something
    for wish in (
        {"tiers": ("mid",)}, {"skills": ("T01",)}, {"countries": ("US",)}, {"workplace": ("remote",)},
        {"salary_floor": 1.0}, {"employment": ("contract",)}, {"areas": ("oncology",)}, {"employer_types": ("cro",)},
        {"exclude": ("x",)},
    ):  # fmt: skip
        assert profile(**wish).says_something


def test_wishes_are_stored_as_plain_values_without_the_empty_ones() -> None:
    wishes = wishes_of(profile(tiers=("mid", "senior"), strict_tiers=True, salary_floor=90_000.0))
    assert wishes == {"tiers": ["mid", "senior"], "strict_tiers": True, "salary_floor": 90_000.0}
    assert wishes_of(profile()) == {}
