"""Feeds as lists that are kept in step: with what config/feeds.toml declares, and with what their terms say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ctm_alerts.feeds.declared import Kept, Step
from ctm_alerts.feeds.hosts import asked_host
from ctm_alerts.feeds.terms import Bonds
from ctm_alerts.storage.database import Database, one_at_a_time
from ctm_alerts.storage.feeds import feed_of, insert_feed
from ctm_alerts.storage.schema import feeds


class FeedLists:
    """The feeds with what binds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> list[Kept]:
        """Every feed with its bonds, in the order added."""
        with self._database.read() as connection:
            return _all(connection)

    def settle(self, decide: Callable[[list[Kept]], Sequence[Step]], now: datetime) -> tuple[Step, ...]:
        """Do what is decided on the feeds as they stand, in one transaction: of two that start at once one does it."""
        with self._database.write() as connection:
            one_at_a_time(connection, "feed lists")
            steps = tuple(decide(_all(connection)))
            for step in steps:
                _apply(connection, step, now)
            return steps

    def apply(self, steps: Sequence[Step], now: datetime) -> list[str]:
        """Do these steps in one transaction: all or none; the ids of their feeds, in the same order.

        Raises:
            UsageError: a new feed's URL is there already.
        """
        with self._database.write() as connection:
            one_at_a_time(connection, "feed lists")
            return [_apply(connection, step, now) for step in steps]


def _all(connection: Connection) -> list[Kept]:
    return [_kept(row) for row in connection.execute(select(feeds).order_by(feeds.c.id))]


def _apply(connection: Connection, step: Step, now: datetime) -> str:
    if step.what == "refused":
        return step.feed_id or ""
    if step.feed_id is None:
        return insert_feed(connection, step.columns, now)
    same, values = feeds.c.id == int(step.feed_id), dict(step.columns)
    if step.wakes:
        values["next_check_at"] = now
    if {"url", "kind"} & set(values):
        row = connection.execute(select(feeds.c.url, feeds.c.kind).where(same)).one()
        values["host"] = asked_host(values.get("kind", row.kind), values.get("url", row.url))
        # a look at the old address settles no more
        values["claim"] = feeds.c.claim + 1
    if values:
        connection.execute(update(feeds).where(same).values(**values))
    return step.feed_id


def _kept(row: Row[Any]) -> Kept:
    return Kept(feed_of(row), Bonds(**{name: getattr(row, name) for name in Bonds.__dataclass_fields__}))
