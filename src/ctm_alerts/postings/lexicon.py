"""All words of the guide in one automaton: one pass over a text finds every hit, guards decide which count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Protocol

from ctm_alerts.guide.guide import Guide, Terms
from ctm_alerts.postings.automaton import FIRST_WIDE, WIDE, Automaton
from ctm_alerts.postings.text import Passage, fold

#: characters on either side in which words that must be near, and words that must not, are looked for
NEAR, NEVER = 80, 160
#: words of one text that are weighed; of 31,000 real postings the fullest has 693
WORDS_AT_MOST = 1_000


@dataclass(frozen=True)
class Term:
    """One word or phrase and the value of a verdict that it speaks for."""

    #: the field of the verdict: "skills", "tools", "certs", or a theme of ours ("trials", "elsewhere")
    field: str
    value: str
    #: as it must stand where its capitals count, else None
    cased: str | None
    near: Automaton[str] | None
    never: tuple[str, ...]
    #: one of these must stand somewhere in the text, none of those
    anywhere: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    #: whether it is a stem that any ending may follow
    stem: bool = False


class Hit(NamedTuple):
    """A term found in a passage."""

    term: Term
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The automata; a pattern stands for all terms that share it."""

    #: patterns with a blank before them, which find no word within another, and their letters without blanks and plural
    spaced: Automaton[tuple[tuple[tuple[Term, ...], int], ...]] = field(repr=False)
    patterns: Mapping[str, tuple[Term, ...]] = field(repr=False)

    @cached_property
    def bare(self) -> Automaton[tuple[Term, ...]]:
        """The patterns without blanks, for texts that write words together; made when the first one comes."""
        return Automaton(self.patterns)

    def hits(self, passage: Passage) -> Iterator[Hit]:
        """The hits that stand between word borders and pass their guards, in the order of the text."""
        text = _loose(passage.folded)
        holds = _Holds(text)
        for terms, start, end in self._found(passage, text):
            for term in terms:
                stop = _stem_end(text, end) if term.stem else _word_end(text, end, passage.raw)
                if stop is not None and _counts(term, passage, text, start, end, stop, holds):
                    yield Hit(term, start, stop)

    def _found(self, passage: Passage, text: str) -> Iterable[tuple[tuple[Term, ...], int, int]]:
        if _writes_together(passage, text):
            return self.bare.find_words(text, passage.raw)
        # the blank put before the text and the one before each pattern make up for each other
        return [
            (terms, start, start + letters)
            for spelled, start in self.spaced.starts(f" {text} ", WORDS_AT_MOST)
            for terms, letters in spelled
        ]


def make_lexicon(guide: Guide) -> Lexicon:
    """The lexicon of the guide's skills, tools, certificates and themes."""
    by_pattern: dict[str, list[Term]] = {}
    beside: dict[tuple[str, ...], Automaton[str] | None] = {}
    for name, value, terms in _entries(guide):
        near = _guards(terms.near)
        if near not in beside:
            beside[near] = Automaton(dict.fromkeys(near, "")) if near else None
        guards = (beside[near], _guards(terms.never), _guards(terms.anywhere), _guards(terms.nowhere))
        for word in terms.words:
            bare = word.removeprefix("=").removesuffix("*")
            cased = bare if word.startswith("=") else None
            stem = word.endswith("*")
            term = Term(name, value, cased, *guards, stem)
            by_pattern.setdefault(_loose(fold(bare)).strip(), []).append(term)
    patterns = {pattern: tuple(terms) for pattern, terms in by_pattern.items()}
    spaced: dict[str, tuple[tuple[tuple[Term, ...], int], ...]] = {}
    for pattern, of in patterns.items():
        for spelled in _spaced(pattern, is_stem=any(term.stem for term in of)):
            # "AEs" is a word of its own and the plural of "AE"
            spaced[spelled] = (*spaced.get(spelled, ()), (of, len(pattern)))
    return Lexicon(Automaton(spaced), patterns)


#: words of so few letters begin many others, so they are sought with a blank behind them too
_SHORT = 4


def _spaced(pattern: str, *, is_stem: bool) -> tuple[str, ...]:
    if len(pattern) > _SHORT or is_stem:
        return (f" {pattern}",)
    return (f" {pattern} ", f" {pattern}s ", f" {pattern}es ")


def _entries(guide: Guide) -> Iterator[tuple[str, str, Terms]]:
    for skill in guide.skills:
        yield from (("skills", skill.id, terms) for terms in skill.terms)
    yield from (("tools", tool.name, tool.terms) for tool in guide.tools)
    yield from (("certs", c.name, c.terms) for c in guide.certifications)
    for name, things in _of_the_field(guide):
        for thing in things:
            yield from ((name, thing.id, terms) for terms in thing.terms)
    for step in guide.tiers:
        yield "scope", step.id, Terms(step.scope)
    for theme in ("trials", "elsewhere", "conduct"):
        yield "theme", theme, Terms(guide.title_words[theme])
    for fact in guide.facts.words:
        yield fact.field, fact.value, fact.terms
        yield apart_from(fact.field), fact.value, Terms(fact.apart)
    for kind, words in guide.employers.items():
        if words.text:
            yield "employer", kind, Terms(words.text)


