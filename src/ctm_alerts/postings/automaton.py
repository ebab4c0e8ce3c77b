"""Many words sought in one pass (Aho-Corasick), each with what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

T = TypeVar("T")

#: raw hits of one text that are weighed; the longest real posting has about 2,000
HITS_AT_MOST = 6_000


class Automaton(Generic[T]):
    """Words and what they stand for; frozen once made, safe in threads."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._values = tuple(words.values())
        # the deterministic automaton: somewhat larger, twice as fast
        self._found = AhoCorasick(list(words), implementation=Implementation.DFA)

    def find(self, text: str) -> Iterator[tuple[T, int, int]]:
        """What stands where, overlaps included, in the order of the text; borders of words are the caller's."""
        hits = self._found.find_matches_as_indexes(text, overlapping=True)
        for pattern, start, end in islice(hits, HITS_AT_MOST):
            yield self._values[pattern], start, end
