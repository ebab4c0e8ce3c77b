"""A database with people, one feed and postings in it, and short ways to compose and send one period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, select

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.desk import Composition, Due, State
from ctm_alerts.digests.desk import Outcome as End
from ctm_alerts.digests.digest import Card, Digest, DueKind, Nothing, Receipt, Section
from ctm_alerts.digests.period import Claim, ClaimedMail, Intent, NewMail, Period, Taken
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Feed, Ingested, Outcome
from ctm_alerts.postings.arrival import Look, Understood, Validators
from ctm_alerts.postings.record import Origin
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.digests import Digests
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.postings import Postings
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.subscriber import NewSubscriber, Subscriber, normal_address
from tests.people import ALICE, CONSENT, NOW, entry, understood

LEASE = timedelta(minutes=15)
DAY = timedelta(days=1)
BODY = b"Message-ID: <%s>\r\n\r\nHello\r\n"


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    """A table as it stands."""
    with database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


def intend(box: Outbox, mail: ClaimedMail, now: datetime, until: datetime) -> bool:
    """One intent in a transaction of its own; whether the dot may be written."""
    return box.settle([], [Intent(mail, until)], now).refused == (None,)


def receive(box: Outbox, mail: ClaimedMail, reply: str, now: datetime) -> bool:
    """One receipt in a transaction of its own; whether it was written."""
    return box.settle([Taken(mail, reply, now)], [], now).received == (True,)


@dataclass
class Office:
    """All tables behind their doors."""

    database: Database

    def __post_init__(self) -> None:
        self.feeds, self.postings = Feeds(self.database), Postings(self.database)
        self.people, self.digests, self.outbox = (
            Subscribers(self.database),
            Digests(self.database),
            Outbox(self.database),
        )

    # -- feeds and postings

    def feed(self, name: str = "Northlight", **options: Any) -> Feed:
        """A feed, added an hour ago."""
        return self.feeds.add(
            f"https://{name.lower()}.example/feed", "rss", name, NOW - timedelta(hours=1), **options
        )

    def look(
        self,
        feed: Feed,
        *entries: Understood,
        at: datetime = NOW,
        also: tuple[str, ...] = (),
        deferred: tuple[tuple[Entry, Origin], ...] = (),
        whole: bool = True,
        outcome: Outcome = "ok",
    ) -> Ingested:
        """One look at a feed that brings these entries; `also` are seen and not changed."""
        look = Look(
            Ingested(feed.name, outcome, status=200, entries=len(entries) + len(also)),
            entries,
            seen=[*(e.entry.id for e in entries), *also, *(e.id for e, _ in deferred)],
            deferred=deferred,
            complete_listing=whole,
            validators=Validators('"tag"', None, "0" * 64),
            next_check=at + timedelta(hours=1),
            milliseconds=5,
        )
        return self.postings.settle(self.feeds.get(feed.id), look, at)

    def openings(self, count: int) -> list[str]:
        """The ids of as many postings of one feed."""
        feed = self.feed()
        said = [entry(id=f"n-{n}", url=f"https://n.example/{n}", title=f"CTM {n}") for n in range(count)]
        self.look(feed, *map(understood, said))
        return [p.id for p in self.postings.open_for(["ctm"], NOW)]

    # -- people and periods

    def subscriber(
        self, person: NewSubscriber = ALICE, kind: DueKind = "regular", due_at: datetime = NOW
    ) -> Subscriber:
        """A person for whom something is due."""
        added = self.people.add(person, CONSENT, NOW - 10 * DAY)
        start = {"start_mark": NOW - 10 * DAY, "window_start": NOW - 7 * DAY}
        self.people.change(added.id, start, set_dues=[NextDue(kind, due_at, due_at)])
        return self.people.get(added.id)

    def claim(self, at: datetime = NOW) -> Claim:
        """The one period that is due."""
        (claim,) = self.digests.claim(at, LEASE, 10)
        return claim

    def commit(
        self,
        claim: Claim,
        states: dict[str, State],
        *,
        now: datetime = NOW,
        plan: str = "free",
        mail: bool = True,
    ) -> bool:
        """Compose a period in which the postings end in these states."""
        made = composition(claim.due, states, now)
        shown = sum(state == "shown" for state in states.values())
        to = normal_address(self.people.get(claim.due.subscriber_id).email)
        period = Period(claim.due.kind, "quiet", "no new postings", "", shown, None)
        if mail:
            letter = new_mail(claim.due, now, plan, to)
            period = Period(claim.due.kind, "queued", "", f"{shown} new", shown, letter)
        return self.digests.commit(
            claim,
            made,
            [period],
            plan=plan,
            next_regular=claim.due.due_at + 7 * DAY,
            columns={"window_start": now, "last_regular_at": now},
            now=now,
        )

    def queued(self, states: dict[str, State] | None = None, *, now: datetime = NOW) -> ClaimedMail:
        """A digest for Alice that is ours to send."""
        if states is None:
            one, two = self.openings(2)
            states = {one: "shown", two: "carried"}
        self.subscriber(due_at=now)
        assert self.commit(self.claim(now), states, now=now)
        return self.mail(now)

    def mail(self, at: datetime = NOW) -> ClaimedMail:
        """The one mail that may go."""
        (mail,) = self.outbox.claim(at, LEASE, 10)
        return mail


def new_mail(due: Due, now: datetime, plan: str = "free", to: str = "alice@people.example") -> NewMail:
    """A mail of a period."""
    message_id = f"{due.subscriber_id}.{due.kind}.{int(due.due_at.timestamp())}@alerts.example"
    return NewMail(
        due.subscriber_id, "digest", f"<{message_id}>", to, BODY % message_id.encode(), plan, now + 4 * DAY
    )


def composition(due: Due, states: dict[str, State], now: datetime) -> Composition:
    """A period in which the postings end in these states; shown ones are told."""
    shown = [i for i, state in states.items() if state == "shown"]
    receipt = Receipt(NOW, now, 1, 1, 2, 2, len(states), len(shown), 0, 0, 0, 0, 0)
    digest = Digest(
        due.subscriber_id, due.kind, due.due_at, "alice@people.example", "Alice", "free", "UTC", "any CTM role", False,
        (Section("new", "New for you", "", tuple(map(card, shown))),), receipt,
    )  # fmt: skip
    outcomes = tuple(End(i, state, "1:1", 1, now) for i, state in states.items())
    mail = digest if shown else Nothing("no new postings")
    return Composition(mail, NOW - 7 * DAY, len(states), outcomes, revisions=dict.fromkeys(shown, 1))


def card(posting_id: str) -> Card:
    """What a digest shows of a posting."""
    return Card(
        posting_id, "new", "CTM", "Northlight Bio", "Boston, MA", "Hybrid", "", "Senior CTM", "the title says Senior", "",
        "Pay not stated", "", "", (), (), (), "First seen today", ("Northlight",), "https://n.example/1",
    )  # fmt: skip
