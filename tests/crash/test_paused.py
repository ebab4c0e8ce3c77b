"""A process that is stopped (SIGSTOP) for longer than its lease, and goes on after another one did its work (S7)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import Sink
from tests.crash.crowd import Place, address, clock, gather, place

PEOPLE, LEASE = 3, 1.0
_SECOND = timedelta(seconds=1)


@pytest.fixture
def where(database_url: str, sink: Sink, tmp_path: Path) -> Place:
    """Three people who are due."""
    made = place(tmp_path, database_url, sink)
    gather(made, PEOPLE, clock())
    return made


@contextmanager
def paused(where: Place, flow: str) -> Iterator[subprocess.Popen[str]]:
    """A process that took up all and stopped in the middle of the first one; ended with the block."""
    with where.start("tests.crash.paused", flow, str(LEASE)) as worker:
        try:
            wait_for_pause(worker)
            yield worker
        finally:
            worker.kill()


def wait_for_pause(worker: subprocess.Popen[str]) -> None:
    """Let it begin, and wait until it stopped, and until its leases are over."""
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline, "it never came to its pause"
        time.sleep(0.02)
    time.sleep(LEASE + 0.2)


def going_on(worker: subprocess.Popen[str]) -> str:
    """Let it go on; what it came to."""
    os.kill(worker.pid, signal.SIGCONT)
    said = worker.communicate(timeout=60)[0]
    assert worker.returncode == 0
    return said.strip()


def finish(where: Place) -> None:
    """Another worker, until nothing is left."""
    with where.app() as app:
        deadline = time.monotonic() + 60
        while app.outbox.counts() != {"sent": PEOPLE}:
            assert time.monotonic() < deadline, app.outbox.counts()
            app.dispatch().round(clock(), clock=clock)
            app.deliver().round(clock)
            time.sleep(0.1)


def rows(where: Place, statement: str) -> list[tuple[object, ...]]:
    with where.app() as app, app.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_dispatcher_that_was_paused_beyond_its_lease_commits_nothing_that_another_did(
    where: Place, sink: Sink
) -> None:
    with paused(where, "dispatch") as worker:
        finish(where)
        before = rows(where, "SELECT * FROM digests ORDER BY id"), rows(where, "SELECT * FROM ledger")
        assert going_on(worker) == '{"lost claim": 3}'
    assert (rows(where, "SELECT * FROM digests ORDER BY id"), rows(where, "SELECT * FROM ledger")) == before
    finish(where)
    assert Counter(m.to for m in sink.mails) == Counter(address(n) for n in range(1, PEOPLE + 1))


def test_a_deliverer_that_was_paused_between_body_and_dot_beyond_its_lease_writes_no_dot(
    where: Place, sink: Sink
) -> None:
    with where.app() as app:
        app.dispatch().round(clock())
    with paused(where, "deliver") as worker:
        finish(where)
        assert Counter(m.to for m in sink.mails) == Counter(address(n) for n in range(1, PEOPLE + 1))
        said = going_on(worker)
    assert Counter(m.to for m in sink.mails) == Counter(address(n) for n in range(1, PEOPLE + 1)), said
    assert rows(where, "SELECT status, count(*) FROM outbox GROUP BY status") == [("sent", PEOPLE)]


def test_a_dispatcher_at_work_keeps_its_leases(where: Place) -> None:
    with where.app() as app:
        (first, *_) = app.digests.claim(clock(), 3 * _SECOND, 50)
        for _ in range(4):
            time.sleep(1)
            app.digests.renew(first, clock(), 3 * _SECOND)
        assert app.digests.claim(clock(), 3 * _SECOND, 50) == []
