"""The line: answers in order, one of a host at a time, and who is slow holds up nobody for long."""

from __future__ import annotations

import threading
import time

import pytest

from ctm_alerts.flows.line import Line


def test_answers_come_in_the_order_of_the_line_whoever_is_quicker() -> None:
    def ask(n: int) -> int:
        time.sleep((5 - n) * 0.02)
        return n

    line = Line(ask, 5, patience=5)
    line.join((n, f"host {n}") for n in range(5))
    assert [line.next() for _ in range(5)] == list(range(5))
    assert line.close() == []


def test_one_of_a_host_is_asked_at_a_time() -> None:
    at_work, most, lock = [0], [0], threading.Lock()

    def ask(n: int) -> int:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.01)
        with lock:
            at_work[0] -= 1
        return n

    line = Line(ask, 8, patience=5)
    line.join((n, "one host") for n in range(12))
    assert [line.next() for _ in range(12)] == list(range(12))
    assert most == [1]
    line.close()


def test_one_that_is_slow_lets_the_others_pass_and_comes_when_it_is_done() -> None:
    go = threading.Event()

    def ask(n: int) -> int:
        return n if n or go.wait(5) else -1

    line = Line(ask, 3, patience=0.1)
    line.join((n, f"host {n}") for n in range(4))
    assert [line.next() for _ in range(3)] == [1, 2, 3]
    go.set()
    assert line.next() == 0
    line.close()


def test_waiting_behind_a_slow_one_costs_no_work() -> None:
    def ask(n: int) -> int:
        if n == 0:
            time.sleep(0.5)
        return n

    line = Line(ask, 3, patience=5)
    line.join((n, f"host {n}") for n in range(3))
    begun = time.thread_time()  # work, not time: a busy machine changes nothing
    assert [line.next() for _ in range(3)] == [0, 1, 2]
    assert time.thread_time() - begun < 0.1
    line.close()


def test_an_error_of_a_thread_is_raised_to_who_asks_for_its_answer() -> None:
    def ask(n: int) -> int:
        if n == 1:
            raise RuntimeError("the database is away")
        return n

    line = Line(ask, 2, patience=5)
    line.join((n, "") for n in range(3))
    assert line.next() == 0
    with pytest.raises(RuntimeError, match="the database is away"):
        line.next()
    assert line.close() == [2]
