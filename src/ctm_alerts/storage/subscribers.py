"""People, their profiles, their consent, and the addresses that must not be written to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.digest import DueKind
from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import consents, digests, due_log, dues, profiles, subscribers, suppressions
from ctm_alerts.subscribers.subscriber import (
    WISHES,
    Consent,
    NewSubscriber,
    Profile,
    Rhythm,
    Subscriber,
    address_hash,
    normal_address,
)


class Subscribers:
    """Everyone we know, and what they look for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: NewSubscriber, consent: Consent, now: datetime) -> Subscriber:
        """A new person with profiles and the first line of consent.

        Raises:
            UsageError: the address or the external id is there already.
        """
        row = {
            "external_id": person.external_id, "email": person.email, "email_normal": normal_address(person.email),
            "name": person.name, "status": person.status, "plan": person.plan, "plan_until": person.plan_until,
            "plan_in_force": person.plan, **_rhythm_columns(person.rhythm), "locale": person.locale,
            "silent_periods": 0, "created_at": now,
        }  # fmt: skip
        try:
            with self._database.write() as connection:
                key = connection.execute(insert(subscribers).values(**row)).inserted_primary_key
                assert key is not None
                for wishes in person.wishes:
                    _insert_profile(connection, key[0], wishes, person.assumed, now)
                connection.execute(insert(consents).values(subscriber_id=key[0], **asdict(consent)))
        except IntegrityError:
            who = person.external_id or "this address"
            raise UsageError(
                f"{who} is there already; `ctm-alerts subscribers list` shows everyone"
            ) from None
        return self.get(str(key[0]))

    def get(self, who: str) -> Subscriber:
        """The subscriber of this id, external id or address.

        Raises:
            NotFound: there is none.
        """
        found = self.find(who)
        if found is None:
            raise NotFound(
                f"no subscriber {who!r}; give an id, an external id or an address (`subscribers list`)"
            )
        return found

    def find(self, who: str) -> Subscriber | None:
        """As `get`, or None."""
        by = [subscribers.c.external_id == who]
        if who.isdecimal():
            by.append(subscribers.c.id == int(who))
        if "@" in who:
            by.append(subscribers.c.email_normal == normal_address(who))
        with self._database.read() as connection:
            rows = connection.execute(select(subscribers).where(or_(*by)).order_by(subscribers.c.id)).all()
            # an id first: hosts number their people too, and a signed link names our id
            row = next((r for r in rows if str(r.id) == who), rows[0] if rows else None)
            return None if row is None else _load(connection, [row])[0]

    def with_external_id(self, external_id: str) -> Subscriber | None:
        """The subscriber whom the host calls so, or None."""
        found = self._where(subscribers.c.external_id == external_id)
        return found[0] if found else None

    def all(self) -> list[Subscriber]:
        """Everyone, in the order added."""
        with self._database.read() as connection:
            return _load(connection, connection.execute(select(subscribers).order_by(subscribers.c.id)).all())

    def of_ids(self, ids: Iterable[str]) -> dict[str, Subscriber]:
        """These subscribers by id."""
        with self._database.read() as connection:
            query = select(subscribers).where(subscribers.c.id.in_([int(i) for i in ids]))
            return {s.id: s for s in _load(connection, connection.execute(query).all())}

    def profiles(self, ids: Iterable[str]) -> dict[str, list[Profile]]:
        """The profiles of these subscribers, by subscriber id."""
        wanted = [int(i) for i in ids]
        found: dict[str, list[Profile]] = {str(i): [] for i in wanted}
        query = select(profiles).where(profiles.c.subscriber_id.in_(wanted)).order_by(profiles.c.id)
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[str(row.subscriber_id)].append(profile_of(row))
        return found

    def change(
        self,
        subscriber_id: str,
        columns: dict[str, Any],
        *,
        set_dues: Iterable[NextDue] = (),
        drop_dues: Iterable[DueKind] = (),
        consent: Consent | None = None,
        marks: datetime | None = None,
    ) -> None:
        """Change a person's row and due rows together, with the consent line that explains it.

        With `marks`, what was first seen before then is new to none of their profiles.
        """
        key = int(subscriber_id)
        with self._database.write() as connection:
            if columns:
                connection.execute(update(subscribers).where(subscribers.c.id == key).values(**columns))
            put_dues(connection, key, set_dues, drop_dues)
            if marks is not None:
                theirs = profiles.c.subscriber_id == key
                connection.execute(update(profiles).where(theirs).values(mark=marks))
            if consent is not None:
                connection.execute(insert(consents).values(subscriber_id=key, **asdict(consent)))

    def save_profile(self, profile: Profile, wishes: dict[str, Any], mark: datetime, now: datetime) -> None:
        """An edit: the next revision, no longer our assumption, reaching back as far as `mark`."""
        values = {
            "revision": profile.revision + 1, "mark": mark, "edited_at": now, "assumed": False,
            "wishes": _wishes_json(wishes),
        }  # fmt: skip
        with self._database.write() as connection:
            same = and_(profiles.c.id == int(profile.id), profiles.c.revision == profile.revision)
            connection.execute(update(profiles).where(same).values(**values))

    def to_resume(self, now: datetime) -> list[Subscriber]:
        """Those whose pause is over."""
        return self._where(and_(subscribers.c.status == "paused", subscribers.c.paused_until <= now))

    def lapsed(self, now: datetime) -> list[Subscriber]:
        """Those whose Plus ended and whose rhythm does not know it yet."""
        return self._where(and_(subscribers.c.plan_in_force == "plus", subscribers.c.plan_until <= now))

    def due_too_late(self, latest: datetime) -> list[Subscriber]:
        """Active people whose next regular digest lies beyond `latest`: a clock was ahead and is right again."""
        late = select(dues.c.subscriber_id).where(and_(dues.c.kind == "regular", dues.c.due_at > latest))
        return self._where(and_(subscribers.c.status == "active", subscribers.c.id.in_(late)))

    def _where(self, condition: Any) -> list[Subscriber]:
        query = select(subscribers).where(condition).order_by(subscribers.c.id)
        with self._database.read() as connection:
            return _load(connection, connection.execute(query).all())

    def asked_since(self, ip: str, since: datetime) -> int:
        """How many sign-ups came from one address of the net since then."""
        same = and_(consents.c.event == "asked", consents.c.ip == ip, consents.c.at > since)
        with self._database.read() as connection:
            return connection.execute(select(func.count()).where(same)).scalar_one()

    # -- suppression

    def suppress(self, email: str, scope: str, reason: str, now: datetime) -> None:
        """Never write to this address again; the wider scope wins."""
        with self._database.write() as connection:
            put_suppression(connection, email, scope, reason, now)

    def unsuppress_stream(self, email: str) -> None:
        """Lift a suppression of the stream, after the person confirmed anew; one of `all` stays."""
        with self._database.write() as connection:
            same = and_(suppressions.c.address_hash == address_hash(email), suppressions.c.scope == "stream")
            connection.execute(delete(suppressions).where(same))

    def suppression(self, email: str) -> str | None:
        """The reason for which an address is suppressed, or None."""
        with self._database.read() as connection:
            row = connection.execute(
                select(suppressions.c.reason).where(suppressions.c.address_hash == address_hash(email))
            ).first()
        return None if row is None else str(row.reason)


