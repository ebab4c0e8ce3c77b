"""What a mail comes to: when it was left open by a crash, when it must not go, and when its relay says no.

Decisions alone; `flows.deliver` asks, and carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError

#: pauses before another try (sender check 79: at least 5 minutes for greylisting, then half an hour doubling)
PAUSES = (5, 30, 60, 120, 240)
#: a mail that was in flight at so many crashes is held for a person to look at
MOST_RESENDS = 10
#: a relay that takes a mail and breaks off before it answers does so again: one more try (RFC 1047), then hold
MOST_LINE_LOSSES = 2
#: a mail that was in the hands of so many workers that died, from the fourth on alone, is held for a person. Not fewer:
#: of 200 kills within a minute, accidents alone hit some mails six times (tests/crash)
MOST_LAPSES = 10
#: a relay that can be asked and does not know yet is asked again after a minute, for an hour; then the policy decides
ASK_AGAIN, ASK_FOR = timedelta(minutes=1), timedelta(hours=1)
#: answers of the last step before MAIL FROM that make the subscriber due anew under what now holds
_DUE_AGAIN = ("plan changed",)

Policy = Literal["resend", "hold"]
What = Literal[
    "sent", "failed", "held", "withdrawn", "deferred", "given back", "line lost", "ask later", "resend", "lost lease"
]  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """What becomes of one mail, and why."""

    what: What
    says: str
    #: of what waits: when it is looked at again
    again_at: datetime | None = None
    #: the address is dead, and never written to again
    suppress: bool = False
    #: its subscriber is due at once, under what now holds
    due_again: bool = False


LOST_LEASE = Fate("lost lease", "another worker has it")


def before_sending(mail: ClaimedMail, now: datetime) -> Fate | None:
    """Why a mail that waited is not to be sent any more; None when it may be."""
    if mail.give_up_at <= now:
        return _failed(mail, "gave up: the edition is stale")
    return quarantined(mail)


def after_crash(
    mail: ClaimedMail, arrived: bool | None, *, can_be_asked: bool, policy: Policy, now: datetime
) -> Fate | None:
    """What becomes of a mail whose dot may have been written by someone who died; None when it surely has not come.

    Each crash of ours makes one more copy at most; a mail that was in flight at ten of them may well cause them.

    Args:
        arrived: what its relay says, None when that is not known.
        can_be_asked: the relay will know, if not yet.
    """
    if arrived:
        return Fate("sent", "found at the relay after a crash")
    if mail.give_up_at <= now:
        return _too_late(mail, has_surely_not_come=arrived is False)
    if arrived is False:
        return quarantined(mail)
    if can_be_asked and now - (mail.dot_at or now) < ASK_FOR:
        return Fate("ask later", "its relay cannot say yet whether it came", again_at=now + ASK_AGAIN)
    if policy == "hold" or mail.resends >= MOST_RESENDS or mail.line_losses >= MOST_LINE_LOSSES:
        return Fate("held", "its receipt was lost in a crash; release or drop it")
    return quarantined(mail) or Fate("resend", "its receipt was lost in a crash")


def quarantined(mail: ClaimedMail) -> Fate | None:
    """A mail that may be what ends its workers is for a person to look at."""
    if mail.lapses < MOST_LAPSES:
        return None
    return Fate("held", f"quarantined: {mail.lapses} workers died or fell silent with it; release or drop it")


def when_refused_by_us(mail: ClaimedMail, refusal: str) -> Fate:
    """A mail that must not go: its period is released, or held when a copy may have arrived."""
    if refusal == "lease lost":
        return LOST_LEASE
    if mail.may_have_arrived:  # its ledger rows must stay
        return Fate("held", f"its receipt was lost in a crash, and now: {refusal}")
    again = refusal in _DUE_AGAIN and mail.purpose == "digest"
    return Fate("withdrawn", refusal, due_again=again)


def after_error(mail: ClaimedMail, error: TransportError, now: datetime) -> Fate:
    """What a mail comes to whose sending ended with an error."""
    if isinstance(error, MailSystemDown):
        return Fate("given back", error.reply, again_at=now + timedelta(minutes=PAUSES[0]))
    if isinstance(error, LineLost) and error.after_dot:
        # it stays at `dot`, and is looked at when its lease is over
        return Fate("line lost", error.reply)
    if error.permanent:
        dead = isinstance(error, MailRefused) and error.address_is_dead
        return _failed(mail, error.reply, suppress=dead)
    pause = PAUSES[min(mail.attempts, len(PAUSES) - 1)]
    return Fate("deferred", error.reply, again_at=now + timedelta(minutes=pause))


def _failed(mail: ClaimedMail, reply: str, *, suppress: bool = False) -> Fate:
    if mail.may_have_arrived:  # its first copy may have arrived, so its ledger rows must stay
        return Fate("held", f"its receipt was lost in a crash, and now: {reply}")
    return Fate("failed", reply, suppress=suppress)


def _too_late(mail: ClaimedMail, *, has_surely_not_come: bool) -> Fate:
    """An ambiguous mail of an edition that is stale by now: nobody sends it weeks later."""
    says = "its receipt was lost in a crash, and its edition is stale by now"
    if has_surely_not_come and mail.resends == 0:
        return Fate("failed", says)
    return Fate("held", says + "; release or drop it")
