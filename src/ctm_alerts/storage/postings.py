"""Postings, their sightings and the names under which they are found again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from ctm_alerts.errors import NotFound
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.feeds.terms import QUOTE_LIMIT
from ctm_alerts.postings.arrival import Look
from ctm_alerts.postings.cluster import CLONES
from ctm_alerts.postings.posting import Verdict
from ctm_alerts.postings.record import Credit, Origin, Place, Posting, distinct_places, open_in
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.database import Database, one_at_a_time
from ctm_alerts.storage.lineage import Dossier, dossier
from ctm_alerts.storage.looks import fingerprints, settle
from ctm_alerts.storage.parting import merge, split
from ctm_alerts.storage.schema import feeds, postings, sightings
from ctm_alerts.storage.voice import ABSENCES_TO_CLOSE
from ctm_alerts.storage.waiting import waiting, waiting_ids


class Postings:
    """One row per real position."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fingerprints(self, feed_id: str, now: datetime) -> dict[str, str]:
        """What each entry that this feed held said when we last read it: source id -> fingerprint.

        An entry that left more than 90 days ago is left out: should it come back, it is a repost, and new.
        """
        with self._database.read() as connection:
            return fingerprints(connection, feed_id, now)

    def waiting(self, feed_id: str, limit: int | None = None) -> list[tuple[Entry, Origin]]:
        """The surplus entries of earlier looks, oldest first, so many at most."""
        with self._database.read() as connection:
            return waiting(connection, feed_id, limit)

    def waiting_ids(self, feed_id: str) -> set[str]:
        """The source ids of all surplus entries of a feed."""
        with self._database.read() as connection:
            return waiting_ids(connection, feed_id)

    def settle(self, feed: Feed, look: Look, now: datetime) -> Ingested:
        """All that one look at a feed brought, its validators and its next check, in one transaction."""
        for item in look.understood:
            _ = item.sketch  # made before anybody has to wait for us
        with self._database.write() as connection:
            # or two feeds that bring one position at once would make two of it
            one_at_a_time(connection, "settle")
            return settle(connection, feed, look, now)

    def open_for(self, roles: Sequence[str], now: datetime) -> list[Posting]:
        """The open postings of these roles that may stand in a mail, oldest first."""
        alive = or_(postings.c.expires_at.is_(None), postings.c.expires_at > now)
        query = select(postings).where(and_(postings.c.role.in_(roles), postings.c.closed == "", alive))
        with self._database.read() as connection:
            return [p for p in _load(connection, query.order_by(postings.c.id)) if p.may_email]

    def of_ids(self, ids: Iterable[str]) -> dict[str, Posting]:
        """These postings, open or not, by id."""
        found: dict[str, Posting] = {}
        with self._database.read() as connection:
            for chunk in chunks(sorted(int(i) for i in ids)):
                for posting in _load(connection, select(postings).where(postings.c.id.in_(chunk))):
                    found[posting.id] = posting
        return found

    def get(self, posting: str) -> Posting:
        """The posting of this id or URL.

        Raises:
            NotFound: there is none.
        """
        by = postings.c.id == int(posting) if posting.isdecimal() else postings.c.url == posting
        with self._database.read() as connection:
            alive_first = (postings.c.merged_into.is_not(None), postings.c.id.desc())
            found = _load(connection, select(postings).where(by).order_by(*alive_first).limit(1))
        if not found:
            raise NotFound(
                f"no posting {posting!r}; give the number that mails and `feeds preview` show, or its URL"
            )
        return found[0]

    def merge(self, keep: str, gone: str, because: str, now: datetime) -> None:
        """Make one position of two: `keep` gets the sightings, the names and every mark of `gone`.

        Whoever was told of either counts as told; whoever could still be told of either is told once, of `keep`.

        Raises:
            NotFound: one of them does not exist.
            UsageError: they are one already.
        """
        with self._database.write() as connection:
            one_at_a_time(connection, "settle")
            merge(connection, keep, gone, because, now)

    def split(self, posting: str, sighting_ids: Sequence[str], because: str, now: datetime) -> str:
        """Make two positions of one: these sightings become a posting of their own; its id.

        Both have every mark that the whole has now. The words of the new one are a copy until its sightings are read
        again, at the next look at their feeds.

        Raises:
            NotFound: the posting or one of its sightings does not exist.
            UsageError: all of its sightings were named, or none.
        """
        with self._database.write() as connection:
            one_at_a_time(connection, "settle")
            return split(connection, posting, sighting_ids, because, now)

    def dossier(self, posting: str) -> Dossier:
        """All that stands about the posting of this id or URL, its copies and its origins; raises NotFound."""
        found = self.get(posting)
        with self._database.read() as connection:
            into = select(postings.c.merged_into).where(postings.c.id == int(found.id))
            return dossier(connection, found, connection.execute(into).scalar_one())

    def read_since(self, since: datetime) -> tuple[int, int]:
        """Postings first seen since then: all, and those of the Clinical Trial Manager family."""
        fresh = and_(postings.c.first_seen_at > since, postings.c.merged_into.is_(None))
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).where(fresh)).scalar_one()
            ctm = connection.execute(
                select(func.count()).where(and_(fresh, postings.c.role == "ctm"))
            ).scalar_one()
        return total, ctm

    def sightings(self) -> int:
        """How many copies of postings all feeds carry."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(sightings)).scalar_one()

    def count(self) -> dict[str, int]:
        """Postings by role."""
        positions = select(postings.c.role, func.count()).where(postings.c.merged_into.is_(None))
        query = positions.group_by(postings.c.role)
        with self._database.read() as connection:
            return {role: n for role, n in connection.execute(query)}


# ---- rows and values ----------------------------------------------------------------------------------------------


def _load(connection: Connection, query: Any) -> list[Posting]:
    rows = connection.execute(query).all()
    copies = _copies(connection, [row.id for row in rows])
    return [_posting(row, copies.get(row.id, [])) for row in rows]


def _copies(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Row[Any]]]:
    """The sightings of each posting with the terms of their feeds, oldest first."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    columns = (
        sightings.c.id, sightings.c.posting_id, sightings.c.url, sightings.c.location, sightings.c.countries,
        sightings.c.origin, sightings.c.first_seen_at, sightings.c.absences, sightings.c.joined_by, feeds.c.name,
        feeds.c.credit, feeds.c.link_back, feeds.c.delay_hours, feeds.c.may_email, feeds.c.quote_limit,
    )  # fmt: skip
    for chunk in chunks(ids):
        query = (
            select(*columns)
            .join(feeds, feeds.c.id == sightings.c.feed_id)
            .where(sightings.c.posting_id.in_(chunk))
            .order_by(sightings.c.id)
        )
        for row in connection.execute(query):
            found[row.posting_id].append(row)
    return found


