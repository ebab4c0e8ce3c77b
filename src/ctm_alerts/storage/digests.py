"""What is due, what was composed for it, and the ledger of what each subscriber was told."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.compose import STATES, Composition, Due, Standing, Told
from ctm_alerts.digests.period import Claim, Period
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import insert_mail
from ctm_alerts.storage.schema import digests, due_log, dues, ledger, standings, subscribers
from ctm_alerts.storage.subscribers import put_dues


class Digests:
    """Periods, standings and the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
        """Due rows whose time has come, ours until the lease ends: compare-and-set, so any number of workers is safe."""
        free = or_(dues.c.lease_until.is_(None), dues.c.lease_until <= now)
        ready = (
            select(dues)
            .where(and_(dues.c.ready_at <= now, free))
            .order_by(dues.c.ready_at, dues.c.subscriber_id)
        )
        token, claimed = secrets.token_hex(16), []
        with self._database.write() as connection:
            for row in connection.execute(ready.limit(limit).with_for_update(skip_locked=True)).all():
                same = and_(dues.c.subscriber_id == row.subscriber_id, dues.c.kind == row.kind, free)
                won = connection.execute(
                    update(dues).where(same).values(lease=token, lease_until=now + lease)
                )
                if won.rowcount == 1:
                    _log_due(connection, row.subscriber_id, row.kind, row.due_at, now)
                    claimed.append(Claim(Due(str(row.subscriber_id), row.kind, row.due_at), token))
        return claimed

    def postpone(self, claim: Claim, ready_at: datetime) -> None:
        """Give a claimed row back for later: quiet hours."""
        values = {"ready_at": ready_at, "lease": None, "lease_until": None}
        with self._database.write() as connection:
            connection.execute(update(dues).where(_is_ours(claim)).values(**values))

    def drop(self, claim: Claim, reason: str, now: datetime) -> None:
        """A period of someone who must not get mail any more: withdrawn, and counted."""
        due = claim.due
        row: dict[str, Any] = {
            "subscriber_id": int(due.subscriber_id), "kind": due.kind, "due_at": due.due_at, "composed_at": now,
            "window_start": now, "window_end": now, "plan": "free", "status": "withdrawn", "reason": reason,
            "subject": "", "count": 0, "matched": 0, **dict.fromkeys(STATES, 0),
        }  # fmt: skip
        with self._database.write() as connection:
            if connection.execute(delete(dues).where(_is_ours(claim))).rowcount == 1:
                connection.execute(insert(digests).values(**row))

    def commit(
        self,
        claim: Claim,
        composition: Composition,
        periods: Sequence[Period],
        *,
        plan: str,
        next_regular: datetime | None,
        columns: dict[str, Any],
        now: datetime,
    ) -> bool:
        """Digest, ledger rows, outbox bytes and next due date in one transaction; False when the claim was lost."""
        subscriber_id = int(claim.due.subscriber_id)
        try:
            with self._database.write() as connection:
                if connection.execute(delete(dues).where(_is_ours(claim))).rowcount != 1:
                    return False
                if next_regular is not None:
                    put_dues(connection, subscriber_id, [NextDue("regular", next_regular, next_regular)])
                keys = [_insert_period(connection, claim.due, p, composition, plan, now) for p in periods]
                _write_lines(connection, subscriber_id, keys[0], composition, now)
                if columns:
                    connection.execute(
                        update(subscribers).where(subscribers.c.id == subscriber_id).values(**columns)
                    )
        except IntegrityError:
            # the period was composed before, or a posting was told meanwhile: the unique keys say so
            self._skip_if_composed(claim, next_regular)
            return False
        return True

    def _skip_if_composed(self, claim: Claim, next_regular: datetime | None) -> None:
        """Go on after a period that is there already, or its due row would be claimed for ever.

        One that is not there keeps its due row, and is composed anew when the lease is over.
        """
        due, subscriber_id = claim.due, int(claim.due.subscriber_id)
        same = and_(
            digests.c.subscriber_id == subscriber_id,
            digests.c.kind == due.kind,
            digests.c.due_at == due.due_at,
        )
        with self._database.write() as connection:
            if connection.execute(select(digests.c.id).where(same)).first() is None:
                return
            if (
                connection.execute(delete(dues).where(_is_ours(claim))).rowcount == 1
                and next_regular is not None
            ):
                put_dues(connection, subscriber_id, [NextDue("regular", next_regular, next_regular)])

    def told(self, ids: Iterable[str]) -> dict[str, list[Told]]:
        """The ledger of these subscribers."""
        found: defaultdict[str, list[Told]] = defaultdict(list)
        query = select(ledger).where(ledger.c.subscriber_id.in_([int(i) for i in ids]))
        with self._database.read() as connection:
            for row in connection.execute(
                query.order_by(ledger.c.posting_id, ledger.c.kind, ledger.c.revision)
            ):
                line = Told(str(row.posting_id), row.kind, row.revision, row.seen_revision, row.at)
                found[str(row.subscriber_id)].append(line)
        return found

    def standings(self, ids: Iterable[str]) -> dict[str, dict[str, Standing]]:
        """What became of matched postings that have no ledger row, by subscriber and posting."""
        found: defaultdict[str, dict[str, Standing]] = defaultdict(dict)
        query = select(standings).where(standings.c.subscriber_id.in_([int(i) for i in ids]))
        with self._database.read() as connection:
            for row in connection.execute(query):
                standing = Standing(row.state, row.profile_revision, row.posting_revision, row.since)
                found[str(row.subscriber_id)][str(row.posting_id)] = standing
        return found

    def next_dues(self) -> dict[str, list[Due]]:
        """What is due next, by subscriber."""
        found: defaultdict[str, list[Due]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(select(dues).order_by(dues.c.due_at)):
                found[str(row.subscriber_id)].append(Due(str(row.subscriber_id), row.kind, row.due_at))
        return found

    def of_subscriber(self, subscriber_id: str) -> list[dict[str, Any]]:
        """Every period of one subscriber, oldest first."""
        query = select(digests).where(digests.c.subscriber_id == int(subscriber_id)).order_by(digests.c.id)
        with self._database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def last(self) -> datetime | None:
        """When a period was last composed."""
        with self._database.read() as connection:
            found: datetime | None = connection.execute(select(func.max(digests.c.composed_at))).scalar_one()
            return found


def _log_due(connection: Connection, subscriber_id: int, kind: str, due_at: datetime, now: datetime) -> None:
    same = and_(due_log.c.subscriber_id == subscriber_id, due_log.c.kind == kind, due_log.c.due_at == due_at)
    if connection.execute(select(due_log.c.kind).where(same)).first() is None:
        row = {"subscriber_id": subscriber_id, "kind": kind, "due_at": due_at, "claimed_at": now}
        connection.execute(insert(due_log).values(**row))


def _is_ours(claim: Claim) -> Any:
    due = claim.due
    return and_(
        dues.c.subscriber_id == int(due.subscriber_id), dues.c.kind == due.kind, dues.c.lease == claim.lease
    )


def _insert_period(
    connection: Connection, due: Due, period: Period, composition: Composition, plan: str, now: datetime
) -> int:
    sums = composition.sums if period.kind == due.kind else {}
    row: dict[str, Any] = {
        "subscriber_id": int(due.subscriber_id), "kind": period.kind, "due_at": due.due_at, "composed_at": now,
        "window_start": composition.window_start, "window_end": now, "plan": plan, "status": period.status,
        "reason": period.reason, "subject": period.subject, "count": period.count,
        "matched": composition.matched if sums else 0,
        **{state: sums.get(state, 0) for state in STATES},
    }  # fmt: skip
    _log_due(connection, int(due.subscriber_id), period.kind, due.due_at, now)
    key = connection.execute(insert(digests).values(**row)).inserted_primary_key
    assert key is not None
    if period.mail is not None:
        insert_mail(connection, period.mail, int(key[0]), now)
    return int(key[0])


def _write_lines(
    connection: Connection, subscriber_id: int, digest_id: int, made: Composition, now: datetime
) -> None:
    touched = [int(o.posting_id) for o in made.outcomes] + [int(i) for i in made.forgotten]
    for start in range(0, len(touched), 500):
        some = standings.c.posting_id.in_(touched[start : start + 500])
        connection.execute(delete(standings).where(and_(standings.c.subscriber_id == subscriber_id, some)))
    held = [
        {
            "subscriber_id": subscriber_id, "posting_id": int(o.posting_id), "state": o.state, "since": o.since,
            "digest_id": digest_id, "profile_revision": o.profile_revision, "posting_revision": o.posting_revision,
        }
        for o in made.outcomes
        if o.state != "shown"
    ]  # fmt: skip
    if held:
        connection.execute(insert(standings), held)
    lines = [
        {
            **asdict(line),
            "posting_id": int(line.posting_id),
            "subscriber_id": subscriber_id,
            "digest_id": digest_id,
        }
        for line in made.lines(now)
    ]
    if lines:
        connection.execute(insert(ledger), lines)
