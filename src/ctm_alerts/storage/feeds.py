"""Feeds, their leases and their history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import feeds, fetches


class Feeds:
    """What we poll."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, url: str, kind: str, name: str, now: datetime, *, backfill_days: int = 0, poll_minutes: int = 60
    ) -> Feed:
        """A new active feed, due at once.

        Raises:
            UsageError: the URL is there already.
        """
        row = {
            "url": url, "kind": kind, "name": name, "state": "active", "paused_reason": "", "added_at": now,
            "backfill_days": backfill_days, "poll_minutes": poll_minutes, "next_check_at": now, "failures": 0,
        }  # fmt: skip
        try:
            with self._database.write() as connection:
                result = connection.execute(insert(feeds).values(**row))
                key = result.inserted_primary_key
        except IntegrityError:
            raise UsageError(f"the feed {url} is there already; `ctm-alerts feeds list` shows it") from None
        assert key is not None
        return self.get(str(key[0]))

    def get(self, feed: str) -> Feed:
        """The feed of this id, name or URL.

        Raises:
            NotFound: none is called so.
        """
        by = [feeds.c.url == feed, feeds.c.name == feed]
        if feed.isdecimal():
            by.append(feeds.c.id == int(feed))
        with self._database.read() as connection:
            found = connection.execute(select(feeds).where(or_(*by)).order_by(feeds.c.id)).all()
        # an id first: a feed may be called "2"
        row = next((r for r in found if str(r.id) == feed), found[0] if found else None)
        if row is None:
            raise NotFound(f"no feed is called {feed!r}; `ctm-alerts feeds list` shows ids, names and URLs")
        return _feed(row)

    def all(self) -> list[Feed]:
        """Every feed, in the order added."""
        with self._database.read() as connection:
            return [_feed(row) for row in connection.execute(select(feeds).order_by(feeds.c.id))]

    def set_state(self, feed_id: str, state: str, reason: str, now: datetime) -> None:
        """Pause a feed with a reason, or let it go on at once."""
        with self._database.write() as connection:
            values = {"state": state, "paused_reason": reason, "next_check_at": now, "lease_until": None}
            connection.execute(update(feeds).where(feeds.c.id == int(feed_id)).values(**values))

    def move(self, feed_id: str, url: str) -> None:
        """Point a feed to another address and forget the old one's validators."""
        with self._database.write() as connection:
            values = {"url": url, "etag": None, "last_modified": None}
            connection.execute(update(feeds).where(feeds.c.id == int(feed_id)).values(**values))

    def claim_due(
        self, now: datetime, lease: timedelta, limit: int | None = None, *, at: datetime | None = None
    ) -> list[Feed]:
        """The feeds that are due, ours until the lease ends: compare-and-set, so two rounds never share one.

        Args:
            now: what is due by then.
            limit: so many at most, those that are due longest; by default all.
            at: the clock, where a round goes on for long; a lease begins and ends by it.
        """
        clock = at or now
        free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= clock)
        due = and_(feeds.c.state == "active", feeds.c.next_check_at <= now, free)
        first = (
            select(feeds.c.id)
            .where(due)
            .order_by(feeds.c.next_check_at, feeds.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("first_due")
        )
        # `due` stands outside too: what another worker took while we waited for its row is not due any more
        take = update(feeds).where(and_(feeds.c.id.in_(select(first.c.id)), due)).returning(feeds)
        with self._database.write() as connection:
            rows = connection.execute(take.values(lease_until=clock + lease)).all()
        return [_feed(row) for row in sorted(rows, key=lambda row: (row.next_check_at, row.id))]

    def record_failure(
        self, feed: Feed, result: Ingested, now: datetime, next_check: datetime, milliseconds: int
    ) -> None:
        """A look that failed: what was stored stays, the next look is set."""
        with self._database.write() as connection:
            values = {"failures": feed.failures + 1, "next_check_at": next_check, "lease_until": None}
            connection.execute(update(feeds).where(feeds.c.id == int(feed.id)).values(**values))
            connection.execute(insert(fetches).values(**fetch_row(feed, result, now, milliseconds)))

    def history(self, feed_id: str, limit: int = 10) -> list[dict[str, Any]]:
        """The last looks at a feed, newest first."""
        query = (
            select(fetches)
            .where(fetches.c.feed_id == int(feed_id))
            .order_by(fetches.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def health(self) -> tuple[int, int]:
        """How many active feeds are healthy (last look without an error), and how many are active."""
        with self._database.read() as connection:
            active = feeds.c.state == "active"
            total = connection.execute(select(func.count()).where(active)).scalar_one()
            well = and_(active, feeds.c.failures == 0, feeds.c.last_ok_at.is_not(None))
            return connection.execute(select(func.count()).where(well)).scalar_one(), total


def fetch_row(feed: Feed, result: Ingested, now: datetime, milliseconds: int) -> dict[str, Any]:
    """The history row of one look."""
    row = asdict(result)
    row.pop("feed")
    row.pop("closed")
    return {**row, "feed_id": int(feed.id), "at": now, "milliseconds": milliseconds}


def _feed(row: Row[Any]) -> Feed:
    known = {name: getattr(row, name) for name in Feed.__dataclass_fields__}
    return Feed(**{**known, "id": str(row.id)})
