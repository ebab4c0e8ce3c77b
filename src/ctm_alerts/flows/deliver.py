"""Deliver: from outbox rows to receipts.

    claim | reconcile what a crash left ambiguous | suppression, entitlement, lease | body | intent | dot | receipt

The intent is committed before the final dot, so that a crash leaves at most the messages in flight ambiguous: one on
each connection. What all connections have to commit goes through one `Clerk`; what they may take, through one `Hand`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

import structlog

from ctm_alerts.digests.fate import (
    LOST_LEASE,
    Fate,
    Policy,
    What,
    after_crash,
    after_error,
    before_sending,
    when_refused_by_us,
)
from ctm_alerts.digests.period import ClaimedMail, Intent, Settled, Taken
from ctm_alerts.errors import LineLost, MailSystemDown, StorageError, TransportError
from ctm_alerts.failpoints import reach
from ctm_alerts.flows.clerk import Clerk
from ctm_alerts.flows.hand import Hand, Shelf
from ctm_alerts.settings.mail import MailRates

log = structlog.get_logger()

#: how long a mail is ours after its final dot: a relay may think for 600 s (RFC 5321 4.5.3.2.6), and then we write it down
ANSWER = timedelta(seconds=660)
#: a mail that the rates hold back is looked for again after so many seconds, and a round goes on for so long with it
RATE_PAUSE, RATE_PATIENCE = 1.0, timedelta(minutes=1)
#: seconds between the tries to write down what a relay has said
WRITE_PAUSES = (0.1, 0.5, 2.0, 5.0)
#: a dot that is answered within so many seconds lets the next envelope go with the one behind it
QUICK = 1.0

Outcome = Literal["sent", "deferred", "failed", "withdrawn", "held", "ambiguous", "given back", "lost lease"]
Clock = Callable[[], datetime]
#: as which outcome each end is counted; a mail that goes once more has none yet
_OUTCOMES: Mapping[What, Outcome] = {
    "sent": "sent", "failed": "failed", "held": "held", "withdrawn": "withdrawn", "deferred": "deferred",
    "given back": "given back", "lost lease": "lost lease", "line lost": "ambiguous", "ask later": "ambiguous",
}  # fmt: skip


class Box(Shelf, Protocol):
    """What this flow needs of the outbox."""

    def is_ready(self, now: datetime) -> bool: ...
    def may_send(self, mail: ClaimedMail, now: datetime) -> str | None: ...
    def settle(self, taken: Sequence[Taken], intents: Sequence[Intent], now: datetime) -> Settled: ...
    def found(self, mail: ClaimedMail, reply: str, now: datetime) -> bool: ...
    def ask_later(self, mail: ClaimedMail, until: datetime) -> None: ...
    def mark_resent(self, mail: ClaimedMail) -> bool: ...
    def line_lost(self, mail: ClaimedMail, reply: str) -> None: ...
    def retry(self, mail: ClaimedMail, reply: str, now: datetime, not_before: datetime) -> None: ...
    def failed(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> None: ...
    def withdrawn(self, mail: ClaimedMail, reason: str, now: datetime, *, due_again: bool) -> None: ...
    def held(self, mail: ClaimedMail, reason: str) -> None: ...
    def give_back(self, mails: Sequence[ClaimedMail]) -> None: ...


class Session(Protocol):
    """One kept connection to where mail goes."""

    def begin(self, to_address: str, message_id: str, body: bytes) -> None:
        """Everything but the final dot; raises TransportError."""

    def finish(self) -> str:
        """The final dot; returns the receipt; raises TransportError when the reply says no."""

    def abandon(self) -> None:
        """Leave a message that was begun without its dot."""

    def close(self) -> None:
        """End the connection."""


@runtime_checkable
class AheadSession(Session, Protocol):
    """A connection that can write the next envelope together with the final dot (RFC 2920)."""

    @property
    def is_open(self) -> bool:
        """Whether the line holds; it does not after a server wanted a body for an envelope that it refused."""

    @property
    def looks_ahead(self) -> bool:
        """Whether the other side offers it."""

    def finish_then(self, to_address: str, message_id: str, body: bytes) -> str:
        """`finish`, with the envelope of the mail that `begin` is called for next."""


class Transport(Protocol):
    """A way out for mail."""

    @property
    def can_be_asked(self) -> bool:
        """Whether it knows, sooner or later, what became of a message."""

    def open(self) -> Session: ...

    def arrived(self, message_id: str, since: datetime | None) -> bool | None:
        """Whether a message whose dot was written at `since` or later got there; None when that is not known (yet)."""


@dataclass(frozen=True)
class Delivered:
    """What one claimed mail came to."""

    mail: ClaimedMail
    outcome: Outcome
    says: str


class Deliver:
    """The flow, with the parts that it needs."""

    def __init__(
        self,
        box: Box,
        transport: Transport,
        *,
        lease: timedelta,
        connections: int,
        ambiguous: Policy,
        rates: MailRates | None = None,
        per_connection: int = 100,
        answer: timedelta = ANSWER,
        rate_pause: float = RATE_PAUSE,
    ) -> None:
        self._box, self._transport = box, transport
        self._lease, self._connections, self._ambiguous = lease, connections, ambiguous
        self._rates, self._per_connection, self._answer = rates or MailRates(), per_connection, answer
        self._rate_pause = rate_pause
        self._stopping = threading.Event()
        self._hand: Hand | None = None

    def stop(self) -> None:
        """SIGTERM: finish the messages in flight, give the others back."""
        self._stopping.set()
        if (hand := self._hand) is not None:
            hand.close()

    def round(self, clock: Clock) -> list[Delivered]:
        """All mail that may go now; ends early when our own mail system is down, blaming no address."""
        lines = [_Line(self._transport, self._per_connection) for _ in range(self._connections)]
        try:
            # alone and first: should one of them kill us again, nothing else is in flight
            done = self._pass(lines[:1], clock, suspects=True)
            done += self._passes(lines, clock)
        finally:
            for line in lines:
                line.close()
        counts: Counter[str] = Counter(d.outcome for d in done)
        log.info("delivered", status="ok", **counts)
        return done

    def _passes(self, lines: Sequence[_Line], clock: Clock) -> list[Delivered]:
        done: list[Delivered] = []
        begun = moment = clock()
        while not self._stopping.is_set():
            batch = self._pass(lines, clock)
            done += batch
            if any(d.outcome == "given back" for d in batch):
                break
            if not batch:
                held_back = self._rates.limit and self._box.is_ready(clock())
                if not held_back or moment - begun > RATE_PATIENCE or self._stopping.wait(self._rate_pause):
                    break
                if clock() == moment:  # a clock that stands still frees nothing
                    break
                moment = clock()
        return done

    def _pass(self, lines: Sequence[_Line], clock: Clock, *, suspects: bool = False) -> list[Delivered]:
        """One hand over all connections, until nothing more may go."""
        hand = Hand(
            self._box,
            clock,
            lease=self._lease,
            connections=len(lines),
            rates=self._rates,
            suspects=suspects,
        )
        self._hand = hand
        if self._stopping.is_set():  # said before the hand was there to be closed
            return []
        with (
            Clerk(self._box.settle, clock, hand.beat, hand.written) as clerk,
            ThreadPoolExecutor(len(lines), thread_name_prefix="deliver") as pool,
        ):
            desks = [_Desk(self, line, hand, clerk, clock) for line in lines]
            futures = [pool.submit(desk.work) for desk in desks]
        self._hand = None
        left = hand.leave()
        try:
            done = [d for future in futures for d in future.result()]
        finally:
            self._give_back(left)
        return done + [_end(mail, "given back", "the run ended before it") for mail in left]

    def _give_back(self, left: Sequence[ClaimedMail]) -> None:
        """What a database that is away does not take back is free when its leases are over."""
        try:
            self._box.give_back(left)
        except StorageError as error:
            log.warning("give back", status="error", mails=len(left), reason=str(error))

    def prepare(self, mail: ClaimedMail, now: datetime) -> Delivered | None:
        """What a mail comes to without being sent; None when MAIL FROM may be said."""
        fate = self._reconcile(mail, now) if mail.ambiguous else before_sending(mail, now)
        is_copy = fate is not None and fate.what == "resend"
        if fate is not None and not is_copy:
            return self.carry_out(mail, fate, now)
        refusal = self._box.may_send(mail, now)
        if refusal is not None:
            return self.carry_out(mail, when_refused_by_us(mail, refusal), now)
        if is_copy and not self._box.mark_resent(mail):
            return self.carry_out(mail, LOST_LEASE, now)
        return None

    def _reconcile(self, mail: ClaimedMail, now: datetime) -> Fate | None:
        """A mail whose dot may have been sent by someone who died: the relay is asked, where it can be."""
        arrived = self._transport.arrived(mail.message_id, mail.dot_at)
        can_be_asked = self._transport.can_be_asked
        return after_crash(mail, arrived, can_be_asked=can_be_asked, policy=self._ambiguous, now=now)

    def intent(self, mail: ClaimedMail, now: datetime) -> Intent:
        """Our wish to write the dot; the lease then lasts for as long as the answer may take."""
        return Intent(mail, now + self._answer)

    def carry_out(self, mail: ClaimedMail, fate: Fate, now: datetime) -> Delivered:
        """Write down what a mail comes to."""
        if fate.what == "given back":
            log.error("mail system down", status="error", reply=fate.says)
        _patiently(lambda: self._write(mail, fate, now))
        return _end(mail, _OUTCOMES[fate.what], fate.says)

    def _write(self, mail: ClaimedMail, fate: Fate, now: datetime) -> None:
        box, again_at = self._box, fate.again_at or now
        match fate.what:
            case "sent":
                box.found(mail, fate.says, now)
            case "failed":
                box.failed(mail, fate.says, now, suppress=fate.suppress)
            case "held":
                box.held(mail, fate.says)
            case "withdrawn":
                box.withdrawn(mail, fate.says, now, due_again=fate.due_again)
            case "deferred" | "given back":
                box.retry(mail, fate.says, now, again_at)
            case "line lost":
                box.line_lost(mail, fate.says)
            case "ask later":
                box.ask_later(mail, again_at)
            case "lost lease" | "resend":  # the one is another's by now, the other goes on
                return


class _Desk:
    """One connection at work: takes mails until none is left, the system is down, or we are told to stop."""

    def __init__(self, flow: Deliver, line: _Line, hand: Hand, clerk: Clerk, clock: Clock) -> None:
        self._flow, self._line, self._hand, self._clerk, self._clock = flow, line, hand, clerk, clock
        self._done: list[Delivered] = []
        #: what goes next: taken, and looked at already or not
        self._ahead: ClaimedMail | None = None
        self._unread: ClaimedMail | None = None
        #: the last dot on this connection was answered soon
        self._is_quick = False

    def work(self) -> list[Delivered]:
        """All mails of this connection."""
        try:
            while (mail := self._next(wait=True)) is not None:
                self._settle(mail, self._one(mail))
            return self._done
        # the others end with what they have in flight; the error is told by whoever waits
        except BaseException:
            self._hand.close()
            self._line.drop()
            raise

    def _settle(self, mail: ClaimedMail, delivered: Delivered) -> None:
        self._done.append(delivered)
        if delivered.outcome == "given back":
            self._hand.close()
        self._hand.done(mail)

    def _next(self, *, wait: bool) -> ClaimedMail | None:
        """The next mail that may be sent; those that may not are settled on the way."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return None if self._hand.is_closed else ahead
        while (mail := self._take(wait=wait)) is not None:
            if mail.ambiguous and not wait:  # to ask a relay may take long, and somebody's dot waits
                self._unread = mail
                return None
            settled = self._flow.prepare(mail, self._clock())
            if settled is None:
                return mail
            self._settle(mail, settled)
        return None

    def _take(self, *, wait: bool) -> ClaimedMail | None:
        unread, self._unread = self._unread, None
        if unread is not None:
            return None if self._hand.is_closed else unread
        return self._hand.take(wait=wait)

    def _one(self, mail: ClaimedMail) -> Delivered:
        try:
            session = self._begun(mail)
            reach("deliver.after_body")
            # before the intent: nothing may come between it and the dot
            ahead = self._look_ahead(mail, session)
            refusal = self._clerk.intend(self._flow.intent(mail, self._clock()))
            if refusal is not None:
                self._line.drop()
                return self._flow.carry_out(mail, when_refused_by_us(mail, refusal), self._clock())
            reach("deliver.after_intent")
            began = time.monotonic()
            reply = self._finish(session, ahead)
            self._is_quick = time.monotonic() - began < QUICK
            self._hand.found(mail, is_quick=self._is_quick)
            reach("deliver.after_dot")
        except TransportError as error:
            if isinstance(error, (LineLost, MailSystemDown)):
                self._line.close()
            now = self._clock()
            return self._flow.carry_out(mail, after_error(mail, self._of_all(error), now), now)
        self._hand.owe(mail)
        self._clerk.receive(Taken(mail, reply, self._clock()))
        return _end(mail, "sent", reply)

    def _begun(self, mail: ClaimedMail) -> Session:
        """Body sent up to its dot; a kept connection that the other side has ended meanwhile is opened anew, once."""
        session = self._line.session()
        try:
            session.begin(mail.to_address, mail.message_id, mail.body)
        except (LineLost, MailSystemDown) as error:
            ended = isinstance(error, LineLost) or error.reply.startswith("421")
            if self._line.is_fresh or not ended:
                raise
            self._line.close()
            session = self._line.session()
            session.begin(mail.to_address, mail.message_id, mail.body)
        return session

    def _of_all(self, error: TransportError) -> TransportError:
        """A relay that breaks off one fresh connection after the other before a dot is down for everybody."""
        if isinstance(error, LineLost) and not error.after_dot and self._hand.broken_off():
            return MailSystemDown(error.reply)
        return error

    def _look_ahead(self, mail: ClaimedMail, session: Session) -> ClaimedMail | None:
        """The mail whose envelope goes with this one's dot, unless it would have to wait behind a slow answer."""
        is_soon = self._is_quick and not self._hand.is_slow(mail)
        if is_soon and self._line.has_room and isinstance(session, AheadSession) and session.looks_ahead:
            self._ahead = self._next(wait=False)
        return self._ahead

    def _finish(self, session: Session, ahead: ClaimedMail | None) -> str:
        if ahead is not None and isinstance(session, AheadSession):
            return session.finish_then(ahead.to_address, ahead.message_id, ahead.body)
        return session.finish()


