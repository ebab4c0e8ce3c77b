"""The whole database as one value, to see that nothing changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import metadata


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }
