"""The promise as sums: `due = queued + sent + quiet + held + failed + withdrawn`, `matched = shown + ... + closed`.

The rows are read elsewhere; what breaks a sum is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctm_alerts.digests.desk import STATES

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
    counts: Mapping[str, int]
    #: `new` rows of the ledger that name this period
    told: int
    #: status of its mail in the outbox, None without mail
    mail: str | None


def sums(rows: Iterable[PeriodRow], due: int) -> dict[str, Any]:
    """Both sums over these periods, each with whether it holds; `due` was counted when the periods were claimed."""
    rows = list(rows)
    statuses = Counter(r.status for r in rows)
    states: Counter[str] = Counter()
    for state in STATES:
        states[state] = sum(row.counts[state] for row in rows)
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


def verdict(sums: dict[str, Any], breaches: Sequence[Breach]) -> str:
    """The first line of the answer: whether to go back to bed."""
    broken = [name for name in ("periods", "postings") if not sums[name]["ok"]]
    says = [f"the sum of the {name} does not hold" for name in broken]
    if breaches:
        kinds, whose = {b.name for b in breaches}, {b.subscriber_id for b in breaches}
        says.append(
            f"{_many(len(breaches), 'breach', 'breaches')} of {_many(len(kinds), 'kind', 'kinds')} at "
            f"{_many(len(whose), 'subscriber', 'subscribers')}, since {_at(min(b.since for b in breaches))}"
        )
    return "NOT PROVEN: " + "; ".join(says) if says else "both sums hold, no breach"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def breach_lines(breaches: Sequence[Breach], most: int | None = 20) -> list[str]:
    """The breaches for a person who was woken by them: kind by kind, the kind that began first on top.

    Args:
        most: so many of a kind are shown, and the number of the others; None for all.
    """
    kinds: dict[str, list[Breach]] = {}
    for breach in sorted(breaches, key=lambda b: b.since):
        kinds.setdefault(breach.name, []).append(breach)
    return [line for name, them in kinds.items() for line in ("", *_kind_lines(name, them, most))]


def _kind_lines(name: str, them: Sequence[Breach], most: int | None) -> Iterable[str]:
    yield f"BREACH {name}: {len(them)}, since {_at(them[0].since)}"
    remedies = {b.remedy for b in them}
    if len(remedies) == 1:
        yield f"  what to do: {them[0].remedy}"
    for b in them[:most]:
        yield f"  subscriber {b.subscriber_id}, since {_at(b.since)}: {b.says}"
        if len(remedies) > 1:
            yield f"    what to do: {b.remedy}"
    if most is not None and len(them) > most:
        yield f"  and {len(them) - most} more; all of them: ctm-alerts prove --all"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def sum_lines(sums: dict[str, Any]) -> list[str]:
    """Both sums as equations."""
    periods, postings = sums["periods"], sums["postings"]
    left = [k for k in periods if k not in ("due", "ok")]
    right = [k for k in postings if k not in ("matched", "ok")]
    return [
        f"due {periods['due']} = " + " + ".join(f"{k} {periods[k]}" for k in left),
        f"matched {postings['matched']} = " + " + ".join(f"{k} {postings[k]}" for k in right),
    ]