class _Worded(Protocol):
    """A thing of the guide that words give away."""

    @property
    def id(self) -> str: ...
    @property
    def terms(self) -> tuple[Terms, ...]: ...


def _of_the_field(guide: Guide) -> Iterator[tuple[str, Sequence[_Worded]]]:
    yield "abilities", guide.abilities
    yield "duties", guide.responsibilities
    yield "topics", guide.topics
    yield "regulators", guide.regulators
    yield "regulations", guide.regulations


def apart_from(name: str) -> str:
    """The field of phrases that hold a word of a field and mean something else: "cro fsp"."""
    return f"not {name}"


def _guards(words: Iterable[str]) -> tuple[str, ...]:
    """Guards as they are sought: where a word begins, whatever its ending ("manag", "cro" but not in "across")."""
    loose = (_loose(fold(w.removeprefix("="))) for w in words)
    return tuple(w if WIDE.match(w) or w[:1] == " " else f" {w}" for w in loose)


#: any sign that is no letter and no digit is a blank
_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}
_SIGN_BYTES = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))


def _loose(folded: str) -> str:
    """The text with blanks for its signs, of the same length: "GCP/GVP" and "risk-based" are two words each."""
    if folded.isascii():
        return folded.translate(_SIGNS)
    # the bytes of other letters are all above 127, and this takes a tenth of the time of a translation
    return folded.encode("utf-8", "surrogatepass").translate(_SIGN_BYTES).decode("utf-8", "surrogatepass")


#: lines longer than this on the average may have lost their breaks
_LONG_LINES = 500
# it begins with the capital, since a class of letters is sought fast
_GLUED = re.compile(r"[A-Z](?<=[a-z]{3}[A-Z])[a-z]{2}")


def _writes_together(passage: Passage, text: str) -> bool:
    """Whether words stand together: in Chinese, Japanese and Korean, and in texts that lost their line breaks."""
    if not text.isascii() and _holds_wide(text):
        return True
    raw = passage.raw
    if raw.count("\n") * _LONG_LINES > len(raw):
        return False
    return len(list(islice(_GLUED.finditer(raw), 3))) == 3


#: the first bytes of the letters of Chinese, Japanese and Korean in UTF-8
_WIDE_BYTES = bytes(range(0xE3, 0xEE))


def _holds_wide(text: str) -> bool:
    """Whether any of those letters is there; the search for one in a long text costs five times the look at its bytes."""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded.translate(None, _WIDE_BYTES)) < len(encoded) and WIDE.search(text) is not None


def _word_end(text: str, end: int, raw: str) -> int | None:
    """Where the word ends, plural ending included; None when it goes on."""
    after = text[end : end + 1]
    if not after.isalnum():
        return end
    if after == "s" and not text[end + 1 : end + 2].isalnum():
        return end + 1
    if after == "e" and text[end + 1 : end + 2] == "s" and not text[end + 2 : end + 3].isalnum():
        return end + 2
    if raw[end].isupper() and raw[end - 1].islower():
        return end
    wide = max(after, text[end - 1]) >= FIRST_WIDE and (WIDE.match(text[end - 1]) or WIDE.match(after))
    return end if wide else None


def _stem_end(text: str, end: int) -> int:
    while end < len(text) and text[end].isalpha():
        end += 1
    return end


class _Holds(dict[tuple[str, ...], bool]):
    """Whether one of some words stands anywhere in a text; each list is sought once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = f" {text}"

    def __missing__(self, words: tuple[str, ...]) -> bool:
        self[words] = found = any(map(self._text.__contains__, words))
        return found


def _counts(term: Term, passage: Passage, text: str, start: int, end: int, stop: int, holds: _Holds) -> bool:
    if term.cased is not None and (passage.raw[start:end] != term.cased or _shouted(passage.raw, start, end)):
        return False
    if term.near is not None and not _near(term.near, text, start, stop):
        return False
    if term.never:
        # what must not be there may hold the word itself: "clinical audit" beside "audit"
        around = _since(text, start - NEVER, stop + NEVER)
        if any(map(around.__contains__, term.never)):
            return False
    if term.anywhere and len(text) > _SAYS_LITTLE and not holds[term.anywhere]:
        return False
    return not (term.nowhere and holds[term.nowhere])


#: a text so short need not name its field
_SAYS_LITTLE = 400


def _since(text: str, low: int, high: int) -> str:
    """A stretch with the character before it, which tells whether it begins within a word."""
    return text[low - 1 : high] if low > 0 else f" {text[:high]}"


def _near(words: Automaton[str], text: str, start: int, stop: int) -> bool:
    return words.holds(f"{_since(text, start - NEAR, start)} | {text[stop : stop + NEAR]}")


def _shouted(raw: str, start: int, end: int) -> bool:
    """Whether the words around stand in capitals too, so that capitals say nothing (a heading in capitals)."""
    around = raw[max(0, start - 24) : start] + raw[end : end + 24]
    letters = sum(map(str.isalpha, around))
    return letters > 24 and sum(map(str.isupper, around)) > 0.9 * letters
