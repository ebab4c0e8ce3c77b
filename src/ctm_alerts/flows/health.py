"""Health: after a round of looks, one notice for each new fault of a feed and one when it is over.

judged  each feed that was looked at; what begins and what ends is written down
told    what is written down and nobody was told yet, in one mail that is written together with "told": a worker that
        dies between leaves it to the next one, and of two workers one tells

A notice says how many digests went out while the fault lasted: they said nothing of what that feed may have had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import structlog

from ctm_alerts.digests.period import NewMail
from ctm_alerts.feeds.health import USUAL_AFTER, Fault, Health, PastLook, judge
from ctm_alerts.feeds.source import Feed

log = structlog.get_logger()


class Seen(Protocol):
    """A fault that is written down."""

    @property
    def id(self) -> str: ...
    @property
    def feed_id(self) -> str: ...
    @property
    def feed(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def over_at(self) -> datetime | None: ...
    @property
    def digests(self) -> int | None: ...
    @property
    def is_told(self) -> bool: ...


class Shelf(Protocol):
    """What this flow needs of the history of feeds."""

    def history(self, feed_id: str, now: datetime) -> Sequence[PastLook]: ...
    def lasting(self, feed_id: str) -> Sequence[Seen]: ...
    def begin(self, feed_id: str, found: Sequence[Fault], now: datetime) -> None: ...
    def end(self, feed_id: str, names: Iterable[str], now: datetime) -> None: ...
    def untold(self) -> Sequence[Seen]: ...
    def tell(
        self, begun: Collection[str], ended: Collection[str], mail: NewMail | None, now: datetime
    ) -> bool: ...


@dataclass(frozen=True)
class Notice:
    """What an admin is told of one feed, once."""

    fault_id: str
    feed_id: str
    feed: str
    what: Literal["fault", "over"]
    name: str
    #: one sentence or two
    says: str


class Watch:
    """The flow, with the parts that it needs.

    Args:
        write: the mail to an admin with all notices of a round; None where nobody is to be mailed.
    """

    def __init__(
        self, shelf: Shelf, write: Callable[[Sequence[Notice], datetime], NewMail | None] = lambda *_: None
    ) -> None:
        self._shelf, self._write = shelf, write

    def round(self, feeds: Iterable[Feed], now: datetime) -> list[Notice]:
        """Judge these feeds anew; what is told of them and of earlier rounds, as notices."""
        for feed in feeds:
            self._judge(feed, now)
        notices = [notice for fault in self._shelf.untold() for notice in _notices(fault)]
        if not notices:
            return []
        begun, ended = ([n.fault_id for n in notices if n.what == what] for what in ("fault", "over"))
        if not self._shelf.tell(begun, ended, self._write(notices, now), now):
            return []
        for notice in notices:
            tell = log.warning if notice.what == "fault" else log.info
            tell("feed health", feed=notice.feed, status=notice.what, fault=notice.name, reason=notice.says)
        return notices

    def health(self, feed: Feed, now: datetime) -> Health:
        """How one feed is; nothing is written."""
        return self._health(feed, self._shelf.lasting(feed.id), now)

    def _health(self, feed: Feed, lasting: Sequence[Seen], now: datetime) -> Health:
        since = {fault.name: fault.since for fault in lasting}
        return judge(feed, self._shelf.history(feed.id, now), now, since)

    def _judge(self, feed: Feed, now: datetime) -> None:
        lasting = self._shelf.lasting(feed.id)
        health = self._health(feed, lasting, now)
        found, lasted = {fault.name for fault in health.faults}, {fault.name for fault in lasting}
        if found - lasted:
            self._shelf.begin(feed.id, health.faults, now)
        # a look that failed shows nothing of what ailed the listing before
        silent = health.state in ("failing", "broken", "waiting")
        over = {name for name in lasted - found if name == "errors" or not silent}
        if over and health.state != "paused":
            self._shelf.end(feed.id, over, now)


REMEDIES: Mapping[str, str] = {
    "errors": "Look at the address; `feeds preview` shows what it answers.",
    "gone": "It is asked no more until `feeds pause --resume`.",
    "no items": "Look at the source: it may have moved, or want other parameters.",
    "frozen": "Look at the source: it may have stopped publishing here.",
    "collapse": "Look at the source; what is missing is not taken for closed for a day.",
    "repeated ids": "Nothing is lost or new twice while addresses stay; tell the source.",
    "changed shape": "`feeds preview` shows what is read; its kind may be another one now.",
    "off topic": "Look whether the address still asks for clinical research.",
}


def _notices(fault: Seen) -> Iterable[Notice]:
    """What is still to be told of a fault: that it is there, that it is over, or both."""
    if not fault.is_told:
        says = f"{fault.evidence[:1].upper()}{fault.evidence[1:]}. {REMEDIES[fault.name]}"
        yield Notice(fault.id, fault.feed_id, fault.feed, "fault", fault.name, says)
    if fault.over_at is not None:
        yield Notice(fault.id, fault.feed_id, fault.feed, "over", fault.name, _over(fault, fault.over_at))


def _over(fault: Seen, at: datetime) -> str:
    n = fault.digests or 0
    digests = "No digest went out" if n == 0 else "1 digest went out" if n == 1 else f"{n} digests went out"
    if fault.name not in ("errors", "gone") and at - fault.since >= USUAL_AFTER:
        return (
            f"It has been so since {fault.since:%d %B %Y} and counts from now on as what this feed does."
            f" {digests} meanwhile."
        )
    return (
        f"Over after it lasted from {fault.since:%d %B %Y %H:%M} to {at:%d %B %Y %H:%M} UTC. {digests} meanwhile; what the"
        " feed had then comes with the next ones."
    )
