"""Many words sought in one pass (Aho-Corasick), each with what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

T = TypeVar("T")

#: raw hits of one text that are weighed; of 31,000 real postings the fullest has 1,259
HITS_AT_MOST = 2_000
#: from so many words on memory decides
_MANY = 1_000
#: the letters of Chinese, Japanese and Korean, which write no blanks between words
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FIRST_WIDE = "\u3040"


class Automaton(Generic[T]):
    """Words and what they stand for; frozen once made, safe in threads."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._values = tuple(words.values())
        # for few words the deterministic automaton is the faster one; for many it is as fast and seven times as large
        few = len(words) < _MANY
        kind = Implementation.DFA if few else Implementation.ContiguousNFA
        self._words = AhoCorasick(list(words), implementation=kind)

    def find(self, text: str) -> Iterator[tuple[T, int, int]]:
        """What stands where, overlaps included, in the order of the text."""
        values = self._values
        for pattern, start, end in islice(self._hits(text), HITS_AT_MOST):
            yield values[pattern], start, end

    def holds(self, text: str) -> bool:
        """Whether any of the words stands in a short text, within other words too."""
        return bool(self._words.find_matches_as_indexes(text))

    def starts(self, text: str, at_most: int = HITS_AT_MOST) -> list[tuple[T, int]]:
        """What begins where, overlaps included, in the order of the text; of more hits than that the first."""
        values = self._values
        return [(values[pattern], start) for pattern, start, _ in self._hits(text)[:at_most]]

    def find_words(self, text: str, raw: str = "") -> Iterator[tuple[T, int, int]]:
        """As `find`, only where a word begins: "eu" not in "museum"; where it ends is the caller's to ask.

        Chinese, Japanese and Korean write no blanks between words, so a border to or within them is none. With the `raw` text
        a word begins in "AffairsProject" too: many boards lose the line break between two items of a list.
        """
        values = self._values
        for pattern, start, end in islice(self._hits(text), HITS_AT_MOST):
            # nearly all hits end here, so this is said without a call
            if start and (before := text[start - 1]).isalnum() and max(before, text[start]) < FIRST_WIDE:
                if not (raw and raw[start].isupper() and raw[start - 1].islower()):
                    continue
                yield values[pattern], start, end
                continue
            if start and before.isalnum() and not (WIDE.match(before) or WIDE.match(text[start])):
                continue
            yield values[pattern], start, end

    def _hits(self, text: str) -> list[tuple[int, int, int]]:
        return self._words.find_matches_as_indexes(text, overlapping=True)
