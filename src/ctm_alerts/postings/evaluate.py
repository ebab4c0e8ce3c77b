"""How good the verdicts are against labels made by reading: counts, rates, their 95 % intervals, and every error."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ctm_alerts.postings.posting import TIERS, EmployerType, Employment, Evidence, Role, Verdict, Workplace

#: a true rate lies within so many standard errors of the one that was counted in 95 of 100 cases
_Z = 1.96
#: a field with fewer positives says too little for a bar
POSITIVES_AT_LEAST = 20
#: fields of which a label holds one word of a list; their errors make a table
CLASSES = ("role", "tier", "workplace", "employment", "employer_type")
#: fields of which a label holds a value or nothing
VALUES = ("years_min", "salary", "travel_max")
#: fields of which a label holds any number of values; pooled over all postings
SETS = ("countries", "skills", "tools", "certs")
#: what a label says when the posting says nothing
_NOTHING = (None, "unknown")
#: the words of each class, as the labelling guide has them; None is "unknown" where that is one of them
_WORDS: dict[str, tuple[str | None, ...]] = {
    "role": get_args(Role),
    "tier": (*TIERS, None),
    "workplace": (*get_args(Workplace), None),
    "employment": (*get_args(Employment), None),
    "employer_type": (*get_args(EmployerType), None),
}


@dataclass(frozen=True)
class Rate:
    """So many right of so many."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share that is right; 0 of 0 is 1, for nothing was wrong."""
        return self.right / self.of if self.of else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval in which the true share lies, 95 %."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.value, self.of
        middle = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, (middle - spread) / (1 + _Z**2 / n)), min(1.0, (middle + spread) / (1 + _Z**2 / n))

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.value:.3f} ({self.right}/{self.of}, {low:.3f}-{high:.3f})"

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"value": self.value, "right": self.right, "of": self.of, "interval": list(self.interval)}


@dataclass(frozen=True)
class Found:
    """How many of a kind were found, how many were there, and how many of both."""

    both: int
    found: int
    there: int

    @property
    def precision(self) -> Rate:
        """Of those found, how many are right."""
        return Rate(self.both, self.found)

    @property
    def recall(self) -> Rate:
        """Of those there, how many were found."""
        return Rate(self.both, self.there)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.both / (self.found + self.there) if self.found + self.there else 1.0

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f}, precision {self.precision}, recall {self.recall}"

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"f1": self.f1, "precision": self.precision.as_json(), "recall": self.recall.as_json()}


@dataclass(frozen=True)
class Score:
    """How good one field is."""

    name: str
    #: labels that say something: role "ctm", a tier, a known workplace, each country of a set
    positives: int
    #: share of equal values; None for a field of several values
    equal: Rate | None = None
    #: of what was said, how much is right, and of what was there, how much was said; None for classes
    found: Found | None = None
    #: wanted -> got -> how many; empty where a field has no list of words
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def headline(self) -> float:
        """The figure that a bar is set for: the share of equal values, else F1."""
        return self.equal.value if self.equal else self.found.f1 if self.found else 1.0

    @property
    def is_thin(self) -> bool:
        """Whether too few labels say something for a bar."""
        return self.positives < POSITIVES_AT_LEAST

    @property
    def classes(self) -> list[str]:
        """The words that labels or verdicts use, sorted."""
        return sorted({*self.confusion, *(word for row in self.confusion.values() for word in row)})

    def of_class(self, word: str) -> Found:
        """Precision and recall of one word of a field of classes."""
        got = sum(row.get(word, 0) for row in self.confusion.values())
        row = self.confusion.get(word, {})
        return Found(row.get(word, 0), got, sum(row.values()))

    def __str__(self) -> str:
        return f"{self.name}: {self.equal or self.found}"

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "positives": self.positives,
            "thin": self.is_thin,
            "equal": self.equal and self.equal.as_json(),
            "found": self.found and self.found.as_json(),
            "classes": {word: self.of_class(word).as_json() for word in self.classes},
            "confusion": {wanted: dict(row) for wanted, row in self.confusion.items()},
        }


@dataclass(frozen=True)
class Miss:
    """One value that is not as labelled, and the words that led to it."""

    #: which posting, counted from 0
    row: int
    name: str
    wanted: Any
    got: Any
    #: the verdict's own sentence, where it has one
    reason: str
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        quotes = [{"value": e.value, "quote": e.quote, "source": e.source} for e in self.evidence]
        return {
            "field": self.name,
            "wanted": self.wanted,
            "got": self.got,
            "reason": self.reason,
            "evidence": quotes,
        }


@dataclass(frozen=True)
class Report:
    """All figures over one set of labels; a field that no label has is left out."""

    size: int
    ctm: Found
    scores: Mapping[str, Score]
    misses: tuple[Miss, ...] = ()

    def lines(self) -> list[str]:
        """The figures as lines to print."""
        return [f"{self.size} postings", f"role ctm: {self.ctm}", *map(str, self.scores.values())]

    def as_json(self) -> dict[str, Any]:
        """As plain values, without the errors."""
        scores = {name: score.as_json() for name, score in self.scores.items()}
        return {"postings": self.size, "ctm": self.ctm.as_json(), "fields": scores}