def _by_their_terms(row: Row[Any], copies: Sequence[Row[Any]]) -> dict[str, Any]:
    """What the terms of its sources make of a posting: how they are named, what they want, what a card may hold.

    The source of its link comes first: its words are those that a card quotes, so its limit counts. Where that source
    may not be mailed and another one may, facts are shown and none of its words.
    """
    shown_first = sorted(copies, key=lambda copy: (copy.url != row.url, copy.id))
    named = {copy.credit or copy.name: copy for copy in reversed(shown_first)}
    wanting = [(name, c) for name, c in reversed(named.items()) if c.link_back or c.delay_hours]
    return {
        "sources": tuple(reversed(named)),
        "credits": tuple(
            Credit(name, (c.url or "") if c.link_back else "", c.delay_hours) for name, c in wanting
        ),
        "may_email": any(copy.may_email for copy in copies) or not copies,
        "quote_limit": _quote_limit(shown_first[0]) if copies else QUOTE_LIMIT,
    }


def _quote_limit(copy: Row[Any]) -> int:
    return int(copy.quote_limit) if copy.may_email else 0


def _places(copies: Sequence[Row[Any]]) -> list[Place]:
    """Where its copies offer it, as far as a feed still carries them.

    A clone where an earlier copy was, even one that has left since, brought the posting nowhere.
    """
    places: list[Place] = []
    reached: set[str] = set()
    for copy in copies:
        countries = tuple(copy.countries.split())
        is_clone = copy.joined_by in CLONES and not _reach(reached, countries)
        reached.update(countries or ("*",))
        if copy.absences < ABSENCES_TO_CLOSE:
            place = Place(
                copy.location or "", countries, copy.url or "", copy.first_seen_at, copy.origin, is_clone
            )
            places.append(place)
    return places


def _reach(reached: set[str], countries: Sequence[str]) -> bool:
    """Whether everyone who can work in these countries could be told before; a copy without a country reached anyone."""
    return "*" in reached or (bool(countries) and reached.issuperset(countries))


def _posting(row: Row[Any], copies: Sequence[Row[Any]]) -> Posting:
    places = distinct_places(_places(copies))
    return Posting(
        id=str(row.id),
        revision=row.revision,
        title=row.title,
        company=row.company,
        location=row.location,
        url=row.url,
        description=row.description,
        verdict=open_in(Verdict.from_json(json.loads(row.verdict)), places),
        posted_at=row.posted_at,
        expires_at=row.expires_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        origin=row.origin,
        closed=row.closed,
        repost_of=None if row.repost_of is None else str(row.repost_of),
        places=places if len(places) > 1 or any(place.is_clone for place in places) else (),
        **_by_their_terms(row, copies),
    )
