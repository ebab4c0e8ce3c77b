"""One clerk writes for all connections: in order, together, and patiently while the database is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest

from ctm_alerts.digests.period import ClaimedMail, Intent, Settled, Taken
from ctm_alerts.errors import StorageError
from ctm_alerts.flows.clerk import Clerk

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=timezone.utc)


def mail(number: int) -> ClaimedMail:
    return ClaimedMail(
        str(number), "1", None, "digest", f"<{number}@a.example>", "a@b.example", b"", "free", 0,
        NOW + timedelta(days=1), "token", ambiguous=False, resends=0, line_losses=0,
    )  # fmt: skip


def taken(number: int) -> Taken:
    return Taken(mail(number), "250 ok", NOW)


class Book:
    """A settling that takes its time, fails when told so, and notes each of its transactions."""

    def __init__(self, seconds: float = 0.0, failures: int = 0, refuses: str = "") -> None:
        self.pages: list[tuple[list[str], list[str]]] = []
        self.tries = 0
        self._seconds, self._failures, self._refuses = seconds, failures, refuses

    def settle(self, taken: Sequence[Taken], intents: Sequence[Intent], now: datetime) -> Settled:
        self.tries += 1
        time.sleep(self._seconds)
        if self.tries <= self._failures:
            raise StorageError("the database is away")
        self.pages.append(([t.mail.id for t in taken], [i.mail.id for i in intents]))
        return Settled(
            tuple(True for _ in taken), tuple("lost" if i.mail.id == self._refuses else None for i in intents)
        )


def clerk(book: Book, patience: float = 5.0, intent_patience: float = 0.0) -> Clerk:
    return Clerk(book.settle, lambda: NOW, patience=patience, intent_patience=intent_patience)


def test_what_comes_while_a_transaction_runs_shares_the_next_one() -> None:
    book = Book(seconds=0.1)
    with clerk(book) as writes:
        connections = [
            threading.Thread(target=writes.intend, args=(Intent(mail(n), NOW),)) for n in range(1, 9)
        ]
        for connection in connections:
            connection.start()
        for connection in connections:
            connection.join()
    assert sorted(i for _, intents in book.pages for i in intents) == [str(n) for n in range(1, 9)]
    assert len(book.pages) <= 3


def test_each_intent_hears_its_own_answer() -> None:
    with clerk(Book(refuses="2")) as writes:
        assert [writes.intend(Intent(mail(n), NOW)) for n in (1, 2, 3)] == [None, "lost", None]


def test_a_receipt_is_written_before_the_intent_that_comes_after_it() -> None:
    book = Book()
    with clerk(book) as writes:
        for n in range(20):
            writes.receive(taken(n))
            assert writes.intend(Intent(mail(n + 1), NOW)) is None
            assert str(n) in {i for receipts, _ in book.pages for i in receipts}


def test_all_receipts_are_written_when_it_leaves() -> None:
    book = Book(seconds=0.02)
    with clerk(book) as writes:
        for n in range(30):
            writes.receive(taken(n))
    assert [i for receipts, _ in book.pages for i in receipts] == [str(n) for n in range(30)]


def test_while_the_database_is_away_intents_fail_and_receipts_wait() -> None:
    book = Book(failures=3)
    with clerk(book) as writes:
        writes.receive(taken(1))
        with pytest.raises(StorageError, match="away"):
            writes.intend(Intent(mail(2), NOW))
    assert book.pages == [(["1"], [])]


def test_a_short_outage_is_waited_out_by_an_intent_too() -> None:
    book = Book(failures=2)
    with clerk(book, intent_patience=5.0) as writes:
        assert writes.intend(Intent(mail(1), NOW)) is None
    assert book.pages == [([], ["1"])]


def test_a_receipt_that_can_never_be_written_is_told() -> None:
    book = Book(failures=10**6)
    with pytest.raises(StorageError, match="away"), clerk(book, patience=0.2) as writes:
        writes.receive(taken(1))
    assert book.pages == []


def test_its_own_trouble_does_not_hide_another_one() -> None:
    def go_wrong() -> None:
        with clerk(Book(failures=10**6), patience=0.1) as writes:
            writes.receive(taken(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()


def test_the_heartbeat_goes_on_while_nothing_is_to_be_written() -> None:
    beats: list[float] = []
    with Clerk(Book().settle, lambda: NOW, lambda: beats.append(time.monotonic())):
        time.sleep(1.2)
    assert len(beats) >= 2


def test_a_clerk_that_meets_a_defect_lets_nobody_wait_for_ever() -> None:
    def beat() -> None:
        raise ZeroDivisionError("a defect of ours")

    def write() -> None:
        with Clerk(Book().settle, lambda: NOW, beat) as writes:
            assert writes.intend(Intent(mail(1), NOW)) is None
            writes.intend(Intent(mail(2), NOW))

    with pytest.raises(StorageError, match="could not be written"):
        write()