class _Line:
    """A kept connection, opened when first needed, and anew after so many messages."""

    def __init__(self, transport: Transport, most: int) -> None:
        self._transport, self._most = transport, most
        self._session: Session | None = None
        self._used = 0

    @property
    def has_room(self) -> bool:
        """Whether one more message may go over this connection."""
        return self._used < self._most

    @property
    def is_fresh(self) -> bool:
        """Whether this is its first message."""
        return self._used <= 1

    def session(self) -> Session:
        """The connection, for one more message; raises MailSystemDown."""
        broken = isinstance(self._session, AheadSession) and not self._session.is_open
        if broken or not self.has_room:
            self.close()
        if self._session is None:
            self._session, self._used = self._transport.open(), 0
        self._used += 1
        return self._session

    def close(self) -> None:
        """Say goodbye."""
        if self._session is not None:
            session, self._session = self._session, None
            session.close()

    def drop(self) -> None:
        """Leave a message that was begun without its dot, and the connection with it."""
        if self._session is not None:
            self._session.abandon()
            self.close()


def _patiently(write: Callable[[], None]) -> None:
    """What a relay has said for certain must not be forgotten over a short outage of the database."""
    for pause in WRITE_PAUSES:
        try:
            return write()
        except StorageError as error:
            log.warning("outcome", status="error", reason=str(error))
            time.sleep(pause)
    return write()


def _end(mail: ClaimedMail, outcome: Outcome, says: str) -> Delivered:
    # without its bytes: a round may deliver a million of them
    return Delivered(replace(mail, body=b""), outcome, says)
