"""Writes down what all connections have to say, in as few transactions as their pace allows.

Each transaction takes every receipt and every intent that came while the one before it was committed: measured, SQLite
commits 2,800 to 3,500 times a second with synchronous=FULL, so eight connections that commit by themselves would wait
for one another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from types import TracebackType

import structlog

from ctm_alerts.digests.period import Intent, Settled, Taken
from ctm_alerts.errors import StorageError
from ctm_alerts.failpoints import reach

log = structlog.get_logger()

#: how long a receipt is held while the database is away, in seconds: after that its mail is ambiguous
PATIENCE = 60.0
#: how long an intent is tried while the database is away: its server waits for a dot, and others for the connection
INTENT_PATIENCE = 10.0
#: the clerk looks up from waiting so often, in seconds, to let the heartbeat go on
_GLANCE = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0

Settle = Callable[[Sequence[Taken], Sequence[Intent], datetime], Settled]


@dataclass(frozen=True)
class _Held:
    """A receipt, and since when it is tried."""

    taken: Taken
    since: float


@dataclass(frozen=True)
class _Wish:
    """An intent, and where its answer is waited for."""

    intent: Intent
    answer: Future[str | None]
    since: float


class Clerk:
    """One thread that commits for all connections; leaves when the block ends and all receipts are written."""

    def __init__(
        self,
        settle: Settle,
        clock: Callable[[], datetime],
        beat: Callable[[], None] = lambda: None,
        written: Callable[[Sequence[str]], None] = lambda _: None,
        patience: float = PATIENCE,
        intent_patience: float = INTENT_PATIENCE,
    ) -> None:
        self._settle, self._clock, self._beat, self._written = settle, clock, beat, written
        self._patience, self._intent_patience = patience, intent_patience
        self._letters: SimpleQueue[_Held | _Wish | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="clerk")
        self._failure: BaseException | None = None

    def __enter__(self) -> Clerk:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the last receipt; raises what kept it from being written."""
        self._letters.put(None)
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def intend(self, intent: Intent) -> str | None:
        """None once the intent is committed and the dot may be written, else why it may not; raises StorageError."""
        wish = _Wish(intent, Future(), time.monotonic())
        self._letters.put(wish)
        while True:
            try:
                return wish.answer.result(timeout=1.0)
            except TimeoutError:
                if not self._thread.is_alive():  # nobody would answer
                    self._turn_away()

    def receive(self, taken: Taken) -> None:
        """Hand in a receipt; it is committed before any intent that is handed in later."""
        self._letters.put(_Held(taken, time.monotonic()))

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # a defect of ours: whoever waits must not wait for ever
            log.exception("clerk", status="error")
            self._failure = error
        finally:
            self._turn_away()

    def _work(self) -> None:
        held, wished = list[_Held](), list[_Wish]()
        pause, going = _FIRST_PAUSE, True
        while going or held or wished:
            taken, wishes, going = self._collect(held, wished, going)
            held, wished = [], []
            if taken or wishes:
                error = self._write([h.taken for h in taken], wishes)
                if error is None:
                    pause = _FIRST_PAUSE
                else:
                    held, wished = self._keep(taken, error), self._keep_wishes(wishes, error)
                    time.sleep(pause if held or wished else 0)
                    pause = min(pause * 2, _LONGEST_PAUSE)
            self._beat()

    def _turn_away(self) -> None:
        """Tell whoever has handed in a wish that nobody is here any more."""
        while True:
            try:
                letter = self._letters.get_nowait()
            except Empty:
                return
            if isinstance(letter, _Wish):
                letter.answer.set_exception(StorageError("the intent could not be written; see the log"))

    def _collect(
        self, held: Sequence[_Held], wished: Sequence[_Wish], going: bool
    ) -> tuple[list[_Held], list[_Wish], bool]:
        """All that waits now: what could not be written comes first."""
        taken, wishes = list(held), list(wished)
        patience = 0.0 if held or wished or not going else _GLANCE
        while True:
            try:
                letter = self._letters.get(timeout=patience) if patience else self._letters.get_nowait()
            except Empty:
                return taken, wishes, going
            patience = 0.0
            if letter is None:
                going = False
            elif isinstance(letter, _Held):
                taken.append(letter)
            else:
                wishes.append(letter)

    def _write(self, taken: Sequence[Taken], wishes: Sequence[_Wish]) -> Exception | None:
        try:
            settled = self._settle(taken, [w.intent for w in wishes], self._clock())
        except Exception as error:  # whatever it was, those who wait must hear of it
            return error
        if taken:
            reach("deliver.after_receipt")
        for wish, refused in zip(wishes, settled.refused, strict=True):
            wish.answer.set_result(refused)
        for one, ours in zip(taken, settled.received, strict=True):
            if not ours:
                log.warning(
                    "receipt", status="error", mail=one.mail.id, reason="another worker has it by now"
                )
        self._written([t.mail.id for t in taken])
        return None

    def _keep(self, held: Sequence[_Held], error: Exception) -> list[_Held]:
        """Receipts go on being tried while the database is away; then their mails are ambiguous."""
        now = time.monotonic()
        kept = [h for h in held if now - h.since < self._patience]
        if len(kept) < len(held):
            self._failure = error
            lost = [h.taken.mail.id for h in held if h not in kept]
            log.error("receipt", status="error", mails=lost, reason=str(error))
        return kept

    def _keep_wishes(self, wishes: Sequence[_Wish], error: Exception) -> list[_Wish]:
        """A short outage is waited out; to write an intent again is safe, also when the first time was not lost."""
        now, kept = time.monotonic(), []
        for wish in wishes:
            if isinstance(error, StorageError) and now - wish.since < self._intent_patience:
                kept.append(wish)
            else:
                wish.answer.set_exception(error)
        return kept
