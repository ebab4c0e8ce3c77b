"""The schema made new and the schema migrated are one; transactions; times."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from ctm_alerts.errors import StorageError
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.rounds import Rounds
from ctm_alerts.storage.schema import metadata, rounds
from tests.people import NOW
from tests.storage.desk import rows


def shape(database: Database) -> dict[str, object]:
    """Every table with its columns, keys and indexes, as the database itself tells them."""
    looker = inspect(database.engine)
    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in looker.get_columns(table)),
            "key": looker.get_pk_constraint(table),
            "foreign": sorted(map(str, looker.get_foreign_keys(table))),
            "unique": sorted(map(str, looker.get_unique_constraints(table))),
            "indexes": sorted(map(str, looker.get_indexes(table))),
        }
        for table in looker.get_table_names()
        if table != "alembic_version"
    }


def set_version(database: Database, version: str) -> None:
    with database.write() as connection:
        connection.execute(text("update alembic_version set version_num = :v"), {"v": version})


def test_the_schema_made_new_is_the_schema_migrated(sqlite: Database, tmp_path: Path) -> None:
    new = Database(f"sqlite:///{tmp_path}/new.db")
    with new.write() as connection:
        metadata.create_all(connection)
    assert shape(new) == shape(sqlite)
    assert list(shape(new)) == sorted(metadata.tables)
    new.close()


def test_alembic_finds_nothing_left_to_migrate(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_to_migrate_twice_is_to_migrate_once(database: Database) -> None:
    before = shape(database)
    assert database.migrate() == database.migrate() == "0002"
    assert shape(database) == before
    database.require_current()


def test_an_empty_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(StorageError) as refused:
        database.require_current()
    assert (
        str(refused.value) == "the database is at nothing, this version needs 0002; run: ctm-alerts migrate"
    )
    database.close()


@pytest.mark.parametrize("way", ["require_current", "migrate"])
def test_a_newer_database_is_refused_with_the_remedy(database: Database, way: str) -> None:
    set_version(database, "0099")
    with pytest.raises(StorageError) as refused:
        getattr(database, way)()
    assert str(refused.value) == "the database is of a newer version (0099); start that version of ctm-alerts"


@pytest.mark.parametrize("way", ["require_current", "migrate"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, way: str) -> None:
    (tmp_path / "test.db").write_text("no database at all, " * 100)
    database = Database(f"sqlite:///{tmp_path}/test.db")
    with pytest.raises(StorageError, match="cannot use the database"):
        getattr(database, way)()
    database.close()


@pytest.mark.parametrize("way", ["require_current", "migrate"])
def test_a_folder_in_the_place_of_the_database_is_refused(tmp_path: Path, way: str) -> None:
    (tmp_path / "test.db").mkdir()
    database = Database(f"sqlite:///{tmp_path}/test.db")
    with pytest.raises(StorageError, match="cannot use the database"):
        getattr(database, way)()
    database.close()


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/down/test.db")
    database.migrate()
    database.close()
    assert (tmp_path / "deep" / "down" / "test.db").exists()


# -- times

ROUND = {"flow": "ingest", "finished_at": NOW, "counts": "{}", "duration_ms": 1.0}


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a time without a zone"), database.write() as connection:
        connection.execute(insert(rounds).values(**ROUND, started_at=datetime(2026, 11, 25)))
    assert rows(database, rounds) == []


def test_a_time_of_any_zone_comes_back_as_utc(database: Database) -> None:
    east = datetime(2026, 11, 25, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.write() as connection:
        connection.execute(insert(rounds).values(**ROUND, started_at=east))
    (row,) = rows(database, rounds)
    assert row["started_at"] == east
    assert row["started_at"].tzinfo is timezone.utc


# -- transactions


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as connection:
            connection.execute(insert(rounds).values(**ROUND, started_at=NOW))
            raise KeyError("on the way")

    with pytest.raises(KeyError):
        write_and_fail()
    assert rows(database, rounds) == []


def test_what_is_committed_survives_a_power_cut_and_names_no_ghosts(sqlite: Database) -> None:
    with sqlite.read() as connection:
        pragmas = {
            p: connection.execute(text(f"pragma {p}")).scalar_one()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with pytest.raises(IntegrityError), sqlite.write() as connection:
        connection.execute(
            text("insert into dues (subscriber_id, kind, due_at, ready_at) values (99, 'first', '', '')")
        )


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    with database.read() as reader:
        before = reader.execute(text("select count(*) from rounds")).scalar_one()
        Rounds(database).record("ingest", NOW, NOW, {})
        assert reader.execute(text("select count(*) from rounds")).scalar_one() == before
    assert len(rows(database, rounds)) == before + 1


def test_many_writers_wait_for_each_other(database: Database) -> None:
    history = Rounds(database)
    threads = [
        threading.Thread(target=history.record, args=("ingest", NOW, NOW + timedelta(seconds=n), {"n": n}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(database, rounds)) == 8


def test_the_last_round_of_each_flow_is_its_heartbeat(database: Database) -> None:
    history = Rounds(database)
    assert history.last() == {}
    history.record("ingest", NOW, NOW + timedelta(seconds=2), {"new": 3})
    history.record("ingest", NOW - timedelta(days=1), NOW - timedelta(days=1), {})
    history.record("deliver", NOW, NOW, {})
    assert history.last() == {"ingest": NOW + timedelta(seconds=2), "deliver": NOW}
    assert rows(database, rounds)[0] == {
        "id": 1, "flow": "ingest", "started_at": NOW, "finished_at": NOW + timedelta(seconds=2),
        "counts": '{"new": 3}', "duration_ms": 2000.0,
    }  # fmt: skip
