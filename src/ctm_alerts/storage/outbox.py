"""The outbox: final bytes, their leases, intents and receipts.

    queued -> claimed -> dot -> sent        or failed, withdrawn, held

`dot` is committed before the final dot is written, so a crash leaves just those mails ambiguous. `settle` writes the
receipts and the intents of all connections in one transaction.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.digest import DueKind
from ctm_alerts.digests.period import ClaimedMail, Intent, NewMail, OutboxRow, Settled, Taken, domain_of
from ctm_alerts.errors import NotFound
from ctm_alerts.settings.mail import MailRates
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import digests, ledger, outbox, standings, subscribers
from ctm_alerts.storage.sending import claim, claimed_mail, has_suspects, is_ours, is_ready, refusals, settle
from ctm_alerts.storage.subscribers import put_dues, put_suppression
from ctm_alerts.subscribers.subscriber import address_hash

#: a mail that an operator releases is tried for so long, however old its edition is
RELEASED_FOR = timedelta(hours=20)


class Outbox:
    """Mail on its way out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, mail: NewMail, now: datetime) -> None:
        """A mail that belongs to no period: a confirmation. The same Message-ID twice is one mail."""
        with self._database.write() as connection:
            there = select(outbox.c.id).where(outbox.c.message_id == mail.message_id)
            if connection.execute(there).first() is None:
                insert_mail(connection, mail, None, now)

    def confirmations_since(self, to_address: str, since: datetime) -> int:
        """How many confirmation mails an address was sent since then (at most three a day)."""
        query = select(func.count()).where(
            and_(
                outbox.c.to_address == to_address, outbox.c.purpose == "confirm", outbox.c.created_at > since
            )
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        rates: MailRates | None = None,
        without: Collection[str] = (),
        suspects: bool = False,
        holding: Collection[str] = (),
    ) -> list[ClaimedMail]:
        """Mail that may go now, ours until the lease ends; a lease that ran out is taken over.

        Args:
            rates: what is over them is left where it is.
            without: domains that are busy enough.
            holding: mails that the caller has in hand: should a clock jump, nobody takes their own for lost.
            suspects: only mail that was in the hands of `SUSPECT_AFTER` workers when they died, else none of it.
        """
        if suspects:
            with self._database.read() as connection:
                if not has_suspects(connection):
                    return []
        with self._database.write() as connection:
            return claim(
                connection,
                now,
                lease,
                limit,
                rates=rates,
                without=without,
                suspects=suspects,
                holding=holding,
            )

    def is_ready(self, now: datetime) -> bool:
        """Whether any mail could go now, were it not for the rates."""
        with self._database.read() as connection:
            return is_ready(connection, now)

    def renew(self, mails: Sequence[ClaimedMail], now: datetime, lease: timedelta) -> None:
        """The heartbeat: what waits in our hands stays ours; a lease that ran out is not revived."""
        alive = and_(outbox.c.status.in_(["claimed", "dot"]), outbox.c.lease_until > now)
        mine = and_(
            outbox.c.id.in_([int(m.id) for m in mails]), outbox.c.lease.in_(sorted({m.lease for m in mails}))
        )
        with self._database.write() as connection:
            # not sooner than it is already: while an answer is waited for it may last longer
            longer = outbox.c.lease_until < now + lease
            connection.execute(
                update(outbox).where(and_(mine, alive, longer)).values(lease_until=now + lease)
            )

    def may_send(self, mail: ClaimedMail, now: datetime) -> str | None:
        """Asked right before MAIL FROM: None when the mail may go, else why it must not."""
        with self._database.read() as connection:
            return refusals(connection, [mail], now)[0]

    def settle(self, taken: Sequence[Taken], intents: Sequence[Intent], now: datetime) -> Settled:
        """Receipts of what was taken and intents of what goes next, of all connections, in one transaction.

        A suppression or a change of plan that came while the body was sent stops the mail here, before its dot. Safe to
        repeat when nobody knows whether the transaction was committed.
        """
        with self._database.write() as connection:
            return settle(connection, taken, intents, now)

    def mark_resent(self, mail: ClaimedMail) -> bool:
        """Before an ambiguous mail goes once more; False when it is ours no longer."""
        with self._database.write() as connection:
            again = update(outbox).where(is_ours(mail)).values(resends=outbox.c.resends + 1)
            return connection.execute(again).rowcount == 1

    def line_lost(self, mail: ClaimedMail, reply: str) -> None:
        """The line broke between the final dot and its reply; it stays ambiguous until its lease is over."""
        with self._database.write() as connection:
            # no worker died with it, so the next claim must not count one
            values = {
                "line_losses": outbox.c.line_losses + 1, "reply": reply, "lapses": outbox.c.lapses - 1,
            }  # fmt: skip
            connection.execute(update(outbox).where(is_ours(mail)).values(**values))

    def found(self, mail: ClaimedMail, reply: str, now: datetime) -> bool:
        """The receipt of a mail that a crash left ambiguous; False when it went over to another worker."""
        return self.settle([Taken(mail, reply, now)], [], now).received[0]

    def ask_later(self, mail: ClaimedMail, until: datetime) -> None:
        """Its relay cannot say yet whether it took the mail: it stays ambiguous, and nobody looks before then."""
        with self._database.write() as connection:
            waits = and_(is_ours(mail), outbox.c.status == "dot")
            # it is nobody's fault, so the next claim must not count it as a worker that died
            values = {"lease_until": until, "lapses": outbox.c.lapses - 1}
            connection.execute(update(outbox).where(waits).values(**values))

    def retry(self, mail: ClaimedMail, reply: str, now: datetime, not_before: datetime) -> None:
        """A reply that says no for now: nothing is ambiguous, the mail waits."""
        with self._database.write() as connection:
            values = {
                "status": "queued", "not_before": not_before, "reply": reply, "dot_at": None, "tried_at": now,
                "attempts": outbox.c.attempts + 1, "lease": None, "lease_until": None,
                "lapses": 0,  # it went as far as a reply, and ended nobody
            }  # fmt: skip
            connection.execute(update(outbox).where(is_ours(mail)).values(**values))

    def failed(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> None:
        """A reply that says no for good: the digest's rows are released, a dead address is never written to again."""
        with self._database.write() as connection:
            won = _end(connection, mail, "failed", reply, tried_at=now)
            if won and suppress:
                put_suppression(connection, mail.to_address, "all", f"hard bounce: {reply}"[:500], now)

    def withdrawn(self, mail: ClaimedMail, reason: str, now: datetime, *, due_again: bool) -> None:
        """Not sent, since what it was composed for no longer holds; due at once under what now holds."""
        with self._database.write() as connection:
            won = _end(connection, mail, "withdrawn", reason)
            if won and due_again:
                kind = connection.execute(
                    select(digests.c.kind).where(digests.c.id == int(mail.digest_id or 0))
                ).scalar_one()
                again: DueKind = "first" if kind == "first" else "catchup"
                put_dues(connection, int(mail.subscriber_id), [NextDue(again, now, now)])

    def held(self, mail: ClaimedMail, reason: str) -> None:
        """Ambiguous, and the policy is to ask a person; the ledger keeps its rows."""
        with self._database.write() as connection:
            values = {"status": "held", "reply": reason, "lease": None, "lease_until": None}
            if _write(connection, mail, values):
                _set_digest(connection, mail, "held", reason)

    def give_back(self, mails: Sequence[ClaimedMail]) -> None:
        """Untouched, for the next round: the run ends."""
        with self._database.write() as connection:
            for mail in mails:
                untouched = and_(is_ours(mail), outbox.c.status == "claimed")
                values = {"status": "queued", "lease": None, "lease_until": None}
                connection.execute(update(outbox).where(untouched).values(**values))

    # -- for operators

    def rows(self, status: str | None = None, limit: int = 100) -> list[OutboxRow]:
        """Mail by status, newest first."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if status is not None:
            query = query.where(outbox.c.status == status)
        with self._database.read() as connection:
            return [_outbox_row(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Mails by status."""
        with self._database.read() as connection:
            query = select(outbox.c.status, func.count()).group_by(outbox.c.status).order_by(outbox.c.status)
            return {status: n for status, n in connection.execute(query)}

    def release(self, mail_id: str, now: datetime) -> None:
        """Send a held or failed-for-now mail again, with the same Message-ID, by an operator's word."""
        self._settle_by_hand(mail_id, "queued", {"held", "queued"}, now)

    def drop(self, mail_id: str, now: datetime) -> None:
        """Give a held or queued mail up by an operator's word; a held one counts as told, since it may have arrived."""
        self._settle_by_hand(mail_id, "withdrawn", {"held", "queued"}, now)

    def _settle_by_hand(self, mail_id: str, status: str, allowed: set[str], now: datetime) -> None:
        with self._database.write() as connection:
            number = int(mail_id) if mail_id.isdecimal() else -1
            # locked: a worker may be about to claim it
            row = connection.execute(select(outbox).where(outbox.c.id == number).with_for_update()).first()
            if row is None or row.status not in allowed:
                found = "does not exist" if row is None else f"is {row.status}"
                raise NotFound(
                    f"mail {mail_id} {found}; `outbox list` shows what is {' or '.join(sorted(allowed))}"
                )
            mail = claimed_mail(row, row.lease or "")
            if status == "queued":
                values = {
                    "status": "queued", "not_before": now, "lease": None, "lease_until": None, "lapses": 0,
                    # who says so knows that it is late
                    "give_up_at": max(row.give_up_at, now + RELEASED_FOR),
                    # its first copy may have arrived: whatever comes of the next one, its ledger rows stay
                    "resends": row.resends + (row.status == "held" and row.dot_at is not None),
                }  # fmt: skip
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
                _set_digest(connection, mail, "queued", "released by hand")
            else:
                _end(
                    connection,
                    mail,
                    "withdrawn",
                    "dropped by hand",
                    keeps_rows=row.status == "held" or row.resends > 0,
                    lock=False,
                )


def insert_mail(connection: Connection, mail: NewMail, digest_id: int | None, now: datetime) -> None:
    """A mail within a transaction that is already open."""
    row = {
        "subscriber_id": int(mail.subscriber_id) if mail.subscriber_id else None, "digest_id": digest_id, "purpose": mail.purpose,
        "message_id": mail.message_id, "to_address": mail.to_address,
        "address_hash": address_hash(mail.to_address), "domain": domain_of(mail.to_address),
        "body": zlib.compress(mail.body, 6), "body_hash": hashlib.sha256(mail.body).hexdigest(), "plan": mail.plan,
        "status": "queued", "created_at": now, "not_before": now, "give_up_at": mail.give_up_at, "reply": "",
        "attempts": 0, "resends": 0, "lapses": 0, "line_losses": 0,
    }  # fmt: skip
    connection.execute(insert(outbox).values(**row))


def release(connection: Connection, digest_id: int, status: str, reason: str) -> None:
    """A digest that ends with no final dot sent gives its ledger rows back, in the caller's transaction.

    What it judged and what it left waiting stays as it is; what it showed waits for the next digest, whatever became of
    the profile's mark meanwhile.
    """
    row = connection.execute(select(digests).where(digests.c.id == digest_id)).one()
    connection.execute(update(digests).where(digests.c.id == digest_id).values(status=status, reason=reason))
    shown = select(ledger).where(and_(ledger.c.digest_id == digest_id, ledger.c.kind == "new"))
    waits = [
        {
            "subscriber_id": line.subscriber_id, "posting_id": line.posting_id, "state": "carried",
            "since": line.since, "digest_id": digest_id, "profile_revision": "released",
            "posting_revision": line.seen_revision,
        }
        for line in connection.execute(shown)
    ]  # fmt: skip
    if waits:
        connection.execute(insert(standings), waits)
    connection.execute(delete(ledger).where(ledger.c.digest_id == digest_id))
    if row.kind != "first":  # the window of a first digest begins before its subscriber did
        same_window = and_(
            subscribers.c.id == row.subscriber_id, subscribers.c.window_start == row.window_end
        )
        connection.execute(update(subscribers).where(same_window).values(window_start=row.window_start))


def _end(
    connection: Connection,
    mail: ClaimedMail,
    status: str,
    reason: str,
    *,
    keeps_rows: bool = False,
    lock: bool = True,
    tried_at: datetime | None = None,
) -> bool:
    where = is_ours(mail) if lock else outbox.c.id == int(mail.id)
    values: dict[str, Any] = {
        "status": status, "reply": reason, "lease": None, "lease_until": None, "lapses": 0,
    }  # fmt: skip
    if tried_at is not None:
        values["tried_at"] = tried_at
    won = connection.execute(update(outbox).where(where).values(**values)).rowcount == 1
    if won and mail.digest_id is not None:
        if keeps_rows:  # it may have arrived: the period stays held, and its ledger rows stay
            _set_digest(connection, mail, "held", reason)
        else:
            release(connection, int(mail.digest_id), status, reason)
    return won


def _write(connection: Connection, mail: ClaimedMail, values: dict[str, Any]) -> bool:
    """Whether the mail is still ours, and so was written."""
    return connection.execute(update(outbox).where(is_ours(mail)).values(**values)).rowcount == 1


def _set_digest(connection: Connection, mail: ClaimedMail, status: str, reason: str) -> None:
    if mail.digest_id is not None:
        same = digests.c.id == int(mail.digest_id)
        connection.execute(update(digests).where(same).values(status=status, reason=reason))


def _outbox_row(row: Row[Any]) -> OutboxRow:
    same = set(OutboxRow.__dataclass_fields__) - {"id", "subscriber_id"}
    return OutboxRow(
        id=str(row.id),
        subscriber_id=str(row.subscriber_id or ""),
        **{name: getattr(row, name) for name in same},
    )
