"""Many words sought in one pass (Aho-Corasick), each with what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

T = TypeVar("T")

#: raw hits of one text that are weighed; the longest real posting has about 2,000
HITS_AT_MOST = 6_000
#: the letters of Chinese, Japanese and Korean, which write no blanks between words
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FIRST_WIDE = "\u3040"


class Automaton(Generic[T]):
    """Words and what they stand for; frozen once made, safe in threads."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._values = tuple(words.values())
        # the deterministic automaton: somewhat larger, three times as fast
        self._words = AhoCorasick(list(words), implementation=Implementation.DFA)

    def find(self, text: str) -> Iterator[tuple[T, int, int]]:
        """What stands where, overlaps included, in the order of the text."""
        values = self._values
        for pattern, start, end in islice(self._hits(text), HITS_AT_MOST):
            yield values[pattern], start, end

    def find_words(self, text: str) -> Iterator[tuple[T, int, int]]:
        """As `find`, only where a word begins: "eu" not in "museum"; where it ends is the caller's to ask.

        Chinese, Japanese and Korean write no blanks between words, so a border to or within them is none.
        """
        values = self._values
        for pattern, start, end in islice(self._hits(text), HITS_AT_MOST):
            # nearly all hits end here, so this is said without a call
            if start and (before := text[start - 1]).isalnum() and max(before, text[start]) < FIRST_WIDE:
                continue
            if start and before.isalnum() and not (WIDE.match(before) or WIDE.match(text[start])):
                continue
            yield values[pattern], start, end

    def _hits(self, text: str) -> list[tuple[int, int, int]]:
        return self._words.find_matches_as_indexes(text, overlapping=True)
