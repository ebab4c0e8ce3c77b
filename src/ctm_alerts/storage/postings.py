"""Postings, their sightings and the names under which they are found again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.postings.arrival import KnownPosting, Understood, Validators, decide
from ctm_alerts.postings.identity import REPOST_AFTER, Keys, canonical_url, text_fingerprint, title_words
from ctm_alerts.postings.posting import Verdict
from ctm_alerts.postings.record import Origin, Posting, material_words
from ctm_alerts.storage.database import Database, one_at_a_time
from ctm_alerts.storage.feeds import fetch_row
from ctm_alerts.storage.lineage import Dossier, dossier, inherit_by_merge, inherit_by_split, kin, now_reads
from ctm_alerts.storage.schema import feeds, fetches, posting_keys, postings, sightings, waiting_entries

#: complete listings in a row that must lack a posting before it counts as closed (semantics, what is new)
ABSENCES_TO_CLOSE = 2
#: the fingerprint of a sighting that must be read anew, whatever its entry says
UNREAD = ""
_NO_VALIDATORS = {"etag": None, "last_modified": None, "body_hash": None}
_CHUNK = 500


class Postings:
    """One row per real position."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fingerprints(self, feed_id: str, now: datetime) -> dict[str, str]:
        """What each entry that this feed held said when we last read it: source id -> fingerprint.

        An entry that left more than 90 days ago is left out: should it come back, it is a repost, and new.
        """
        query = select(sightings.c.source_id, sightings.c.fingerprint, sightings.c.last_seen_at).where(
            sightings.c.feed_id == int(feed_id)
        )
        with self._database.read() as connection:
            listed_at = _last_listing(connection, feed_id)
            return {
                row.source_id: row.fingerprint
                for row in connection.execute(query)
                if not _was_gone(row.last_seen_at, listed_at, now)
            }

    def waiting(self, feed_id: str) -> list[tuple[Entry, Origin]]:
        """The surplus entries of earlier looks, oldest first."""
        query = (
            select(waiting_entries)
            .where(waiting_entries.c.feed_id == int(feed_id))
            .order_by(waiting_entries.c.id)
        )
        with self._database.read() as connection:
            return [(_entry(row.entry), row.origin) for row in connection.execute(query)]

    def settle(
        self,
        feed: Feed,
        understood: Sequence[Understood],
        *,
        seen: Iterable[str],
        deferred: Sequence[tuple[Entry, Origin]],
        complete_listing: bool,
        result: Ingested,
        validators: Validators | None,
        next_check: datetime,
        now: datetime,
        milliseconds: int,
    ) -> Ingested:
        """All that one look at a feed brought, its validators and its next check, in one transaction.

        `seen` names every source id of the listing (of an answer without one, what the last listing held is seen
        again), `understood` those that are new or changed. `complete_listing`
        says that what is absent from `seen` is absent from the source.
        """
        with self._database.write() as connection:
            one_at_a_time(
                connection, "settle"
            )  # or two feeds that bring one position at once would make two of it
            present = set(seen) if result.outcome == "ok" else _still_listed(connection, feed)
            new, changed = _settle_entries(connection, feed, understood, present, now)
            _touch(connection, feed, present, now)
            counted_from = 0 if result.outcome == "ok" else 1
            closed = _count_absences(connection, feed, present, counted_from, now) if complete_listing else 0
            _keep_waiting(connection, feed, understood, deferred, now)
            result = Ingested(
                **{
                    **asdict(result),
                    "new": new,
                    "changed": changed,
                    "closed": closed,
                    "deferred": len(deferred),
                }
            )
            _finish_look(connection, feed, result, validators, next_check, now, milliseconds)
        return result

    def open_for(self, roles: Sequence[str], now: datetime) -> list[Posting]:
        """The open postings of these roles, oldest first."""
        alive = or_(postings.c.expires_at.is_(None), postings.c.expires_at > now)
        query = select(postings).where(and_(postings.c.role.in_(roles), postings.c.closed == "", alive))
        with self._database.read() as connection:
            return _load(connection, query.order_by(postings.c.id))

    def of_ids(self, ids: Iterable[str]) -> dict[str, Posting]:
        """These postings, open or not, by id."""
        found: dict[str, Posting] = {}
        with self._database.read() as connection:
            for chunk in _chunks(sorted(int(i) for i in ids)):
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
            kept, left = _living(connection, keep), _living(connection, gone)
            if kept.id == left.id:
                raise UsageError(f"posting {keep} cannot be merged into itself; name two postings")
            brought = ", ".join(map(str, _move_sightings(connection, left.id, kept.id)))
            words = f"{because} (it brought sightings {brought})" if brought else because
            inherit_by_merge(connection, kept.id, left.id, kept.revision, words, now)
            _move_keys(connection, left.id, kept.id)
            _join(connection, kept, left, now)

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
            whole = _living(connection, posting)
            moved, left = _parted(connection, whole.id, sighting_ids)
            half = _copy_posting(connection, whole.id, now)
            _assign(connection, [row.id for row in moved], half)
            inherit_by_split(connection, half, whole.id, because, now)
            _part_keys(connection, whole.id, half, moved, left)
            speaks = _alive(moved + left)[:1]
            _read_anew(connection, moved if speaks and speaks[0] in left else moved + left)
            _settle_half(connection, whole, whole.id, left, now)
            _settle_half(connection, whole, half, moved, now)
        return str(half)

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


