"""The openings of a time and who had them, for the estimate of our coverage."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

from sqlalchemy import and_, or_, select

from ctm_alerts.postings.coverage import Opening, source_of
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import feeds, postings, sightings


class Openings:
    """Read alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, since: datetime, until: datetime) -> list[Opening]:
        """The CTM openings that some feed listed in that time, with the feeds that carried each."""
        positions = and_(
            postings.c.role == "ctm",
            postings.c.merged_into.is_(None),
            postings.c.first_seen_at <= until,
            postings.c.last_seen_at >= since,
            or_(postings.c.closed_at.is_(None), postings.c.closed_at >= since),
        )
        query = (
            select(postings.c.id, postings.c.verdict, feeds.c.name, feeds.c.kind, feeds.c.url)
            .join(sightings, sightings.c.posting_id == postings.c.id)
            .join(feeds, feeds.c.id == sightings.c.feed_id)
            .where(positions)
            .order_by(postings.c.id)
        )
        names: defaultdict[int, set[str]] = defaultdict(set)
        sources: defaultdict[int, set[str]] = defaultdict(set)
        countries: dict[int, tuple[str, ...]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                names[row.id].add(row.name)
                sources[row.id].add(source_of(row.kind, row.url))
                if row.id not in countries:
                    countries[row.id] = tuple(json.loads(row.verdict)["countries"])
        return [Opening(of, frozenset(names[i]), frozenset(sources[i])) for i, of in countries.items()]
