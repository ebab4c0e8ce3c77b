"""The round's postings packed into bit sets: a profile is a few ANDs, whatever the number of subscribers.

Measured (design, matching): 100,000 profiles x 2,000 postings, plain sets 53-67 s, bit-sliced Python integers 4.5 s.
The sets hold what may fit; `match` has the last word on each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile


class Index:
    """All open postings of a round, in a fixed order."""

    def __init__(self, postings: Sequence[Posting]) -> None:
        self.postings = tuple(postings)
        self.by_id = {p.id: p for p in self.postings}
        self._ctm = 0
        self._country: defaultdict[str, int] = defaultdict(int)
        self._workplace: defaultdict[str, int] = defaultdict(int)
        self._employer_type: defaultdict[str, int] = defaultdict(int)
        for position, posting in enumerate(self.postings):
            self._pack(1 << position, posting)

    def _pack(self, bit: int, posting: Posting) -> None:
        verdict = posting.verdict
        if verdict.role == "ctm":
            self._ctm |= bit
        for country in verdict.countries or ("unknown",):
            self._country[country] |= bit
        self._workplace[verdict.workplace] |= bit
        self._employer_type[verdict.employer_type] |= bit

    def may_fit(self, profile: Profile) -> Iterator[Posting]:
        """The postings that can fit, in the index's order: a superset of those that `match` lets through."""
        bits = self._ctm
        if profile.countries:
            bits &= _union(self._country, (*profile.countries, "*", "unknown"))
        if profile.workplace:
            bits &= _union(self._workplace, (*profile.workplace, "unknown"))
        if profile.employer_types:
            bits &= _union(self._employer_type, (*profile.employer_types, "unknown"))
        while bits:
            lowest = bits & -bits
            yield self.postings[lowest.bit_length() - 1]
            bits ^= lowest

    @property
    def ctm_count(self) -> int:
        """How many of the postings are of the Clinical Trial Manager family."""
        return self._ctm.bit_count()


def _union(sets: dict[str, int], names: Iterable[str]) -> int:
    bits = 0
    for name in names:
        bits |= sets.get(name, 0)
    return bits
