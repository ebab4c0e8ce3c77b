"""A database of the version before, with what it held, comes through: nothing is lost and nothing is told twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command

from ctm_alerts.storage.database import Database, _alembic
from tests.flows.house import DAY, HOUR, Opening, house
from tests.people import ALICE, NOW


def downgraded(path: Path) -> None:
    """What this database would have been at 0001: the columns that were there, with what they hold."""
    old = path.with_name("old.db")
    database = Database(f"sqlite:///{old}")
    with database.write() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.close()
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(old)) as before:
        before.execute("PRAGMA journal_mode = DELETE")
        names = before.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in names:
            if table not in ("alembic_version", "sqlite_sequence"):
                columns = [f'"{row[1]}"' for row in before.execute(f"PRAGMA table_info({table})")]
                held = now.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
                marks = ", ".join("?" * len(columns))
                before.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", held)
        before.commit()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    old.rename(path)


def test_what_was_held_at_the_version_before_is_held_and_nothing_is_told_twice(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.feed(Opening(1), Opening(2))
        home.ingest(NOW)
        alice = home.person(plan="plus", rhythm=ALICE.rhythm)
        assert [(d.outcome, d.count) for d in home.dispatch(NOW)] == [("queued", 2)]
        home.deliver(NOW)
        due = home.due(alice)["regular"]
        told, path = home.told(alice), home.app.settings.home / "ctm-alerts.db"
        again = home.folder
    downgraded(path)
    with house(again) as home:
        assert _version(path) == "0002"
        assert [f["host"] for f in _feeds(path)] == [""]
        home.board(Opening(1), Opening(2), Opening(3))
        (looked,) = home.ingest(due)
        assert (looked.new, looked.changed) == (1, 0)
        assert [(d.outcome, d.count) for d in home.dispatch(due)] == [("queued", 1)]
        assert home.told(alice) == [*told, "3"]
        assert home.breaches(due + HOUR) == []
        assert home.ingest(due + DAY)[0].new == 0


def _version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version)


def _feeds(path: Path) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute("SELECT * FROM feeds").fetchall()
