"""The outbox at work: which mail goes next, who may still get it, and what became of it. Many in one transaction."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from ctm_alerts.digests.pace import MINUTE, MOMENT, Gone, allowance, begin_of_day, pick, spent
from ctm_alerts.digests.period import ClaimedMail, Intent, Settled, Taken
from ctm_alerts.settings.mail import MailRates
from ctm_alerts.storage.database import one_at_a_time
from ctm_alerts.storage.schema import UTC, digests, outbox, subscribers, suppressions

#: no lease and no pause lasts so long: what waits longer was written by a clock that was ahead
_NEVER_SO_LONG = timedelta(days=1)
#: mail that so many workers held when they died goes alone from then on: a poison limit (fault matrix S14, guarantee 6)
SUSPECT_AFTER = 3


def claim(
    connection: Connection,
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    rates: MailRates | None,
    without: Collection[str],
    suspects: bool,
    holding: Collection[str],
) -> list[ClaimedMail]:
    """Take mail that may go now; the arguments are those of `Outbox.claim`."""
    kind = outbox.c.lapses >= SUSPECT_AFTER if suspects else outbox.c.lapses < SUSPECT_AFTER
    if without:
        kind = and_(kind, outbox.c.domain.not_in(sorted(without)))
    if holding:
        kind = and_(kind, outbox.c.id.not_in([int(i) for i in holding]))
    if rates is not None and rates.limit:
        # two workers that count at once would both use what is left
        one_at_a_time(connection, "claim mail")
        ids = _within(connection, kind, rates, limit, now)
    else:
        ids = [row.id for row in _first(connection, kind, limit, now)]
    return _take(connection, ids, now, lease)


def has_suspects(connection: Connection) -> bool:
    """Asked alone, since an index answers it at once; together with the rest it would look at every mail."""
    query = select(outbox.c.id).where(outbox.c.lapses >= SUSPECT_AFTER).limit(1)
    return connection.execute(query).first() is not None


def is_ready(connection: Connection, now: datetime) -> bool:
    """Whether any mail could go now, were it not for the rates."""
    query = select(outbox.c.id).where(or_(_waits(now), _lapsed(now))).limit(1)
    return connection.execute(query).first() is not None


def settle(
    connection: Connection, taken: Sequence[Taken], intents: Sequence[Intent], now: datetime
) -> Settled:
    """Receipts of what was taken and intents of what goes next, of all connections."""
    received = _receive(connection, taken)
    refused = refusals(connection, [i.mail for i in intents], now, alive=True)
    _intend(connection, [i for i, no in zip(intents, refused, strict=True) if no is None], now)
    if connection.dialect.name != "sqlite":  # where another may have written since we looked
        refused = _lost_meanwhile(connection, intents, refused, now)
    return Settled(tuple(received), tuple(refused))


def is_ours(mail: ClaimedMail) -> ColumnElement[bool]:
    """Whether a row is this mail and still under this claim."""
    return and_(outbox.c.id == int(mail.id), outbox.c.lease == mail.lease)


def claimed_mail(row: Row[Any], lease: str) -> ClaimedMail:
    """A row of the outbox as a mail in somebody's hands."""
    return ClaimedMail(
        id=str(row.id),
        subscriber_id=str(row.subscriber_id or ""),
        digest_id=None if row.digest_id is None else str(row.digest_id),
        purpose=row.purpose,
        message_id=row.message_id,
        to_address=row.to_address,
        body=b"" if row.body is None else zlib.decompress(row.body),
        plan=row.plan,
        attempts=row.attempts,
        give_up_at=row.give_up_at,
        lease=lease,
        ambiguous=row.status == "dot",
        resends=row.resends,
        line_losses=row.line_losses,
        lapses=row.lapses,
        dot_at=row.dot_at,
    )


def _lapsed(now: datetime) -> ColumnElement[bool]:
    over = or_(outbox.c.lease_until <= now, outbox.c.lease_until > now + _NEVER_SO_LONG)
    return and_(outbox.c.status.in_(["claimed", "dot"]), over)


def _waits(now: datetime) -> ColumnElement[bool]:
    due = or_(outbox.c.not_before <= now, outbox.c.not_before > now + _NEVER_SO_LONG)
    return and_(outbox.c.status == "queued", due)


