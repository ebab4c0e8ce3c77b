"""A real database for each test, with the schema in place: a SQLite file, and PostgreSQL in the slow run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ctm_alerts.storage.database import Database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that was brought to this version once."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Callable[[], str]) -> Callable[[], str]:
    """Makes copies of a PostgreSQL database that was brought to this version once."""
    url = postgres()
    database = Database(url)
    database.migrate()
    database.close()
    template = url.rpartition("?")[0].rpartition("/")[2] or url.rpartition("/")[2]

    def make() -> str:
        copy = postgres()
        name = copy.rpartition("?")[0].rpartition("/")[2] or copy.rpartition("/")[2]
        engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://").replace(f"/{template}", "/postgres", 1),
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return copy

    return make


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite file of its own."""
    shutil.copy(migrated, tmp_path / "test.db")
    database = Database(f"sqlite:///{tmp_path}/test.db")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of its own, of either kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    make: Callable[[], str] = request.getfixturevalue("migrated_postgres")
    database = Database(make())
    yield database
    database.close()