# ---- one look at a feed -------------------------------------------------------------------------------------------


def _settle_entries(
    connection: Connection,
    feed: Feed,
    understood: Sequence[Understood],
    present: Collection[str],
    now: datetime,
) -> tuple[int, int]:
    held = _held(connection, feed, [u.entry.id for u in understood])
    reposts = {source_id: held.pop(source_id) for source_id in _long_gone(connection, feed, held, now)}
    wanted = [k for u in understood if u.entry.id not in held for k in u.keys.shared]
    known = _known(connection, feed, wanted, present)
    new = changed = 0
    for item in understood:
        if item.entry.id in held:
            changed += _update(connection, feed, int(held[item.entry.id]), item, now)
            continue
        text = text_fingerprint(item.entry.description)
        arrival = decide(feed.id, item.keys, text, known, now, title_words(item.entry.title))
        if arrival.what == "new":
            posting_id = _insert(connection, item, arrival.repost_of or reposts.get(item.entry.id), now)
            new += 1
        else:
            assert arrival.posting_id is not None
            posting_id = int(arrival.posting_id)
            _reopen(connection, posting_id, now)
        if item.entry.id in reposts:
            _leave(connection, feed, item.entry.id, int(reposts[item.entry.id]), now)
        _insert_sighting(connection, feed, item, posting_id, now)
        _remember_keys(connection, item.keys, posting_id)
        _learn(known, item.keys, KnownPosting(str(posting_id), now, text, frozenset({feed.id})))
    return new, changed


def _learn(known: dict[str, tuple[KnownPosting, ...]], keys: Keys, arrived: KnownPosting) -> None:
    """What this look has brought is known to its later entries; under one key a posting stands once."""
    for key in keys.shared:
        values = known.get(key, ())
        held_by = arrived.held_by.union(*(k.held_by for k in values if k.id == arrived.id))
        known[key] = (*(k for k in values if k.id != arrived.id), replace(arrived, held_by=held_by))


def _held(connection: Connection, feed: Feed, source_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in _chunks(source_ids):
        query = select(sightings.c.source_id, sightings.c.posting_id).where(
            and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id.in_(chunk))
        )
        found.update({row.source_id: str(row.posting_id) for row in connection.execute(query)})
    return found


def _last_listing(connection: Connection, feed_id: str) -> datetime | None:
    """When the feed last told what it holds; "not modified" tells nothing, and neither does a feed that rests."""
    listing = and_(fetches.c.feed_id == int(feed_id), fetches.c.outcome == "ok")
    query = select(fetches.c.at).where(listing).order_by(fetches.c.at.desc()).limit(1)
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


def _still_listed(connection: Connection, feed: Feed) -> set[str]:
    """What the last listing held: the source says that it is still the same."""
    listed_at = _last_listing(connection, feed.id)
    if listed_at is None:
        return set()
    held = and_(sightings.c.feed_id == int(feed.id), sightings.c.last_seen_at >= listed_at)
    return {row.source_id for row in connection.execute(select(sightings.c.source_id).where(held))}


def _was_gone(last_seen_at: datetime, listed_at: datetime | None, now: datetime) -> bool:
    """Whether a listing lacked it, so long ago that its return is a repost; a feed that rested proves nothing."""
    return listed_at is not None and listed_at > last_seen_at and now - last_seen_at > REPOST_AFTER


