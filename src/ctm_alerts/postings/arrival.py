"""What an entry means for what we know: a new position, another sighting, a change, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from ctm_alerts.feeds.entries import shortened
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Ingested
from ctm_alerts.postings.cluster import Join, Sketch, contradict, same, sketch_of
from ctm_alerts.postings.identity import REPOST_AFTER, Keys, words_fingerprint
from ctm_alerts.postings.posting import Verdict
from ctm_alerts.postings.record import Origin

#: the fingerprint of an entry without text
NO_WORDS = words_fingerprint("")


@dataclass(frozen=True)
class KnownPosting:
    """What the decision needs of a posting that may be the same."""

    id: str
    last_seen_at: datetime
    #: fingerprint of its words, to tell two openings of one feed apart
    text: str
    #: the feeds that hold it, with the source ids they give it
    held_by: frozenset[str]
    #: its title (`title_words`) when this feed holds it under ids that its present listing lacks, else ""
    left_as: str = ""


@dataclass(frozen=True)
class Arrival:
    """The decision about one entry."""

    what: Literal["new", "sighting"]
    #: the posting it belongs to, for a sighting
    posting_id: str | None = None
    #: the posting that it repeats after more than 90 days
    repost_of: str | None = None
    #: what joined them: "address", "names" or a kind of `cluster.Join`; "" for a new position
    by: str = ""
    #: and why, in words for an admin
    because: str = ""


@dataclass(frozen=True)
class Neighbour:
    """A sighting that may be the same as an entry: they share a band."""

    posting_id: str
    feed_id: str
    sketch: Sketch
    #: when any feed last had its posting
    last_seen_at: datetime
    #: postings that an admin parted from its posting
    parted: frozenset[str] = frozenset()


def join(feed_id: str, sketch: Sketch, near: Iterable[Neighbour], now: datetime) -> Arrival | None:
    """What an entry repeats of what is near it, the likest first; None when it repeats nothing.

    Where an admin has parted two postings and the entry is like both, nobody but the admin can say whose copy it is: it
    stays alone. A posting with a copy that says that it is another one is not joined through its other copies.
    """
    found: dict[str, tuple[Neighbour, Join]] = {}
    others: set[str] = set()
    for neighbour in near:
        one_source = neighbour.feed_id == feed_id
        if contradict(neighbour.sketch, sketch, same_source=one_source):
            others.add(neighbour.posting_id)
            continue
        joined = same(neighbour.sketch, sketch, same_source=one_source)
        held = found.get(neighbour.posting_id)
        if joined is not None and (held is None or joined.likeness > held[1].likeness):
            found[neighbour.posting_id] = (neighbour, joined)
    clear = [(n, j) for n, j in found.values() if n.posting_id not in others and n.parted.isdisjoint(found)]
    ranked = sorted(clear, key=lambda pair: (-pair[1].likeness, int(pair[0].posting_id)))
    for neighbour, joined in ranked:
        if now - neighbour.last_seen_at <= REPOST_AFTER:
            return Arrival("sighting", neighbour.posting_id, by=joined.kind, because=joined.reason)
    return Arrival("new", repost_of=ranked[0][0].posting_id) if ranked else None


def decide(
    feed_id: str,
    keys: Keys,
    text: str,
    known: Mapping[str, tuple[KnownPosting, ...]],
    now: datetime,
    title: str = "",
) -> Arrival:
    """Whether an entry that this feed did not hold before is a new position or a sighting of a known one.

    `known` maps the shared keys to the postings under them. Within one feed two source ids are two positions, unless
    their words are the same: an employer may have two openings of one title in one place, and where a feed gives no text
    nothing says that they are one. But a feed that gives out new ids means the same position by the same address and
    `title`, once the old id is gone.
    """
    old: str | None = None
    for key in keys.shared:
        for posting in known.get(key, ()):
            if now - posting.last_seen_at > REPOST_AFTER:
                old = old or posting.id
            elif feed_id not in posting.held_by or _again(posting, text, title, key == keys.url):
                return _found_by(key == keys.url, posting.id)
    return Arrival("new", repost_of=old)


def _again(posting: KnownPosting, text: str, title: str, by_address: bool) -> bool:
    """Whether another id of the feed that holds a posting is that posting: by the words that it has, or in its stead."""
    in_its_stead = bool(title) and posting.left_as == title
    if posting.text != text:
        return by_address and in_its_stead
    return by_address or text != NO_WORDS or in_its_stead


def _found_by(address: bool, posting_id: str) -> Arrival:
    if address:
        return Arrival("sighting", posting_id, by="address", because="the same address")
    return Arrival("sighting", posting_id, by="names", because="the same employer, title and place")


def origin_of(entry: Entry, *, first_poll: bool, backfill_days: int, now: datetime) -> Origin:
    """Baseline at the first poll, but for entries that are as young as the feed's backfill allows."""
    if not first_poll:
        return "new"
    young = entry.posted_at is not None and entry.posted_at >= now - timedelta(days=backfill_days)
    return "new" if backfill_days and young else "baseline"


def entry_fingerprint(entry: Entry) -> str:
    """A hash of all that an entry says, to tell at a glance that nothing changed."""
    parts = (
        entry.title, entry.company, entry.location, entry.description, entry.employment_type, entry.remote,
        entry.salary_min, entry.salary_max, entry.salary_currency, entry.salary_period, entry.salary_raw,
        entry.expires_at, entry.url, entry.workplace,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry once: a repeated id with another link is another entry, and its link joins its id.

    The first one keeps the bare id, so a feed that repeats its ids is read the same way each time.
    """
    kept: dict[str, Entry] = {}
    for entry in entries:
        held = kept.get(entry.id)
        if held is None:
            kept[entry.id] = entry
        elif held.url != entry.url and entry.url:
            longer = replace(entry, id=shortened(f"{entry.id} {entry.url}"))
            kept.setdefault(longer.id, longer)
    return tuple(kept.values())


@dataclass(frozen=True)
class Understood:
    """An entry with all that was decided about it before it meets what is stored."""

    entry: Entry
    keys: Keys
    verdict: Verdict
    origin: Origin
    #: of the entry as the listing says it
    fingerprint: str

    @cached_property
    def sketch(self) -> Sketch:
        """What is compared with the entries of other ids; takes a millisecond, once."""
        return sketch_of(self.entry, agency=self.verdict.employer_type == "agency")


@dataclass(frozen=True)
class Look:
    """What one look at a feed brought, to be written down.

    Attributes:
        understood: the entries that are new or changed.
        seen: every source id of the listing; of an answer without one, what the last listing held is seen again.
        deferred: surplus for the next round.
        complete_listing: what is absent from `seen` is absent from the source.
        validators: what makes the next look a cheap one; None keeps those that are there.
    """

    result: Ingested
    understood: Sequence[Understood]
    seen: Collection[str]
    deferred: Sequence[tuple[Entry, Origin]]
    complete_listing: bool
    validators: Validators | None
    next_check: datetime
    milliseconds: int
    #: good looks in a row that brought nothing new, this one included
    quiet_looks: int = 0


@dataclass(frozen=True)
class Validators:
    """What lets the next look at a feed be a cheap one."""

    etag: str | None
    last_modified: str | None
    body_hash: str
