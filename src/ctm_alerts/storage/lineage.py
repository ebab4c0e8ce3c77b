"""Whose marks a posting inherits after a merge or a split. No row of the ledger is ever rewritten for it.

    merge    `keep` inherits all that was or will be told of `gone`: a digest in flight may still write a row
    split    the new half inherits what was told of the whole until that moment

`inheritances` holds every ancestor of a posting, not its parents alone. What a posting inherited at one moment cannot be
read from a chain of links later: a merge into the parent after a split would reach the half that left before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update

from ctm_alerts.digests.desk import Standing, Told
from ctm_alerts.postings.cluster_voice import RANKS
from ctm_alerts.postings.record import Posting
from ctm_alerts.storage.schema import (
    digests,
    feeds,
    inheritances,
    ledger,
    posting_keys,
    postings,
    sightings,
    standings,
)

#: what counts under the heir too: that it was told, closes or closed. What changed then is in the words that it has now
_INHERITED = ("new", "closing", "closed")
_WAITING = ("carried", "capped")


@dataclass(frozen=True)
class Inherited:
    """One posting whose marks another one has."""

    from_id: str
    how: Literal["merge", "split"]
    at: datetime
    because: str


@dataclass(frozen=True)
class Sighting:
    """One feed's copy of a posting."""

    id: str
    feed: str
    source_id: str
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    #: complete listings in a row that lacked it
    absences: int
    location: str | None
    #: "" for the first one, else what joined it: "address", "names", a kind of likeness, "merge" or "split"
    joined_by: str
    #: and why, in words
    because: str
    #: how near to the employer it stands
    stands: str
    #: whether the posting's words are its own
    speaks: bool


@dataclass(frozen=True)
class Dossier:
    """All that we know of one posting, for the eyes of an admin."""

    posting: Posting
    #: the posting that it is the same as, or None
    merged_into: str | None
    sightings: tuple[Sighting, ...]
    #: the names under which it is found again
    keys: tuple[str, ...]
    inherited: tuple[Inherited, ...]
    #: subscribers who count as told, by a row of its own or an inherited one
    told: int


# ---- marks --------------------------------------------------------------------------------------------------------


def inherit_by_merge(
    connection: Connection, keep: int, gone: int, revision: int, because: str, now: datetime
) -> None:
    """From now on `keep`, at this revision, has every mark of `gone` and of whom that one inherited from."""
    _put(connection, keep, gone, "merge", now, revision, because)
    for row in connection.execute(select(inheritances).where(inheritances.c.posting_id == gone)).all():
        if row.from_id != keep:
            words = f"by way of {gone}: {row.because}"
            _put(connection, keep, row.from_id, row.how, row.at, revision, words)


def inherit_by_split(connection: Connection, half: int, whole: int, because: str, now: datetime) -> None:
    """The new half has every mark that the whole has at this moment."""
    _put(connection, half, whole, "split", now, 1, because)
    for row in connection.execute(select(inheritances).where(inheritances.c.posting_id == whole)).all():
        until = now if row.how == "merge" else min(row.at, now)
        _put(connection, half, row.from_id, "split", until, 1, f"by way of {whole}: {row.because}")


def _put(
    connection: Connection, heir: int, source: int, how: str, at: datetime, revision: int, because: str
) -> None:
    """One ancestor; of two ways to it the one that gives more counts."""
    same = and_(inheritances.c.posting_id == heir, inheritances.c.from_id == source)
    there = connection.execute(select(inheritances).where(same)).one_or_none()
    values = {"how": how, "at": at, "because": because, "seen_revision": revision}
    if there is None:
        connection.execute(insert(inheritances).values(posting_id=heir, from_id=source, **values))
    elif there.how == "split" and (how == "merge" or at > there.at):
        connection.execute(update(inheritances).where(same).values(**values))


def now_reads(connection: Connection, posting_id: int, revision: int) -> None:
    """The words of a half are its own at last: for those who were told of the whole that is no change."""
    inherits = and_(inheritances.c.posting_id == posting_id, inheritances.c.how == "split")
    connection.execute(update(inheritances).where(inherits).values(seen_revision=revision))