def _long_gone(connection: Connection, feed: Feed, held: Mapping[str, str], now: datetime) -> list[str]:
    """Those source ids whose posting no feed has had for more than 90 days."""
    seen: dict[str, datetime] = {}
    for chunk in _chunks(sorted({int(i) for i in held.values()})):
        query = select(postings.c.id, postings.c.last_seen_at).where(postings.c.id.in_(chunk))
        seen.update({str(row.id): row.last_seen_at for row in connection.execute(query)})
    listed_at = _last_listing(connection, feed.id)
    return [source_id for source_id, i in held.items() if _was_gone(seen[i], listed_at, now)]


def _leave(connection: Connection, feed: Feed, source_id: str, posting_id: int, now: datetime) -> None:
    """A source id goes over to the repost; the posting that it had is closed."""
    mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id == source_id)
    connection.execute(delete(sightings).where(mine))
    still_open = and_(postings.c.id == posting_id, postings.c.closed == "")
    connection.execute(update(postings).where(still_open).values(closed="reposted", closed_at=now))


def _known(
    connection: Connection, feed: Feed, keys: Sequence[str], present: Collection[str]
) -> dict[str, tuple[KnownPosting, ...]]:
    """The postings under these names, those that this feed holds first, then the newest.

    Of the halves of a split each is taken for held by the feeds of the other: only the same words join it, or an entry
    that comes under another id would bring together what an admin parted.
    """
    found: defaultdict[str, list[KnownPosting]] = defaultdict(list)
    for chunk in _chunks(sorted(set(keys))):
        query = (
            select(
                posting_keys.c.key,
                postings.c.id,
                postings.c.last_seen_at,
                postings.c.description,
                postings.c.title,
            )
            .join(postings, postings.c.id == posting_keys.c.posting_id)
            .where(posting_keys.c.key.in_(chunk))
            .order_by(postings.c.id.desc())
        )
        rows = connection.execute(query).all()
        halves = kin(connection, {row.id for row in rows})
        left = _left(connection, feed, {row.id for row in rows}, present)
        holders = _holders(connection, {row.id for row in rows}.union(*halves.values()))
        for row in sorted(rows, key=lambda row: feed.id not in holders[row.id]):
            held_by = holders[row.id].union(*(holders[i] for i in halves[row.id]))
            known = KnownPosting(
                str(row.id),
                row.last_seen_at,
                text_fingerprint(row.description),
                held_by,
                title_words(row.title) if row.id in left else "",
            )
            found[row.key].append(known)
    return {key: tuple(values) for key, values in found.items()}


def _left(
    connection: Connection, feed: Feed, posting_ids: Iterable[int], present: Collection[str]
) -> set[int]:
    """Those of the postings that this feed held, and whose ids its present listing lacks."""
    ids: defaultdict[int, set[str]] = defaultdict(set)
    for chunk in _chunks(sorted(posting_ids)):
        mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.posting_id.in_(chunk))
        for row in connection.execute(select(sightings.c.posting_id, sightings.c.source_id).where(mine)):
            ids[row.posting_id].add(row.source_id)
    return {posting_id for posting_id, held in ids.items() if held.isdisjoint(present)}


