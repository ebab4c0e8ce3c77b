"""Feeds, their leases and their history."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ctm_alerts.errors import LeaseLost, NotFound, UsageError
from ctm_alerts.feeds.aftermath import Aftermath
from ctm_alerts.feeds.hosts import asked_host
from ctm_alerts.feeds.moving import Moving
from ctm_alerts.feeds.source import NO_VALIDATORS, Feed, Ingested
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import faults, feeds, fetches, hosts

#: looks are kept for so long: health looks back 60 days, and 5,000 feeds that are read hourly make 40 million a year
FORGOTTEN_AFTER = timedelta(days=120)


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
        told = {"backfill_days": backfill_days, "poll_minutes": poll_minutes}
        with self._database.write() as connection:
            key = insert_feed(connection, {"url": url, "kind": kind, "name": name, **told}, now)
        return self.get(key)

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
        return feed_of(row)

    def all(self) -> list[Feed]:
        """Every feed, in the order added."""
        with self._database.read() as connection:
            return [feed_of(row) for row in connection.execute(select(feeds).order_by(feeds.c.id))]

    def set_state(self, feed_id: str, state: str, reason: str, now: datetime) -> None:
        """Pause a feed with a reason, or let it go on at once."""
        with self._database.write() as connection:
            values = {
                "state": state, "paused_reason": reason, "next_check_at": now, "lease_until": None,
                "missing_since": None,
            }  # fmt: skip
            connection.execute(update(feeds).where(feeds.c.id == int(feed_id)).values(**values))

    def move(self, feed_id: str, url: str) -> None:
        """Point a feed to another address and forget the old one's validators; a look at the old one settles no more.

        Raises:
            UsageError: another feed has that address.
        """
        with self._database.write() as connection:
            _move(connection, feed_id, url, {**NO_VALIDATORS, "claim": feeds.c.claim + 1})

    def note_moving(self, feed: Feed, moving: Moving) -> bool:
        """Where permanent redirects lead a feed; when that is settled it has moved, unless another feed lives there.

        Returns:
            Whether the feed's address is another one now.
        """
        if moving.is_over and moving.to is not None:
            with contextlib.suppress(UsageError), self._database.write() as connection:
                # what the new place said of its version came with the answer, and stays
                _move(connection, feed.id, moving.to, {})
                return True
        counted = {"moving_to": moving.to, "moving_days": moving.days, "moving_on": moving.on}
        with self._database.write() as connection:
            connection.execute(update(feeds).where(feeds.c.id == int(feed.id)).values(**counted))
        return False

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
        resting = select(hosts.c.name).where(hosts.c.rests_until > clock)
        # whatever the files say now, what its terms held back when it was settled is never asked
        may = and_(feeds.c.state == "active", feeds.c.terms == "may")
        due = and_(may, feeds.c.next_check_at <= now, free, feeds.c.host.not_in(resting))
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
            values = {"lease_until": clock + lease, "claim": feeds.c.claim + 1}
            rows = connection.execute(take.values(**values)).all()
        return [feed_of(row) for row in sorted(rows, key=lambda row: (row.next_check_at, row.id))]

    def record_failure(
        self, feed: Feed, result: Ingested, after: Aftermath, now: datetime, milliseconds: int
    ) -> None:
        """A look that failed: what was stored stays, the next look is set, or the feed is paused with a reason.

        Raises:
            LeaseLost: another worker has claimed the feed since.
        """
        values = {
            "failures": after.failures, "next_check_at": after.next_check, "lease_until": None,
            "missing_since": after.missing_since,
        }  # fmt: skip
        if after.paused_reason:
            values |= {"state": "paused", "paused_reason": after.paused_reason}
        with self._database.write() as connection:
            release(connection, feed, values)
            keep_look(connection, feed, result, now, milliseconds)

    def put_off(self, feed: Feed, until: datetime) -> None:
        """A feed that was claimed and not asked is free again, and due then; no claim of another is touched."""
        with self._database.write() as connection, contextlib.suppress(LeaseLost):
            release(connection, feed, {"next_check_at": until, "lease_until": None})

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
        """How many active feeds are healthy (last look without an error, no fault that lasts), and how many are active."""
        with self._database.read() as connection:
            active = feeds.c.state == "active"
            total = connection.execute(select(func.count()).where(active)).scalar_one()
            ails = select(faults.c.feed_id).where(faults.c.over_at.is_(None))
            well = and_(
                active, feeds.c.failures == 0, feeds.c.last_ok_at.is_not(None), feeds.c.id.not_in(ails)
            )
            return connection.execute(select(func.count()).where(well)).scalar_one(), total


def insert_feed(connection: Connection, told: Mapping[str, Any], now: datetime) -> str:
    """A new feed's row, due at once; its id.

    Args:
        told: url, kind and name at least; what is not told is as for a feed added by hand.

    Raises:
        UsageError: the URL is there already.
    """
    row = {
        "state": "active", "paused_reason": "", "added_at": now, "next_check_at": now, "failures": 0, "claim": 0,
        "moving_days": 0, "host": asked_host(told["kind"], told["url"]), **told,
    }  # fmt: skip
    try:
        key = connection.execute(insert(feeds).values(**row)).inserted_primary_key
    except IntegrityError:
        says = f"the feed {told['url']} is there already; `ctm-alerts feeds list` shows it"
        raise UsageError(says) from None
    assert key is not None
    return str(key[0])


def release(connection: Connection, feed: Feed, values: Mapping[str, Any]) -> None:
    """Write down what became of a claimed feed; raises LeaseLost, and so nothing is written, when it is not ours."""
    ours = and_(feeds.c.id == int(feed.id), feeds.c.claim == feed.claim)
    if connection.execute(update(feeds).where(ours).values(**values)).rowcount != 1:
        raise LeaseLost(f"the feed {feed.name} was claimed by another worker meanwhile")


def _move(connection: Connection, feed_id: str, url: str, more: Mapping[str, Any]) -> None:
    mine = feeds.c.id == int(feed_id)
    taken = select(feeds.c.id).where(and_(feeds.c.url == url, feeds.c.id != int(feed_id)))
    if connection.execute(taken).first() is not None:
        raise UsageError(f"another feed has the address {url}; `ctm-alerts feeds list` shows it")
    kind = connection.execute(select(feeds.c.kind).where(mine)).scalar_one()
    still = {"moving_to": None, "moving_days": 0, "moving_on": None}
    values = {"url": url, "host": asked_host(kind, url), **still, **more}
    connection.execute(update(feeds).where(mine).values(**values))


def keep_look(connection: Connection, feed: Feed, result: Ingested, now: datetime, milliseconds: int) -> None:
    """One look more in a feed's history; those that nothing is told from any more are dropped.

    The last good one is kept however old it is: what the feed listed then is what it holds.
    """
    row = _fetch_row(feed, result, now, milliseconds)
    connection.execute(insert(fetches).values(**row))
    mine = fetches.c.feed_id == int(feed.id)
    last = select(func.max(fetches.c.id)).where(and_(mine, fetches.c.outcome == "ok")).scalar_subquery()
    old = and_(mine, fetches.c.at < now - FORGOTTEN_AFTER, fetches.c.id < last)
    connection.execute(delete(fetches).where(old))


def _fetch_row(feed: Feed, result: Ingested, now: datetime, milliseconds: int) -> dict[str, Any]:
    kept = ("outcome", "reason", "status", "entries", "new", "changed", "deferred", "skipped")
    facts = result.facts
    return {
        **{name: getattr(result, name) for name in kept},
        "feed_id": int(feed.id), "at": now, "milliseconds": milliseconds,
        "repeated": facts.repeated, "newest_at": facts.newest, "filled": json.dumps(dict(facts.filled)),
        "unknown_ids": facts.unknown_ids, "in_field": facts.in_field, "understood": facts.understood,
    }  # fmt: skip


def feed_of(row: Row[Any]) -> Feed:
    """The feed that a row tells of."""
    known = {name: getattr(row, name) for name in Feed.__dataclass_fields__}
    return Feed(**{**known, "id": str(row.id)})
