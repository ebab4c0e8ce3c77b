"""How a feed is, told from what its looks brought: a state with its evidence, and six silent failures.

A feed that answers 200 may be broken all the same. Each detector compares the last looks with what the feed itself used
to do, so a trait is no fault: a feed whose entries all carry the same date, or one that is often empty, stays healthy.
While a fault lasts, what the feed "used to do" is what it did before: else each fault would seem over as soon as the
history is full of it. After `USUAL_AFTER` it is taken for what the feed does.

    no items        it answered well and held nothing, although it always held something
    frozen          its newest date stands still for far longer than it used to
    collapse        it holds less than a third of what it used to, in two looks one after the other
    repeated ids    one id for several entries, or a new id for each entry at every look
    changed shape   a field that was filled nearly always is filled hardly ever, or most entries cannot be read
    off topic       postings for clinical research were a good part of it, and are hardly any more

Two more are loud: "errors", and "gone", when a source says that the feed is no more and it is paused for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile, pairwise, takewhile
from statistics import median
from types import MappingProxyType
from typing import Literal

from ctm_alerts.feeds.aftermath import GONE
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Facts, Feed, Outcome

FaultName = Literal[
    "errors", "gone", "no items", "frozen", "collapse", "repeated ids", "changed shape", "off topic"
]
State = Literal["new", "healthy", "waiting", "suspect", "failing", "broken", "paused"]

#: looks that a detector compares with
HISTORY = 20
#: good looks before anything is said of what a feed used to do
LEAST_LOOKS = 3
#: errors in a row after which a feed counts as broken, when they lasted a day too
BROKEN_AFTER, BROKEN_FOR = 5, timedelta(hours=24)
#: without a good look for so long a feed is broken however few errors it has: a host that asks us to wait, and wait again
UNREAD_FOR = timedelta(days=3)
#: a fault of a listing that lasts so long is taken for what the feed does
USUAL_AFTER = timedelta(days=30)
#: the fields whose filling is watched
SHAPE = ("company", "location", "description", "posted_at", "url")
#: no newest date stands still for less than this: a firm that closes over Christmas publishes nothing for twelve days
LEAST_FROZEN = timedelta(days=14)
#: fewer moves of the newest date tell no rhythm: a small firm posts four openings in a week, and then none for a month
LEAST_MOVES = 8
_FEW = 5
_NONE_LAST: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True)
class PastLook:
    """One look at a feed, as its history keeps it."""

    at: datetime
    outcome: Outcome
    reason: str
    status: int | None
    entries: int
    new: int
    skipped: int
    facts: Facts


@dataclass(frozen=True)
class Fault:
    """One thing that ails a feed, with what shows it."""

    name: FaultName
    #: one sentence with the figures
    evidence: str


@dataclass(frozen=True)
class Health:
    """How a feed is."""

    state: State
    #: one sentence
    says: str
    faults: tuple[Fault, ...] = ()


def facts_of(entries: Sequence[Entry], held: Iterable[str]) -> Facts:
    """What a listing is like; `held` are the ids that the feed held before."""
    links: dict[str, str | None] = {}
    repeated = 0
    for entry in entries:
        first = links.setdefault(entry.id, entry.url)
        repeated += first != entry.url
    dates = [e.posted_at for e in entries if e.posted_at is not None]
    filled = {name: sum(bool(getattr(e, name)) for e in entries) for name in SHAPE}
    return Facts(
        repeated=repeated,
        newest=max(dates, default=None),
        filled=filled,
        unknown_ids=len(links.keys() - set(held)),
    )


def judge(
    feed: Feed, looks: Sequence[PastLook], now: datetime, since: Mapping[str, datetime] = _NONE_LAST
) -> Health:
    """How a feed is now.

    Args:
        looks: its last ones, newest first, and of the weeks before one a day.
        since: the faults that last, with the moment at which each was first seen.
    """
    if feed.state == "paused":
        reason = feed.paused_reason or "paused by hand"
        return Health("paused", reason, (Fault("gone", reason),) if reason.startswith(GONE) else ())
    if not looks:
        return Health("new", "not looked at yet")
    error = _errors(feed, looks, now)
    silent = tuple(_silent(looks, {name: at for name, at in since.items() if now - at < USUAL_AFTER}))
    if error is not None:
        broken = _is_broken(feed, looks, now)
        if not (broken or feed.failures):  # its host wants us to wait, which is no failure
            return Health("waiting", looks[0].reason, silent)
        return Health(
            "broken" if broken else "failing", error.evidence, (error, *silent) if broken else silent
        )
    if silent:
        return Health("suspect", silent[0].evidence, silent)
    return Health("healthy", _well(looks))


def _errors(feed: Feed, looks: Sequence[PastLook], now: datetime) -> Fault | None:
    last = looks[0]
    if last.outcome != "error":
        return None
    times = "once" if feed.failures <= 1 else f"{feed.failures} times in a row"
    good = f"the last good look was {_ago(feed.last_ok_at, now)}" if feed.last_ok_at else "it never worked"
    return Fault("errors", f"failed {times}: {last.reason}; {good}")


def _is_broken(feed: Feed, looks: Sequence[PastLook], now: datetime) -> bool:
    in_a_row = next((i for i, look in enumerate(looks) if look.outcome != "error"), len(looks))
    lasts = now - (feed.last_ok_at or looks[in_a_row - 1].at)
    return (feed.failures >= BROKEN_AFTER and lasts >= BROKEN_FOR) or (in_a_row > 1 and lasts >= UNREAD_FOR)


def _well(looks: Sequence[PastLook]) -> str:
    last = next((look for look in looks if look.outcome == "ok"), None)
    return "nothing new at its last look" if last is None else f"{last.entries} entries, {last.new} new"


def _silent(looks: Sequence[PastLook], since: Mapping[str, datetime]) -> Iterable[Fault]:
    """The six detectors; each looks at listings that were read, newest first."""
    read = [look for look in looks if look.outcome == "ok"]
    if len(read) <= LEAST_LOOKS:
        return
    for name, detector in _DETECTORS.items():
        fault = detector(read[: HISTORY + 1], _before(read, since.get(name)))
        if fault is not None:
            yield fault
    good = next(look.at for look in looks if look.outcome != "error")
    frozen = _frozen(read, good, since.get("frozen"))
    if frozen is not None:
        yield frozen


def _before(read: Sequence[PastLook], began: datetime | None) -> Sequence[PastLook] | None:
    """The looks before a fault that lasts; None when there is none."""
    if began is None:
        return None
    return [look for look in read if look.at < began][:HISTORY] or None


#: what a detector compares with while its fault lasts
_Before = Sequence[PastLook] | None


def _no_items(read: Sequence[PastLook], before: _Before) -> Fault | None:
    if not _is_empty(read[0]):
        return None
    earlier = before or list(dropwhile(_is_empty, read))
    held = [look.entries for look in earlier if not _is_empty(look)]
    # whoever is empty now and then is empty by nature, and so is whoever ran dry entry by entry
    by_nature = before is None and (len(held) < len(earlier) or held[:1] < [_FEW])
    if not held or by_nature:
        return None
    return Fault("no items", f"answered well and held nothing; it used to hold {round(median(held))} entries")


def _is_empty(look: PastLook) -> bool:
    return not look.entries and not look.skipped


def _collapse(read: Sequence[PastLook], before: _Before) -> Fault | None:
    now, earlier = read[0].entries, before or read[2:]
    usual, least = median(look.entries for look in earlier), min(look.entries for look in earlier)
    begins = read[1].entries < usual / 3 and now < least / 2
    small = usual >= 10 and 0 < now < usual / 3 and (before is not None or begins)
    return Fault("collapse", f"holds {now} entries; it used to hold {round(usual)}") if small else None


def _repeated_ids(read: Sequence[PastLook], before: _Before) -> Fault | None:
    # the look before the last may show it already, when nobody came to judge it
    last, earlier = read[0], before or read[2:]
    share = _share(last.facts.repeated, last.entries)
    if (
        last.entries >= _FEW
        and share >= 0.1
        and all(_share(b.facts.repeated, b.entries) < 0.02 for b in earlier)
    ):
        return Fault(
            "repeated ids", f"{last.facts.repeated} of {last.entries} entries share the id of another one"
        )
    # all entries under ids that nobody knew, look after look, and hardly a posting is new: the ids change
    changing = [look for look in read[:3] if look.entries >= _FEW and _is_renamed(look)]
    if len(changing) == 3:
        return Fault(
            "repeated ids",
            f"{last.facts.unknown_ids} of {last.entries} entries came under a new id, and {last.new} of them were new:"
            " it gives out new ids at each look",
        )
    return None


def _is_renamed(look: PastLook) -> bool:
    return _share(look.facts.unknown_ids, look.entries) >= 0.8 and look.new <= look.facts.unknown_ids / 10


def _changed_shape(read: Sequence[PastLook], before: _Before) -> Fault | None:
    last, earlier = read[0], [look for look in before or read[1:] if look.entries]
    whole = last.entries + last.skipped
    if (
        whole >= _FEW
        and last.skipped > whole / 2
        and all(b.skipped <= b.entries / 4 for b in before or read[2:])
    ):
        return Fault("changed shape", f"{last.skipped} of {whole} entries could not be read")
    if last.entries < _FEW or len(earlier) < LEAST_LOOKS:
        return None
    for name in SHAPE:
        usual = median(_share(b.facts.filled.get(name, 0), b.entries) for b in earlier)
        share = _share(last.facts.filled.get(name, 0), last.entries)
        if usual >= 0.8 and share <= 0.2:
            words = {"posted_at": "date", "url": "link"}.get(name, name)
            return Fault(
                "changed shape",
                f"{last.facts.filled.get(name, 0)} of {last.entries} entries have a {words}; nearly all used to have one",
            )
    return None


def _off_topic(read: Sequence[PastLook], before: _Before) -> Fault | None:
    """Compares the newer half of what was understood with the older one."""
    half = len(read) // 2
    newer, older = _topic(read[:half]), _topic(before or read[half:])
    if newer[1] < 20 or older[1] < 20:
        # too little to tell: what was said of it stands
        return None if before is None else Fault("off topic", "brought too little since to tell")
    share, used = newer[0] / newer[1], older[0] / older[1]
    if used >= 0.2 and share < used / 4:
        return Fault(
            "off topic",
            f"{newer[0]} of its last {newer[1]} postings are for clinical research; before, {round(100 * used)}% were",
        )
    return None


def _topic(looks: Iterable[PastLook]) -> tuple[int, int]:
    counted: Counter[str] = Counter()
    for look in looks:
        counted.update(of=look.facts.in_field, all=look.facts.understood)
    return counted["of"], counted["all"]


_DETECTORS: Mapping[FaultName, Callable[[Sequence[PastLook], _Before], Fault | None]] = {
    "no items": _no_items,
    "collapse": _collapse,
    "repeated ids": _repeated_ids,
    "changed shape": _changed_shape,
    "off topic": _off_topic,
}


def _frozen(read: Sequence[PastLook], good: datetime, began: datetime | None) -> Fault | None:
    """The newest date moved on now and then, and has not for three times the longest pause it ever made.

    Args:
        good: the last look that was no error; what nobody looked at stands still for no fault of its own.
        began: when it was seen first, while it lasts.
    """
    moves: list[tuple[datetime, datetime]] = []  # when we saw it, and the newest date then; oldest first
    for look in reversed(read):
        newest = look.facts.newest
        if newest is not None and (not moves or newest > moves[-1][1]):
            moves.append((look.at, newest))
    if not moves or read[0].facts.newest is None:
        return None
    longest = max((later[0] - earlier[0] for earlier, later in pairwise(moves)), default=timedelta(0))
    stands, newest = good - moves[-1][0], moves[-1][1]
    lasts = began is not None and moves[-1][0] < began
    if not lasts and (len(moves) < LEAST_MOVES or stands <= max(LEAST_FROZEN, 3 * longest)):
        return None
    return Fault(
        "frozen",
        f"its newest date is {newest:%d %B %Y} for {stands.days} days; it used to move on within {_days(longest)}",
    )


def holds_back_absences(looks: Sequence[PastLook], entries: int, now: datetime) -> bool:
    """Whether a whole listing is suddenly so small that it had better not close what it lacks.

    For a day and three looks from the first such look on; then it is believed. `looks` are the earlier ones, newest
    first, of several days; of those that said "the same as before" there is the last one at most, which stands for all.
    """
    read = [look for look in looks if look.outcome == "ok"]
    usual = [look.entries for look in read[len(read) // 2 :]]
    if len(usual) < LEAST_LOOKS or median(usual) < 10:
        return False
    limit = min(median(usual) / 3, min(usual) / 2)
    small = list(takewhile(lambda look: look.entries < limit, read))
    began = small[-1].at if small else now
    looked = len(small) >= 3 or (bool(small) and looks[0].outcome == "not_modified")
    return entries < limit and (not looked or now - began < BROKEN_FOR)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _ago(moment: datetime, now: datetime) -> str:
    return _days(now - moment) + " ago"


def _days(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours < 48:
        return "less than an hour" if hours < 1 else f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{span.days} days"