def _holders(connection: Connection, posting_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """The feeds that carry each of these postings."""
    found: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for chunk in _chunks(sorted(posting_ids)):
        alive = and_(sightings.c.posting_id.in_(chunk), sightings.c.absences < ABSENCES_TO_CLOSE)
        for row in connection.execute(select(sightings.c.posting_id, sightings.c.feed_id).where(alive)):
            found[row.posting_id] |= {str(row.feed_id)}
    return found


def _insert(connection: Connection, item: Understood, repost_of: str | None, now: datetime) -> int:
    entry = item.entry
    values = {
        **_told(item, now),
        "revision": 1,
        "posted_at": entry.posted_at,
        "first_seen_at": now,
        "last_seen_at": now,
        "origin": item.origin,
        "closed": "",
        "repost_of": None if repost_of is None else int(repost_of),
    }
    key = connection.execute(insert(postings).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _told(item: Understood, now: datetime) -> dict[str, Any]:
    """The columns that an entry fills."""
    entry, verdict = item.entry, item.verdict
    return {
        "material": material_words(verdict, entry.location, entry.expires_at),
        "title": entry.title,
        "company": entry.company,
        "location": entry.location,
        "url": entry.url or entry.apply_url or "",
        "description": entry.description,
        "role": verdict.role,
        "verdict": json.dumps(verdict.as_json(), ensure_ascii=False),
        "expires_at": entry.expires_at,
        "updated_at": now,
    }


def _update(connection: Connection, feed: Feed, posting_id: int, item: Understood, now: datetime) -> int:
    """What a changed entry says now; only the first feed of a posting may speak for it. 1 for a material change."""
    first = select(sightings.c.feed_id, sightings.c.source_id, sightings.c.fingerprint).where(
        and_(sightings.c.posting_id == posting_id, sightings.c.absences < ABSENCES_TO_CLOSE)
    )
    row = connection.execute(first.order_by(sightings.c.id).limit(1)).one_or_none()
    connection.execute(
        update(sightings)
        .where(and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id == item.entry.id))
        .values(fingerprint=item.fingerprint, url=item.entry.url, last_seen_at=now)
    )
    _remember_keys(connection, item.keys, posting_id)
    if row is not None and (row.feed_id, row.source_id) != (int(feed.id), item.entry.id):
        return 0
    told = _told(item, now)
    same = postings.c.id == posting_id
    before = connection.execute(select(postings.c.material, postings.c.revision).where(same)).one()
    is_material = before.material != told["material"]
    values = {**told, "revision": before.revision + 1} if is_material else told
    connection.execute(update(postings).where(same).values(**values))
    if is_material and row is not None and row.fingerprint == UNREAD:
        now_reads(connection, posting_id, before.revision + 1)
    return int(is_material)


def _insert_sighting(
    connection: Connection, feed: Feed, item: Understood, posting_id: int, now: datetime
) -> None:
    values = {
        "feed_id": int(feed.id), "source_id": item.entry.id, "posting_id": posting_id, "url": item.entry.url,
        "origin": item.origin, "first_seen_at": now, "last_seen_at": now, "absences": 0,
        "fingerprint": item.fingerprint,
    }  # fmt: skip
    connection.execute(insert(sightings).values(**values))


def _remember_keys(connection: Connection, keys: Keys, posting_id: int) -> None:
    for key in keys.shared:
        there = select(posting_keys.c.key).where(
            and_(posting_keys.c.key == key, posting_keys.c.posting_id == posting_id)
        )
        if connection.execute(there).first() is None:
            connection.execute(insert(posting_keys).values(key=key, posting_id=posting_id))


def _reopen(connection: Connection, posting_id: int, now: datetime) -> None:
    was_closed = and_(postings.c.id == posting_id, postings.c.closed != "")
    values = {"closed": "", "closed_at": None, "updated_at": now}
    connection.execute(update(postings).where(was_closed).values(**values))
    connection.execute(update(postings).where(postings.c.id == posting_id).values(last_seen_at=now))


def _touch(connection: Connection, feed: Feed, present: set[str], now: datetime) -> None:
    """Everything that the listing holds was seen now; what had left and is back is open again."""
    for chunk in _chunks(sorted(present)):
        mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id.in_(chunk))
        seen = select(sightings.c.posting_id).where(mine)
        connection.execute(update(postings).where(postings.c.id.in_(seen)).values(last_seen_at=now))
        back = select(sightings.c.posting_id).where(and_(mine, sightings.c.absences >= ABSENCES_TO_CLOSE))
        was_closed = and_(postings.c.id.in_(back), postings.c.closed != "")
        values = {"closed": "", "closed_at": None, "updated_at": now}
        connection.execute(update(postings).where(was_closed).values(**values))
        connection.execute(update(sightings).where(mine).values(last_seen_at=now, absences=0))


