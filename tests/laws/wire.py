"""A way out for mail that keeps every copy, and that refuses, breaks off or ends the process when it is told to."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown
from tests.laws.sources import Died

#: what happens to one message; it is taken only where the name says so
Fate = Literal[
    "taken",
    "deferred",
    "refused",
    "no such address",
    "relay down",
    "cut before the dot",
    "deferred at the dot",
    "cut after the dot",
    "taken and cut",
    "killed in the body",
    "killed before the dot",
    "killed after the dot",
    "taken and killed",
]
FATES: tuple[Fate, ...] = (
    "taken", "deferred", "refused", "no such address", "relay down", "cut before the dot", "deferred at the dot",
    "cut after the dot", "taken and cut", "killed in the body", "killed before the dot", "killed after the dot",
    "taken and killed",
)  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """One message that was taken."""

    message_id: str
    to: str
    body: bytes


class Wire:
    """A relay in this process; `fates` says what happens to the next messages, all others are taken."""

    def __init__(self, *, can_be_asked: bool) -> None:
        self.can_be_asked = can_be_asked
        self.fates: deque[Fate] = deque()
        self.copies: list[Copy] = []
        #: copies of each Message-ID whose receipt never reached the process
        self.unheard: Counter[str] = Counter()
        #: called with each copy at the moment when it is taken
        self.on_taken: Callable[[Copy], None] = lambda copy: None

    def open(self) -> Line:
        return Line(self)

    def arrived(self, message_id: str, since: datetime | None = None) -> bool | None:
        """As a relay with a log that can be read; None where there is none."""
        return any(c.message_id == message_id for c in self.copies) if self.can_be_asked else None

    def take(self, copy: Copy) -> None:
        self.copies.append(copy)
        self.on_taken(copy)


class Line:
    """One connection."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._begun: Copy | None = None
        self._fate: Fate = "taken"

    def begin(self, to_address: str, message_id: str, body: bytes) -> None:
        self._fate = self._wire.fates.popleft() if self._wire.fates else "taken"
        self._begun = Copy(message_id, to_address, body)
        if self._fate == "killed in the body":
            raise Died
        if self._fate == "relay down":
            raise MailSystemDown("421 4.3.2 closing")
        if self._fate == "cut before the dot":
            raise LineLost("the line broke", after_dot=False)
        if self._fate in ("refused", "no such address", "deferred"):
            raise _refusal(self._fate)

    def finish(self) -> str:
        assert self._begun is not None
        copy, fate, self._begun = self._begun, self._fate, None
        if fate == "killed before the dot":
            raise Died
        if fate == "deferred at the dot":
            raise _refusal("deferred")
        if fate in ("taken", "taken and cut", "taken and killed"):
            self._wire.take(copy)
        if fate in ("taken and cut", "taken and killed"):
            self._wire.unheard[copy.message_id] += 1
        if fate in ("taken and killed", "killed after the dot"):
            raise Died
        if fate in ("taken and cut", "cut after the dot"):
            raise LineLost("the line broke", after_dot=True)
        return "250 2.0.0 taken"

    def abandon(self) -> None:
        self._begun = None

    def close(self) -> None:
        self._begun = None


def _refusal(fate: Fate) -> MailRefused:
    if fate == "deferred":
        return MailRefused("450 4.2.0 later", permanent=False)
    if fate == "refused":
        return MailRefused("554 5.7.1 not wanted", permanent=True)
    return MailRefused("550 5.1.1 no such user", permanent=True, address_is_dead=True)
