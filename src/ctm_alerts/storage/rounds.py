"""What each run of a background flow came to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import rounds


class Rounds:
    """The history of rounds, and the heartbeat that health checks read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, flow: str, started_at: datetime, finished_at: datetime, counts: dict[str, Any]) -> None:
        """One round that ended."""
        took = (finished_at - started_at).total_seconds() * 1000
        row = {
            "flow": flow, "started_at": started_at, "finished_at": finished_at,
            "counts": json.dumps(counts, sort_keys=True), "duration_ms": took,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(insert(rounds).values(**row))

    def last(self) -> dict[str, datetime]:
        """When a round of each flow last ended."""
        query = select(rounds.c.flow, func.max(rounds.c.finished_at)).group_by(rounds.c.flow)
        with self._database.read() as connection:
            return {flow: at for flow, at in connection.execute(query)}