def _count_absences(
    connection: Connection, feed: Feed, present: set[str], counted_from: int, now: datetime
) -> int:
    """One absence more for what the whole listing lacks; at the second the posting closes, unless another feed has it.

    A source that says "the same as before" lacks what it lacked before: then only a first absence (`counted_from` 1)
    becomes a second one.
    """
    query = select(sightings.c.id, sightings.c.source_id, sightings.c.posting_id, sightings.c.absences).where(
        and_(
            sightings.c.feed_id == int(feed.id),
            sightings.c.absences < ABSENCES_TO_CLOSE,
            sightings.c.absences >= counted_from,
        )
    )
    absent = [row for row in connection.execute(query).all() if row.source_id not in present]
    for chunk in _chunks([row.id for row in absent]):
        more = update(sightings).where(sightings.c.id.in_(chunk)).values(absences=sightings.c.absences + 1)
        connection.execute(more)
    gone = [row.posting_id for row in absent if row.absences + 1 >= ABSENCES_TO_CLOSE]
    carried = _carried_elsewhere(connection, gone)
    for posting_id, url in carried.items():  # the link of the feed that it left may be dead
        if url:
            connection.execute(update(postings).where(postings.c.id == posting_id).values(url=url))
    closed = 0
    for chunk in _chunks([i for i in gone if i not in carried]):
        still_open = and_(postings.c.id.in_(chunk), postings.c.closed == "")
        values = {"closed": f"left {feed.name}", "closed_at": now}
        closed += connection.execute(update(postings).where(still_open).values(**values)).rowcount
    return closed


def _carried_elsewhere(connection: Connection, posting_ids: Sequence[int]) -> dict[int, str | None]:
    """Those of the postings that some feed still carries, with the link of its oldest sighting."""
    found: dict[int, str | None] = {}
    for chunk in _chunks(posting_ids):
        alive = and_(sightings.c.posting_id.in_(chunk), sightings.c.absences < ABSENCES_TO_CLOSE)
        query = select(sightings.c.posting_id, sightings.c.url).where(alive).order_by(sightings.c.id.desc())
        found.update({row.posting_id: row.url for row in connection.execute(query)})
    return found


def _keep_waiting(
    connection: Connection,
    feed: Feed,
    understood: Sequence[Understood],
    deferred: Sequence[tuple[Entry, Origin]],
    now: datetime,
) -> None:
    """Surplus entries replace those that waited and were settled now; nothing is dropped."""
    done = [u.entry.id for u in understood] + [entry.id for entry, _ in deferred]
    for chunk in _chunks(done):
        mine = and_(waiting_entries.c.feed_id == int(feed.id), waiting_entries.c.source_id.in_(chunk))
        connection.execute(delete(waiting_entries).where(mine))
    rows = [
        {
            "feed_id": int(feed.id),
            "source_id": entry.id,
            "entry": _entry_json(entry),
            "origin": origin,
            "at": now,
        }
        for entry, origin in deferred
    ]
    if rows:
        connection.execute(insert(waiting_entries), rows)


def _finish_look(
    connection: Connection,
    feed: Feed,
    result: Ingested,
    validators: Validators | None,
    next_check: datetime,
    now: datetime,
    milliseconds: int,
) -> None:
    values: dict[str, Any] = {
        "next_check_at": next_check,
        "lease_until": None,
        "failures": 0,
        "last_ok_at": now,
    }
    if result.outcome == "ok" and feed.baseline_at is None:
        values["baseline_at"] = now
    if validators is not None:
        values |= asdict(validators)
    if _listed_unread(
        connection, feed, now
    ):  # a look that began before the split: "the same" would hide them
        values |= _NO_VALIDATORS
    connection.execute(update(feeds).where(feeds.c.id == int(feed.id)).values(**values))
    connection.execute(insert(fetches).values(**fetch_row(feed, result, now, milliseconds)))


def _listed_unread(connection: Connection, feed: Feed, now: datetime) -> bool:
    of_feed = and_(sightings.c.feed_id == int(feed.id), sightings.c.fingerprint == UNREAD)
    listed = select(sightings.c.id).where(and_(of_feed, sightings.c.last_seen_at == now)).limit(1)
    return connection.execute(listed).first() is not None


# ---- merge and split ----------------------------------------------------------------------------------------------


