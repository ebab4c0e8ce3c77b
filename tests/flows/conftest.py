"""What the tests of the flows share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctm_alerts.storage.database import Database
from tests.flows.house import House, house


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A service on embedded defaults."""
    with house(tmp_path) as made:
        yield made


@pytest.fixture
def home_on_either(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A service on SQLite, and one on PostgreSQL."""
    database = Database(database_url)
    database.migrate()
    database.close()
    with house(tmp_path, CTM_ALERTS_DATABASE_URL=database_url) as made:
        yield made
