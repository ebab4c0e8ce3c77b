"""Whose words a posting has: of its living copies the one that stands nearest to the employer speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, or_, select, update

from ctm_alerts.feeds.source import NO_VALIDATORS, Feed
from ctm_alerts.storage.chunks import chunks
from ctm_alerts.storage.schema import feeds, postings, sightings

#: complete listings in a row that must lack a posting before it counts as closed (semantics, what is new)
ABSENCES_TO_CLOSE = 2
#: the fingerprint of a sighting that must be read anew, whatever its entry says
UNREAD = ""

# made once: each entry of a look needs them, and making one takes longer than running it
IT = postings.c.id == bindparam("it")
_VOICE_OF = select(postings.c.voice_id).where(IT)
GIVE_VOICE = update(postings).where(IT).values(voice_id=bindparam("voice"))
_SPEAKER: Select[Any] = (
    select(sightings.c.id, sightings.c.feed_id, sightings.c.url, sightings.c.location, sightings.c.expires_at)
    .where(and_(sightings.c.posting_id == bindparam("it"), sightings.c.absences < ABSENCES_TO_CLOSE))
    .order_by(
        case((sightings.c.expires_at <= bindparam("now"), 1), else_=0),
        sightings.c.rank,
        case((sightings.c.id == bindparam("voice"), 0), else_=1),
        sightings.c.id,
    )
    .limit(1)
)


def note_change(connection: Connection, posting_ids: Sequence[int], now: datetime) -> None:
    """Its words or its places are others than at the rounds before: a proof must not say that they were there."""
    changed = postings.c.id.in_(posting_ids)
    connection.execute(update(postings).where(changed).values(updated_at=now))


def voice_of(connection: Connection, posting_id: int, now: datetime) -> tuple[int | None, Row[Any] | None]:
    """Whose words a posting has, and the copy that should speak for it now."""
    voice_id: int | None = connection.execute(_VOICE_OF, {"it": posting_id}).scalar_one()
    return voice_id, speaker_of(connection, posting_id, voice_id, now)


def speaker_of(
    connection: Connection, posting_id: int, voice_id: int | None, now: datetime
) -> Row[Any] | None:
    """The living copy nearest to the employer, one that is still open first; of equals the one that spoke last, then the oldest."""
    asked = {"it": posting_id, "voice": voice_id, "now": now}
    return connection.execute(_SPEAKER, asked).one_or_none()


def pass_on(connection: Connection, posting_ids: Sequence[int], now: datetime) -> set[int]:
    """Those of the postings that some feed still carries; where the copy that spoke has left, the next best speaks."""
    carried = set()
    for posting_id in posting_ids:
        voice_id, speaker = voice_of(connection, posting_id, now)
        if speaker is None:
            continue
        carried.add(posting_id)
        if speaker.id != voice_id:
            _show_from(connection, posting_id, speaker)
            read_anew(connection, [speaker])
    return carried


def show_again(connection: Connection, back: Sequence[int], now: datetime) -> None:
    """Postings with a copy that is back: it speaks where it stands nearer than the others, else nothing changes."""
    pass_on(connection, back, now)
    for posting_id in back:
        voice_id, speaker = voice_of(connection, posting_id, now)
        if speaker is not None and speaker.id == voice_id:
            _show_from(connection, posting_id, speaker)


def hear_what_is_open(connection: Connection, feed: Feed, now: datetime) -> None:
    """Where the copy that speaks is past its closing date and one of this feed is not, that one speaks."""
    listed = and_(sightings.c.feed_id == int(feed.id), sightings.c.last_seen_at == now)
    is_open = or_(sightings.c.expires_at.is_(None), sightings.c.expires_at > now)
    over = and_(postings.c.expires_at <= now, postings.c.closed == "")
    query = (
        select(postings.c.id)
        .join(sightings, sightings.c.posting_id == postings.c.id)
        .where(and_(listed, is_open, over))
        .distinct()
    )
    heard = connection.execute(query).scalars().all()
    pass_on(connection, heard, now)
    for chunk in chunks(heard):
        note_change(connection, chunk, now)


def _show_from(connection: Connection, posting_id: int, speaker: Row[Any]) -> None:
    """Link, place and closing date are the speaker's at once, for the others may be dead; its words come with the next look."""
    values = {"location": speaker.location, "expires_at": speaker.expires_at} | (
        {"url": speaker.url} if speaker.url else {}
    )
    connection.execute(update(postings).where(postings.c.id == posting_id).values(**values))


def read_anew(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """The next look at the feeds of these sightings reads their entries, although they say what they said before."""
    for chunk in chunks([row.id for row in rows]):
        connection.execute(update(sightings).where(sightings.c.id.in_(chunk)).values(fingerprint=UNREAD))
    for chunk in chunks(sorted({row.feed_id for row in rows})):
        connection.execute(update(feeds).where(feeds.c.id.in_(chunk)).values(**NO_VALIDATORS))