def _living(connection: Connection, posting: str) -> Row[Any]:
    """The row of a posting that is merged into no other; raises NotFound or UsageError."""
    number = int(posting) if posting.isdecimal() else -1
    row = connection.execute(select(postings).where(postings.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"no posting {posting!r}; give the number that `postings show URL` prints")
    if row.merged_into is not None:
        raise UsageError(f"posting {posting} is merged into {row.merged_into} already; name that one instead")
    return row


def _move_sightings(connection: Connection, gone: int, keep: int) -> list[int]:
    query = select(sightings.c.id).where(sightings.c.posting_id == gone).order_by(sightings.c.id)
    moved = list(connection.execute(query).scalars())
    _assign(connection, moved, keep)
    return moved


def _assign(connection: Connection, sighting_ids: Sequence[int], posting_id: int) -> None:
    for chunk in _chunks(sighting_ids):
        moved = update(sightings).where(sightings.c.id.in_(chunk))
        connection.execute(moved.values(posting_id=posting_id))


def _keys(connection: Connection, posting_id: int) -> set[str]:
    query = select(posting_keys.c.key).where(posting_keys.c.posting_id == posting_id)
    return set(connection.execute(query).scalars())


def _add_keys(connection: Connection, keys: Iterable[str], posting_id: int) -> None:
    rows = [{"key": key, "posting_id": posting_id} for key in sorted(keys)]
    if rows:
        connection.execute(insert(posting_keys), rows)


def _drop_keys(connection: Connection, keys: Iterable[str], posting_id: int) -> None:
    for chunk in _chunks(sorted(keys)):
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
    values = {**row._mapping, "revision": 1, "updated_at": now}
    del values["id"]
    key = connection.execute(insert(postings).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _part_keys(
    connection: Connection, whole: int, half: int, moved: Sequence[Row[Any]], left: Sequence[Row[Any]]
) -> None:
    """The link of a sighting goes with it; names that both may have (employer + title + place, old links) stay with both."""
    theirs, ours = _links(moved), _links(left)
    names = _keys(connection, whole)
    _add_keys(connection, names - (ours - theirs), half)
    _drop_keys(connection, theirs - ours, whole)


def _links(rows: Sequence[Row[Any]]) -> set[str]:
    return {f"url:{canonical_url(row.url)}" for row in rows if row.url}


def _read_anew(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """The next look at their feeds reads these entries, although they say what they said before."""
    for chunk in _chunks([row.id for row in rows]):
        connection.execute(update(sightings).where(sightings.c.id.in_(chunk)).values(fingerprint=UNREAD))
    for chunk in _chunks(sorted({row.feed_id for row in rows})):
        connection.execute(update(feeds).where(feeds.c.id.in_(chunk)).values(**_NO_VALIDATORS))


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
        "url": whole.url if whole.url in links or not links else links[0],
        "closed": closed, "closed_at": whole.closed_at if closed == whole.closed else now,
    }  # fmt: skip
    connection.execute(update(postings).where(postings.c.id == half).values(**values))


def _name_of(connection: Connection, feed_id: int) -> str:
    return str(connection.execute(select(feeds.c.name).where(feeds.c.id == feed_id)).scalar_one())


# ---- rows and values ----------------------------------------------------------------------------------------------


def _load(connection: Connection, query: Any) -> list[Posting]:
    rows = connection.execute(query).all()
    names = _source_names(connection, [row.id for row in rows])
    return [_posting(row, names.get(row.id, ())) for row in rows]


def _source_names(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    for chunk in _chunks(ids):
        query = (
            select(sightings.c.posting_id, feeds.c.name)
            .join(feeds, feeds.c.id == sightings.c.feed_id)
            .where(sightings.c.posting_id.in_(chunk))
            .order_by(sightings.c.id)
        )
        for row in connection.execute(query):
            if row.name not in names[row.posting_id]:
                names[row.posting_id].append(row.name)
    return {key: tuple(value) for key, value in names.items()}


def _posting(row: Row[Any], sources: tuple[str, ...]) -> Posting:
    return Posting(
        id=str(row.id),
        revision=row.revision,
        title=row.title,
        company=row.company,
        location=row.location,
        url=row.url,
        description=row.description,
        verdict=Verdict.from_json(json.loads(row.verdict)),
        posted_at=row.posted_at,
        expires_at=row.expires_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        origin=row.origin,
        closed=row.closed,
        sources=sources,
        repost_of=None if row.repost_of is None else str(row.repost_of),
    )


_TIMES = ("posted_at", "expires_at")


def _entry_json(entry: Entry) -> str:
    values = {f.name: getattr(entry, f.name) for f in fields(Entry)}
    for name in _TIMES:
        values[name] = None if values[name] is None else values[name].isoformat()
    return json.dumps(values, ensure_ascii=False)


def _entry(text: str) -> Entry:
    values = json.loads(text)
    for name in _TIMES:
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    return Entry(**values)


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """At most 500 at a time: SQLite bounds the number of parameters."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