def _first(
    connection: Connection, kind: ColumnElement[bool], limit: int, now: datetime
) -> Sequence[Row[Any]]:
    """The first mails of a kind that may go: those of a worker that died, then the others in their order.

    Two queries, each of which an index answers in its order: the outbox may hold a million mails.
    """
    found: list[Any] = []
    for part, order in (
        # of suspects the least suspect first, so that a chain of accidents does not hit the same one
        (_lapsed(now), (outbox.c.lapses, outbox.c.lease_until)),
        (_waits(now), (outbox.c.not_before, outbox.c.id)),
    ):
        query = select(outbox.c.id, outbox.c.domain).where(and_(part, kind)).order_by(*order)
        if len(found) < limit:
            lines = query.limit(limit - len(found)).with_for_update(skip_locked=True)
            found += connection.execute(lines).all()
    return found


def _take(connection: Connection, ids: Sequence[int], now: datetime, lease: timedelta) -> list[ClaimedMail]:
    if not ids:
        return []
    token = secrets.token_hex(16)
    take = (
        update(outbox)
        .where(outbox.c.id.in_(ids))  # they are locked, or no one else writes at all
        .values(
            status=case((outbox.c.status == "dot", "dot"), else_="claimed"),
            lapses=outbox.c.lapses + case((outbox.c.status == "queued", 0), else_=1),
            lease=token,
            lease_until=now + lease,
        )
        .returning(outbox)
    )
    rows = connection.execute(take).all()
    return [claimed_mail(row, token) for row in sorted(rows, key=lambda row: (row.not_before, row.id))]


def _within(
    connection: Connection, kind: ColumnElement[bool], rates: MailRates, limit: int, now: datetime
) -> list[int]:
    """The first mails of a kind that the rates allow; a domain that is used up does not hide those behind it."""
    left, chosen = allowance(rates, _gone(connection, now), now), list[int]()
    while len(chosen) < limit and left.total != 0:
        wanted = limit - len(chosen)
        rest = and_(kind, outbox.c.domain.not_in(sorted(spent(rates, left))), outbox.c.id.not_in(chosen))
        waiting = _first(connection, rest, wanted, now)
        picked, left = pick([(row.id, row.domain) for row in waiting], rates, left)
        chosen += picked
        if len(waiting) < wanted or not picked:
            break
    return chosen


def _gone(connection: Connection, now: datetime) -> Gone:
    """What left, was refused, or is in hand; nothing that a clock which was ahead has written counts."""
    in_hand = and_(outbox.c.status == "claimed", outbox.c.lease_until > now)

    def since(moment: datetime) -> ColumnElement[bool]:
        return or_(and_(outbox.c.tried_at > moment, outbox.c.tried_at <= now), in_hand)

    def by_domain(moment: datetime) -> dict[str, int]:
        query = select(outbox.c.domain, func.count()).where(since(moment)).group_by(outbox.c.domain)
        return {domain: count for domain, count in connection.execute(query)}

    # a microsecond before midnight, since what is counted is later than that
    today = select(func.count()).where(since(begin_of_day(now) - timedelta(microseconds=1)))
    first: datetime | None = connection.execute(select(func.min(outbox.c.tried_at))).scalar_one()
    return Gone(
        minute=by_domain(now - MINUTE),
        moment=by_domain(now - MOMENT),
        today=connection.execute(today).scalar_one(),
        first_day=None if first is None else first.date(),
    )


