"""People and their marks as semantics.md has them, kept apart from the product: what each is owed, may get, and has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ctm_alerts.subscribers.subscriber import PlanName, Rhythm
from tests.laws.rows import PostingRow
from tests.laws.sources import COUNTRY_OF, TIER_OF

REACH = timedelta(days=7)
#: a row that was committed a moment late may carry a time before the mark
LATE = timedelta(hours=1)
FIRST_AGE = timedelta(days=45)
_TIERS = list(TIER_OF.values())

Pair = tuple[str, int]


@dataclass
class Search:
    """One profile: its wishes, and how far back it reaches."""

    id: str
    wishes: dict[str, Any]
    revision: int
    #: postings first seen after this are owed
    owed_after: datetime
    #: postings first seen before this are never new to them
    never_before: datetime
    #: nothing was composed since it was saved
    is_fresh: bool = True

    @property
    def key(self) -> str:
        return f"{self.id}:{self.revision}"

    def edit(self, wishes: dict[str, Any], last_window: datetime | None, now: datetime) -> None:
        """Saved anew: it reaches back 7 days, or to what nobody has looked at yet."""
        unseen = self.owed_after if self.is_fresh or last_window is None else last_window
        self.owed_after = min(now - REACH, unseen)
        self.never_before = min(now - REACH, self.never_before)
        self.wishes, self.revision, self.is_fresh = wishes, self.revision + 1, True

    def wants(self, posting: PostingRow) -> bool:
        """Whether it would be shown."""
        wanted = self.wishes.get("countries")
        if wanted and not any(COUNTRY_OF[place] in wanted for place in posting.places):
            return False
        if any(w in posting.company for w in self.wishes.get("exclude", ())):
            return False
        tiers = self.wishes.get("tiers")
        if not tiers:
            return True
        place = _TIERS.index(tier_of(posting.title))
        nearest = min(abs(place - _TIERS.index(t)) for t in tiers)
        return nearest <= (0 if self.wishes.get("strict_tiers") else 1)


def tier_of(title: str) -> str:
    """The tier that a title says."""
    return TIER_OF[title.partition("Clinical")[0]]


@dataclass
class Person:
    """One subscriber."""

    id: str
    email: str
    rhythm: Rhythm
    plan: PlanName
    until: datetime | None
    status: str
    searches: list[Search]
    start: datetime | None = None
    paused_until: datetime | None = None
    last_window: datetime | None = None
    #: the regular digests that were composed: due, composed
    regulars: list[tuple[datetime, datetime]] = field(default_factory=list)
    #: rhythm, zone or plan changed since the last of them
    has_changed: bool = False

    def plan_at(self, now: datetime) -> PlanName:
        """The plan that holds."""
        lapsed = self.until is not None and self.until <= now
        return "free" if lapsed else self.plan

    def is_daily(self, now: datetime) -> bool:
        """Whether a digest may come each day."""
        return self.plan_at(now) == "plus" and not self.rhythm.weekly

    def begin(self, now: datetime) -> None:
        """Confirmed: from now on new is what we see first."""
        self.status, self.start, self.last_window = "active", now, now
        for search in self.searches:
            search.owed_after, search.never_before, search.is_fresh = now, now - LATE, True


@dataclass
class Marks:
    """Who has which posting in a mail that counts, who waits for it, and who was found not to need it."""

    #: Message-IDs of the mails that showed it as new
    told: defaultdict[Pair, set[str]] = field(default_factory=lambda: defaultdict(set))
    waits: set[Pair] = field(default_factory=set)
    #: judged and left out, by which searches as they were, at which revision
    left: defaultdict[Pair, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    heirs: dict[int, int] = field(default_factory=dict)

    def merge(self, keep: int, gone: int, people: list[str]) -> None:
        """`keep` has every mark of both."""
        self.heirs[gone] = keep
        for person in people:
            self.told[person, keep] |= self.told[person, gone]
            self.left[person, keep] |= self.left[person, gone]
            if (person, gone) in self.waits:
                self.waits.discard((person, gone))
                self.waits.add((person, keep))

    def split(self, whole: int, half: int, people: list[str]) -> None:
        """Both halves have every mark of the whole."""
        for person in people:
            self.told[person, half] = set(self.told[person, whole])
            self.left[person, half] = set(self.left[person, whole])
            if (person, whole) in self.waits:
                self.waits.add((person, half))

    def release(self, message_id: str, person: str) -> None:
        """The mail went nowhere: what it showed waits."""
        for pair, mails in self.told.items():
            if message_id in mails:
                mails.discard(message_id)
                if pair[0] == person and pair[1] not in self.heirs and not mails:
                    self.waits.add(pair)

    def heir(self, posting: int) -> int:
        """The posting that it is now."""
        while posting in self.heirs:
            posting = self.heirs[posting]
        return posting


def is_owed(person: Person, posting: PostingRow, marks: Marks) -> bool:
    """Whether the next regular digest must account for it: show it, or say why it waits."""
    pair = (person.id, posting.id)
    if posting.closed or marks.told[pair] or person.status != "active":
        return False
    return any(_owes(s, posting, pair, marks) for s in person.searches)


def _owes(search: Search, posting: PostingRow, pair: Pair, marks: Marks) -> bool:
    if not search.wants(posting):
        return False
    if pair in marks.waits:
        return True
    judged = any(search.key in keys.split() for keys, _ in marks.left[pair])
    return posting.origin == "new" and posting.first_seen_at > search.owed_after and not judged


def may_be_shown(person: Person, posting: PostingRow, marks: Marks, kind: str, now: datetime) -> bool:
    """Whether a digest of this kind may show it as new at all."""
    pair = (person.id, posting.id)
    if posting.closed or marks.told[pair] or not any(s.wants(posting) for s in person.searches):
        return False
    if pair in marks.waits:
        return True
    if kind == "first":
        return now - posting.posted_at <= FIRST_AGE
    return posting.origin == "new" and any(
        s.wants(posting) and posting.first_seen_at > s.never_before for s in person.searches
    )
