"""Judge: `explain` (why, or why not) and `prove` (both sums, from the stored rows)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ctm_alerts.digests.compose import candidates
from ctm_alerts.digests.desk import Desk
from ctm_alerts.digests.proof import Breach, DueRow, PeriodRow, breaches, grouped, sums, unaccounted
from ctm_alerts.matching.match import Gate, match
from ctm_alerts.matching.rank import rank
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Subscriber


class Desks(Protocol):
    """Lays out all that is needed to judge each subscriber at one moment, without writing anything."""

    def desks(self, people: Sequence[Subscriber], now: datetime) -> Iterable[Desk]: ...


class Rows(Protocol):
    """The stored rows that are judged."""

    def both(self, since: datetime | None) -> tuple[list[PeriodRow], list[DueRow]]: ...
    def stuck(self, now: datetime) -> list[Breach]: ...
    def after_unsubscribe(self, since: datetime | None) -> list[Breach]: ...
    def edited_at(self) -> dict[str, datetime]: ...
    def updated_at(self) -> dict[str, datetime]: ...
    def only_a_first(self) -> set[str]: ...


class People(Protocol):
    """What this flow needs of the subscribers."""

    def all(self) -> list[Subscriber]: ...


@dataclass(frozen=True)
class Step:
    """One gate of an explanation."""

    gate: str
    ok: bool
    says: str
    quote: str = ""


@dataclass(frozen=True)
class Explanation:
    """Every gate between one posting and one subscriber."""

    subscriber: str
    posting: Posting
    #: "told", "would be shown", "waits", "not shown"
    verdict: str
    steps: tuple[Step, ...]
    #: what the rank is made of; adds up to `score`
    parts: tuple[tuple[str, float], ...]
    score: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "subscriber": self.subscriber,
            "posting": {"id": self.posting.id, "title": self.posting.title, "company": self.posting.company},
            "verdict": self.verdict,
            "gates": [{"gate": s.gate, "ok": s.ok, "says": s.says, "quote": s.quote} for s in self.steps],
            "score": round(self.score, 3),
            "parts": {name: round(value, 3) for name, value in self.parts},
        }


def explain(desk: Desk, posting: Posting) -> Explanation:
    """Why a posting is, was or is not for a subscriber: pure, every gate with its verdict."""
    best = rank([match(p, posting, desk.guide, desk.now) for p in desk.profiles])
    told = next((t for t in desk.told if t.posting_id == posting.id and t.kind == "new"), None)
    is_candidate = any(m.posting.id == posting.id for m in candidates(desk))
    steps = [*_standing_steps(desk, posting), *(_step(g) for g in (best[0].gates if best else ()))]
    if told is not None:
        verdict = f"told on {told.at:%d %B %Y}"
    elif all(s.ok for s in steps) and is_candidate:
        verdict = "waits for the next digest"
    else:
        verdict = "not shown"
    parts = best[0].parts if best else ()
    return Explanation(desk.subscriber.id, posting, verdict, tuple(steps), parts, sum(v for _, v in parts))


def _step(gate: Gate) -> Step:
    return Step(gate.name, gate.ok, gate.says, gate.quote)


def _standing_steps(desk: Desk, posting: Posting) -> Iterable[Step]:
    person = desk.subscriber
    yield Step("subscriber", person.status == "active", f"is {person.status}")
    closed = posting.closed or "its closing date is over"
    yield Step("open", posting.is_open(desk.now), "still open" if posting.is_open(desk.now) else closed)
    news = [(*posting.news_for(p.countries), p.mark) for p in desk.profiles]
    since = [at for origin, at, mark in news if origin == "new" and at > mark]
    if since:
        says = f"first seen on {min(since):%d %B %Y at %H:%M} UTC, after this profile began to look"
    elif posting.origin == "baseline":
        says = "it was there when its feed was first read, so it is new to nobody; first digests alone show such postings"
    else:
        says = f"first seen on {posting.first_seen_at:%d %B %Y}, before this profile began to look"
    yield Step("new to you", bool(since), says)
    standing = desk.standings.get(posting.id)
    if standing is not None:
        words = {
            "carried": "matched; waits, since a digest was full",
            "capped": "matched; waits, since its employer had enough cards",
            "below_bar": "matched; judged below the bar of the profile",
            "aged": "matched; waited for 21 days and was given up",
            "closed": "matched; closed before it was shown",
        }
        waits = standing.state in ("carried", "capped")
        yield Step("ledger", waits, words.get(standing.state, standing.state))


# ---- prove --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proven:
    """Both sums, whole and in groups, and what breaks them."""

    sums: dict[str, Any]
    breaches: tuple[Breach, ...]
    periods: Sequence[PeriodRow]
    logged: Sequence[DueRow]

    @property
    def groups(self) -> dict[str, list[dict[str, Any]]]:
        """Both sums for every round, subscriber and day."""
        return grouped(self.periods, self.logged)

    @property
    def ok(self) -> bool:
        """Whether the promise holds."""
        return not self.breaches and self.sums["periods"]["ok"] and self.sums["postings"]["ok"]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "ok": self.ok,
            **self.sums,
            "by": self.groups,
            "breaches": [
                {
                    "breach": b.name,
                    "subscriber": b.subscriber_id,
                    "says": b.says,
                    "since": b.since.isoformat(),
                    "remedy": b.remedy,
                }
                for b in self.breaches
            ],
        }


def prove(rows: Rows, people: People, desks: Desks, now: datetime, since: datetime | None = None) -> Proven:
    """Count both sums, and look for postings that matched and that no row accounts for.

    Args:
        since: count periods that were due since then, and mail that left; what is stuck is told whenever it began.
    """
    periods, logged = rows.both(since)
    waiting = sum(d.is_open for d in logged)
    found = [
        *breaches(periods),
        *unaccounted(periods, logged),
        *rows.stuck(now),
        *rows.after_unsubscribe(since),
        *_lost_postings(rows, people, desks, now),
    ]
    return Proven(sums(periods, len(logged) - waiting), tuple(found), periods, logged)


def _lost_postings(rows: Rows, people: People, desks: Desks, now: datetime) -> Iterable[Breach]:
    """Match again: what was there when the last window ended, unchanged since, must have a row.

    A first digest does not weigh what is older than 45 days: after it, the next period has to look first.
    """
    edited, updated, unread = rows.edited_at(), rows.updated_at(), rows.only_a_first()
    judged = [
        p
        for p in people.all()
        if p.status == "active" and p.window_start not in (None, p.start_mark) and p.id not in unread
    ]
    for desk in desks.desks(judged, now):
        person = desk.subscriber
        end = person.window_start
        assert end is not None

        def was_there(posting: Posting, desk: Desk = desk, end: datetime = end) -> bool:
            changed = max(posting.first_seen_at, updated.get(posting.id, end))
            return changed < end and posting.id not in desk.standings

        for seen in candidates(desk, was_there):
            if edited[seen.profile.id] < end:
                says = f"posting {seen.posting.id} ({seen.posting.title}) matched, was there, and has no row"
                yield Breach(
                    "posting lost", person.id, says, end, "keep the database and report this as a defect"
                )
