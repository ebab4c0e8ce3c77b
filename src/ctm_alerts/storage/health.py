"""The looks of feeds as their health is told from, and the faults that were seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update

from ctm_alerts.digests.period import NewMail
from ctm_alerts.feeds.health import Fault, PastLook
from ctm_alerts.feeds.source import Facts
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import insert_mail
from ctm_alerts.storage.schema import digests, faults, feeds, fetches

#: looks that health is told from: two days of a feed that is read hourly, and more of others
KEPT = 60
#: so far back one look of each day is told from too: a date that stands still for weeks shows in no two days
DAYS = timedelta(days=60)


@dataclass(frozen=True)
class SeenFault:
    """A fault from its first sight on."""

    id: str
    feed_id: str
    feed: str
    name: str
    evidence: str
    since: datetime
    #: None while it lasts
    over_at: datetime | None
    #: digests that went out meanwhile; None while it lasts
    digests: int | None
    #: whether an admin was told of it
    is_told: bool


class FeedHealth:
    """What health is told from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def looks(self, feed_id: str, limit: int = KEPT) -> list[PastLook]:
        """The last look at a feed, then those before that said anything, newest first."""
        newest = (fetches.c.at.desc(), fetches.c.id.desc())
        of_feed = select(fetches).where(fetches.c.feed_id == int(feed_id)).order_by(*newest)
        with self._database.read() as connection:
            last = connection.execute(of_feed.limit(1)).all()
            told = of_feed.where(fetches.c.outcome != "not_modified").limit(limit)
            before = [row for row in connection.execute(told) if row.id not in {r.id for r in last}]
            return [past_look(row) for row in (*last, *before)]

    def history(self, feed_id: str, now: datetime) -> list[PastLook]:
        """Those looks, and before them the last good one of each day, newest first."""
        recent = self.looks(feed_id)
        if len(recent) < KEPT:
            return recent
        good = and_(fetches.c.feed_id == int(feed_id), fetches.c.outcome == "ok")
        past = and_(good, fetches.c.at >= now - DAYS, fetches.c.at < recent[-1].at)
        daily = select(func.max(fetches.c.id)).where(past).group_by(func.date(fetches.c.at))
        query = (
            select(fetches).where(fetches.c.id.in_(daily)).order_by(fetches.c.at.desc(), fetches.c.id.desc())
        )
        with self._database.read() as connection:
            return [*recent, *(past_look(row) for row in connection.execute(query))]

    def lasting(self, feed_id: str) -> list[SeenFault]:
        """The faults of a feed that last, oldest first."""
        with self._database.read() as connection:
            mine = and_(faults.c.feed_id == int(feed_id), faults.c.over_at.is_(None))
            return [_seen(row) for row in connection.execute(_faults().where(mine).order_by(faults.c.id))]

    def seen(self, since: datetime | None = None, limit: int = 100) -> list[SeenFault]:
        """Faults of all feeds, the last first; with `since` those that lasted then or began later."""
        query = _faults().order_by(faults.c.since.desc(), faults.c.id.desc()).limit(limit)
        if since is not None:
            query = query.where((faults.c.over_at.is_(None)) | (faults.c.over_at >= since))
        with self._database.read() as connection:
            return [_seen(row) for row in connection.execute(query)]

    def ailing(self) -> set[str]:
        """Ids of the feeds with a fault that lasts."""
        query = select(faults.c.feed_id).where(faults.c.over_at.is_(None)).distinct()
        with self._database.read() as connection:
            return {str(i) for i in connection.execute(query).scalars()}

    def begin(self, feed_id: str, found: Sequence[Fault], now: datetime) -> None:
        """Note faults that were not there before; two workers may find the same one."""
        with self._database.write() as connection:
            # the feed's row is the lock: two workers may judge one look
            connection.execute(select(feeds.c.id).where(feeds.c.id == int(feed_id)).with_for_update())
            mine = and_(faults.c.feed_id == int(feed_id), faults.c.over_at.is_(None))
            there = set(connection.execute(select(faults.c.name).where(mine)).scalars())
            for fault in found:
                if fault.name not in there:
                    row = {
                        "feed_id": int(feed_id),
                        "name": fault.name,
                        "evidence": fault.evidence,
                        "since": now,
                    }
                    connection.execute(insert(faults).values(**row))

    def end(self, feed_id: str, names: Iterable[str], now: datetime) -> None:
        """Note that these are over, with the digests that went out meanwhile."""
        mine = and_(
            faults.c.feed_id == int(feed_id), faults.c.over_at.is_(None), faults.c.name.in_(list(names))
        )
        with self._database.write() as connection:
            for row in connection.execute(select(faults).where(mine)).all():
                went = and_(
                    digests.c.composed_at >= row.since, digests.c.composed_at <= now, digests.c.count > 0
                )
                count = connection.execute(select(func.count()).where(went)).scalar_one()
                this = and_(faults.c.id == row.id, faults.c.over_at.is_(None))
                connection.execute(update(faults).where(this).values(over_at=now, digests=count))

    def untold(self) -> list[SeenFault]:
        """The faults whose beginning or end an admin was not told of yet, oldest first."""
        ended = and_(faults.c.over_at.is_not(None), faults.c.over_told_at.is_(None))
        query = _faults().where(or_(faults.c.told_at.is_(None), ended)).order_by(faults.c.id)
        with self._database.read() as connection:
            return [_seen(row) for row in connection.execute(query)]

    def tell(
        self, begun: Collection[str], ended: Collection[str], mail: NewMail | None, now: datetime
    ) -> bool:
        """These beginnings and ends count as told, and the mail that tells them is in the outbox: both or neither.

        Returns:
            False when another worker told some of them meanwhile; then nothing is written, and the rest is untold.
        """
        with self._database.write() as connection:
            told = sum(
                connection.execute(
                    update(faults).where(and_(faults.c.id.in_(chunk), column.is_(None))).values({column: now})
                ).rowcount
                for column, ids in ((faults.c.told_at, begun), (faults.c.over_told_at, ended))
                for chunk in chunks(sorted(int(i) for i in ids))
            )
            if told != len(begun) + len(ended):
                connection.rollback()
                return False
            if mail is not None:
                insert_mail(connection, mail, None, now)
            return True


def past_look(row: Row[Any]) -> PastLook:
    """One row of a feed's history."""
    facts = Facts(
        repeated=row.repeated, newest=row.newest_at, filled=json.loads(row.filled),
        unknown_ids=row.unknown_ids, in_field=row.in_field, understood=row.understood,
    )  # fmt: skip
    return PastLook(row.at, row.outcome, row.reason, row.status, row.entries, row.new, row.skipped, facts)


def _faults() -> Select[Any]:
    return select(faults, feeds.c.name.label("feed")).join(feeds, feeds.c.id == faults.c.feed_id)


def _seen(row: Row[Any]) -> SeenFault:
    values = {
        name: getattr(row, name) for name in ("feed", "name", "evidence", "since", "over_at", "digests")
    }
    return SeenFault(id=str(row.id), feed_id=str(row.feed_id), is_told=row.told_at is not None, **values)
