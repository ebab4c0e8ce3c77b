"""What lies on the desk of whoever composes one period, and what comes of it: values alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from ctm_alerts.digests.digest import CardKind, Digest, DueKind, Note, Nothing, Sponsor
from ctm_alerts.guide import Guide
from ctm_alerts.matching.index import Index
from ctm_alerts.postings.links import LinkNews
from ctm_alerts.postings.record import Posting
from ctm_alerts.settings import Plan
from ctm_alerts.subscribers.subscriber import Profile, Subscriber

State = Literal["shown", "carried", "capped", "below_bar", "aged", "closed"]
STATES: tuple[State, ...] = ("shown", "carried", "capped", "below_bar", "aged", "closed")

#: how old a posting of the first digest may be (semantics, first digest)
FIRST_AGE = timedelta(days=45)


@dataclass(frozen=True)
class Due:
    """A period that fell due: its key."""

    subscriber_id: str
    kind: DueKind
    due_at: datetime


@dataclass(frozen=True)
class Standing:
    """What became of a matched posting that was not told."""

    state: State
    #: "12:3 14:1": ids and revisions of the profiles that judged it
    profile_revision: str
    posting_revision: int
    #: when it first matched
    since: datetime


@dataclass(frozen=True)
class Told:
    """One line of the ledger."""

    posting_id: str
    kind: CardKind
    revision: int
    seen_revision: int
    at: datetime


@dataclass(frozen=True)
class LedgerLine:
    """A line of the ledger to be written with a digest."""

    posting_id: str
    kind: CardKind
    #: 0 for `new`, so that it can be there but once
    revision: int
    seen_revision: int
    #: when it first matched
    since: datetime
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of one matched posting in this period."""

    posting_id: str
    state: State
    profile_revision: str
    posting_revision: int
    since: datetime


@dataclass(frozen=True)
class Desk:
    """All that is needed to compose one period; nothing else is looked at."""

    subscriber: Subscriber
    plan: Plan
    due: Due
    now: datetime
    profiles: Sequence[Profile]
    #: the open postings of the round
    index: Index
    told: Sequence[Told]
    standings: Mapping[str, Standing]
    #: postings that were told or stand, which may be open no more; may lack those of the index
    known: Mapping[str, Posting]
    guide: Guide
    feeds_healthy: int
    feeds_total: int
    #: in the window: all postings first seen, and those of the CTM family
    postings_read: int
    ctm_postings: int
    #: since mail last went: what a note says of the silence
    read_since_mail: int
    ctm_since_mail: int
    sponsor: Sponsor | None = None
    #: what their pages showed; what is dead there is open no more
    links: LinkNews = field(default_factory=LinkNews)

    def posting(self, posting_id: str) -> Posting | None:
        """A posting of the round, or one that was told or stands; None where its sources let it be mailed no more."""
        found = self.index.by_id.get(posting_id) or self.known.get(posting_id)
        return found if found is not None and found.may_email else None

    def is_open(self, posting: Posting) -> bool:
        """Whether one can still apply, as far as its feeds and its page say."""
        return posting.is_open(self.now) and posting.id not in self.links.dead

    @property
    def window_start(self) -> datetime:
        """Where the last digest ended: a label, nothing is decided by it."""
        return window_of(self.subscriber, self.due)

    @property
    def silent_since(self) -> datetime:
        """When mail with content last went."""
        return self.subscriber.last_mail_at or self.subscriber.start_mark or self.due.due_at


def window_of(subscriber: Subscriber, due: Due) -> datetime:
    """Where a period's window begins: the end of the last one, or for a first digest the age of what it may show."""
    if due.kind == "first":
        return due.due_at - FIRST_AGE
    return subscriber.window_start or subscriber.start_mark or due.due_at


@dataclass(frozen=True)
class Composition:
    """One period, composed."""

    mail: Digest | Note | Nothing
    window_start: datetime
    #: what the matcher counted, before anything was chosen
    matched: int
    outcomes: tuple[Outcome, ...] = ()
    #: postings that stood and match no more: their profile changed
    forgotten: tuple[str, ...] = ()
    #: (posting, revision) by kind, of the cards that are not `new`
    follow_ups: tuple[tuple[str, CardKind, int], ...] = ()
    revisions: Mapping[str, int] = field(default_factory=dict)

    @property
    def sums(self) -> dict[str, int]:
        """How many outcomes of each state."""
        counted = Counter(o.state for o in self.outcomes)
        return {state: counted[state] for state in STATES}

    @property
    def is_silent(self) -> bool:
        """Whether the period had nothing new."""
        return not isinstance(self.mail, Digest)

    def lines(self, now: datetime) -> list[LedgerLine]:
        """The ledger lines of the cards that the digest shows."""
        if not isinstance(self.mail, Digest):
            return []
        since = {o.posting_id: o.since for o in self.outcomes}
        told = [(c.posting_id, c.kind, 0) for c in self.mail.new_cards]
        return [
            LedgerLine(i, kind, revision, self.revisions[i], since.get(i, now), now)
            for i, kind, revision in (*told, *self.follow_ups)
        ]
