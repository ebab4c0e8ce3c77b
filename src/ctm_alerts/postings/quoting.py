"""Quotes that read on their own: the bounds of sentences, of list items and of clauses around a hit."""

from __future__ import annotations

import re

from ctm_alerts.postings.automaton import WIDE


def sentence_around(folded: str, start: int, end: int, most: int = 240) -> tuple[int, int]:
    """The bounds of the sentence or list item around some words, at most so many characters on either side."""
    low = max(0, start - most)
    head = folded[low:start]
    marks = (
        head.rfind("\n"),
        _stop_before(head),
        head.rfind("; "),
        head.rfind("。"),
        head.rfind("! "),
        head.rfind(" * "),
    )
    cut = max(marks)
    first = low + cut + 1 if cut >= 0 else low
    item = folded.find(" * ", end, end + most)
    stop = item if item >= 0 else min(len(folded), end + most)
    tails = _SENTENCE_END.finditer(folded, end, stop)
    last = next((t.start() for t in tails if not _is_short_form(folded, t)), stop)
    while first < start and folded[first] in " \n*-":
        first += 1
    while last > end and folded[last - 1].isspace():
        last -= 1
    return first, last


#: words of a quote that reads on its own
_WORDS_AT_MOST, _WORDS_BEFORE = 14, 6
_WORD = re.compile(r"\S+")
#: a clause begins behind one of these, and ends at one
_CLAUSE_BEGINS, _CLAUSE_ENDS = (",", ";", ":", ")", "-", "*"), (",", ";", ":", ")")
#: small words that a quote does not begin or end with
_SMALL = frozenset(
    ("a", "an", "and", "by", "for", "from", "in", "is", "of", "on", "or", "our", "that", "the", "to", "with", "your", "&", "-", "und", "et", "y", "e", "de")
)  # fmt: skip


def readable(folded: str, sentence: tuple[int, int], hit: tuple[int, int]) -> tuple[int, int]:
    """The bounds of a quote that reads on its own: the sentence when it is short, else the clause around the hit."""
    low, high = sentence
    if high - low <= _LETTERS_AT_MOST and folded.count(" ", low, high) < _WORDS_AT_MOST:
        return _trimmed(folded, low, high, hit)
    # words further away are never quoted
    low = _next_word(folded, max(low, hit[0] - _FAR), low, hit[0])
    words = [m.span() for m in _WORD.finditer(folded, low, min(high, hit[1] + _FAR))]
    first = next((n for n, (_, end) in enumerate(words) if end > hit[0]), 0)
    last = next((n for n, (_, end) in enumerate(words) if end >= hit[1]), len(words) - 1)
    if not words:
        return hit
    begin, end = _clause(folded, words, first, last) if len(words) > _WORDS_AT_MOST else (0, len(words) - 1)
    low, high = words[begin][0], words[end][1]
    if high - low > _LETTERS_AT_MOST and WIDE.search(folded, *hit):  # Chinese and Japanese write no blanks
        low, high = max(low, hit[0] - _WIDE_BESIDE), min(high, hit[1] + _WIDE_BESIDE)
    return _trimmed(folded, low, high, hit)


#: letters of a quote, and letters on either side of a hit where blanks part no words
_LETTERS_AT_MOST, _WIDE_BESIDE = 180, 30
#: characters on either side of a hit within which the words of its quote lie
_FAR = 200


def _next_word(folded: str, at: int, low: int, high: int) -> int:
    """Where the first whole word behind an offset begins; the offset itself at the beginning of a sentence."""
    if at == low:
        return at
    while at < high and not folded[at].isspace():
        at += 1
    return at


def _trimmed(folded: str, low: int, high: int, hit: tuple[int, int]) -> tuple[int, int]:
    """The bounds without blanks around and signs behind, the hit always within."""
    while low < hit[0] and folded[low].isspace():
        low += 1
    while high > hit[1] and (folded[high - 1].isspace() or folded[high - 1] in ".,;:!?"):
        high -= 1
    return min(low, hit[0]), max(high, hit[1])


def _clause(folded: str, words: list[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    low, high = first, last
    while low > max(0, first - _WORDS_BEFORE) and folded[words[low - 1][1] - 1] not in _CLAUSE_BEGINS:
        low -= 1
    most = min(len(words) - 1, low + _WORDS_AT_MOST - 1)
    while high < most and folded[words[high][1] - 1] not in _CLAUSE_ENDS:
        high += 1
    while low < first and folded[slice(*words[low])] in _SMALL:
        low += 1
    while high > last and folded[slice(*words[high])] in _SMALL:
        high -= 1
    return low, high


#: what a full stop ends without ending a sentence: "M.S. with", "e.g. CTMS", "Ph.D. in", "min. 5 years"
_SHORT_FORM = re.compile(
    r"(?:\b[a-z]\.[a-z]|\b(?:ph\.d|e\.g|i\.e|approx|incl|excl|min|max|dr|mr|mrs|ms|vs|no|nr|bzw|ca|etc|inc|dipl|bsc|msc|yrs?))\Z"
)


def _is_short_form(folded: str, end: re.Match[str]) -> bool:
    at = end.start()
    return folded[at] == "." and bool(_SHORT_FORM.search(folded, max(0, at - 8), at))


def _stop_before(head: str) -> int:
    """Where the last full stop stands that ends a sentence; -1 for none."""
    at = head.rfind(". ")
    while at > 0 and _SHORT_FORM.search(head, max(0, at - 8), at):
        at = head.rfind(". ", 0, at)
    return at


# it begins with a class of signs, which is sought fast
_SENTENCE_END = re.compile(r"[\n。.!?;](?:(?<=[\n。])|(?=\s|$))")
