"""Postings that an admin joins or parts. Whose marks they then have stands in `lineage`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.postings.identity import position_key, url_key
from ctm_alerts.postings.record import Origin
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.lineage import inherit_by_merge, inherit_by_split
from ctm_alerts.storage.schema import feeds, posting_keys, postings, sightings
from ctm_alerts.storage.voice import ABSENCES_TO_CLOSE, pass_on, read_anew


def merge(connection: Connection, keep: str, gone: str, because: str, now: datetime) -> None:
    """Make one position of two; raises NotFound, or UsageError when they are one already."""
    kept, left = _living(connection, keep), _living(connection, gone)
    if kept.id == left.id:
        raise UsageError(f"posting {keep} cannot be merged into itself; name two postings")
    brought = ", ".join(map(str, _move_sightings(connection, left.id, kept.id, because)))
    words = f"{because} (it brought sightings {brought})" if brought else because
    inherit_by_merge(connection, kept.id, left.id, kept.revision, words, now)
    _move_keys(connection, left.id, kept.id)
    _join(connection, kept, left, now)
    pass_on(connection, [kept.id], now)


def split(
    connection: Connection, posting: str, sighting_ids: Sequence[str], because: str, now: datetime
) -> str:
    """Make two positions of one; the id of the new one. Raises NotFound, or UsageError for all sightings or none."""
    whole = _living(connection, posting)
    moved, left = _parted(connection, whole.id, sighting_ids)
    half = _copy_posting(connection, whole.id, now)
    _assign(connection, [row.id for row in moved], half, "split", because)
    inherit_by_split(connection, half, whole.id, because, now)
    _part_keys(connection, whole, half, moved, left)
    keeps_voice = whole.voice_id in [row.id for row in _alive(left)]
    read_anew(connection, moved if keeps_voice else moved + left)
    _settle_half(connection, whole, whole.id, left, now)
    _settle_half(connection, whole, half, moved, now)
    return str(half)


def _living(connection: Connection, posting: str) -> Row[Any]:
    """The row of a posting that is merged into no other; raises NotFound or UsageError."""
    number = int(posting) if posting.isdecimal() else -1
    row = connection.execute(select(postings).where(postings.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"no posting {posting!r}; give the number that `postings show URL` prints")
    if row.merged_into is not None:
        raise UsageError(f"posting {posting} is merged into {row.merged_into} already; name that one instead")
    return row


def _move_sightings(connection: Connection, gone: int, keep: int, because: str) -> list[int]:
    query = select(sightings.c.id).where(sightings.c.posting_id == gone).order_by(sightings.c.id)
    moved = list(connection.execute(query).scalars())
    _assign(connection, moved, keep, "merge", because)
    return moved


def _assign(
    connection: Connection, sighting_ids: Sequence[int], posting_id: int, by: str, because: str
) -> None:
    for chunk in chunks(sighting_ids):
        moved = update(sightings).where(sightings.c.id.in_(chunk))
        connection.execute(moved.values(posting_id=posting_id, joined_by=by, because=because))


def _keys(connection: Connection, posting_id: int) -> set[str]:
    query = select(posting_keys.c.key).where(posting_keys.c.posting_id == posting_id)
    return set(connection.execute(query).scalars())


def _add_keys(connection: Connection, keys: Iterable[str], posting_id: int) -> None:
    rows = [{"key": key, "posting_id": posting_id} for key in sorted(keys)]
    if rows:
        connection.execute(insert(posting_keys), rows)


def _drop_keys(connection: Connection, keys: Iterable[str], posting_id: int) -> None:
    for chunk in chunks(sorted(keys)):
        of_it = and_(posting_keys.c.posting_id == posting_id, posting_keys.c.key.in_(chunk))
        connection.execute(delete(posting_keys).where(of_it))


def _move_keys(connection: Connection, gone: int, keep: int) -> None:
    names = _keys(connection, gone)
    _add_keys(connection, names - _keys(connection, keep), keep)
    _drop_keys(connection, names, gone)


def _join(connection: Connection, kept: Row[Any], left: Row[Any], now: datetime) -> None:
    """The two rows after a merge; what was merged into `left` before is merged into `kept`."""
    origin, first_seen_at = _entitling(kept, left)
    open_now = kept.closed == "" or left.closed == ""
    values = {
        "origin": origin, "first_seen_at": first_seen_at, "last_seen_at": max(kept.last_seen_at, left.last_seen_at),
        "closed": "" if open_now else kept.closed, "closed_at": None if open_now else kept.closed_at,
        "repost_of": None if kept.repost_of == left.id else kept.repost_of, "updated_at": now,
    }  # fmt: skip
    connection.execute(update(postings).where(postings.c.id == kept.id).values(**values))
    ended = or_(postings.c.id == left.id, postings.c.merged_into == left.id)
    into = {"merged_into": kept.id, "closed": f"merged into {kept.id}", "closed_at": now}
    connection.execute(update(postings).where(ended).values(**into))


def _entitling(kept: Row[Any], left: Row[Any]) -> tuple[Origin, datetime]:
    """Origin and first sight of two that become one: the last sight of those that are new, else the first of all.

    These two columns say to whom a posting is news: to those who began before that sight. With the earlier of two
    sights, someone who began between them, and whose next digest would have shown the later posting, would be told never:
    the merge would take it from them. With the later one, all who could be told of either can be told of the one, and
    nobody else; twice is nobody told, since whoever had one of them has the ledger's row, and what a first digest weighed
    has a standing. A baseline entitles nobody, so its sight does not count beside a new one.
    """
    new = [row.first_seen_at for row in (kept, left) if row.origin == "new"]
    return ("new", max(new)) if new else ("baseline", min(kept.first_seen_at, left.first_seen_at))


def _parted(
    connection: Connection, whole: int, sighting_ids: Sequence[str]
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """The sightings that go and those that stay, oldest first; raises NotFound or UsageError."""
    query = select(sightings).where(sightings.c.posting_id == whole).order_by(sightings.c.id)
    rows, named = list(connection.execute(query)), set(sighting_ids)
    unknown = sorted(named - {str(row.id) for row in rows})
    show = f"`postings show {whole}` lists its sightings"
    if unknown:
        raise NotFound(f"posting {whole} has no sighting {', '.join(unknown)}; {show}")
    moved = [row for row in rows if str(row.id) in named]
    left = [row for row in rows if str(row.id) not in named]
    if not moved or not left:
        which = "no sighting was named" if not moved else "all sightings were named"
        raise UsageError(f"posting {whole} stays as it is: {which}; name some of them and leave some: {show}")
    return moved, left


def _alive(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those that their feed still carries, oldest first: the first one speaks for its posting."""
    return sorted((row for row in rows if row.absences < ABSENCES_TO_CLOSE), key=lambda row: int(row.id))


