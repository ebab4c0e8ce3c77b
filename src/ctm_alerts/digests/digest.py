"""A digest as frozen values: all that its HTML, its text and its ledger rows are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: why a mail is due; the third part of the period key
DueKind = Literal["first", "regular", "catchup", "quiet", "watch"]
#: what a card tells; the third part of the ledger key
CardKind = Literal["new", "changed", "closing", "closed"]


@dataclass(frozen=True)
class Reason:
    """One thing that made a posting match, and the posting's own words for it."""

    #: what matched: "Role", "Tier", "Skill: GCP compliance", "Place"
    label: str
    #: the posting's own words, or "" where the reason is an absence ("Pay not stated")
    quote: str


@dataclass(frozen=True)
class Card:
    """One posting as one subscriber sees it."""

    #: public id of the posting
    posting_id: str
    kind: CardKind
    title: str
    #: "Employer not named" where the source hides it
    employer: str
    #: "Boston, MA" as the source says it, or "Place not stated"
    place: str
    #: "Remote", "Hybrid", "On site" or "Workplace not stated"
    workplace: str
    #: the sentence that says so, or ""
    workplace_quote: str
    #: "Senior CTM (7-10 years)"
    tier: str
    #: why: "the title says Senior", "4 years asked"
    tier_why: str
    #: "" or how it stands to the wanted tier: "one tier below yours"
    tier_note: str
    #: "USD 120,000-150,000 a year", or "Pay not stated"
    pay: str
    #: the guide's band where it applies (US, USD, yearly), else ""
    pay_note: str
    #: "Full-time", or ""
    employment: str
    reasons: tuple[Reason, ...]
    #: names of skills that the profile wants or holds and the posting asks for
    skills_matched: tuple[str, ...]
    #: names of skills that the posting asks for beyond those
    skills_other: tuple[str, ...]
    #: "Posted 2 days ago", "First seen today"
    freshness: str
    #: "Jobicy", "Greenhouse: Northlight Bio"; several where several feeds carry it
    sources: tuple[str, ...]
    #: the posting's own page; https or http
    url: str
    #: other places of the same posting: "also in Leeds, Cardiff"
    also_in: str = ""
    #: "reposted", "closes in 3 days" or ""
    flag: str = ""
    #: of those sources that want a link back: name, and their own page of the posting
    links_back: tuple[tuple[str, str], ...] = ()

    @property
    def credited(self) -> tuple[tuple[str, str], ...]:
        """Each source with its own page of the posting, "" where it wants no link."""
        pages = dict(self.links_back)
        return tuple((name, pages.get(name, "")) for name in self.sources)


@dataclass(frozen=True)
class Section:
    """Cards under one heading; only "new" cards count in the subject."""

    #: "new", "open_now" (first digest), "stretch", "changed", "closing", "closed"
    key: str
    heading: str
    #: one sentence below the heading, or ""
    note: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Sponsor:
    """A labelled advertisement; Free digests only."""

    text: str
    url: str


@dataclass(frozen=True)
class Receipt:
    """What was done for this digest: the line in its foot."""

    window_start: datetime
    window_end: datetime
    feeds_healthy: int
    feeds_total: int
    postings_read: int
    ctm_postings: int
    matched: int
    shown: int
    carried: int
    capped: int
    below_bar: int
    aged: int
    closed: int

    @property
    def held_back(self) -> int:
        """Matched and not shown, whatever the reason."""
        return self.carried + self.capped + self.below_bar + self.aged + self.closed


@dataclass(frozen=True)
class Links:
    """The links of one mail, signed for this subscriber and purpose; https outside of tests and demos."""

    unsubscribe: str
    #: mailto form of the same
    unsubscribe_mailto: str
    #: what we think of them, and the two one-tap corrections
    adjust_tier: str
    adjust_place: str
    home: str


@dataclass(frozen=True)
class Brand:
    """Who writes, from the configuration."""

    name: str
    #: "ctm-alerts.example", the domain of List-Id and Message-ID
    domain: str
    sender_name: str
    sender_address: str
    #: one line, as the law wants it in the foot
    postal_address: str
    colour: str = "#0b5c6b"


@dataclass(frozen=True)
class Digest:
    """One digest, complete: what the mail shows and what the ledger writes.

    `count` is the number in the subject, of the `new` cards in the body, and of the ledger's `new` rows.
    """

    #: (subscriber id, kind, due_at): the period key
    subscriber_id: str
    kind: DueKind
    due_at: datetime
    to_address: str
    to_name: str
    plan: Literal["free", "plus"]
    #: "America/New_York": zone of all dates that are shown
    timezone: str
    #: what the digest was searched for, in words: "Senior CTM in the United States, remote included"
    profile_words: str
    #: the profile is our assumption, not their choice: say so, with the two corrections
    assumed: bool
    sections: tuple[Section, ...]
    receipt: Receipt
    #: sentences at the end: "+4 more at Northlight Bio", "3 more wait for the next digest"
    footnotes: tuple[str, ...] = ()
    #: shown on Free only; a Plus digest has none
    sponsor: Sponsor | None = None
    #: "You receive this because you confirmed ... on 3 May 2026"
    why: str = ""

    @property
    def new_cards(self) -> tuple[Card, ...]:
        """Every card that is new to the subscriber, in the order shown."""
        return tuple(c for s in self.sections for c in s.cards if c.kind == "new")

    @property
    def count(self) -> int:
        """The number in the subject."""
        return len(self.new_cards)


@dataclass(frozen=True)
class Note:
    """A short mail of a period that had nothing new: `quiet` (Free) or `watch` (Plus)."""

    subscriber_id: str
    kind: Literal["quiet", "watch"]
    due_at: datetime
    to_address: str
    to_name: str
    plan: Literal["free", "plus"]
    timezone: str
    profile_words: str
    receipt: Receipt
    #: the nearest misses: title, employer, and the one gate that failed
    near_misses: tuple[tuple[str, str, str], ...] = ()
    #: one suggestion, or ""
    suggestion: str = ""
    why: str = ""


@dataclass(frozen=True)
class Nothing:
    """No mail for this period, and why."""

    reason: str
