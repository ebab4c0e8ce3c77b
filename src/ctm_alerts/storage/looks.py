"""One look at a feed, written down: what came, what is still there, what has left, and what waits for the next round."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from ctm_alerts.feeds.source import NO_VALIDATORS, Feed, Ingested
from ctm_alerts.postings.arrival import (
    Arrival,
    KnownPosting,
    Look,
    Neighbour,
    Understood,
    decide,
    join,
)
from ctm_alerts.postings.cluster import Sketch
from ctm_alerts.postings.cluster_voice import rank_of
from ctm_alerts.postings.identity import REPOST_AFTER, Keys, text_fingerprint, title_words
from ctm_alerts.postings.record import material_words
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.feeds import keep_look, release
from ctm_alerts.storage.lineage import kin, now_reads
from ctm_alerts.storage.neighbours import Neighbourhood, drop_bands, forget_bands, put_bands
from ctm_alerts.storage.schema import fetches, posting_keys, postings, sightings
from ctm_alerts.storage.voice import (
    ABSENCES_TO_CLOSE,
    GIVE_VOICE,
    IT,
    UNREAD,
    hear_what_is_open,
    note_change,
    pass_on,
    show_again,
    speaker_of,
    voice_of,
)
from ctm_alerts.storage.waiting import keep_waiting

# made once: each entry of a look needs them, and making one takes longer than running it
_COMES_AGAIN = (
    update(postings)
    .where(IT)
    .values(closed="", closed_at=None, last_seen_at=bindparam("now"), updated_at=bindparam("now"))
)
_HAS_KEY = select(posting_keys.c.key).where(
    and_(posting_keys.c.key == bindparam("name"), posting_keys.c.posting_id == bindparam("it"))
)
_NEW_POSTING, _NEW_SIGHTING, _NEW_KEYS = insert(postings), insert(sightings), insert(posting_keys)


def fingerprints(connection: Connection, feed_id: str, now: datetime) -> dict[str, str]:
    """What each entry that a feed held said when we last read it; what left more than 90 days ago is left out."""
    query = select(sightings.c.source_id, sightings.c.fingerprint, sightings.c.last_seen_at).where(
        sightings.c.feed_id == int(feed_id)
    )
    listed_at = _last_listing(connection, feed_id)
    return {
        row.source_id: row.fingerprint
        for row in connection.execute(query)
        if not _was_gone(row.last_seen_at, listed_at, now)
    }


def settle(connection: Connection, feed: Feed, look: Look, now: datetime) -> Ingested:
    """All that one look brought; its result with what became of the entries.

    Raises LeaseLost, so that nothing is written, when another worker has claimed the feed since.
    """
    is_listing = look.result.outcome == "ok"
    present = set(look.seen) if is_listing else _still_listed(connection, feed)
    new, changed = _settle_entries(connection, feed, look.understood, present, now)
    _touch(connection, feed, present, now)
    hear_what_is_open(connection, feed, now)
    counted_from, closed = 0 if is_listing else 1, 0
    if look.complete_listing:
        closed = _count_absences(connection, feed, present, counted_from, now)
    left = keep_waiting(connection, feed, look, now)
    forget_bands(connection, feed.id, now)
    result = replace(look.result, new=new, changed=changed, closed=closed, deferred=left)
    _finish_look(connection, feed, look, result, now)
    return result


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
    near = Neighbourhood(connection, [u.sketch for u in understood if u.entry.id not in held])
    arrived: list[tuple[int, Sketch]] = []
    new = changed = 0
    for item in understood:
        if item.entry.id in held:
            changed += _update(connection, feed, int(held[item.entry.id]), item, now)
            continue
        text = item.sketch.fingerprint
        arrival = decide(feed.id, item.keys, text, known, now, title_words(item.entry.title))
        if arrival.what == "new":
            arrival = join(feed.id, item.sketch, near.near(item.sketch), now) or arrival
        new += arrival.what == "new"
        posting_id, sighting_id = _arrive(connection, feed, item, arrival, reposts.get(item.entry.id), now)
        _learn(known, item.keys, KnownPosting(str(posting_id), now, text, frozenset({feed.id})))
        near.add(sighting_id, Neighbour(str(posting_id), feed.id, item.sketch, now))
        arrived.append((sighting_id, item.sketch))
    put_bands(connection, arrived)
    return new, changed


def _arrive(
    connection: Connection, feed: Feed, item: Understood, arrival: Arrival, was: str | None, now: datetime
) -> tuple[int, int]:
    """An entry becomes a sighting of a new or a known posting: the ids of both.

    `was` is the posting that its source id named more than 90 days ago.
    """
    if was is not None:
        _leave(connection, feed, item.entry.id, int(was), now)
    if arrival.posting_id is None:
        posting_id = _insert(connection, item, arrival.repost_of or was, now)
        sighting_id = _insert_sighting(connection, feed, item, posting_id, arrival, now)
        _first_words(connection, item.keys, posting_id, sighting_id)
        return posting_id, sighting_id
    posting_id = int(arrival.posting_id)
    connection.execute(_COMES_AGAIN, {"it": posting_id, "now": now})
    sighting_id = _insert_sighting(connection, feed, item, posting_id, arrival, now)
    _remember_keys(connection, item.keys, posting_id)
    _hear(connection, posting_id, sighting_id, item, now)
    return posting_id, sighting_id


def _first_words(connection: Connection, keys: Keys, posting_id: int, sighting_id: int) -> None:
    """A new posting speaks through its one copy, and has no name but those of it."""
    connection.execute(GIVE_VOICE, {"it": posting_id, "voice": sighting_id})
    if keys.shared:
        rows = [{"key": key, "posting_id": posting_id} for key in dict.fromkeys(keys.shared)]
        connection.execute(_NEW_KEYS, rows)


def _learn(known: dict[str, tuple[KnownPosting, ...]], keys: Keys, arrived: KnownPosting) -> None:
    """What this look has brought is known to its later entries; under one key a posting stands once."""
    for key in keys.shared:
        values = known.get(key, ())
        held_by = arrived.held_by.union(*(k.held_by for k in values if k.id == arrived.id))
        known[key] = (*(k for k in values if k.id != arrived.id), replace(arrived, held_by=held_by))


def _held(connection: Connection, feed: Feed, source_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(source_ids):
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
    for chunk in chunks(sorted({int(i) for i in held.values()})):
        query = select(postings.c.id, postings.c.last_seen_at).where(postings.c.id.in_(chunk))
        seen.update({str(row.id): row.last_seen_at for row in connection.execute(query)})
    listed_at = _last_listing(connection, feed.id)
    return [source_id for source_id, i in held.items() if _was_gone(seen[i], listed_at, now)]


def _leave(connection: Connection, feed: Feed, source_id: str, posting_id: int, now: datetime) -> None:
    """A source id goes over to the repost; the posting that it had is closed."""
    mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id == source_id)
    drop_bands(connection, connection.execute(select(sightings.c.id).where(mine)).scalars().all())
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
    for chunk in chunks(sorted(set(keys))):
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
        holders, left = _holders(connection, feed, {row.id for row in rows}.union(*halves.values()), present)
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


def _holders(
    connection: Connection, feed: Feed, posting_ids: Iterable[int], present: Collection[str]
) -> tuple[Mapping[int, frozenset[str]], set[int]]:
    """The feeds that carry each of these postings, and those of the postings that this feed lists no more."""
    carriers: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    ours: defaultdict[int, set[str]] = defaultdict(set)
    for chunk in chunks(sorted(posting_ids)):
        query = select(
            sightings.c.posting_id, sightings.c.feed_id, sightings.c.source_id, sightings.c.absences
        ).where(sightings.c.posting_id.in_(chunk))
        for row in connection.execute(query):
            if row.absences < ABSENCES_TO_CLOSE:
                carriers[row.posting_id] |= {str(row.feed_id)}
            if row.feed_id == int(feed.id):
                ours[row.posting_id].add(row.source_id)
    return carriers, {posting_id for posting_id, held in ours.items() if held.isdisjoint(present)}


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
    key = connection.execute(_NEW_POSTING, values).inserted_primary_key
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
    """What a changed entry says now; only the copy that speaks for a posting changes it. 1 for a material change."""
    _remember_keys(connection, item.keys, posting_id)
    same = postings.c.id == posting_id
    before = connection.execute(
        select(postings.c.material, postings.c.revision, postings.c.voice_id).where(same)
    ).one()
    note_change(connection, [posting_id], now)
    was = _sighting(connection, feed, item.entry.id)
    _rewrite_sighting(connection, feed, was.id, item, now)
    speaker = speaker_of(connection, posting_id, before.voice_id, now)
    if speaker is not None and speaker.id != was.id:
        return 0
    told = {**_told(item, now), "voice_id": was.id}
    # words of another copy than before: nothing has changed, we only hear it from somebody else
    heard_anew = before.voice_id not in (None, was.id)
    is_material = before.material != told["material"] and not heard_anew
    values = {**told, "revision": before.revision + 1} if is_material else told
    connection.execute(update(postings).where(same).values(**values))
    if is_material and was.fingerprint == UNREAD:
        now_reads(connection, posting_id, before.revision + 1)
    return int(is_material)


def _sighting(connection: Connection, feed: Feed, source_id: str) -> Row[Any]:
    mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id == source_id)
    return connection.execute(select(sightings).where(mine)).one()


def _rewrite_sighting(
    connection: Connection, feed: Feed, sighting_id: int, item: Understood, now: datetime
) -> None:
    values = {**_said(feed, item), "last_seen_at": now}
    connection.execute(update(sightings).where(sightings.c.id == sighting_id).values(**values))
    drop_bands(connection, [sighting_id])
    put_bands(connection, [(sighting_id, item.sketch)])


def _hear(connection: Connection, posting_id: int, sighting_id: int, item: Understood, now: datetime) -> None:
    """A new copy that is nearer to the employer gives a posting its words and its link.

    That is no change: the revision stays, for nothing is different at the source.
    """
    voice_id, speaker = voice_of(connection, posting_id, now)
    if speaker is not None and speaker.id == sighting_id != voice_id:
        values = {**_told(item, now), "voice_id": sighting_id}
        connection.execute(update(postings).where(postings.c.id == posting_id).values(**values))


def _said(feed: Feed, item: Understood) -> dict[str, Any]:
    """The columns of a sighting that its entry fills."""
    entry, verdict = item.entry, item.verdict
    return {
        "url": entry.url,
        "fingerprint": item.fingerprint,
        "expires_at": entry.expires_at,
        "location": entry.location,
        "countries": " ".join(verdict.countries),
        "rank": rank_of(entry, feed.kind, agency=verdict.employer_type == "agency"),
        "sketch": item.sketch.as_text(),
    }


def _insert_sighting(
    connection: Connection, feed: Feed, item: Understood, posting_id: int, arrival: Arrival, now: datetime
) -> int:
    values = {
        **_said(feed, item), "feed_id": int(feed.id), "source_id": item.entry.id, "posting_id": posting_id,
        "origin": item.origin, "first_seen_at": now, "last_seen_at": now, "absences": 0,
        "joined_by": arrival.by, "because": arrival.because,
    }  # fmt: skip
    key = connection.execute(_NEW_SIGHTING, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def _remember_keys(connection: Connection, keys: Keys, posting_id: int) -> None:
    for key in keys.shared:
        if connection.execute(_HAS_KEY, {"name": key, "it": posting_id}).first() is None:
            connection.execute(_NEW_KEYS, {"key": key, "posting_id": posting_id})


def _touch(connection: Connection, feed: Feed, present: set[str], now: datetime) -> None:
    """Everything that the listing holds was seen now; what had left and is back is open again."""
    for chunk in chunks(sorted(present)):
        mine = and_(sightings.c.feed_id == int(feed.id), sightings.c.source_id.in_(chunk))
        seen = select(sightings.c.posting_id).where(mine)
        connection.execute(update(postings).where(postings.c.id.in_(seen)).values(last_seen_at=now))
        gone = and_(mine, sightings.c.absences >= ABSENCES_TO_CLOSE)
        back = connection.execute(select(sightings.c.posting_id).where(gone).distinct()).scalars().all()
        was_closed = and_(postings.c.id.in_(back), postings.c.closed != "")
        values = {"closed": "", "closed_at": None, "updated_at": now}
        connection.execute(update(postings).where(was_closed).values(**values))
        connection.execute(update(sightings).where(mine).values(last_seen_at=now, absences=0))
        note_change(connection, back, now)
        show_again(connection, back, now)


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
    for chunk in chunks([row.id for row in absent]):
        more = update(sightings).where(sightings.c.id.in_(chunk)).values(absences=sightings.c.absences + 1)
        connection.execute(more)
    gone = [row.posting_id for row in absent if row.absences + 1 >= ABSENCES_TO_CLOSE]
    carried = pass_on(connection, gone, now)
    closed = 0
    for chunk in chunks([i for i in gone if i not in carried]):
        still_open = and_(postings.c.id.in_(chunk), postings.c.closed == "")
        values = {"closed": f"left {feed.name}", "closed_at": now}
        closed += connection.execute(update(postings).where(still_open).values(**values)).rowcount
    return closed


def _finish_look(connection: Connection, feed: Feed, look: Look, result: Ingested, now: datetime) -> None:
    values: dict[str, Any] = {
        "next_check_at": look.next_check,
        "lease_until": None,
        "failures": 0,
        "quiet_looks": look.quiet_looks,
        "missing_since": None,
        "last_ok_at": now,
    }
    if result.outcome == "ok" and feed.baseline_at is None:
        values["baseline_at"] = now
    if look.validators is not None:
        values |= asdict(look.validators)
    # of a look that began before a split "the same" would hide the entries that must be read anew
    if _listed_unread(connection, feed, now):
        values |= NO_VALIDATORS
    release(connection, feed, values)
    keep_look(connection, feed, result, now, look.milliseconds)


def _listed_unread(connection: Connection, feed: Feed, now: datetime) -> bool:
    of_feed = and_(sightings.c.feed_id == int(feed.id), sightings.c.fingerprint == UNREAD)
    listed = select(sightings.c.id).where(and_(of_feed, sightings.c.last_seen_at == now)).limit(1)
    return connection.execute(listed).first() is not None