def _copy_posting(connection: Connection, posting_id: int, now: datetime) -> int:
    row = connection.execute(select(postings).where(postings.c.id == posting_id)).one()
    # its words are not its own until they are read
    values = {**row._mapping, "revision": 1, "updated_at": now, "voice_id": None}
    del values["id"]
    key = connection.execute(insert(postings).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _part_keys(
    connection: Connection, whole: Row[Any], half: int, moved: Sequence[Row[Any]], left: Sequence[Row[Any]]
) -> None:
    """Link and place of a sighting go with it; names that both may have stay with both, and so do old links."""
    theirs, ours = _names_of(whole, moved), _names_of(whole, left)
    names = _keys(connection, whole.id)
    _add_keys(connection, names - (ours - theirs), half)
    _drop_keys(connection, theirs - ours, whole.id)


def _names_of(whole: Row[Any], rows: Sequence[Row[Any]]) -> set[str]:
    links = {url_key(row.url) for row in rows}
    positions = {position_key(whole.company, whole.title, row.location) for row in rows}
    return {key for key in links | positions if key}


def _settle_half(
    connection: Connection, whole: Row[Any], half: int, rows: Sequence[Row[Any]], now: datetime
) -> None:
    """What a half has of its own sightings: its origin and first sight, its link, whether it is open."""
    first, alive = min(rows, key=lambda row: (row.first_seen_at, row.id)), _alive(rows)
    links = [row.url for row in alive or rows if row.url]
    left = f"left {_name_of(connection, rows[0].feed_id)}"
    closed = whole.closed or ("" if alive else left)
    values = {
        "origin": first.origin, "first_seen_at": first.first_seen_at,
        "last_seen_at": max(row.last_seen_at for row in rows), "updated_at": now,
        "voice_id": whole.voice_id if half == whole.id and whole.voice_id in [row.id for row in rows] else None,
        "url": whole.url if whole.url in links or not links else links[0],
        "closed": closed, "closed_at": whole.closed_at if closed == whole.closed else now,
    }  # fmt: skip
    connection.execute(update(postings).where(postings.c.id == half).values(**values))


def _name_of(connection: Connection, feed_id: int) -> str:
    return str(connection.execute(select(feeds.c.name).where(feeds.c.id == feed_id)).scalar_one())