def half_of(employer: str | None, id: str) -> Literal["tune", "held"]:  # noqa: A002 - the label's own word for it
    """The half of a set that an employer's postings fall into, by a hash of its name; without a name, of the id.

    Rules are tuned on one half and run on the other once, so no employer may stand in both.
    """
    name = " ".join((employer or "").casefold().split()) or id
    return "held" if hashlib.sha256(name.encode()).digest()[0] % 2 else "tune"


def evaluate(golds: Sequence[Mapping[str, Any]], verdicts: Sequence[Verdict]) -> Report:
    """Compares labels (the JSON of the labelling guide) with verdicts, pair by pair.

    A field counts where a label has it; a tier where the label's role is ctm. Labels without complaints are taken for
    granted.
    """
    golds = [_spelled_out(gold) for gold in golds]
    pairs = [(gold, verdict.as_json()) for gold, verdict in zip(golds, verdicts, strict=True)]
    names = [name for name in (*CLASSES, *VALUES, *SETS) if any(name in gold for gold in golds)]
    return Report(
        size=len(pairs),
        ctm=_pooled(({g["role"]} & {"ctm"}, {v["role"]} & {"ctm"}) for g, v in pairs if "role" in g),
        scores={name: _score(name, pairs) for name in names},
        misses=tuple(
            _miss(row, name, gold[name], found[name], verdicts[row])
            for name in names
            for row, (gold, found) in enumerate(pairs)
            if _is_asked(name, gold) and not _same(name)(gold[name], found[name])
        ),
    )


_Pairs = Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]


def _score(name: str, pairs: _Pairs) -> Score:
    asked = [(g[name], v[name]) for g, v in pairs if _is_asked(name, g)]
    if name in SETS:
        return Score(name, sum(len(g) for g, _ in asked), found=_pooled((set(g), set(v)) for g, v in asked))
    same = _same(name)
    positives = sum(g == "ctm" if name == "role" else g not in _NOTHING for g, _ in asked)
    equal = Rate(sum(same(g, v) for g, v in asked), len(asked))
    if name in VALUES:
        both = sum(g is not None and same(g, v) for g, v in asked)
        return Score(name, positives, equal, Found(both, sum(v is not None for _, v in asked), positives))
    return Score(name, positives, equal, confusion=_confusion(asked))


def _is_asked(name: str, gold: Mapping[str, Any]) -> bool:
    return name in gold and (name != "tier" or gold.get("role", "ctm") == "ctm")


def _spelled_out(gold: Mapping[str, Any]) -> dict[str, Any]:
    """A label in which "unknown" stands for null where the field has this word."""
    return {
        name: "unknown" if value is None and "unknown" in _WORDS.get(name, ()) else value
        for name, value in gold.items()
    }


#: what a label may say, in the order of the report
FIELDS = (*_WORDS, *VALUES, *SETS)


def complaints(gold: Mapping[str, Any]) -> list[str]:
    """What is wrong with a label, each with the remedy; a label without complaints can be compared."""
    wrong = {
        **{
            name: f"use one of {', '.join(str(w) for w in words if w)}"
            for name, words in _WORDS.items()
            if gold.get(name, words[0]) not in words
        },
        **{
            name: "write a whole number or null"
            for name in ("years_min", "travel_max")
            if not isinstance(gold.get(name), int | None)
        },
        **{name: "write a list of texts" for name in SETS if not _is_list_of_texts(gold.get(name, []))},
    }
    pay = gold.get("salary")
    if pay is not None and not (isinstance(pay, dict) and {"min", "max", "currency", "period"} <= set(pay)):
        wrong["salary"] = "write null, or min, max, currency and period"
    return [f"{name} is {gold[name]!r}; {remedy}" for name, remedy in wrong.items()]


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _confusion(asked: Iterable[tuple[Any, Any]]) -> dict[str, dict[str, int]]:
    counts = Counter((str(wanted), str(got)) for wanted, got in asked)
    table: dict[str, dict[str, int]] = {}
    for (wanted, got), many in sorted(counts.items()):
        table.setdefault(wanted, {})[got] = many
    return table


def _miss(row: int, name: str, wanted: Any, got: Any, verdict: Verdict) -> Miss:
    reason = {"role": verdict.reason, "tier": verdict.tier_reason}.get(name, "")
    wrong = set(got).symmetric_difference(wanted) if name in SETS else None
    evidence = tuple(e for e in verdict.evidence if e.field == name and (wrong is None or e.value in wrong))
    return Miss(row, name, wanted, got, reason, evidence)


def _same(name: str) -> Callable[[Any, Any], bool]:
    if name == "salary":
        return _same_pay
    return (lambda a, b: set(a) == set(b)) if name in SETS else (lambda a, b: bool(a == b))


def _same_pay(gold: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> bool:
    """Equal but for cents lost in rounding."""
    if gold is None or found is None:
        return gold is None and found is None
    if (gold["currency"], gold["period"]) != (found["currency"], found["period"]):
        return False
    return all(_close(gold[end], found[end]) for end in ("min", "max"))


def _close(a: float | None, b: float | None) -> bool:
    return a == b if a is None or b is None else math.isclose(a, b, abs_tol=0.01)


def _pooled(pairs: Iterable[tuple[set[Any], set[Any]]]) -> Found:
    both = found = there = 0
    for wanted, got in pairs:
        both, found, there = both + len(wanted & got), found + len(got), there + len(wanted)
    return Found(both, found, there)