def put_suppression(connection: Connection, email: str, scope: str, reason: str, now: datetime) -> None:
    """A suppression within a transaction that is already open."""
    digest = address_hash(email)
    row = connection.execute(select(suppressions).where(suppressions.c.address_hash == digest)).first()
    if row is None:
        values = {"address_hash": digest, "scope": scope, "reason": reason, "at": now}
        connection.execute(insert(suppressions).values(**values))
    elif row.scope == "stream" and scope == "all":
        values = {"scope": scope, "reason": reason, "at": now}
        connection.execute(update(suppressions).where(suppressions.c.address_hash == digest).values(**values))


def put_dues(
    connection: Connection, subscriber_id: int, rows: Iterable[NextDue], drop: Iterable[DueKind] = ()
) -> None:
    """Write due rows within a transaction that is already open; a row of the same kind is replaced and its lease ends."""
    rows = list(rows)
    for kind in (*drop, *(r.kind for r in rows)):
        old = and_(dues.c.subscriber_id == subscriber_id, dues.c.kind == kind)
        for replaced in connection.execute(select(dues).where(old)).all():
            _forget_due(connection, subscriber_id, kind, replaced.due_at)
        connection.execute(delete(dues).where(old))
    for row in rows:
        connection.execute(insert(dues).values(subscriber_id=subscriber_id, **asdict(row)))