# each is built once: to build them for each mail took longer than to run them (measured, benchmarks/deliver.py)
_STANDING = (
    select(
        outbox.c.id, outbox.c.lease, outbox.c.lease_until, outbox.c.dot_at, subscribers.c.status,
        subscribers.c.plan, subscribers.c.plan_until, suppressions.c.scope,
    )
    .outerjoin(subscribers, subscribers.c.id == outbox.c.subscriber_id)
    .outerjoin(suppressions, suppressions.c.address_hash == outbox.c.address_hash)
    .where(outbox.c.id.in_(bindparam("mails", expanding=True)))
)  # fmt: skip
_THIS = and_(outbox.c.id == bindparam("mail"), outbox.c.lease == bindparam("held_by"))
_INTEND = (
    update(outbox)
    .where(and_(_THIS, outbox.c.lease_until > bindparam("now", type_=UTC)))
    .values(
        status="dot",
        dot_at=bindparam("now", type_=UTC),
        tried_at=bindparam("now", type_=UTC),
        # the lease lasts until then at least: nobody may take the mail for lost while its answer is waited for
        lease_until=case(
            (outbox.c.lease_until > bindparam("until", type_=UTC), outbox.c.lease_until),
            else_=bindparam("until", type_=UTC),
        ),
    )
)
_RECEIVE = (
    update(outbox)
    .where(_THIS)
    .values(
        status="sent", sent_at=bindparam("taken_at", type_=UTC), reply=bindparam("said"),
        attempts=outbox.c.attempts + 1, lease=None, lease_until=None, lapses=0,
    )
)  # fmt: skip
_WRITTEN = select(outbox.c.id, outbox.c.status, outbox.c.sent_at, outbox.c.reply).where(
    outbox.c.id.in_(bindparam("mails", expanding=True))
)
_DIGEST_SENT = (
    update(digests)
    .where(digests.c.id.in_(bindparam("sent", expanding=True)))
    .values(status="sent", reason="")
)


def refusals(
    connection: Connection, mails: Sequence[ClaimedMail], now: datetime, *, alive: bool = False
) -> list[str | None]:
    """For each mail None when it may go, else why it must not; `alive` asks for a lease that has not run out."""
    if not mails:
        return []
    found = connection.execute(_STANDING, {"mails": [int(m.id) for m in mails]})
    rows: dict[str, Any] = {str(row.id): row for row in found}
    return [_refusal(mail, rows[mail.id], now, alive=alive) for mail in mails]


def _refusal(mail: ClaimedMail, row: Row[Any], now: datetime, *, alive: bool) -> str | None:
    if row.lease != mail.lease or (alive and row.lease_until <= now):
        return "lease lost"
    if row.scope == "all" or (row.scope == "stream" and mail.purpose not in ("confirm", "notice")):
        return "address suppressed"
    if mail.purpose == "notice":
        return None
    if mail.purpose == "confirm":
        return None if row.status == "pending" else "already confirmed or gone"
    if row.status != "active":
        return f"subscriber {row.status}"
    plus = row.plan == "plus" and (row.plan_until is None or row.plan_until > now)
    return None if ("plus" if plus else "free") == mail.plan else "plan changed"


def _intend(connection: Connection, intents: Sequence[Intent], now: datetime) -> None:
    lines = [{"mail": int(i.mail.id), "held_by": i.mail.lease, "now": now, "until": i.until} for i in intents]
    if lines:
        connection.execute(_INTEND, lines)


def _lost_meanwhile(
    connection: Connection, intents: Sequence[Intent], refused: Sequence[str | None], now: datetime
) -> list[str | None]:
    """What another transaction did while ours ran: a lease that went to someone, a reader who left."""
    if not intents:
        return []
    found = connection.execute(_STANDING, {"mails": [int(i.mail.id) for i in intents]})
    rows: dict[str, Any] = {str(row.id): row for row in found}
    answers: list[str | None] = []
    for intent, no in zip(intents, refused, strict=True):
        row = rows[intent.mail.id]
        if no is None and row.dot_at != now:
            no = "lease lost"
        elif no is None and (no := _refusal(intent.mail, row, now, alive=True)) not in (None, "lease lost"):
            ours = update(outbox).where(is_ours(intent.mail))
            connection.execute(ours.values(status="claimed", dot_at=intent.mail.dot_at))
        answers.append(no)
    return answers


def _receive(connection: Connection, taken: Sequence[Taken]) -> list[bool]:
    """Whether each receipt stands; it does too when a commit before wrote it whose outcome nobody knew."""
    if not taken:
        return []
    lines = [
        {"mail": int(t.mail.id), "held_by": t.mail.lease, "taken_at": t.at, "said": t.reply} for t in taken
    ]
    connection.execute(_RECEIVE, lines)
    found = connection.execute(_WRITTEN, {"mails": [line["mail"] for line in lines]})
    stands = {(row.id, row.status, row.sent_at, row.reply) for row in found}
    received = [(int(t.mail.id), "sent", t.at, t.reply) in stands for t in taken]
    sent = [
        int(t.mail.digest_id)
        for t, ours in zip(taken, received, strict=True)
        if ours and t.mail.digest_id is not None
    ]
    if sent:
        connection.execute(_DIGEST_SENT, {"sent": sent})
    return received