def kin(connection: Connection, posting_ids: Collection[int]) -> Mapping[int, set[int]]:
    """The other halves of what was split: the same names, and yet by an admin's word another position."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    # few rows, each an admin's deed
    parted = select(inheritances.c.posting_id, inheritances.c.from_id).where(inheritances.c.how == "split")
    for row in connection.execute(parted):
        for one, other in ((row.posting_id, row.from_id), (row.from_id, row.posting_id)):
            if one in posting_ids:
                found[one].add(other)
    return found


def ended() -> Select[Any]:
    """The ids of the postings that are merged into another one."""
    return select(inheritances.c.from_id).where(inheritances.c.how == "merge")


# ---- what subscribers were told -----------------------------------------------------------------------------------


def told_lines(connection: Connection, ids: Sequence[int]) -> dict[str, list[Told]]:
    """The ledger of these subscribers, and what counts as told by inheritance: each (posting, kind, revision) once.

    A line of their own comes first: with it they have seen that very posting, at that revision. A merged posting counts
    as told and closed: it gets no card that says so, and no round that began before the merge shows it again.
    """
    found: defaultdict[str, dict[tuple[str, str, int], Told]] = defaultdict(dict)
    queries = (_own_lines(), _inherited_lines(), _lines_of_the_heir())
    rows = [
        row for q in queries for row in connection.execute(q.where(ledger.c.subscriber_id.in_(ids))).all()
    ]
    merged = set(connection.execute(ended()).scalars())
    for row in rows:
        line = Told(str(row.posting_id), row.kind, row.revision, row.seen_revision, row.at)
        found[str(row.subscriber_id)].setdefault((line.posting_id, line.kind, line.revision), line)
        if row.posting_id in merged:
            closed = replace(line, kind="closed", revision=0)
            found[str(row.subscriber_id)].setdefault((line.posting_id, "closed", 0), closed)
    return {
        person: sorted(lines.values(), key=lambda t: (int(t.posting_id), t.kind, t.revision))
        for person, lines in found.items()
    }


def _lines(posting_id: ColumnElement[int], seen_revision: ColumnElement[int]) -> Select[Any]:
    return select(
        ledger.c.subscriber_id,
        posting_id.label("posting_id"),
        ledger.c.kind,
        ledger.c.revision,
        seen_revision.label("seen_revision"),
        ledger.c.at,
    )


def _own_lines() -> Select[Any]:
    return _lines(ledger.c.posting_id, ledger.c.seen_revision)


def _inherited_lines() -> Select[Any]:
    in_time = or_(inheritances.c.how == "merge", ledger.c.at <= inheritances.c.at)
    heirs = and_(inheritances.c.from_id == ledger.c.posting_id, ledger.c.kind.in_(_INHERITED), in_time)
    lines = _lines(inheritances.c.posting_id, inheritances.c.seen_revision)
    # of several the last one: how long we follow up what became of it counts from there
    return lines.join(inheritances, heirs).order_by(ledger.c.at.desc(), ledger.c.posting_id)


def _lines_of_the_heir() -> Select[Any]:
    """A round that began before the merge has both on its desk: told of `keep` is told of `gone`."""
    same = and_(
        inheritances.c.posting_id == ledger.c.posting_id,
        inheritances.c.how == "merge",
        ledger.c.kind == "new",
    )
    lines = _lines(inheritances.c.from_id, ledger.c.seen_revision)
    return lines.join(inheritances, same).order_by(ledger.c.at.desc())


# ---- what became of a match that was not told ---------------------------------------------------------------------


def standing_lines(connection: Connection, ids: Sequence[int]) -> dict[str, dict[str, Standing]]:
    """What became of matched postings, by subscriber and posting, under the posting that they are now.

    A merged posting stands no more; what it waited for waits as the one that was kept. A half that has no row of its own
    waits as the whole did when it was split.
    """
    of_them = standings.c.subscriber_id.in_(ids)
    own = connection.execute(select(standings, standings.c.posting_id.label("as_id")).where(of_them)).all()
    merged = set(connection.execute(ended()).scalars())
    best: dict[tuple[int, int], Row[Any]] = {}
    by_merge = connection.execute(_standings_of("merge").where(of_them)).all()
    for row in (*own, *by_merge):
        key = (row.subscriber_id, row.as_id)
        if row.as_id not in merged and (key not in best or _weight(row) > _weight(best[key])):
            best[key] = row
    for row in connection.execute(_standings_of("split").where(of_them)).all():
        if row.as_id not in merged:
            best.setdefault((row.subscriber_id, row.as_id), row)
    found: defaultdict[str, dict[str, Standing]] = defaultdict(dict)
    for (person, posting), row in best.items():
        standing = Standing(row.state, row.profile_revision, row.posting_revision, row.since)
        found[str(person)][str(posting)] = standing
    return found


def _weight(row: Row[Any]) -> tuple[int, bool, float]:
    """The digest that judged last; within one, what waits before what does not, and the longer wait."""
    return (row.digest_id, row.state in _WAITING, -row.since.timestamp())


def _standings_of(how: str) -> Select[Any]:
    query = select(standings, inheritances.c.posting_id.label("as_id")).join(
        inheritances,
        and_(inheritances.c.from_id == standings.c.posting_id, inheritances.c.how == how),
    )
    if how == "merge":
        return query
    waited_then = and_(standings.c.state.in_(_WAITING), digests.c.composed_at <= inheritances.c.at)
    return (
        query.join(digests, digests.c.id == standings.c.digest_id)
        .where(waited_then)
        .order_by(standings.c.digest_id.desc())
    )


# ---- for admins ---------------------------------------------------------------------------------------------------


def dossier(connection: Connection, posting: Posting, merged_into: int | None) -> Dossier:
    """What stands about one posting."""
    number = int(posting.id)
    names = select(posting_keys.c.key).where(posting_keys.c.posting_id == number).order_by(posting_keys.c.key)
    origins = select(inheritances).where(inheritances.c.posting_id == number)
    return Dossier(
        posting=posting,
        merged_into=None if merged_into is None else str(merged_into),
        sightings=tuple(_sightings(connection, number)),
        keys=tuple(connection.execute(names).scalars()),
        inherited=tuple(
            Inherited(str(row.from_id), row.how, row.at, row.because)
            for row in connection.execute(origins.order_by(inheritances.c.at, inheritances.c.from_id))
        ),
        told=_told_of(connection, number),
    )


def _sightings(connection: Connection, posting_id: int) -> Iterable[Sighting]:
    query = (
        select(sightings, feeds.c.name, postings.c.voice_id)
        .join(feeds, feeds.c.id == sightings.c.feed_id)
        .join(postings, postings.c.id == sightings.c.posting_id)
        .where(sightings.c.posting_id == posting_id)
        .order_by(sightings.c.id)
    )
    for row in connection.execute(query):
        yield Sighting(
            str(row.id), row.name, row.source_id, row.url, row.first_seen_at, row.last_seen_at, row.absences,
            row.location, row.joined_by, row.because, RANKS[row.rank], row.id == row.voice_id,
        )  # fmt: skip


def _told_of(connection: Connection, posting_id: int) -> int:
    in_time = or_(inheritances.c.how == "merge", ledger.c.at <= inheritances.c.at)
    inherits = and_(
        inheritances.c.from_id == ledger.c.posting_id, inheritances.c.posting_id == posting_id, in_time
    )
    query = (
        select(func.count(ledger.c.subscriber_id.distinct()))
        .outerjoin(inheritances, inherits)
        .where(
            and_(
                ledger.c.kind == "new",
                or_(ledger.c.posting_id == posting_id, inheritances.c.posting_id == posting_id),
            )
        )
    )
    return connection.execute(query).scalar_one()
