"""The promise as sums: `due = queued + sent + quiet + held + failed + withdrawn`, `matched = shown + ... + closed`.

The rows are read elsewhere; what breaks a sum is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctm_alerts.digests.compose import STATES

PERIOD_STATES = ("queued", "sent", "quiet", "held", "failed", "withdrawn")
_LIVE = ("queued", "sent", "held")
_RELEASED = ("failed", "withdrawn")
#: what the mail of a period may be while the period is ...
_MAIL_OF = {
    "queued": ("queued", "claimed", "dot"),
    "sent": ("sent",),
    "quiet": (None,),
    "held": ("held", "queued", "claimed", "dot", "withdrawn"),
    # None: no mail could be written, or its subscriber had left before it was
    "failed": ("failed", None),
    "withdrawn": ("withdrawn", None),
}


@dataclass(frozen=True)
class Breach:
    """One thing that breaks the promise, since when, and what to do."""

    name: str
    subscriber_id: str
    says: str
    since: datetime
    remedy: str


@dataclass(frozen=True)
class DueRow:
    """One period that fell due, as logged when it was first claimed."""

    subscriber_id: str
    kind: str
    due_at: datetime
    claimed_at: datetime
    #: it waits still: for its worker, or for the end of the quiet hours
    is_open: bool


@dataclass(frozen=True)
class PeriodRow:
    """One period as stored, with its ledger rows counted and its mail's status beside it."""

    id: str
    subscriber_id: str
    kind: str
    due_at: datetime
    composed_at: datetime
    status: str
    #: the number in the subject
    count: int
    matched: int
    counts: Counter[str]
    #: `new` rows of the ledger that name this period
    told: int
    #: status of its mail in the outbox, None without mail
    mail: str | None


def sums(rows: Iterable[PeriodRow], due: int) -> dict[str, Any]:
    """Both sums over these periods, each with whether it holds; `due` was counted when the periods were claimed."""
    rows = list(rows)
    statuses = Counter(r.status for r in rows)
    states: Counter[str] = Counter()
    for row in rows:
        states.update(row.counts)
    periods: dict[str, Any] = {"due": due, **{s: statuses[s] for s in PERIOD_STATES}}
    postings: dict[str, Any] = {"matched": sum(r.matched for r in rows), **{s: states[s] for s in STATES}}
    periods["ok"] = periods["due"] == sum(statuses[s] for s in PERIOD_STATES)
    postings["ok"] = postings["matched"] == sum(states[s] for s in STATES)
    return {"periods": periods, "postings": postings}


def grouped(rows: Sequence[PeriodRow], logged: Iterable[DueRow]) -> dict[str, list[dict[str, Any]]]:
    """Both sums for every round, subscriber and day (UTC)."""
    due = {(d.subscriber_id, d.kind, d.due_at) for d in logged}
    keys: dict[str, Callable[[PeriodRow], str]] = {
        "rounds": lambda r: r.composed_at.isoformat(),
        "subscribers": lambda r: r.subscriber_id,
        "days": lambda r: r.composed_at.date().isoformat(),
    }
    result: dict[str, list[dict[str, Any]]] = {}
    for name, key in keys.items():
        groups: dict[str, list[PeriodRow]] = {}
        for row in rows:
            groups.setdefault(key(row), []).append(row)
        result[name] = [
            {
                name.removesuffix("s"): k,
                **sums(group, sum((r.subscriber_id, r.kind, r.due_at) in due for r in group)),
            }
            for k, group in groups.items()
        ]
    return result


def breaches(rows: Iterable[PeriodRow]) -> list[Breach]:
    """Every period that breaks a sum, or whose subject, ledger and mail say different things."""
    return [breach for row in rows for breach in _breaches_of(row)]


def unaccounted(rows: Iterable[PeriodRow], logged: Iterable[DueRow]) -> list[Breach]:
    """Periods that fell due, wait no more, and were never composed."""
    composed = {(r.subscriber_id, r.kind, r.due_at) for r in rows}
    return [
        Breach(
            "period lost",
            d.subscriber_id,
            f"a {d.kind} digest fell due at {d.due_at.isoformat()} and nothing became of it",
            d.claimed_at,
            "keep the database and report this as a defect",
        )
        for d in logged
        if not d.is_open and (d.subscriber_id, d.kind, d.due_at) not in composed
    ]


def _breaches_of(row: PeriodRow) -> Iterable[Breach]:
    remedy = "keep the database and report this as a defect"
    if row.status not in PERIOD_STATES:
        yield _breach(row, "unknown status", f"period {row.id} is {row.status!r}", remedy)
    elif row.mail not in _MAIL_OF[row.status]:
        yield _breach(
            row, "period and mail disagree", f"period {row.id} is {row.status}, its mail {row.mail}", remedy
        )
    total = sum(row.counts[s] for s in STATES)
    if row.matched != total:
        yield _breach(
            row, "postings lost", f"period {row.id} matched {row.matched}, accounted for {total}", remedy
        )
    expected = row.count if row.status in _LIVE else 0
    if row.told != expected:
        says = f"period {row.id} ({row.status}): {row.count} in the subject, {row.told} in the ledger"
        yield _breach(row, "ledger and subject disagree", says, remedy)
    if row.status not in _RELEASED and row.counts["shown"] != row.count:
        says = f"period {row.id}: {row.count} in the subject, {row.counts['shown']} shown"
        yield _breach(row, "subject and choice disagree", says, remedy)


def _breach(row: PeriodRow, name: str, says: str, remedy: str) -> Breach:
    return Breach(name, row.subscriber_id, says, row.composed_at, remedy)


def sum_lines(sums: dict[str, Any]) -> list[str]:
    """Both sums as equations."""
    periods, postings = sums["periods"], sums["postings"]
    left = [k for k in periods if k not in ("due", "ok")]
    right = [k for k in postings if k not in ("matched", "ok")]
    return [
        f"due {periods['due']} = " + " + ".join(f"{k} {periods[k]}" for k in left),
        f"matched {postings['matched']} = " + " + ".join(f"{k} {postings[k]}" for k in right),
    ]
