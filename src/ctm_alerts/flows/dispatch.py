"""Dispatch: from due rows to composed digests in the outbox.

wake       pauses that ended, plans that lapsed: their rhythm is set anew
claim      due rows in shards, by compare-and-set
wait       late mail goes back until the quiet hours are over
compose    `digests.compose` on one desk per subscriber, over the round's index
commit     digest, ledger rows, outbox bytes and next due date in one transaction
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from ctm_alerts.digests.calendar import NextDue, after_change, after_period, next_due, ready_at
from ctm_alerts.digests.compose import Composition, Desk, Due, Standing, Told, compose, window_of
from ctm_alerts.digests.digest import Digest, Note, Nothing, Sponsor
from ctm_alerts.digests.period import Claim, NewMail, Period
from ctm_alerts.errors import TransportError
from ctm_alerts.guide import Guide
from ctm_alerts.matching.index import Index
from ctm_alerts.postings.record import Posting
from ctm_alerts.settings import Plan
from ctm_alerts.subscribers.subscriber import Consent, Profile, Subscriber

log = structlog.get_logger()

SHARD = 200
#: no rhythm makes anyone wait longer, the 20 hours after a change included
LONGEST_WAIT = timedelta(days=9)


class People(Protocol):
    """What this flow needs of the subscribers."""

    def of_ids(self, ids: Iterable[str]) -> dict[str, Subscriber]: ...
    def profiles(self, ids: Iterable[str]) -> dict[str, list[Profile]]: ...
    def to_resume(self, now: datetime) -> list[Subscriber]: ...
    def lapsed(self, now: datetime) -> list[Subscriber]: ...
    def due_too_late(self, latest: datetime) -> list[Subscriber]: ...
    def change(
        self,
        subscriber_id: str,
        columns: dict[str, Any],
        *,
        set_dues: Iterable[NextDue] = ...,
        drop_dues: Iterable[Any] = ...,
        consent: Consent | None = ...,
    ) -> None: ...


class Periods(Protocol):
    """What this flow needs of due rows, periods and the ledger."""

    def claim(self, now: datetime, lease: timedelta, limit: int) -> list[Claim]: ...
    def postpone(self, claim: Claim, ready_at: datetime) -> None: ...
    def drop(self, claim: Claim, reason: str, now: datetime) -> None: ...
    def told(self, ids: Iterable[str]) -> dict[str, list[Told]]: ...
    def standings(self, ids: Iterable[str]) -> dict[str, dict[str, Standing]]: ...
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
    ) -> bool: ...


class Stock(Protocol):
    """What this flow needs of the postings."""

    def open_for(self, roles: Sequence[str], now: datetime) -> list[Posting]: ...
    def of_ids(self, ids: Iterable[str]) -> dict[str, Posting]: ...
    def read_since(self, since: datetime) -> tuple[int, int]: ...


class Sources(Protocol):
    """What this flow needs of the feeds."""

    def health(self) -> tuple[int, int]: ...


class Writer(Protocol):
    """Makes the final bytes of a mail; the same bytes each time."""

    def digest(self, digest: Digest) -> tuple[str, NewMail]: ...
    def note(self, note: Note) -> tuple[str, NewMail]: ...


@dataclass(frozen=True)
class Dispatched:
    """What one period came to."""

    due: Due
    #: "queued", "quiet", "postponed", "dropped", "failed", "lost claim" or "error"
    outcome: str
    reason: str = ""
    count: int = 0


class Dispatch:
    """The flow, with the parts that it needs."""

    def __init__(
        self,
        people: People,
        periods: Periods,
        stock: Stock,
        sources: Sources,
        writer: Writer,
        guide: Guide,
        plans: Mapping[str, Plan],
        sponsor: Sponsor | None,
        lease: timedelta,
    ) -> None:
        self._people, self._periods, self._stock, self._sources = people, periods, stock, sources
        self._writer, self._guide, self._plans = writer, guide, plans
        self._sponsor, self._lease = sponsor, lease

    def round(self, now: datetime, *, shard: int = SHARD) -> list[Dispatched]:
        """Everything that is due at `now`."""
        self.wake(now)
        done: list[Dispatched] = []
        index: Index | None = None
        while claims := self._periods.claim(now, self._lease, shard):
            index = index or Index(self._stock.open_for(["ctm"], now))
            done += self._shard(claims, index, now)
        counts = Counter(d.outcome for d in done)
        log.info("dispatched", status="ok", **counts)
        return done

    def wake(self, now: datetime) -> None:
        """Pauses that are over end; a Plus that lapsed goes to its weekly slot; a clock that was ahead is forgotten."""
        for person in self._people.to_resume(now):
            plan = self._plans[person.plan_at(now)]
            due = after_change(person.rhythm, plan.rhythm, now, person.last_regular_at)
            columns = {"status": "active", "paused_until": None, "plan_in_force": plan.name}
            self._people.change(person.id, columns, set_dues=[NextDue("regular", due, due)])
        for person in self._people.lapsed(now):
            due = after_change(person.rhythm, self._plans["free"].rhythm, now, person.last_regular_at)
            dues = [NextDue("regular", due, due)] if person.status == "active" else []
            self._people.change(person.id, {"plan_in_force": "free"}, set_dues=dues)
        for person in self._people.due_too_late(now + LONGEST_WAIT):
            due = next_due(person.rhythm, self._plans[person.plan_at(now)].rhythm, now)
            self._people.change(person.id, not_ahead(person, now), set_dues=[NextDue("regular", due, due)])

    def _shard(self, claims: Sequence[Claim], index: Index, now: datetime) -> list[Dispatched]:
        ids = sorted({c.due.subscriber_id for c in claims}, key=int)
        people, profiles = self._people.of_ids(ids), self._people.profiles(ids)
        told, standings = self._periods.told(ids), self._periods.standings(ids)
        wanted = {t.posting_id for i in ids for t in told.get(i, ())} | {
            p for i in ids for p in standings.get(i, {})
        }
        known = self._stock.of_ids(wanted)
        health = self._sources.health()
        done, written = [], set[str]()
        for claim in claims:
            person = people[claim.due.subscriber_id]
            if person.id in written:  # a second period of one person sees what the first one told
                told |= self._periods.told([person.id])
                standings |= self._periods.standings([person.id])
                people |= self._people.of_ids([person.id])
                person = people[person.id]
            desk = self._desk(claim, person, profiles[person.id], index, told, standings, known, health, now)
            done.append(self._safely(claim, desk))
            written.add(person.id)
        return done

    def _desk(
        self,
        claim: Claim,
        person: Subscriber,
        profiles: Sequence[Profile],
        index: Index,
        told: Mapping[str, Sequence[Told]],
        standings: Mapping[str, Mapping[str, Standing]],
        known: Mapping[str, Posting],
        health: tuple[int, int],
        now: datetime,
    ) -> Desk:
        read, ctm = self._stock.read_since(window_of(person, claim.due))
        read_since_mail, ctm_since_mail = self._stock.read_since(
            person.last_mail_at or person.start_mark or claim.due.due_at
        )
        return Desk(
            subscriber=person,
            plan=self._plans[person.plan_at(now)],
            due=claim.due,
            now=now,
            profiles=profiles,
            index=index,
            told=told.get(person.id, ()),
            standings=standings.get(person.id, {}),
            known=known,
            guide=self._guide,
            feeds_healthy=health[0],
            feeds_total=health[1],
            postings_read=read,
            ctm_postings=ctm,
            read_since_mail=read_since_mail,
            ctm_since_mail=ctm_since_mail,
            sponsor=self._sponsor,
        )

    def _safely(self, claim: Claim, desk: Desk) -> Dispatched:
        """One subscriber's trouble is a value: the others of the round get their mail."""
        try:
            return self._one(claim, desk)
        except TransportError as error:
            return self._fail(claim, desk, error)
        except Exception as error:  # a defect of ours; the row is due again when its lease is over
            log.exception("dispatch", subscriber=claim.due.subscriber_id, status="error")
            return Dispatched(claim.due, "error", f"a defect of ours: {type(error).__name__}: {error}")

    def _fail(self, claim: Claim, desk: Desk, error: TransportError) -> Dispatched:
        """A mail that can never be written to this address: the period fails, nothing counts as told."""
        composition = Composition(Nothing(error.reply), desk.window_start, 0)
        period = Period(claim.due.kind, "failed", error.reply, "", 0, None)
        if not self._commit(claim, desk, composition, [period], {}):
            return Dispatched(claim.due, "lost claim", "another worker composed it")
        return Dispatched(claim.due, "failed", error.reply)

    def _one(self, claim: Claim, desk: Desk) -> Dispatched:
        person, due, now = desk.subscriber, claim.due, desk.now
        if person.status != "active":
            self._periods.drop(claim, f"subscriber {person.status}", now)
            return Dispatched(due, "dropped", f"subscriber {person.status}")
        ready = ready_at(due.kind, person.rhythm, due.due_at, now)
        if ready > now:
            self._periods.postpone(claim, ready)
            return Dispatched(due, "postponed", f"quiet hours until {ready.isoformat()}")
        composition = compose(desk)
        periods = self._periods_of(desk, composition)
        if not self._commit(claim, desk, composition, periods, columns_after(desk, composition)):
            return Dispatched(due, "lost claim", "another worker composed it")
        last = periods[-1]
        return Dispatched(due, last.status, last.reason, last.count)

    def _commit(
        self,
        claim: Claim,
        desk: Desk,
        composition: Composition,
        periods: Sequence[Period],
        columns: dict[str, Any],
    ) -> bool:
        due, rhythm = claim.due, desk.subscriber.rhythm
        following = (
            after_period(rhythm, desk.plan.rhythm, due.due_at, desk.now) if due.kind == "regular" else None
        )
        return self._periods.commit(
            claim,
            composition,
            periods,
            plan=desk.plan.name,
            next_regular=following,
            columns=columns,
            now=desk.now,
        )

    def _periods_of(self, desk: Desk, composition: Composition) -> list[Period]:
        """One period, or a silent one with the note that breaks the silence."""
        mail, kind = composition.mail, desk.due.kind
        if isinstance(mail, Nothing):
            return [Period(kind, "quiet", mail.reason, "", 0, None)]
        if isinstance(mail, Note):
            subject, new_mail = self._writer.note(mail)
            silent = Period(kind, "quiet", "no new postings", "", 0, None)
            return [silent, Period(mail.kind, "queued", "", subject, 0, new_mail)]
        subject, new_mail = self._writer.digest(mail)
        return [Period(kind, "queued", "", subject, mail.count, new_mail)]


def columns_after(desk: Desk, composition: Composition) -> dict[str, Any]:
    """How a period moves its subscriber's row: window, silence, last mail."""
    columns: dict[str, Any] = {"window_start": desk.now}
    if desk.due.kind == "regular":
        if not composition.is_silent:
            columns["last_regular_at"] = desk.now
        columns["silent_periods"] = desk.subscriber.silent_periods + 1 if composition.is_silent else 0
    elif not composition.is_silent:
        columns["silent_periods"] = 0
    if isinstance(composition.mail, Digest) or (
        isinstance(composition.mail, Note) and composition.mail.kind == "watch"
    ):
        columns["last_mail_at"] = desk.now
    return columns


def not_ahead(person: Subscriber, now: datetime) -> dict[str, Any]:
    """What of a subscriber's row lies ahead of a clock that was put right, brought back to now."""
    ahead = ("window_start", "last_regular_at", "last_mail_at")
    return {name: now for name in ahead if (at := getattr(person, name)) is not None and at > now}
