"""Sightings that may be the same position as an entry: those that share one of its bands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select

from ctm_alerts.postings.arrival import Neighbour
from ctm_alerts.postings.cluster import Sketch, bands_of
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.lineage import kin
from ctm_alerts.storage.schema import posting_bands, postings, sightings

#: after that a copy that comes again is no longer told from a new position by its likeness: until then it is "reposted"
REMEMBERED = timedelta(days=365)
#: so many copies of one posting are compared: of one advert in thousands of cities each new city would take longer
COMPARED = 60


class Neighbourhood:
    """What is near the entries of one look: read at once, and added to as they arrive."""

    def __init__(self, connection: Connection, sketches: Iterable[Sketch]) -> None:
        self._by_band: defaultdict[int, list[int]] = defaultdict(list)
        self._read: dict[int, Neighbour] = {}
        wanted = sorted({band for sketch in sketches for band in bands_of(sketch)})
        rows = [row for chunk in chunks(wanted) for row in connection.execute(_sharing(chunk))]
        parted = kin(connection, {row.posting_id for row in rows})
        for row in rows:
            if row.id not in self._read:
                self._read[row.id] = _neighbour(row, parted)
            self._by_band[row.band].append(row.id)

    def near(self, sketch: Sketch) -> list[Neighbour]:
        """Those that share a band with it: of each posting the copies that share most, then the oldest."""
        shared = Counter(number for band in bands_of(sketch) for number in self._by_band[band])
        taken: Counter[str] = Counter()
        found = []
        for number in sorted(shared, key=lambda number: (-shared[number], number)):
            neighbour = self._read[number]
            taken[neighbour.posting_id] += 1
            if taken[neighbour.posting_id] <= COMPARED:
                found.append(neighbour)
        return found

    def add(self, sighting_id: int, neighbour: Neighbour) -> None:
        """An entry of this look is near the later ones."""
        self._read[sighting_id] = neighbour
        for band in bands_of(neighbour.sketch):
            self._by_band[band].append(sighting_id)


def _sharing(bands: Iterable[int]) -> Any:
    """Sightings under these bands; a posting that was merged away has none."""
    return (
        select(
            posting_bands.c.band,
            sightings.c.id,
            sightings.c.posting_id,
            sightings.c.feed_id,
            sightings.c.sketch,
            postings.c.last_seen_at,
        )
        .join(sightings, sightings.c.id == posting_bands.c.sighting_id)
        .join(postings, postings.c.id == sightings.c.posting_id)
        .where(posting_bands.c.band.in_(bands))
    )


def _neighbour(row: Row[Any], parted: Mapping[int, set[int]]) -> Neighbour:
    return Neighbour(
        str(row.posting_id),
        str(row.feed_id),
        Sketch.from_text(row.sketch),
        row.last_seen_at,
        frozenset(str(other) for other in parted.get(row.posting_id, ())),
    )


def put_bands(connection: Connection, arrived: Iterable[tuple[int, Sketch]]) -> None:
    """Remember the names under which sightings without any are found."""
    rows = [{"band": band, "sighting_id": number} for number, sketch in arrived for band in bands_of(sketch)]
    if rows:
        connection.execute(insert(posting_bands), rows)


def drop_bands(connection: Connection, sighting_ids: Iterable[int]) -> None:
    """Forget these sightings."""
    for chunk in chunks(sorted(sighting_ids)):
        connection.execute(delete(posting_bands).where(posting_bands.c.sighting_id.in_(chunk)))


def forget_bands(connection: Connection, feed_id: str, now: datetime) -> None:
    """Forget the bands of what a feed has not had for a year; its addresses and names are kept."""
    long_gone = select(sightings.c.id).where(
        and_(sightings.c.feed_id == int(feed_id), sightings.c.last_seen_at < now - REMEMBERED)
    )
    connection.execute(delete(posting_bands).where(posting_bands.c.sighting_id.in_(long_gone)))
