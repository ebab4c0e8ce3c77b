"""Hosts: which of them rest, and what their robots.txt says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from ctm_alerts.feeds.hosts import Host
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import hosts


class Hosts:
    """What every worker remembers of the hosts that it asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> Host:
        """What is known of a host; one that was never noted is like any other."""
        with self._database.read() as connection:
            row = connection.execute(select(hosts).where(hosts.c.name == name)).one_or_none()
        return Host(name) if row is None else Host(**row._mapping)

    def rest(self, name: str, until: datetime, reason: str) -> None:
        """Ask nothing of a host until then; a longer rest that was said before holds."""
        before = self.get(name)
        longest = max(until, before.rests_until or until)
        self._set(name, {"rests_until": longest, "reason": reason, "refusals": before.refusals + 1})

    def answered(self, name: str) -> None:
        """A host that had asked us to wait answers again."""
        self._set(name, {"rests_until": None, "reason": "", "refusals": 0})

    def keep_robots(self, name: str, text: str, now: datetime) -> None:
        """The host's robots.txt as it was just read; "" when it has none."""
        self._set(name, {"robots": text, "robots_at": now})

    def _set(self, name: str, values: dict[str, Any]) -> None:
        """Workers may learn of a host at the same moment: who comes second changes the row of the first."""
        mine = update(hosts).where(hosts.c.name == name).values(**values)
        with self._database.write() as connection:
            if connection.execute(mine).rowcount:
                return
        try:
            with self._database.write() as connection:
                new: dict[str, Any] = {"name": name, "reason": "", "refusals": 0, **values}
                connection.execute(insert(hosts).values(**new))
        except IntegrityError:
            with self._database.write() as connection:
                connection.execute(mine)
