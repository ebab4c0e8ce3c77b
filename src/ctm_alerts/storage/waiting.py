"""Surplus entries of looks: they wait for the next round, and none is dropped."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Feed
from ctm_alerts.postings.arrival import Look
from ctm_alerts.postings.record import Origin
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.schema import waiting_entries


def waiting(connection: Connection, feed_id: str, limit: int | None = None) -> list[tuple[Entry, Origin]]:
    """The surplus entries of earlier looks, oldest first, so many at most."""
    of_feed = select(waiting_entries).where(waiting_entries.c.feed_id == int(feed_id))
    oldest = of_feed.order_by(waiting_entries.c.id).limit(limit)
    return [(Entry.from_row(json.loads(row.entry)), row.origin) for row in connection.execute(oldest)]


def waiting_ids(connection: Connection, feed_id: str) -> set[str]:
    """The source ids of all surplus entries of a feed."""
    of_feed = select(waiting_entries.c.source_id).where(waiting_entries.c.feed_id == int(feed_id))
    return set(connection.execute(of_feed).scalars())


def keep_waiting(connection: Connection, feed: Feed, look: Look, now: datetime) -> int:
    """Surplus entries join those that wait, of which the settled ones go; how many wait now. Nothing is dropped."""
    done = [u.entry.id for u in look.understood] + [entry.id for entry, _ in look.deferred]
    for chunk in chunks(done):
        mine = and_(waiting_entries.c.feed_id == int(feed.id), waiting_entries.c.source_id.in_(chunk))
        connection.execute(delete(waiting_entries).where(mine))
    for some in chunks(look.deferred):
        rows = [
            {
                "feed_id": int(feed.id),
                "source_id": entry.id,
                "entry": json.dumps(entry.as_row(), ensure_ascii=False),
                "origin": origin,
                "at": now,
            }
            for entry, origin in some
        ]
        connection.execute(insert(waiting_entries), rows)
    left = select(func.count()).where(waiting_entries.c.feed_id == int(feed.id))
    return int(connection.execute(left).scalar_one())
