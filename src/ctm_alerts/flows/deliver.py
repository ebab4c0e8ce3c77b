"""Deliver: from outbox rows to receipts.

    claim | reconcile what a crash left ambiguous | suppression, entitlement, lease | body | intent | dot | receipt

The intent is committed before the final dot, so that a crash leaves at most the messages in flight ambiguous: one on
each connection. What all connections have to commit goes through one `Clerk`; what they may take, through one `Hand`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

import structlog

from ctm_alerts.digests.period import ClaimedMail, Intent, Settled, Taken
from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, StorageError, TransportError
from ctm_alerts.failpoints import reach
from ctm_alerts.flows.clerk import Clerk
from ctm_alerts.flows.hand import Hand, Shelf
from ctm_alerts.settings.mail import MailRates

log = structlog.get_logger()

#: pauses before another try (sender check 79: at least 5 minutes for greylisting, then half an hour doubling)
PAUSES = (5, 30, 60, 120, 240)
#: how long a mail is ours after its final dot: a relay may think for 600 s (RFC 5321 4.5.3.2.6), and then we write it down
ANSWER = timedelta(seconds=660)
#: a mail that was in flight at so many crashes is held for a person to look at
MOST_RESENDS = 10
#: a relay that takes a mail and breaks off before it answers does so again: one more try (RFC 1047), then hold
MOST_LINE_LOSSES = 2
#: a mail that was in the hands of so many workers that died, from the fourth on alone, is held for a person. Not fewer:
#: of 200 kills within a minute, accidents alone hit some mails six times (tests/crash)
MOST_LAPSES = 10
#: a relay that can be asked and does not know yet is asked again after a minute, for an hour; then the policy decides
ASK_AGAIN, ASK_FOR = timedelta(minutes=1), timedelta(hours=1)
#: a mail that the rates hold back is looked for again after so many seconds, and a round goes on for so long with it
RATE_PAUSE, RATE_PATIENCE = 1.0, timedelta(minutes=1)
#: seconds between the tries to write down what a relay has said
WRITE_PAUSES = (0.1, 0.5, 2.0, 5.0)
#: a dot that is answered within so many seconds lets the next envelope go with the one behind it
QUICK = 1.0
#: answers of the last step before MAIL FROM that make the subscriber due anew under what now holds
_DUE_AGAIN = ("plan changed",)

Outcome = Literal["sent", "deferred", "failed", "withdrawn", "held", "ambiguous", "given back", "lost lease"]
Clock = Callable[[], datetime]


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
        ambiguous: Literal["resend", "hold"],
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
        if mail.ambiguous:
            settled = self._reconcile(mail, now)
            if settled is not None:
                return settled
        elif mail.give_up_at <= now:
            return self._fail(mail, "gave up: the edition is stale", now, suppress=False)
        if mail.lapses >= MOST_LAPSES:
            says = f"quarantined: {mail.lapses} workers died or fell silent with it; release or drop it"
            self._box.held(mail, says)
            return _end(mail, "held", says)
        refusal = self._box.may_send(mail, now)
        return None if refusal is None else self.withdraw(mail, refusal, now)

    def intent(self, mail: ClaimedMail, now: datetime) -> Intent:
        """Our wish to write the dot; the lease then lasts for as long as the answer may take."""
        return Intent(mail, now + self._answer)

    def broken(self, mail: ClaimedMail, error: TransportError, now: datetime) -> Delivered:
        """What a mail comes to whose sending ended with an error."""
        if isinstance(error, MailSystemDown):
            _patiently(lambda: self._box.retry(mail, error.reply, now, now + timedelta(minutes=PAUSES[0])))
            log.error("mail system down", status="error", reply=error.reply)
            return _end(mail, "given back", error.reply)
        if isinstance(error, LineLost) and error.after_dot:
            # the row stays at `dot`; it is reconciled when its lease is over
            _patiently(lambda: self._box.line_lost(mail, error.reply))
            return _end(mail, "ambiguous", error.reply)
        return self._refused(mail, error, now)

    def _reconcile(self, mail: ClaimedMail, now: datetime) -> Delivered | None:
        """A mail whose dot may have been sent by someone who died: ask the relay, else resend, or hold.

        Each crash of ours makes one more copy at most; a mail that was in flight at ten of them may well cause them.
        """
        arrived = self._transport.arrived(mail.message_id, mail.dot_at)
        if arrived:
            self._box.found(mail, "found at the relay after a crash", now)
            return _end(mail, "sent", "found at the relay after a crash")
        if mail.give_up_at <= now:
            return self._too_late(mail, now, has_surely_not_come=arrived is False)
        if arrived is False:
            return None
        if self._transport.can_be_asked and now - (mail.dot_at or now) < ASK_FOR:
            self._box.ask_later(mail, now + ASK_AGAIN)
            return _end(mail, "ambiguous", "its relay cannot say yet whether it came")
        worn = mail.resends >= MOST_RESENDS or mail.line_losses >= MOST_LINE_LOSSES
        if self._ambiguous == "hold" or worn:
            self._box.held(mail, "its receipt was lost in a crash; release or drop it")
            return _end(mail, "held", "its receipt was lost in a crash")
        if not self._box.mark_resent(mail):
            return _end(mail, "lost lease", "another worker has it")
        return None

    def _too_late(self, mail: ClaimedMail, now: datetime, *, has_surely_not_come: bool) -> Delivered:
        """An ambiguous mail of an edition that is stale by now: nobody sends it weeks later."""
        says = "its receipt was lost in a crash, and its edition is stale by now"
        if has_surely_not_come and mail.resends == 0:
            self._box.failed(mail, says, now, suppress=False)
            return _end(mail, "failed", says)
        self._box.held(mail, says + "; release or drop it")
        return _end(mail, "held", says)

    def withdraw(self, mail: ClaimedMail, refusal: str, now: datetime) -> Delivered:
        """A mail that must not go: its period is released, or held when a copy may have arrived."""
        if refusal == "lease lost":
            return _end(mail, "lost lease", "another worker has it")
        if mail.may_have_arrived:  # it may have arrived, so its ledger rows must stay
            self._box.held(mail, f"its receipt was lost in a crash, and now: {refusal}")
            return _end(mail, "held", refusal)
        again = refusal in _DUE_AGAIN and mail.purpose == "digest"
        self._box.withdrawn(mail, refusal, now, due_again=again)
        return _end(mail, "withdrawn", refusal)

    def _refused(self, mail: ClaimedMail, error: TransportError, now: datetime) -> Delivered:
        if error.permanent:
            dead = isinstance(error, MailRefused) and error.address_is_dead
            return self._fail(mail, error.reply, now, suppress=dead)
        pause = PAUSES[min(mail.attempts, len(PAUSES) - 1)]
        _patiently(lambda: self._box.retry(mail, error.reply, now, now + timedelta(minutes=pause)))
        return _end(mail, "deferred", error.reply)

    def _fail(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> Delivered:
        if mail.may_have_arrived:  # its first copy may have arrived, so its ledger rows must stay
            self._box.held(mail, f"its receipt was lost in a crash, and now: {reply}")
            return _end(mail, "held", reply)
        _patiently(lambda: self._box.failed(mail, reply, now, suppress=suppress))
        return _end(mail, "failed", reply)


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
        except (
            BaseException
        ):  # the others end with what they have in flight; the error is told by whoever waits
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
                return self._flow.withdraw(mail, refusal, self._clock())
            reach("deliver.after_intent")
            began = time.monotonic()
            reply = self._finish(session, ahead)
            self._is_quick = time.monotonic() - began < QUICK
            self._hand.found(mail, is_quick=self._is_quick)
            reach("deliver.after_dot")
        except TransportError as error:
            if isinstance(error, (LineLost, MailSystemDown)):
                self._line.close()
            return self._flow.broken(mail, self._of_all(error), self._clock())
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
