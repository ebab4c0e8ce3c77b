"""Dispatch: from due rows to composed digests in the outbox.

wake       pauses that ended, plans that lapsed: their rhythm is set anew
set aside  what several workers took up and none finished
claim      due rows in shards, by compare-and-set; a heartbeat keeps them ours while we work
wait       late mail goes back until the quiet hours are over
compose    `digests.compose` on one desk per subscriber, over the round's index
look       the pages behind the cards; what is gone is closed, and the period composed again without it
commit     digest, ledger rows, outbox bytes and next due date in one transaction
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from ctm_alerts.digests.calendar import NextDue, after_change, after_period, next_due, ready_at
from ctm_alerts.digests.compose import compose
from ctm_alerts.digests.desk import Composition, Desk, Due, Standing, Told, window_of
from ctm_alerts.digests.digest import Digest, Note, Nothing, Sponsor
from ctm_alerts.digests.period import Claim, NewMail, Period
from ctm_alerts.errors import StorageError, TransportError
from ctm_alerts.failpoints import reach
from ctm_alerts.flows.links import LinkCheck
from ctm_alerts.guide import Guide
from ctm_alerts.matching.index import Index
from ctm_alerts.postings.links import LinkNews
from ctm_alerts.postings.record import Posting
from ctm_alerts.settings import Plan
from ctm_alerts.subscribers.subscriber import Consent, Profile, Subscriber

log = structlog.get_logger()

#: due rows claimed at one time: few enough that all schedulers have some
SHARD = 50
#: no rhythm makes anyone wait longer, the 20 hours after a change included
LONGEST_WAIT = timedelta(days=9)
#: a period whose composing failed by a defect of ours is tried again so much later: long enough for a person to look
RETRY_AFTER = timedelta(minutes=10)

Clock = Callable[[], datetime]


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

    def claim(self, now: datetime, lease: timedelta, limit: int, *, at: datetime) -> list[Claim]: ...
    def renew(self, claim: Claim, at: datetime, lease: timedelta) -> None: ...
    def any_ready(self, now: datetime, at: datetime) -> bool: ...
    def set_aside_unfinished(self, at: datetime) -> list[Due]: ...
    def failed_to_compose(self, claim: Claim, fault: str, now: datetime, ready_at: datetime) -> bool: ...
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
    #: "queued", "quiet", "postponed", "dropped", "failed", "lost claim", "error" or "set aside"
    outcome: str
    reason: str = ""
    count: int = 0


class _Heart:
    """Beats while a shard is worked on: its leases are renewed when a third of them is over."""

    def __init__(self, periods: Periods, clock: Clock, lease: timedelta) -> None:
        self._periods, self._clock, self._lease = periods, clock, lease
        self._last = clock()

    def claim(self, now: datetime, shard: int) -> list[Claim]:
        """The next shard, ours from this beat on."""
        self._last = self._clock()
        return self._periods.claim(now, self._lease, shard, at=self._last)

    def beat(self, claim: Claim) -> None:
        """One period more is done; a lease that ran out meanwhile (we were stopped) is left to whoever took it over."""
        at = self._clock()
        if at - self._last >= self._lease / 3:
            self._last = at
            self._periods.renew(claim, at, self._lease)


@dataclass
class _Scene:
    """What all desks of one round share."""

    stock: Stock
    index: Index
    #: healthy feeds, and all of them
    health: tuple[int, int]
    now: datetime
    #: looks behind the links of what is to be mailed; None: they are trusted
    links: LinkCheck | None = None
    #: most windows of a round begin at the same few moments
    _read: dict[datetime, tuple[int, int]] = field(default_factory=dict)

    def read_since(self, since: datetime) -> tuple[int, int]:
        """Postings first seen since then, and those of the CTM family."""
        if since not in self._read:
            self._read[since] = self.stock.read_since(since)
        return self._read[since]


@dataclass
class _Files:
    """What is known of the subscribers of one shard."""

    people: dict[str, Subscriber]
    profiles: dict[str, list[Profile]]
    told: dict[str, list[Told]]
    standings: dict[str, dict[str, Standing]]
    known: dict[str, Posting]

    def replace(self, later: _Files) -> None:
        """What is known of some of them by now."""
        for name in self.__dataclass_fields__:
            getattr(self, name).update(getattr(later, name))


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
        links: Callable[[datetime], LinkCheck | None] = lambda _: None,
    ) -> None:
        self._links = links
        self._people, self._periods, self._stock, self._sources = people, periods, stock, sources
        self._writer, self._guide, self._plans = writer, guide, plans
        self._sponsor, self._lease = sponsor, lease

    def round(
        self,
        now: datetime,
        *,
        shard: int = SHARD,
        clock: Clock | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> list[Dispatched]:
        """Everything that is due at `now`.

        Args:
            shard: so many due rows are claimed at one time.
            clock: leases begin and end by it, since it goes on while we work; by default it stands at `now`.
            stopping: asked before each shard; the rest is left to the next round.
        """
        clock = clock or (lambda: now)
        self.wake(now)
        done = [self._aside(due, clock()) for due in self._periods.set_aside_unfinished(clock())]
        if self._periods.any_ready(now, clock()):
            # before anything is claimed: should this fail, it is no subscriber's fault
            scene = self._scene(now)
            done += self._shards(scene, clock, shard, stopping)
            if scene.links is not None:
                log.info("links", status="ok", **scene.links.checked.counts())
        counts = Counter(d.outcome for d in done)
        log.info("dispatched", status="ok", **counts)
        return done

    def _scene(self, now: datetime) -> _Scene:
        links = self._links(now)
        if links is not None:
            links.look_again(now)
        index = Index(self._stock.open_for(["ctm"], now))
        return _Scene(self._stock, index, self._sources.health(), now, links)

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

    def _shards(
        self, scene: _Scene, clock: Clock, shard: int, stopping: Callable[[], bool]
    ) -> Iterable[Dispatched]:
        heart = _Heart(self._periods, clock, self._lease)
        while not stopping() and (claims := heart.claim(scene.now, shard)):
            reach("dispatch.after_claim")
            yield from self._shard(claims, scene, heart)

    def _shard(self, claims: Sequence[Claim], scene: _Scene, heart: _Heart) -> Iterable[Dispatched]:
        try:
            files = self._files(c.due.subscriber_id for c in claims)
        except StorageError:
            raise
        # a row of one of them cannot be read: each for itself, then only that one fails
        except Exception as error:
            yield from self._each_for_itself(claims, error, scene, heart)
            return
        written = set[str]()
        for claim in claims:
            heart.beat(claim)
            again = claim.due.subscriber_id in written
            yield self._safely(claim, partial(self._desk, claim, files, scene, again=again), scene)
            written.add(claim.due.subscriber_id)

    def _each_for_itself(
        self, claims: Sequence[Claim], error: Exception, scene: _Scene, heart: _Heart
    ) -> Iterable[Dispatched]:
        if len(claims) == 1:
            yield self._defect(claims[0], error, scene.now)
            return
        for claim in claims:
            yield from self._shard([claim], scene, heart)

    def _files(self, of: Iterable[str]) -> _Files:
        ids = sorted(set(of), key=int)
        told, standings = self._periods.told(ids), self._periods.standings(ids)
        wanted = {t.posting_id for lines in told.values() for t in lines}
        wanted |= {posting_id for them in standings.values() for posting_id in them}
        return _Files(
            self._people.of_ids(ids), self._people.profiles(ids), told, standings, self._stock.of_ids(wanted)
        )

    def _desk(self, claim: Claim, files: _Files, scene: _Scene, *, again: bool) -> Desk:
        if again:  # a second period of one person sees what the first one told
            files.replace(self._files([claim.due.subscriber_id]))
        person = files.people[claim.due.subscriber_id]
        read, ctm = scene.read_since(window_of(person, claim.due))
        read_since_mail, ctm_since_mail = scene.read_since(
            person.last_mail_at or person.start_mark or claim.due.due_at
        )
        return Desk(
            subscriber=person,
            plan=self._plans[person.plan_at(scene.now)],
            due=claim.due,
            now=scene.now,
            profiles=files.profiles[person.id],
            index=scene.index,
            told=files.told.get(person.id, ()),
            standings=files.standings.get(person.id, {}),
            known=files.known,
            guide=self._guide,
            feeds_healthy=scene.health[0],
            feeds_total=scene.health[1],
            postings_read=read,
            ctm_postings=ctm,
            read_since_mail=read_since_mail,
            ctm_since_mail=ctm_since_mail,
            sponsor=self._sponsor,
            links=LinkNews() if scene.links is None else scene.links.checked.news(),
        )

    def _safely(self, claim: Claim, make: Callable[[], Desk], scene: _Scene) -> Dispatched:
        """One subscriber's trouble is a value: the others of the round get their mail."""
        try:
            desk = make()
            try:
                return self._one(claim, desk, scene.links)
            except TransportError as error:
                return self._fail(claim, desk, error)
        except StorageError:  # the trouble is the database's: no period is blamed for it
            raise
        except Exception as error:  # a defect of ours; tried again, but not for ever
            return self._defect(claim, error, scene.now)

    def _defect(self, claim: Claim, error: Exception, now: datetime) -> Dispatched:
        fault = f"a defect of ours: {type(error).__name__}: {error}"
        log.exception("dispatch", subscriber=claim.due.subscriber_id, kind=claim.due.kind, status="error")
        if self._periods.failed_to_compose(claim, fault, now, now + RETRY_AFTER):
            return self._aside(claim.due, now, fault)
        return Dispatched(claim.due, "error", fault)

    def _aside(self, due: Due, at: datetime, fault: str = "no worker finished it") -> Dispatched:
        log.error(
            "set aside", subscriber=due.subscriber_id, kind=due.kind, due_at=due.due_at.isoformat(), reason=fault,
            remedy=f"mend it, then: ctm-alerts subscribers release {due.subscriber_id}", since=at.isoformat(),
        )  # fmt: skip
        return Dispatched(due, "set aside", fault)

    def _fail(self, claim: Claim, desk: Desk, error: TransportError) -> Dispatched:
        """A mail that can never be written to this address: the period fails, nothing counts as told."""
        composition = Composition(Nothing(error.reply), desk.window_start, 0)
        period = Period(claim.due.kind, "failed", error.reply, "", 0, None)
        if not self._commit(claim, desk, composition, [period], {}):
            return Dispatched(claim.due, "lost claim", "another worker composed it")
        return Dispatched(claim.due, "failed", error.reply)

    def _one(self, claim: Claim, desk: Desk, links: LinkCheck | None) -> Dispatched:
        person, due, now = desk.subscriber, claim.due, desk.now
        if person.status != "active":
            self._periods.drop(claim, f"subscriber {person.status}", now)
            return Dispatched(due, "dropped", f"subscriber {person.status}")
        ready = ready_at(due.kind, person.rhythm, due.due_at, now)
        if ready > now:
            self._periods.postpone(claim, ready)
            return Dispatched(due, "postponed", f"quiet hours until {ready.isoformat()}")
        desk, composition = _with_live_links(desk, links)
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
        written = self._periods.commit(
            claim,
            composition,
            periods,
            plan=desk.plan.name,
            next_regular=following,
            columns=columns,
            now=desk.now,
        )
        reach("dispatch.after_commit")
        return written

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


def _with_live_links(desk: Desk, links: LinkCheck | None) -> tuple[Desk, Composition]:
    """The period composed of what its pages still offer: a dead one makes room for the next best, which is looked at too."""
    composition = compose(desk)
    while links is not None and isinstance(composition.mail, Digest):
        before = desk.links
        desk = replace(desk, links=links.check(_shown(composition.mail), desk.now).news())
        if desk.links == before:
            break
        composition = compose(desk)
    return desk, composition


def _shown(digest: Digest) -> dict[str, str]:
    """The link of each card that invites to apply."""
    cards = (card for section in digest.sections for card in section.cards)
    return {card.posting_id: card.url for card in cards if card.url and card.kind != "closed"}


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
