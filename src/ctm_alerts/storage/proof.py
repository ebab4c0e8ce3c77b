"""The two sums of the promise, counted from the stored rows, and every row that breaks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from ctm_alerts.digests.compose import STATES
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
from ctm_alerts.subscribers.subscriber import address_hash

#: a due row or an ambiguous mail that nobody took up for this long is stuck
STUCK_AFTER = timedelta(hours=2)


class Proof:
    """Reads what `prove` judges."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def periods(self) -> list[PeriodRow]:
        """Every period with the number of its ledger rows and the state of its mail."""
        new = (
            select(ledger.c.digest_id, func.count().label("told"))
            .where(ledger.c.kind == "new")
            .group_by(ledger.c.digest_id)
            .subquery()
        )
        query = (
            select(digests, func.coalesce(new.c.told, 0).label("told"), outbox.c.status.label("mail"))
            .outerjoin(new, new.c.digest_id == digests.c.id)
            .outerjoin(outbox, outbox.c.digest_id == digests.c.id)
            .order_by(digests.c.id)
        )
        with self._database.read() as connection:
            return [_period(row) for row in connection.execute(query)]

    def logged(self) -> list[DueRow]:
        """Every period that fell due, and whether it waits still."""
        same = and_(
            dues.c.subscriber_id == due_log.c.subscriber_id,
            dues.c.kind == due_log.c.kind,
            dues.c.due_at == due_log.c.due_at,
        )
        query = select(due_log, dues.c.ready_at).outerjoin(dues, same).order_by(due_log.c.claimed_at)
        with self._database.read() as connection:
            return [
                DueRow(str(row.subscriber_id), row.kind, row.due_at, row.claimed_at, row.ready_at is not None)
                for row in connection.execute(query)
            ]

    def stuck(self, now: datetime) -> list[Breach]:
        """What should have moved and did not."""
        with self._database.read() as connection:
            return [*_without_due(connection), *_overdue(connection, now), *_ambiguous(connection, now)]

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

    def after_unsubscribe(self) -> list[Breach]:
        """Mail that left after its address was suppressed."""
        when = {row.address_hash: row for row in self._suppressions()}
        sent = select(outbox.c.id, outbox.c.subscriber_id, outbox.c.to_address, outbox.c.sent_at).where(
            and_(outbox.c.status == "sent", outbox.c.purpose != "confirm")
        )
        found = []
        with self._database.read() as connection:
            for row in connection.execute(sent):
                line = when.get(address_hash(row.to_address))
                if line is not None and row.sent_at > line.at:
                    says = (
                        f"mail {row.id} left at {row.sent_at.isoformat()}, after the address was suppressed"
                    )
                    found.append(
                        Breach("sent after suppression", str(row.subscriber_id), says, row.sent_at, _REPORT)
                    )
        return found

    def _suppressions(self) -> Iterable[Any]:
        with self._database.read() as connection:
            return connection.execute(select(suppressions)).all()


_REPORT = "keep the database and report this as a defect"


def _period(row: Any) -> PeriodRow:
    counts = {s: getattr(row, s) for s in STATES}
    return PeriodRow(
        id=str(row.id),
        subscriber_id=str(row.subscriber_id),
        kind=row.kind,
        due_at=row.due_at,
        composed_at=row.composed_at,
        status=row.status,
        count=row.count,
        matched=row.matched,
        counts=Counter(counts),
        told=row.told,
        mail=row.mail,
    )


def _without_due(connection: Connection) -> Iterable[Breach]:
    regular = select(dues.c.subscriber_id).where(dues.c.kind == "regular")
    query = select(subscribers.c.id, subscribers.c.created_at).where(
        and_(subscribers.c.status == "active", subscribers.c.id.not_in(regular))
    )
    for row in connection.execute(query):
        says = "an active subscriber has no next due date, so no digest would ever come"
        yield Breach(
            "no due date",
            str(row.id),
            says,
            row.created_at,
            "set the hour again: ctm-alerts subscribers rhythm",
        )


def _overdue(connection: Connection, now: datetime) -> Iterable[Breach]:
    free = or_(dues.c.lease_until.is_(None), dues.c.lease_until <= now)
    for row in connection.execute(select(dues).where(and_(dues.c.ready_at <= now - STUCK_AFTER, free))):
        says = f"a {row.kind} digest was due at {row.due_at.isoformat()} and nobody composed it"
        yield Breach(
            "overdue",
            str(row.subscriber_id),
            says,
            row.due_at,
            "is a worker running? ctm-alerts run --only worker",
        )


def _ambiguous(connection: Connection, now: datetime) -> Iterable[Breach]:
    lapsed = and_(outbox.c.status == "dot", outbox.c.lease_until <= now - STUCK_AFTER)
    for row in connection.execute(select(outbox).where(lapsed)):
        says = f"mail {row.id} lost its receipt in a crash and was not reconciled"
        yield Breach("ambiguous", str(row.subscriber_id), says, row.dot_at, "run: ctm-alerts round deliver")
