"""The two sums of the promise, counted from the stored rows, and every row that breaks them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from ctm_alerts.digests.desk import STATES
from ctm_alerts.digests.proof import Breach, DueRow, PeriodRow
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import (
    digests,
    due_log,
    dues,
    ledger,
    outbox,
    postings,
    profiles,
    subscribers,
    suppressions,
)

#: a due row or an ambiguous mail that nobody took up for this long is stuck
STUCK_AFTER = timedelta(hours=2)


class Proof:
    """Reads what `prove` judges."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def both(self, since: datetime | None = None) -> tuple[list[PeriodRow], list[DueRow]]:
        """What was composed and what fell due, as they stood at one moment: a worker goes on while we count.

        Args:
            since: leave out what was due before.
        """
        with self._database.read() as connection:
            return _periods(connection, since), _logged(connection, since)

    def periods(self) -> list[PeriodRow]:
        """Every period with the number of its ledger rows and the state of its mail."""
        return self.both()[0]

    def logged(self) -> list[DueRow]:
        """Every period that fell due, and whether it waits still."""
        return self.both()[1]

    def stuck(self, now: datetime) -> list[Breach]:
        """What should have moved and did not."""
        with self._database.read() as connection:
            return [
                *_without_due(connection),
                *_set_aside(connection),
                *_overdue(connection, now),
                *_ambiguous(connection, now),
            ]

    def only_a_first(self) -> set[str]:
        """Those whose last look for what is new was their first digest."""
        looks = (
            select(func.max(digests.c.id))
            .where(digests.c.kind.in_(["first", "regular", "catchup"]))
            .group_by(digests.c.subscriber_id)
        )
        last = and_(digests.c.id.in_(looks), digests.c.kind == "first")
        with self._database.read() as connection:
            return {
                str(row.subscriber_id)
                for row in connection.execute(select(digests.c.subscriber_id).where(last))
            }

    def edited_at(self) -> dict[str, datetime]:
        """When each profile was last saved."""
        with self._database.read() as connection:
            query = select(profiles.c.id, profiles.c.edited_at)
            return {str(row.id): row.edited_at for row in connection.execute(query)}

    def updated_at(self) -> dict[str, datetime]:
        """When the words of each open posting of the CTM family last changed."""
        query = select(postings.c.id, postings.c.updated_at).where(postings.c.role == "ctm")
        with self._database.read() as connection:
            return {str(row.id): row.updated_at for row in connection.execute(query)}

    def after_unsubscribe(self, since: datetime | None = None) -> list[Breach]:
        """Mail that left, `since` then, after its address was suppressed."""
        late = (
            select(outbox.c.id, outbox.c.subscriber_id, outbox.c.sent_at)
            .join(suppressions, suppressions.c.address_hash == outbox.c.address_hash)
            .where(and_(outbox.c.status == "sent", outbox.c.purpose.not_in(("confirm", "notice"))))
            .where(outbox.c.sent_at > suppressions.c.at)
        )
        if since is not None:
            late = late.where(outbox.c.sent_at >= since)
        with self._database.read() as connection:
            return [_sent_late(row) for row in connection.execute(late.order_by(outbox.c.sent_at))]


_REPORT = "keep the database and report this as a defect"


def _periods(connection: Connection, since: datetime | None) -> list[PeriodRow]:
    new = (
        select(ledger.c.digest_id, func.count().label("told"))
        .where(ledger.c.kind == "new")
        .group_by(ledger.c.digest_id)
        .subquery()
    )
    d = digests.c
    wanted = [d.id, d.subscriber_id, d.kind, d.due_at, d.composed_at, d.status, d.count, d.matched]
    query = (
        select(
            *wanted,
            *(d[state] for state in STATES),
            func.coalesce(new.c.told, 0).label("told"),
            outbox.c.status.label("mail"),
        )
        .outerjoin(new, new.c.digest_id == digests.c.id)
        .outerjoin(outbox, outbox.c.digest_id == digests.c.id)
        .order_by(digests.c.id)
    )
    if since is not None:
        query = query.where(digests.c.due_at >= since)
    return [_period(row) for row in connection.execute(query)]


