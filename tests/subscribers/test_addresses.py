"""Addresses: what two have in common, and what cannot be written to."""

from __future__ import annotations

import pytest

from ctm_alerts.errors import UsageError
from ctm_alerts.subscribers.importing import check_email
from ctm_alerts.subscribers.subscriber import normal_address


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Alice@People.Example", "alice@people.example"),
        ("x@münchen.example", "x@xn--mnchen-3ya.example"),
        ("x@straße.example", "x@xn--strae-oqa.example"),  # IDNA 2008: another domain than strasse.example
        ("x@a..ä", "x@a..ä"),  # no domain at all: as it is, and nobody is found under it
    ],
)
def test_two_ways_to_write_one_address_have_one_normal_form(written: str, normal: str) -> None:
    assert normal_address(written) == normal


def test_a_local_part_that_no_relay_takes_is_refused_at_the_door() -> None:
    with pytest.raises(UsageError, match=r"'jürgen@people\.example' is no e-mail address"):
        check_email("jürgen@people.example")
