"""Signed links: one purpose each, and nothing of the person in them."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.subscribers.links import LIFETIME, Purpose, Signer, Token
from tests.people import NOW

OLD, NEW = "an old key of 32 characters or more", "a new key of 32 characters or more"
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
SECOND = timedelta(seconds=1)
signer = Signer(NEW)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_says_whose_it_is_and_since_when(purpose: Purpose) -> None:
    assert signer.read(purpose, signer.sign(purpose, "41", NOW), NOW) == Token(purpose, "41", NOW)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_serves_one_purpose(purpose: Purpose) -> None:
    token = signer.sign(purpose, "41", NOW)
    assert [p for p in PURPOSES if signer.read(p, token, NOW)] == [purpose]


def test_a_link_with_one_character_changed_is_rejected() -> None:
    token = signer.sign("unsubscribe", "41", NOW)
    for at, was in enumerate(token):
        for other in ("A", "B", "0", "1", "."):
            if other != was:
                assert signer.read("unsubscribe", token[:at] + other + token[at + 1 :], NOW) is None


def test_a_link_is_rejected_when_cut_or_grown() -> None:
    token = signer.sign("unsubscribe", "41", NOW)
    assert [
        signer.read("unsubscribe", t, NOW)
        for t in ("", ".", token[:-1], token + "A", token + "=", " " + token)
    ] == [None] * 6


@given(st.text())
def test_any_text_is_no_link(text: str) -> None:
    assert signer.read("unsubscribe", text, NOW) is None


@pytest.mark.parametrize(("purpose", "days"), [("confirm", 7), ("tier", 90), ("place", 90)])
def test_a_link_lives_as_long_as_its_purpose_to_the_second(purpose: Purpose, days: int) -> None:
    token, end = signer.sign(purpose, "41", NOW), NOW + timedelta(days=days)
    assert signer.read(purpose, token, end) == Token(purpose, "41", NOW)
    assert signer.read(purpose, token, end + SECOND) is None


def test_an_unsubscribe_link_lives_for_ever() -> None:
    assert LIFETIME["unsubscribe"] is None
    token = signer.sign("unsubscribe", "41", NOW)
    assert signer.read("unsubscribe", token, NOW + timedelta(days=365 * 30)) == Token(
        "unsubscribe", "41", NOW
    )


def test_after_a_rotation_old_links_work_and_new_ones_are_signed_with_the_new_key() -> None:
    token = Signer(OLD).sign("unsubscribe", "41", NOW)
    both = Signer(NEW, OLD)
    assert both.read("unsubscribe", token, NOW) == Token("unsubscribe", "41", NOW)
    assert both.sign("unsubscribe", "41", NOW) == Signer(NEW).sign("unsubscribe", "41", NOW)
    assert Signer(NEW).read("unsubscribe", token, NOW) is None


def test_a_link_is_safe_in_a_url_and_holds_the_id_alone() -> None:
    token = signer.sign("confirm", "41", NOW)
    assert token.startswith(f"41.{int(NOW.timestamp())}.")
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert "@" not in token


def test_the_same_link_is_signed_the_same() -> None:
    assert signer.sign("tier", "41", NOW) == Signer(NEW).sign("tier", "41", NOW)


def test_a_stable_name_depends_on_every_part_and_the_key_and_opens_nothing() -> None:
    name = signer.stable("message", "41")
    assert name == Signer(NEW, OLD).stable("message", "41")
    assert (
        len(
            {
                name,
                signer.stable("boundary", "41"),
                signer.stable("message", "42"),
                Signer(OLD).stable("message", "41"),
            }
        )
        == 4
    )
    assert signer.read("unsubscribe", f"41.{int(NOW.timestamp())}.{name}", NOW) is None