def _forget_due(connection: Connection, subscriber_id: int, kind: DueKind, due_at: datetime) -> None:
    """A due row that is replaced before it was composed never fell due: the rhythm was set anew."""
    composed = select(digests.c.id).where(
        and_(digests.c.subscriber_id == subscriber_id, digests.c.kind == kind, digests.c.due_at == due_at)
    )
    if connection.execute(composed).first() is None:
        same = and_(
            due_log.c.subscriber_id == subscriber_id, due_log.c.kind == kind, due_log.c.due_at == due_at
        )
        connection.execute(delete(due_log).where(same))


def _insert_profile(
    connection: Connection, key: int, wishes: dict[str, Any], assumed: bool, now: datetime
) -> None:
    row = {
        "subscriber_id": key, "revision": 1, "mark": now, "edited_at": now, "assumed": assumed,
        "wishes": _wishes_json(wishes),
    }  # fmt: skip
    connection.execute(insert(profiles).values(**row))


def _wishes_json(wishes: dict[str, Any]) -> str:
    unknown = set(wishes) - set(WISHES)
    if unknown:
        raise UsageError(
            f"a profile has no wish called {', '.join(sorted(unknown))}; it has {', '.join(WISHES)}"
        )
    return json.dumps(wishes, ensure_ascii=False, sort_keys=True)


def profile_of(row: Row[Any]) -> Profile:
    """The profile that a row holds."""
    wishes: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(row.wishes).items()
    }
    return Profile(
        id=str(row.id),
        subscriber_id=str(row.subscriber_id),
        revision=row.revision,
        mark=row.mark,
        assumed=row.assumed,
        **wishes,
    )


def _rhythm_columns(rhythm: Rhythm) -> dict[str, Any]:
    return asdict(rhythm)


def _load(connection: Connection, rows: Iterable[Row[Any]]) -> list[Subscriber]:
    rows = list(rows)
    words: dict[int, str] = {}
    query = select(consents.c.subscriber_id, consents.c.event, consents.c.at, consents.c.source).where(
        and_(
            consents.c.subscriber_id.in_([row.id for row in rows]),
            consents.c.event.in_(["confirmed", "imported", "resumed"]),
        )
    )
    for line in connection.execute(query.order_by(consents.c.id)):
        verb = "confirmed your address" if line.event != "imported" else f"agreed at {line.source}"
        words[line.subscriber_id] = f"you {verb} on {line.at.day} {line.at:%B %Y}"
    return [_subscriber(row, words.get(row.id, "")) for row in rows]


def _subscriber(row: Row[Any], consent_words: str) -> Subscriber:
    rhythm = Rhythm(row.timezone, row.minute, row.weekday, row.weekdays_only, row.weekly)
    same = set(Subscriber.__dataclass_fields__) - {"id", "rhythm", "consent_words"}
    return Subscriber(
        id=str(row.id),
        rhythm=rhythm,
        consent_words=consent_words,
        **{name: getattr(row, name) for name in same},
    )
