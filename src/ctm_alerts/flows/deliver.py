"""Deliver: from outbox rows to receipts.

    claim | reconcile what a crash left ambiguous | suppression, entitlement, lease | body | intent | dot | receipt

The intent is committed before the final dot, so that a crash leaves at most the messages in flight ambiguous.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Literal, Protocol

import structlog

from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError

log = structlog.get_logger()

#: pauses before another try (sender check 79: at least 5 minutes for greylisting, then half an hour doubling)
PAUSES = (5, 30, 60, 120, 240)
#: mails claimed at one time by each connection: a worker that dies holds no more than these until its lease ends
BATCH = 20
#: how long a mail is ours after its final dot: a relay may think for 600 s (RFC 5321 4.5.3.2.6), and then we write it down
ANSWER = timedelta(seconds=660)
#: a mail that was in flight at so many crashes is held for a person to look at
MOST_RESENDS = 10
#: a relay that takes a mail and breaks off before it answers does so again: one more try (RFC 1047), then hold
MOST_LINE_LOSSES = 2
#: answers of the last step before MAIL FROM that make the subscriber due anew under what now holds
_DUE_AGAIN = ("plan changed",)

Outcome = Literal["sent", "deferred", "failed", "withdrawn", "held", "ambiguous", "given back", "lost lease"]
Clock = Callable[[], datetime]


class Box(Protocol):
    """What this flow needs of the outbox."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> list[ClaimedMail]: ...
    def may_send(self, mail: ClaimedMail, now: datetime) -> str | None: ...
    def intend(self, mail: ClaimedMail, now: datetime, until: datetime) -> bool: ...
    def mark_resent(self, mail: ClaimedMail) -> bool: ...
    def line_lost(self, mail: ClaimedMail, reply: str) -> None: ...
    def sent(self, mail: ClaimedMail, reply: str, now: datetime) -> bool: ...
    def retry(self, mail: ClaimedMail, reply: str, not_before: datetime) -> None: ...
    def failed(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> None: ...
    def withdrawn(self, mail: ClaimedMail, reason: str, now: datetime, *, due_again: bool) -> None: ...
    def held(self, mail: ClaimedMail, reason: str) -> None: ...
    def give_back(self, mail: ClaimedMail) -> None: ...


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


class Transport(Protocol):
    """A way out for mail."""

    def open(self) -> Session: ...

    def arrived(self, message_id: str) -> bool | None:
        """Whether a message got there; None when this relay cannot be asked."""


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
        answer: timedelta = ANSWER,
    ) -> None:
        self._box, self._transport = box, transport
        self._lease, self._connections, self._ambiguous = lease, connections, ambiguous
        self._answer = answer
        self._stopping = threading.Event()

    def stop(self) -> None:
        """SIGTERM: finish the messages in flight, give the others back."""
        self._stopping.set()

    def round(self, clock: Clock) -> list[Delivered]:
        """All mail that may go now; ends early when our own mail system is down, blaming no address."""
        done: list[Delivered] = []
        while not self._stopping.is_set():
            claimed = self._box.claim(clock(), self._lease, BATCH * self._connections)
            if not claimed:
                break
            batch = self._batch(claimed, clock)
            done += batch
            if any(d.outcome == "given back" for d in batch):
                break
        counts: Counter[str] = Counter(d.outcome for d in done)
        log.info("delivered", status="ok", **counts)
        return done

    def _batch(self, claimed: Sequence[ClaimedMail], clock: Clock) -> list[Delivered]:
        waiting: SimpleQueue[ClaimedMail] = SimpleQueue()
        for mail in claimed:
            waiting.put(mail)
        down = threading.Event()
        workers = max(1, min(self._connections, len(claimed)))
        with ThreadPoolExecutor(workers, thread_name_prefix="deliver") as pool:
            futures = [pool.submit(self._worker, waiting, down, clock) for _ in range(workers)]
            return [d for future in futures for d in future.result()]

    def _worker(
        self, waiting: SimpleQueue[ClaimedMail], down: threading.Event, clock: Clock
    ) -> list[Delivered]:
        """One connection: takes mails until none is left, the system is down, or we are told to stop."""
        done: list[Delivered] = []
        line = _Line(self._transport)
        try:
            while True:
                try:
                    mail = waiting.get_nowait()
                except Empty:
                    return done
                if down.is_set() or self._stopping.is_set():
                    self._box.give_back(mail)
                    done.append(Delivered(mail, "given back", "the run ended before it"))
                    continue
                delivered = self._one(mail, line, clock)
                if delivered.outcome == "given back":
                    down.set()
                done.append(delivered)
        finally:
            line.close()

    def _one(self, mail: ClaimedMail, line: _Line, clock: Clock) -> Delivered:
        if mail.ambiguous:
            settled = self._reconcile(mail, clock())
            if settled is not None:
                return settled
        elif mail.give_up_at <= clock():
            return self._fail(mail, "gave up: the edition is stale", clock(), suppress=False)
        refusal = self._box.may_send(mail, clock())
        if refusal is not None:
            return self._withdraw(mail, refusal, clock())
        try:
            return self._send(mail, line, clock)
        except MailSystemDown as error:
            line.close()
            self._box.retry(mail, error.reply, clock() + timedelta(minutes=PAUSES[0]))
            log.error("mail system down", status="error", reply=error.reply)
            return Delivered(mail, "given back", error.reply)
        except LineLost as error:
            line.close()
            if error.after_dot:  # the row stays at `dot`; it is reconciled when its lease is over
                self._box.line_lost(mail, error.reply)
                return Delivered(mail, "ambiguous", error.reply)
            return self._refused(mail, error, clock())
        except TransportError as error:
            return self._refused(mail, error, clock())

    def _reconcile(self, mail: ClaimedMail, now: datetime) -> Delivered | None:
        """A mail whose dot may have been sent by someone who died: ask the relay, else resend, or hold.

        Each crash of ours makes one more copy at most; a mail that was in flight at ten of them may well cause them.
        """
        arrived = self._transport.arrived(mail.message_id)
        if arrived:
            self._box.sent(mail, "found at the relay after a crash", now)
            return Delivered(mail, "sent", "found at the relay after a crash")
        worn = mail.resends >= MOST_RESENDS or mail.line_losses >= MOST_LINE_LOSSES
        if arrived is None and (self._ambiguous == "hold" or worn):
            self._box.held(mail, "its receipt was lost in a crash; release or drop it")
            return Delivered(mail, "held", "its receipt was lost in a crash")
        if arrived is None and not self._box.mark_resent(mail):
            return Delivered(mail, "lost lease", "another worker has it")
        return None

    def _withdraw(self, mail: ClaimedMail, refusal: str, now: datetime) -> Delivered:
        if refusal == "lease lost":
            return Delivered(mail, "lost lease", "another worker has it")
        if mail.may_have_arrived:  # it may have arrived, so its ledger rows must stay
            self._box.held(mail, f"its receipt was lost in a crash, and now: {refusal}")
            return Delivered(mail, "held", refusal)
        again = refusal in _DUE_AGAIN and mail.purpose == "digest"
        self._box.withdrawn(mail, refusal, now, due_again=again)
        return Delivered(mail, "withdrawn", refusal)

    def _send(self, mail: ClaimedMail, line: _Line, clock: Clock) -> Delivered:
        session = line.session()
        session.begin(mail.to_address, mail.message_id, mail.body)
        now = clock()
        if not self._box.intend(mail, now, now + self._answer):
            session.abandon()
            line.close()
            return Delivered(mail, "lost lease", "the lease ran out before the dot")
        reply = session.finish()
        if not self._box.sent(mail, reply, clock()):
            log.warning("receipt", status="error", mail=mail.id, reason="another worker has it by now")
        return Delivered(mail, "sent", reply)

    def _refused(self, mail: ClaimedMail, error: TransportError, now: datetime) -> Delivered:
        if error.permanent:
            dead = isinstance(error, MailRefused) and error.address_is_dead
            return self._fail(mail, error.reply, now, suppress=dead)
        pause = PAUSES[min(mail.attempts, len(PAUSES) - 1)]
        self._box.retry(mail, error.reply, now + timedelta(minutes=pause))
        return Delivered(mail, "deferred", error.reply)

    def _fail(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> Delivered:
        if mail.may_have_arrived:  # its first copy may have arrived, so its ledger rows must stay
            self._box.held(mail, f"its receipt was lost in a crash, and now: {reply}")
            return Delivered(mail, "held", reply)
        self._box.failed(mail, reply, now, suppress=suppress)
        return Delivered(mail, "failed", reply)


class _Line:
    """A kept connection, opened when first needed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._session: Session | None = None

    def session(self) -> Session:
        if self._session is None:
            self._session = self._transport.open()
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