def _logged(connection: Connection, since: datetime | None) -> list[DueRow]:
    same = and_(
        dues.c.subscriber_id == due_log.c.subscriber_id,
        dues.c.kind == due_log.c.kind,
        dues.c.due_at == due_log.c.due_at,
    )
    query = select(due_log, dues.c.ready_at).outerjoin(dues, same).order_by(due_log.c.claimed_at)
    if since is not None:
        query = query.where(due_log.c.due_at >= since)
    return [
        DueRow(str(row.subscriber_id), row.kind, row.due_at, row.claimed_at, row.ready_at is not None)
        for row in connection.execute(query)
    ]


def _period(row: Any) -> PeriodRow:
    return PeriodRow(
        id=str(row.id),
        subscriber_id=str(row.subscriber_id),
        kind=row.kind,
        due_at=row.due_at,
        composed_at=row.composed_at,
        status=row.status,
        count=row.count,
        matched=row.matched,
        counts={state: getattr(row, state) for state in STATES},
        told=row.told,
        mail=row.mail,
    )


def _sent_late(row: Any) -> Breach:
    says = f"mail {row.id} left at {row.sent_at.isoformat()}, after the address was suppressed"
    return Breach("sent after suppression", str(row.subscriber_id), says, row.sent_at, _REPORT)


def _without_due(connection: Connection) -> Iterable[Breach]:
    regular = select(dues.c.subscriber_id).where(dues.c.kind == "regular")
    query = select(subscribers.c.id, subscribers.c.created_at).where(
        and_(subscribers.c.status == "active", subscribers.c.id.not_in(regular))
    )
    for row in connection.execute(query.order_by(subscribers.c.id)):
        says = "an active subscriber has no next due date, so no digest would ever come"
        remedy = f"set the hour again: ctm-alerts subscribers rhythm {row.id} --hour HH:MM"
        yield Breach("no due date", str(row.id), says, row.created_at, remedy)


def _set_aside(connection: Connection) -> Iterable[Breach]:
    aside = select(dues).where(dues.c.set_aside_at.is_not(None)).order_by(dues.c.set_aside_at)
    for row in connection.execute(aside):
        says = (
            f"the {row.kind} digest due at {_at(row.due_at)} failed {row.tries} times, "
            f"and nobody composes it any more: {row.fault}"
        )
        remedy = f"mend what it names, then: ctm-alerts subscribers release {row.subscriber_id}"
        yield Breach("set aside", str(row.subscriber_id), says, row.set_aside_at, remedy)


def _overdue(connection: Connection, now: datetime) -> Iterable[Breach]:
    free = or_(dues.c.lease_until.is_(None), dues.c.lease_until <= now)
    forgotten = and_(dues.c.ready_at <= now - STUCK_AFTER, free, dues.c.set_aside_at.is_(None))
    for row in connection.execute(select(dues).where(forgotten).order_by(dues.c.due_at)):
        says = f"a {row.kind} digest was due at {_at(row.due_at)} and nobody composed it"
        remedy = (
            "is a worker running? start one: ctm-alerts run --only worker; or by hand: ctm-alerts round all"
        )
        if row.fault:
            says += f"; the last try said: {row.fault}"
        yield Breach("overdue", str(row.subscriber_id), says, row.due_at, remedy)


def _ambiguous(connection: Connection, now: datetime) -> Iterable[Breach]:
    lapsed = and_(outbox.c.status == "dot", outbox.c.lease_until <= now - STUCK_AFTER)
    for row in connection.execute(select(outbox).where(lapsed).order_by(outbox.c.dot_at)):
        says = f"mail {row.id} lost its receipt in a crash and was not reconciled"
        yield Breach("ambiguous", str(row.subscriber_id), says, row.dot_at, "run: ctm-alerts round deliver")


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
