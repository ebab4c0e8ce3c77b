"""How good the verdicts are against labels made by reading: counts, rates and their 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctm_alerts.postings.posting import Verdict

#: two rates of one figure are apart by chance within this many standard errors in 95 of 100 cases
_Z = 1.96


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
        low, high = self.interval
        return f"{self.value:.3f} ({self.right}/{self.of}, {low:.3f}-{high:.3f})"


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


@dataclass(frozen=True)
class Report:
    """All figures over one set of labels; a field that no label has is left out."""

    size: int
    ctm: Found
    #: share of equal values, by field
    equal: Mapping[str, Rate]
    #: pooled over all postings, by field with several values
    pooled: Mapping[str, Found]

    def lines(self) -> list[str]:
        """The report as lines to print."""
        return [
            f"{self.size} postings",
            f"role ctm: {self.ctm}",
            *(f"{name}: {rate}" for name, rate in self.equal.items()),
            *(f"{name}: {found}" for name, found in self.pooled.items()),
        ]


def evaluate(golds: Sequence[Mapping[str, Any]], verdicts: Sequence[Verdict]) -> Report:
    """Compares labels (the JSON of the labelling guide) with verdicts, pair by pair."""
    pairs = [(gold, verdict.as_json()) for gold, verdict in zip(golds, verdicts, strict=True)]
    labelled = [name for name in _EQUAL if any(name in gold for gold, _ in pairs)]
    return Report(
        size=len(pairs),
        ctm=_pooled((_just("ctm", g["role"]), _just("ctm", v["role"])) for g, v in pairs),
        equal={name: _rate(name, pairs) for name in labelled},
        pooled={
            name: _pooled((g[name], v[name]) for g, v in pairs if name in g)
            for name in ("countries", "skills", "tools", "certs")
            if any(name in gold for gold, _ in pairs)
        },
    )


_EQUAL = ("role", "tier", "years_min", "workplace", "employment", "salary", "travel_max", "employer_type")


def _rate(name: str, pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Rate:
    """The share of equal values; a tier counts where the label is ctm."""
    asked = [(g, v) for g, v in pairs if name in g and (name != "tier" or g["role"] == "ctm")]
    same: Callable[[Any, Any], bool] = _same_pay if name == "salary" else lambda a, b: bool(a == b)
    return Rate(sum(same(g[name], v[name]) for g, v in asked), len(asked))


def _same_pay(gold: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> bool:
    """Equal but for cents lost in rounding."""
    if gold is None or found is None:
        return gold is None and found is None
    if (gold["currency"], gold["period"]) != (found["currency"], found["period"]):
        return False
    return all(_close(gold[end], found[end]) for end in ("min", "max"))


def _close(a: float | None, b: float | None) -> bool:
    return a == b if a is None or b is None else math.isclose(a, b, abs_tol=0.01)


def _just(value: str, found: str) -> list[str]:
    return [value] if value == found else []


def _pooled(pairs: Iterable[tuple[Iterable[Hashable], Iterable[Hashable]]]) -> Found:
    both = found = there = 0
    for gold, verdict in pairs:
        wanted, got = set(gold), set(verdict)
        both, found, there = both + len(wanted & got), found + len(got), there + len(wanted)
    return Found(both, found, there)
