"""What a mail comes to: each end, by what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ctm_alerts.digests.fate import (
    ASK_AGAIN,
    ASK_FOR,
    MOST_LAPSES,
    MOST_LINE_LOSSES,
    MOST_RESENDS,
    PAUSES,
    Fate,
    Policy,
    after_crash,
    after_error,
    before_sending,
    when_refused_by_us,
)
from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=timezone.utc)
MAIL = ClaimedMail(
    "1", "1", "1", "digest", "<1@a.example>", "a@b.example", b"", "free", 0, NOW + timedelta(hours=20), "token",
    ambiguous=False, resends=0, line_losses=0,
)  # fmt: skip
OPEN = replace(MAIL, ambiguous=True, dot_at=NOW - timedelta(minutes=15))
LOST = "its receipt was lost in a crash"
STALE = f"{LOST}, and its edition is stale by now"
RELEASE = "; release or drop it"
QUARANTINED = f"quarantined: {MOST_LAPSES} workers died or fell silent with it{RELEASE}"


def crash(
    mail: ClaimedMail, arrived: bool | None = None, *, can_be_asked: bool = False, policy: Policy = "resend"
) -> Fate | None:
    return after_crash(mail, arrived, can_be_asked=can_be_asked, policy=policy, now=NOW)


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({}, None),
        ({"give_up_at": NOW}, Fate("failed", "gave up: the edition is stale")),
        # released by an operator: a copy may be with its reader
        ({"give_up_at": NOW, "resends": 1}, Fate("held", f"{LOST}, and now: gave up: the edition is stale")),
        ({"lapses": MOST_LAPSES - 1}, None),
        ({"lapses": MOST_LAPSES}, Fate("held", QUARANTINED)),
    ],
)
def test_a_mail_that_waited(changes: dict[str, Any], fate: Fate | None) -> None:
    assert before_sending(replace(MAIL, **changes), NOW) == fate


@pytest.mark.parametrize("policy", ["resend", "hold"])
def test_what_a_relay_knows_decides_whatever_the_policy(policy: Policy) -> None:
    assert crash(OPEN, arrived=True, policy=policy) == Fate("sent", "found at the relay after a crash")
    assert crash(OPEN, arrived=False, policy=policy) is None
    unknown = Fate("ask later", "its relay cannot say yet whether it came", again_at=NOW + ASK_AGAIN)
    assert crash(OPEN, can_be_asked=True, policy=policy) == unknown


def test_a_relay_is_asked_for_an_hour_and_then_the_policy_decides() -> None:
    old = replace(OPEN, dot_at=NOW - ASK_FOR)
    assert crash(old, can_be_asked=True, policy="hold") == Fate("held", LOST + RELEASE)
    assert crash(old, can_be_asked=True) == crash(OPEN) == Fate("resend", LOST)


@pytest.mark.parametrize(
    "worn", [{"resends": MOST_RESENDS}, {"line_losses": MOST_LINE_LOSSES}], ids=["crashes", "lines"]
)
def test_what_was_lost_too_often_is_held(worn: dict[str, int]) -> None:
    assert crash(replace(OPEN, **worn)) == Fate("held", LOST + RELEASE)
    assert crash(replace(OPEN, **{name: most - 1 for name, most in worn.items()})) == Fate("resend", LOST)
    assert crash(replace(OPEN, **worn), arrived=True) == Fate("sent", "found at the relay after a crash")


@pytest.mark.parametrize("arrived", [None, False])
def test_what_may_end_its_workers_is_not_sent_again(arrived: bool | None) -> None:
    assert crash(replace(OPEN, lapses=MOST_LAPSES), arrived) == Fate("held", QUARANTINED)


@pytest.mark.parametrize(
    ("arrived", "resends", "fate"),
    [
        (True, 0, Fate("sent", "found at the relay after a crash")),
        (False, 0, Fate("failed", STALE)),
        (False, 1, Fate("held", STALE + RELEASE)),
        (None, 0, Fate("held", STALE + RELEASE)),
    ],
)
def test_an_old_edition_is_not_sent_weeks_later(arrived: bool | None, resends: int, fate: Fate) -> None:
    assert crash(replace(OPEN, give_up_at=NOW, resends=resends), arrived) == fate


@pytest.mark.parametrize(
    ("mail", "refusal", "fate"),
    [
        (MAIL, "lease lost", Fate("lost lease", "another worker has it")),
        (OPEN, "lease lost", Fate("lost lease", "another worker has it")),
        (MAIL, "address suppressed", Fate("withdrawn", "address suppressed")),
        (MAIL, "plan changed", Fate("withdrawn", "plan changed", due_again=True)),
        (replace(MAIL, purpose="note"), "plan changed", Fate("withdrawn", "plan changed")),
        (OPEN, "address suppressed", Fate("held", f"{LOST}, and now: address suppressed")),
    ],
)
def test_a_mail_that_must_not_go(mail: ClaimedMail, refusal: str, fate: Fate) -> None:
    assert when_refused_by_us(mail, refusal) == fate


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (MailSystemDown("535 no"), Fate("given back", "535 no", again_at=NOW + timedelta(minutes=5))),
        (LineLost("reset", after_dot=True), Fate("line lost", "reset")),
        (LineLost("reset", after_dot=False), Fate("deferred", "reset", again_at=NOW + timedelta(minutes=5))),
        (MailRefused("451 later", permanent=False), Fate("deferred", "451 later", again_at=NOW + timedelta(minutes=5))),
        (MailRefused("550 no", permanent=True), Fate("failed", "550 no")),
        (MailRefused("550 5.1.1", permanent=True, address_is_dead=True), Fate("failed", "550 5.1.1", suppress=True)),
    ],
)  # fmt: skip
def test_a_mail_whose_relay_says_no(error: TransportError, fate: Fate) -> None:
    assert after_error(MAIL, error, NOW) == fate


def test_a_relay_s_no_for_good_holds_what_may_have_arrived() -> None:
    error = MailRefused("550 no", permanent=True)
    assert after_error(OPEN, error, NOW) == Fate("held", f"{LOST}, and now: 550 no")


def test_each_pause_is_as_long_as_the_one_before_or_longer() -> None:
    later = MailRefused("451 later", permanent=False)
    waits = [after_error(replace(MAIL, attempts=n), later, NOW).again_at for n in range(8)]
    assert waits == [NOW + timedelta(minutes=m) for m in (*PAUSES, *PAUSES[-1:] * 3)]
    assert list(PAUSES) == sorted(PAUSES)
