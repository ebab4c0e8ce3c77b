"""A period between its due row and its receipt: the claim, the row, the mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ctm_alerts.digests.desk import Due
from ctm_alerts.digests.digest import DueKind


def domain_of(address: str) -> str:
    """What stands behind the last @, in lower case: what rates count by."""
    return address.rpartition("@")[2].lower()


Purpose = Literal["digest", "note", "confirm", "notice"]


@dataclass(frozen=True)
class Claim:
    """A due row that is ours until its lease ends."""

    due: Due
    lease: str


@dataclass(frozen=True)
class NewMail:
    """A mail about to enter the outbox."""

    #: "" for a notice to an admin, who is no subscriber
    subscriber_id: str
    purpose: Purpose
    message_id: str
    to_address: str
    body: bytes
    plan: str
    give_up_at: datetime


@dataclass(frozen=True)
class ClaimedMail:
    """A mail that is ours to send until its lease ends."""

    id: str
    subscriber_id: str
    digest_id: str | None
    purpose: Purpose
    message_id: str
    to_address: str
    body: bytes
    plan: str
    attempts: int
    give_up_at: datetime
    lease: str
    #: the final dot may have been sent by someone who then died
    ambiguous: bool
    #: how often it went once more after a crash
    resends: int
    #: how often the line broke between its final dot and the reply
    line_losses: int
    #: how often a worker that had it died or fell silent
    lapses: int = 0
    #: when its last intent was committed
    dot_at: datetime | None = None

    @property
    def domain(self) -> str:
        """What stands behind the last @ of the address, in lower case."""
        return domain_of(self.to_address)

    @property
    def may_have_arrived(self) -> bool:
        """Whether a copy may be with its reader although no receipt says so."""
        return self.ambiguous or self.resends > 0


@dataclass(frozen=True)
class Taken:
    """A mail that its relay took: the receipt, to be written down."""

    mail: ClaimedMail
    reply: str
    at: datetime


@dataclass(frozen=True)
class Intent:
    """A mail whose final dot is about to be written; ours until `until` at least, since the answer may take long."""

    mail: ClaimedMail
    until: datetime


@dataclass(frozen=True)
class Settled:
    """What one transaction over many connections came to, in the order handed in."""

    #: whether the receipt was written; no, when the mail went over to another worker
    received: tuple[bool, ...]
    #: None when the dot may be written, else why not
    refused: tuple[str | None, ...]


@dataclass(frozen=True)
class OutboxRow:
    """A mail of the outbox for an operator's eyes."""

    id: str
    subscriber_id: str
    purpose: str
    message_id: str
    status: str
    attempts: int
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    reply: str


@dataclass(frozen=True)
class Period:
    """One row of the periods, to be written: what became of it and what goes out."""

    kind: DueKind
    status: str
    reason: str
    subject: str
    count: int
    mail: NewMail | None
