"""The mails that a round has claimed and not begun, shared by its connections; claims a few more as they go."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.failpoints import reach
from ctm_alerts.settings.mail import MailRates

log = structlog.get_logger()

#: mails claimed at one time, or one for each connection: a worker that dies holds few until its lease ends
FEW = 4
#: so many fresh connections in a row that break before a dot are our own trouble, and not their mails'
MOST_BROKEN_OFF = 3
#: seconds between two looks when all that waits is for systems that are busy enough
_LOOK = 0.1


class Shelf(Protocol):
    """What a hand needs of the outbox."""

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        rates: MailRates | None = None,
        without: Collection[str] = (),
        suspects: bool = False,
        holding: Collection[str] = (),
    ) -> list[ClaimedMail]: ...

    def renew(self, mails: list[ClaimedMail], now: datetime, lease: timedelta) -> None: ...


class Hand:
    """Gives each connection its next mail, and no receiving system more connections than it may have.

    With `suspects` it holds one mail at a time: one that was in the hands of workers that died.
    """

    def __init__(
        self,
        shelf: Shelf,
        clock: Callable[[], datetime],
        *,
        lease: timedelta,
        connections: int,
        rates: MailRates,
        suspects: bool = False,
    ) -> None:
        self._shelf, self._clock, self._lease = shelf, clock, lease
        self._connections, self._rates, self._suspects = connections, rates, suspects
        self._few = 1 if suspects else max(FEW, connections)
        self._changed = threading.Condition()
        self._waiting: deque[ClaimedMail] = deque()
        self._begun: dict[str, ClaimedMail] = {}
        #: taken by their relay, and the receipt not yet written
        self._owed: set[str] = set()
        self._busy: Counter[str] = Counter()
        #: the last claim brought nothing although only these domains were left out
        self._dry: frozenset[str] | None = None
        self._slow: set[str] = set()
        self._broken_off = 0
        self._closed = False
        self._renewed = clock()

    def take(self, *, wait: bool) -> ClaimedMail | None:
        """The next mail; None when there is none, or with `wait` False when none is at hand."""
        with self._changed:
            while not self._closed:
                mail = self._next() or self._next_claimed()
                if mail is not None:
                    self._busy[self._system(mail)] += 1
                    self._begun[mail.id] = mail
                    return mail
                if not wait or not self._waiting:
                    return None
                self._changed.wait(_LOOK)
            return None

    def done(self, mail: ClaimedMail) -> None:
        """This mail is off our hands."""
        with self._changed:
            if self._begun.pop(mail.id, None) is not None:
                self._busy[self._system(mail)] -= 1
                self._changed.notify_all()

    def owe(self, mail: ClaimedMail) -> None:
        """Its receipt is about to be written; until then it is nobody else's, whatever the clock says."""
        with self._changed:
            self._owed.add(mail.id)

    def written(self, ids: Iterable[str]) -> None:
        """These receipts are written."""
        with self._changed:
            self._owed.difference_update(ids)

    def found(self, mail: ClaimedMail, *, is_quick: bool) -> None:
        """How soon its receiving system answered a dot: no other mail shall wait behind one that is slow."""
        with self._changed:
            self._broken_off = 0
            (self._slow.discard if is_quick else self._slow.add)(self._system(mail))

    def is_slow(self, mail: ClaimedMail) -> bool:
        """Whether its receiving system was slow the last time."""
        return self._system(mail) in self._slow

    def broken_off(self) -> bool:
        """One more fresh connection that broke before its dot; whether the relay does so to everybody."""
        with self._changed:
            self._broken_off += 1
            return self._broken_off >= MOST_BROKEN_OFF

    def close(self) -> None:
        """Hand out no more: we were told to stop, or our mail system is down."""
        # without the lock, which may be held over a claim that a database does not answer; who waits looks soon
        self._closed = True

    @property
    def is_closed(self) -> bool:
        """Whether the run is to end."""
        return self._closed

    def leave(self) -> list[ClaimedMail]:
        """What was claimed and never taken, to be given back."""
        with self._changed:
            left = [*self._waiting, *self._begun.values()]
            self._waiting.clear()
            self._begun.clear()
            return left

    def beat(self) -> None:
        """Renew the leases of what is at hand, three times within each; a lease that was lost shows at the intent."""
        now = self._clock()
        with self._changed:
            if now - self._renewed < self._lease / 3:
                return
            self._renewed = now
            mails = [*self._waiting, *self._begun.values()]
        try:
            if mails:
                self._shelf.renew(mails, now, self._lease)
        except Exception as error:  # a heartbeat that fails shows at the intent; the clerk must go on
            log.warning("heartbeat", status="error", reason=str(error))

    def _next(self) -> ClaimedMail | None:
        for at, mail in enumerate(self._waiting):
            if not self._is_full(self._system(mail)):
                del self._waiting[at]
                return mail
        return None

    def _next_claimed(self) -> ClaimedMail | None:
        full = frozenset(
            domain
            for system, count in self._busy.items()
            if count and self._is_full(system)
            for domain in self._rates.domains(system)
        )
        if self._dry is not None and self._dry <= full:
            return None
        claimed = self._shelf.claim(
            self._clock(),
            self._lease,
            self._few,
            rates=self._rates,
            without=full,
            suspects=self._suspects,
            holding=[*self._begun, *self._owed, *(m.id for m in self._waiting)],
        )
        if claimed:
            reach("deliver.after_claim")
        else:
            self._dry = full
        self._waiting.extend(claimed)
        return self._next()

    def _system(self, mail: ClaimedMail) -> str:
        return self._rates.system(mail.domain)

    def _is_full(self, system: str) -> bool:
        return self._busy[system] >= self._rates.connections(system, self._connections)
