"""What an outsider reads in the database after each step."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from ctm_alerts.storage.schema import (
    digests,
    due_log,
    dues,
    feeds,
    fetches,
    ledger,
    outbox,
    postings,
    sightings,
    standings,
)


@dataclass(frozen=True)
class PostingRow:
    """One posting as stored."""

    id: int
    title: str
    company: str
    location: str
    origin: str
    closed: str
    first_seen_at: datetime
    posted_at: datetime
    revision: int
    merged_into: int | None
    #: where its living copies offer it; its own place when none lives
    places: frozenset[str]


@dataclass(frozen=True)
class SightingRow:
    """One feed's copy of a posting."""

    id: int
    feed: str
    source_id: str
    posting_id: int
    absences: int


@dataclass(frozen=True)
class DigestRow:
    """One period as stored, with the postings that it told as new."""

    id: int
    person: str
    kind: str
    due_at: datetime
    composed_at: datetime
    status: str
    reason: str
    count: int
    told: tuple[int, ...]


@dataclass(frozen=True)
class MailRow:
    """One mail of the outbox."""

    id: int
    person: str
    digest_id: int | None
    purpose: str
    message_id: str
    plan: str
    status: str
    body: bytes


@dataclass(frozen=True)
class StandingRow:
    """What became of a match that was not told."""

    person: str
    posting_id: int
    state: str
    since: datetime
    digest_id: int
    judges: str
    revision: int


@dataclass(frozen=True)
class DueRow:
    """What is due next."""

    person: str
    kind: str
    due_at: datetime
    ready_at: datetime
    lease_until: datetime | None


@dataclass(frozen=True)
class LookRow:
    """One look at a feed."""

    id: int
    feed: str
    outcome: str


def all_postings(connection: Connection) -> dict[int, PostingRow]:
    """Every posting by id."""
    names = [n for n in PostingRow.__dataclass_fields__ if n != "places"]
    alive = select(sightings.c.posting_id, sightings.c.location).where(sightings.c.absences < 2)
    places: dict[int, set[str]] = {}
    for copy in connection.execute(alive):
        places.setdefault(copy.posting_id, set()).add(copy.location)
    rows = connection.execute(select(postings).order_by(postings.c.id)).all()
    return {
        row.id: PostingRow(
            **{n: getattr(row, n) for n in names}, places=frozenset(places.get(row.id, {row.location}))
        )
        for row in rows
    }


def all_sightings(connection: Connection) -> list[SightingRow]:
    """Every sighting, oldest first."""
    query = select(sightings, feeds.c.name).join(feeds, feeds.c.id == sightings.c.feed_id)
    return [
        SightingRow(row.id, row.name, row.source_id, row.posting_id, row.absences)
        for row in connection.execute(query.order_by(sightings.c.id))
    ]


def looks_after(connection: Connection, look_id: int) -> list[LookRow]:
    """The looks at feeds since then, oldest first."""
    query = select(fetches.c.id, feeds.c.name, fetches.c.outcome).join(feeds, feeds.c.id == fetches.c.feed_id)
    rows = connection.execute(query.where(fetches.c.id > look_id).order_by(fetches.c.id))
    return [LookRow(*row) for row in rows]


def digests_after(connection: Connection, digest_id: int) -> list[DigestRow]:
    """The periods composed since then, oldest first."""
    rows = connection.execute(select(digests).where(digests.c.id > digest_id).order_by(digests.c.id)).all()
    return [_digest(connection, row) for row in rows]


def _digest(connection: Connection, row: Row[tuple[object, ...]]) -> DigestRow:
    told = select(ledger.c.posting_id).where(ledger.c.digest_id == row.id, ledger.c.kind == "new")
    ids = tuple(connection.execute(told.order_by(ledger.c.posting_id)).scalars())
    same = (row.kind, row.due_at, row.composed_at, row.status, row.reason, row.count)
    return DigestRow(row.id, str(row.subscriber_id), *same, ids)


def statuses(connection: Connection) -> dict[int, tuple[str, str | None]]:
    """Every period's status, and that of its mail."""
    query = select(digests.c.id, digests.c.status, outbox.c.status.label("mail"))
    joined = query.outerjoin(outbox, outbox.c.digest_id == digests.c.id)
    return {row.id: (row.status, row.mail) for row in connection.execute(joined)}


def mails_after(connection: Connection, mail_id: int) -> list[MailRow]:
    """The mails written since then, oldest first."""
    rows = connection.execute(select(outbox).where(outbox.c.id > mail_id).order_by(outbox.c.id))
    return [_mail(row) for row in rows]


def _mail(row: Row[tuple[object, ...]]) -> MailRow:
    same = (row.digest_id, row.purpose, row.message_id, row.plan, row.status, zlib.decompress(row.body))
    return MailRow(row.id, str(row.subscriber_id), *same)


def mails_by_status(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """The ids of the mails of these statuses, oldest first."""
    query = select(outbox.c.id).where(outbox.c.status.in_(wanted)).order_by(outbox.c.id)
    return [str(i) for i in connection.execute(query).scalars()]


def told_rows(connection: Connection) -> list[tuple[str, int, int]]:
    """Every `new` line of the ledger: person, posting, digest."""
    rows = connection.execute(select(ledger).where(ledger.c.kind == "new"))
    return [(str(row.subscriber_id), row.posting_id, row.digest_id) for row in rows]


def all_standings(connection: Connection) -> dict[tuple[str, int], StandingRow]:
    """Every standing by person and posting."""
    found = {}
    for row in connection.execute(select(standings)):
        person = str(row.subscriber_id)
        found[person, row.posting_id] = StandingRow(
            person, row.posting_id, row.state, row.since, row.digest_id, row.profile_revision, row.posting_revision
        )  # fmt: skip
    return found


def all_dues(connection: Connection) -> dict[tuple[str, str], DueRow]:
    """What is due next, by person and kind."""
    rows = connection.execute(select(dues))
    return {
        (str(r.subscriber_id), r.kind): DueRow(
            str(r.subscriber_id), r.kind, r.due_at, r.ready_at, r.lease_until
        )
        for r in rows
    }


def periods(connection: Connection) -> list[dict[str, object]]:
    """Every period with all its numbers."""
    return [dict(row._mapping) for row in connection.execute(select(digests).order_by(digests.c.id))]


def log_differences(connection: Connection) -> tuple[list[object], list[object]]:
    """Periods that never fell due, and those that fell due, wait no more and have no row."""
    keys = ("subscriber_id", "kind", "due_at")
    logged, made, open_ = (
        {tuple(r) for r in connection.execute(select(*(t.c[k] for k in keys)))}
        for t in (due_log, digests, dues)
    )
    return sorted(made - logged, key=str), sorted(logged - made - open_, key=str)


def people_with_mail(connection: Connection) -> list[str]:
    """Those for whom a digest waits in the outbox."""
    waits = select(outbox.c.subscriber_id).where(outbox.c.status == "queued", outbox.c.digest_id.is_not(None))
    return [str(i) for i in connection.execute(waits.distinct().order_by(outbox.c.subscriber_id)).scalars()]
