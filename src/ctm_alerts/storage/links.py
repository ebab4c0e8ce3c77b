"""Links of postings, and what a look at each of them showed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, case, delete, func, insert, select, update

from ctm_alerts.feeds.hosts import host_of
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.postings.links import GOOD_FOR, Finding, Link
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.database import Database, one_at_a_time
from ctm_alerts.storage.schema import feeds, link_checks, postings, sightings
from ctm_alerts.storage.voice import ABSENCES_TO_CLOSE

#: what a page showed is forgotten after so long
KEPT_FOR = timedelta(days=60)
#: a page that was gone is asked again for so long, while a feed still lists its posting
LOOK_AGAIN_FOR = timedelta(days=7)
#: what may stand on a card: one posting in many, found by the index of roles
_ON_CARDS = postings.c.role == "ctm"


class Links:
    """One row per address that was looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ways_to(self, posting_ids: Iterable[str]) -> dict[str, list[Link]]:
        """The addresses of each posting: the one that its card shows first, then those of its other copies, oldest first."""
        found: defaultdict[str, dict[str, Link]] = defaultdict(dict)
        with self._database.read() as connection:
            for chunk in chunks(sorted(int(i) for i in posting_ids)):
                for row in connection.execute(_sightings_of(chunk)):
                    link = _link(row)
                    held = found[link.posting_id].get(link.url)
                    if link.url and (held is None or held.listed_at is None):
                        found[link.posting_id][link.url] = link
        return {posting_id: list(links.values()) for posting_id, links in found.items()}

    def findings(self, urls: Iterable[str]) -> dict[str, tuple[Finding, datetime]]:
        """What the last look at each address showed, and when that was."""
        found: dict[str, tuple[Finding, datetime]] = {}
        with self._database.read() as connection:
            for chunk in chunks(sorted(set(urls))):
                for row in connection.execute(select(link_checks).where(link_checks.c.url.in_(chunk))):
                    found[row.url] = (Finding(row.state, row.reason), row.checked_at)
        return found

    def record(self, findings: Mapping[str, Finding], now: datetime) -> None:
        """Remember what these addresses showed."""
        rows = [
            {"url": url, "host": host_of(url), "state": f.state, "reason": f.reason, "checked_at": now}
            for url, f in sorted(findings.items())
        ]
        with self._database.write() as connection:
            one_at_a_time(connection, "links")
            for chunk in chunks([row["url"] for row in rows]):
                connection.execute(delete(link_checks).where(link_checks.c.url.in_(chunk)))
            connection.execute(insert(link_checks), rows)
            connection.execute(delete(link_checks).where(link_checks.c.checked_at < now - KEPT_FOR))

    def hosts(self, urls: Iterable[str], now: datetime) -> dict[str, Counter[str]]:
        """What the pages of the hosts of these addresses showed within a day: host -> state -> pages.

        What a page showed before says nothing of its host today, and least of all of the page that is asked anew.
        """
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        counted = select(link_checks.c.host, link_checks.c.state, func.count().label("pages"))
        with self._database.read() as connection:
            for chunk in chunks(sorted({host_of(url) for url in urls})):
                lately = link_checks.c.checked_at > now - GOOD_FOR
                of_them = counted.where(and_(link_checks.c.host.in_(chunk), lately))
                for row in connection.execute(of_them.group_by(link_checks.c.host, link_checks.c.state)):
                    found[row.host][row.state] = row.pages
        return dict(found)

    def walls(self, now: datetime) -> frozenset[str]:
        """The open postings whose page wanted a login within a day."""
        query = select(postings.c.id).join(link_checks, link_checks.c.url == postings.c.url)
        fresh = and_(
            link_checks.c.state == "wall",
            link_checks.c.checked_at >= now - GOOD_FOR,
            _ON_CARDS,
            postings.c.closed == "",
        )
        with self._database.read() as connection:
            return frozenset(str(i) for i in connection.execute(query.where(fresh)).scalars())

    def point(self, posting_id: str, dead: str, url: str) -> None:
        """The posting shows this address from now on, where it showed the dead one."""
        showed = and_(postings.c.id == int(posting_id), postings.c.url == dead)
        with self._database.write() as connection:
            connection.execute(update(postings).where(showed).values(url=url))

    def close(self, posting_id: str, reason: str, now: datetime) -> bool:
        """The posting is closed, with the reason; False when it was."""
        still_open = and_(postings.c.id == int(posting_id), postings.c.closed == "")
        with self._database.write() as connection:
            values = {"closed": reason, "closed_at": now}
            return connection.execute(update(postings).where(still_open).values(**values)).rowcount == 1

    def reopen(self, posting_id: str, now: datetime) -> None:
        """The page is back."""
        values = {"closed": "", "closed_at": None, "updated_at": now}
        with self._database.write() as connection:
            connection.execute(update(postings).where(postings.c.id == int(posting_id)).values(**values))

    def closed_by_link(self, now: datetime, limit: int) -> list[Link]:
        """What a page closed more than a day ago and a feed lists nevertheless: its link is worth another look."""
        same = and_(link_checks.c.url == postings.c.url, link_checks.c.reason == postings.c.closed)
        due = and_(
            _ON_CARDS,
            link_checks.c.state == "dead",
            link_checks.c.checked_at <= now - GOOD_FOR,
            postings.c.closed_at > now - LOOK_AGAIN_FOR,
            sightings.c.last_seen_at > postings.c.closed_at,
            sightings.c.absences < ABSENCES_TO_CLOSE,
        )
        query = (
            select(postings.c.id, postings.c.url)
            .join(link_checks, same)
            .join(sightings, sightings.c.posting_id == postings.c.id)
            .where(due)
            .distinct()
            .order_by(postings.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Link(str(row.id), row.url) for row in connection.execute(query)]

    def closed_at(self, now: datetime) -> list[str]:
        """The postings that were closed at this very moment, by their page or by their feed."""
        query = select(postings.c.id).where(postings.c.closed_at == now).order_by(postings.c.id)
        with self._database.read() as connection:
            return [str(i) for i in connection.execute(query).scalars()]

    def counts(self) -> dict[str, int]:
        """Addresses by what they showed."""
        query = select(link_checks.c.state, func.count()).group_by(link_checks.c.state)
        with self._database.read() as connection:
            return {state: n for state, n in connection.execute(query)}


def _sightings_of(posting_ids: Iterable[int]) -> Select[Any]:
    alive = and_(sightings.c.posting_id.in_(posting_ids), sightings.c.absences < ABSENCES_TO_CLOSE)
    shown_first = case((sightings.c.url == postings.c.url, 0), else_=1)
    return (
        select(sightings, postings.c.url.label("shown"), feeds.c.kind, feeds.c.last_ok_at)
        .join(postings, postings.c.id == sightings.c.posting_id)
        .join(feeds, feeds.c.id == sightings.c.feed_id)
        .where(alive)
        .order_by(sightings.c.posting_id, shown_first, sightings.c.id)
    )


def _link(row: Row[Any]) -> Link:
    # only a whole listing proves it, and what its last reading did not hold is listed no more
    whole = row.kind in KINDS and KINDS[row.kind].listing == "whole"
    still = whole and row.last_ok_at is not None and row.last_seen_at >= row.last_ok_at
    return Link(str(row.posting_id), row.url or row.shown, row.last_ok_at if still else None)
