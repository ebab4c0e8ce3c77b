"""What is due, what was composed for it, and the ledger of what each subscriber was told."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.desk import STATES, Composition, Due, Standing, Told
from ctm_alerts.digests.period import Claim, Period
from ctm_alerts.errors import NotFound, OutcomeUnknown
from ctm_alerts.failpoints import reach
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.lineage import standing_lines, told_lines
from ctm_alerts.storage.outbox import insert_mail
from ctm_alerts.storage.schema import UTC, digests, due_log, dues, ledger, standings, subscribers
from ctm_alerts.storage.subscribers import put_dues

#: a period that could not be composed so often is set aside (fault matrix S14, guarantee 6)
POISON_LIMIT = 3
#: what names a period
_KEY = (dues.c.subscriber_id, dues.c.kind, dues.c.due_at)


class Digests:
    """Periods, standings and the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, now: datetime, lease: timedelta, limit: int, *, at: datetime | None = None
    ) -> list[Claim]:
        """Due rows whose time has come, ours until the lease ends: compare-and-set, so any number of workers is safe.

        What another worker had and did not finish, or what failed before, comes last and alone: should it be what killed
        that worker, nothing else is in our hands when it kills us.

        Args:
            now: what is due by then.
            at: the clock, where a round goes on for long; a lease begins and ends by it.
        """
        clock, token = at or now, secrets.token_hex(16)
        waits = _waits(now, clock)
        fresh = and_(waits, dues.c.lease.is_(None), dues.c.tries == 0)
        with self._database.write() as connection:
            taken = _take(connection, fresh, limit, token, clock + lease)
            taken = taken or _take(connection, waits, 1, token, clock + lease)
            if taken:
                _log_dues(connection, token, now)
        return [Claim(due, token) for due in taken]

    def any_ready(self, now: datetime, at: datetime) -> bool:
        """Whether a claim would find anything; `at` is the clock."""
        with self._database.read() as connection:
            query = select(dues.c.subscriber_id).where(_waits(now, at)).limit(1)
            return connection.execute(query).first() is not None

    def renew(self, claim: Claim, at: datetime, lease: timedelta) -> None:
        """The heartbeat: all that was claimed with this one stays ours; a lease that ran out is not revived."""
        alive = and_(dues.c.lease == claim.lease, dues.c.lease_until > at)
        with self._database.write() as connection:
            connection.execute(update(dues).where(alive).values(lease_until=at + lease))

    # -- what cannot be composed

    def failed_to_compose(self, claim: Claim, fault: str, now: datetime, ready_at: datetime) -> bool:
        """A defect of ours: due again at `ready_at`, and after `POISON_LIMIT` of them set aside; whether it was."""
        last = dues.c.tries + 1 >= POISON_LIMIT
        values = {
            "tries": dues.c.tries + 1, "fault": fault[:500], "lease": None, "lease_until": None, "ready_at": ready_at,
            "set_aside_at": case((last, literal(now, UTC)), else_=None),
        }  # fmt: skip
        ours = update(dues).where(_is_ours(claim)).values(**values).returning(dues.c.set_aside_at)
        with self._database.write() as connection:
            row = connection.execute(ours).first()
        return row is not None and row.set_aside_at is not None

    def set_aside_unfinished(self, at: datetime) -> list[Due]:
        """Set aside what so many workers took up and none finished; what was set aside."""
        # a try is counted when a lapsed lease is taken over: at the claim it would count for the others of a shard too
        lapsed = and_(dues.c.lease_until <= at, dues.c.set_aside_at.is_(None))
        values = {
            "tries": dues.c.tries + 1, "lease": None, "lease_until": None, "set_aside_at": at,
            "fault": f"{POISON_LIMIT} workers took it up, and each of them died or fell silent",
        }  # fmt: skip
        dead = update(dues).where(and_(lapsed, dues.c.tries + 1 >= POISON_LIMIT)).values(**values)
        with self._database.write() as connection:
            return [_due(row) for row in connection.execute(dead.returning(*_KEY))]

    def set_aside(self) -> list[Due]:
        """What nobody composes until an operator says so."""
        query = select(dues).where(dues.c.set_aside_at.is_not(None)).order_by(dues.c.subscriber_id)
        with self._database.read() as connection:
            return [_due(row) for row in connection.execute(query)]

    def release(self, subscriber_id: str | None, now: datetime) -> list[Due]:
        """Make due at once what was set aside, of one subscriber or of all, as one late digest each; what was.

        Raises:
            NotFound: nothing of that subscriber is set aside.
        """
        aside: ColumnElement[bool] = dues.c.set_aside_at.is_not(None)
        if subscriber_id is not None:
            aside = and_(aside, dues.c.subscriber_id == int(subscriber_id))
        values = {"tries": 0, "fault": "", "set_aside_at": None, "ready_at": now}
        with self._database.write() as connection:
            again = update(dues).where(aside).values(**values).returning(*_KEY)
            found = [_due(row) for row in connection.execute(again)]
        if not found and subscriber_id is not None:
            raise NotFound(
                f"nothing of subscriber {subscriber_id} is set aside; `ctm-alerts prove` lists what is"
            )
        return found

    # -- what is done with a claim

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
        """Digest, ledger rows, outbox bytes and next due date in one transaction; False when the claim was lost.

        Raises:
            StorageError: nothing was written, or nobody can say now whether it was; the due row knows.
        """
        subscriber_id = int(claim.due.subscriber_id)
        try:
            with self._database.write() as connection:
                if not _settle_due(connection, claim, next_regular):
                    return False
                keys = [_insert_period(connection, claim.due, p, composition, plan, now) for p in periods]
                _write_lines(connection, subscriber_id, keys[0], composition, now)
                if columns:
                    connection.execute(
                        update(subscribers).where(subscribers.c.id == subscriber_id).values(**columns)
                    )
                reach("dispatch.before_commit")
        except OutcomeUnknown:
            return self._was_composed(claim, now)
        except IntegrityError:
            # the period was composed before, or a posting was told meanwhile: the unique keys say so
            self._skip_if_composed(claim, next_regular)
            return False
        return True

    def _was_composed(self, claim: Claim, now: datetime) -> bool:
        """Whether a commit that nobody answered was made: by the period's key, and by its time, since it could be another's."""
        ours = and_(_has_key(claim.due), digests.c.composed_at == now)
        with self._database.read() as connection:
            return connection.execute(select(digests.c.id).where(ours)).first() is not None

    def _skip_if_composed(self, claim: Claim, next_regular: datetime | None) -> None:
        """Go on after a period that is there already, or its due row would be claimed for ever.

        One that is not there keeps its due row, and is composed anew when the lease is over.
        """
        with self._database.write() as connection:
            if connection.execute(select(digests.c.id).where(_has_key(claim.due))).first() is None:
                return
            _settle_due(connection, claim, next_regular)

    def told(self, ids: Iterable[str]) -> dict[str, list[Told]]:
        """The ledger of these subscribers, with what their postings inherited by a merge or a split."""
        with self._database.read() as connection:
            return told_lines(connection, [int(i) for i in ids])

    def standings(self, ids: Iterable[str]) -> dict[str, dict[str, Standing]]:
        """What became of matched postings that have no ledger row, by subscriber and posting."""
        with self._database.read() as connection:
            return standing_lines(connection, [int(i) for i in ids])

    def next_dues(self) -> dict[str, list[Due]]:
        """What is due next, by subscriber."""
        found: defaultdict[str, list[Due]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(select(dues).order_by(dues.c.due_at)):
                found[str(row.subscriber_id)].append(_due(row))
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


def _waits(now: datetime, at: datetime) -> ColumnElement[bool]:
    free = or_(dues.c.lease_until.is_(None), dues.c.lease_until <= at)
    return and_(dues.c.ready_at <= now, dues.c.set_aside_at.is_(None), free)


def _take(
    connection: Connection, ready: ColumnElement[bool], limit: int, token: str, until: datetime
) -> list[Due]:
    first = (
        select(dues.c.subscriber_id, dues.c.kind)
        .where(ready)
        .order_by(dues.c.ready_at, dues.c.subscriber_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # PostgreSQL may run a plain subquery once for each row, and so take more than the limit
        .cte("first_ready")
    )
    # `ready` stands outside too: what another worker took while we waited for its row is not ready any more
    of_them = tuple_(dues.c.subscriber_id, dues.c.kind).in_(select(first.c.subscriber_id, first.c.kind))
    values = {
        "lease": token, "lease_until": until, "tries": dues.c.tries + case((dues.c.lease.is_(None), 0), else_=1)
    }  # fmt: skip
    take = update(dues).where(and_(of_them, ready)).values(**values).returning(*_KEY, dues.c.ready_at)
    rows = connection.execute(take).all()
    return [_due(row) for row in sorted(rows, key=lambda row: (row.ready_at, row.subscriber_id))]


def _log_dues(connection: Connection, token: str, now: datetime) -> None:
    """Note what was claimed with this token, each period once."""
    there = and_(
        due_log.c.subscriber_id == dues.c.subscriber_id,
        due_log.c.kind == dues.c.kind,
        due_log.c.due_at == dues.c.due_at,
    )
    claimed = select(*_KEY, literal(now, UTC)).where(
        and_(dues.c.lease == token, ~exists(select(due_log.c.kind).where(there)))
    )
    columns = ["subscriber_id", "kind", "due_at", "claimed_at"]
    connection.execute(insert(due_log).from_select(columns, claimed))


def _log_due(connection: Connection, subscriber_id: int, kind: str, due_at: datetime, now: datetime) -> None:
    same = and_(due_log.c.subscriber_id == subscriber_id, due_log.c.kind == kind, due_log.c.due_at == due_at)
    if connection.execute(select(due_log.c.kind).where(same)).first() is None:
        row = {"subscriber_id": subscriber_id, "kind": kind, "due_at": due_at, "claimed_at": now}
        connection.execute(insert(due_log).values(**row))


def _due(row: Row[Any]) -> Due:
    return Due(str(row.subscriber_id), row.kind, row.due_at)


def _has_key(due: Due) -> ColumnElement[bool]:
    return and_(
        digests.c.subscriber_id == int(due.subscriber_id),
        digests.c.kind == due.kind,
        digests.c.due_at == due.due_at,
    )


def _is_ours(claim: Claim) -> Any:
    due = claim.due
    return and_(
        dues.c.subscriber_id == int(due.subscriber_id), dues.c.kind == due.kind, dues.c.lease == claim.lease
    )


def _settle_due(connection: Connection, claim: Claim, next_regular: datetime | None) -> bool:
    """The due row ends, or becomes the next one; whether it was ours still."""
    if claim.due.kind == "regular" and next_regular is not None:
        values = {
            "due_at": next_regular, "ready_at": next_regular, "lease": None, "lease_until": None, "tries": 0, "fault": "",
        }  # fmt: skip
        return connection.execute(update(dues).where(_is_ours(claim)).values(**values)).rowcount == 1
    won = connection.execute(delete(dues).where(_is_ours(claim))).rowcount == 1
    if won and next_regular is not None:
        put_dues(
            connection,
            int(claim.due.subscriber_id),
            [NextDue("regular", next_regular, next_regular)],
        )
    return won


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
    if period.kind != due.kind:  # a note: what fell due itself was logged when it was claimed
        _log_due(connection, int(due.subscriber_id), period.kind, due.due_at, now)
    # handed in beside the statement, which is so compiled but once
    key = connection.execute(insert(digests), row).inserted_primary_key
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
            "subscriber_id": subscriber_id, "posting_id": int(line.posting_id), "kind": line.kind,
            "revision": line.revision, "digest_id": digest_id, "since": line.since,
            "seen_revision": line.seen_revision, "at": line.at,
        }
        for line in made.lines(now)
    ]  # fmt: skip
    if lines:
        connection.execute(insert(ledger), lines)
