"""All words of the guide in one automaton: one pass over a text finds every hit, guards decide which count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ctm_alerts.guide.guide import Guide, Terms
from ctm_alerts.postings.automaton import WIDE, Automaton
from ctm_alerts.postings.text import Passage, fold

#: characters on either side in which words that must be near, and words that must not, are looked for
NEAR, NEVER = 80, 160


@dataclass(frozen=True)
class Term:
    """One word or phrase and the value of a verdict that it speaks for."""

    #: the field of the verdict: "skills", "tools", "certs", or a theme of ours ("trials", "elsewhere")
    field: str
    value: str
    #: as it must stand where its capitals count, else None
    cased: str | None
    near: tuple[str, ...]
    never: tuple[str, ...]
    #: whether it is a stem that any ending may follow
    stem: bool = False


@dataclass(frozen=True)
class Hit:
    """A term found in a passage."""

    term: Term
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """The automaton; a pattern stands for all terms that share it."""

    automaton: Automaton[tuple[Term, ...]] = field(repr=False, compare=False)

    def hits(self, passage: Passage) -> Iterator[Hit]:
        """The hits that stand between word borders and pass their guards, in the order of the text."""
        text = _loose(passage.folded)
        for terms, start, end in self.automaton.find_words(text):
            for term in terms:
                stop = _stem_end(text, end) if term.stem else _word_end(text, end)
                if stop is not None and _counts(term, passage, text, start, end, stop):
                    yield Hit(term, start, stop)


def make_lexicon(guide: Guide) -> Lexicon:
    """The lexicon of the guide's skills, tools, certificates and themes."""
    by_pattern: dict[str, list[Term]] = {}
    for name, value, terms in _entries(guide):
        for word in terms.words:
            bare = word.removeprefix("=").removesuffix("*")
            cased = bare if word.startswith("=") else None
            stem = word.endswith("*")
            term = Term(name, value, cased, _folded(terms.near), _folded(terms.never), stem)
            by_pattern.setdefault(_loose(fold(bare)), []).append(term)
    return Lexicon(Automaton({pattern: tuple(terms) for pattern, terms in by_pattern.items()}))


def _entries(guide: Guide) -> Iterator[tuple[str, str, Terms]]:
    for skill in guide.skills:
        yield from (("skills", skill.id, terms) for terms in skill.terms)
    yield from (("tools", tool.name, tool.terms) for tool in guide.tools)
    yield from (("certs", c.name, c.terms) for c in guide.certifications)
    for theme in ("trials", "elsewhere", "conduct"):
        yield "theme", theme, Terms(guide.title_words[theme])
    for kind, words in guide.employers.items():
        if words.text:
            yield "employer", kind, Terms(words.text)


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(_loose(fold(w.removeprefix("="))) for w in words)


def _loose(folded: str) -> str:
    return folded.replace("-", " ").replace("/", " ")


_PLURAL = re.compile(r"(?:es|s)(?![^\W_])")


def _word_end(text: str, end: int) -> int | None:
    """Where the word ends, plural ending included; None when it goes on."""
    after = text[end : end + 1]
    if not after.isalnum():
        return end
    if WIDE.match(text[end - 1]) or WIDE.match(after):
        return end
    plural = _PLURAL.match(text, end)
    return plural.end() if plural else None


def _stem_end(text: str, end: int) -> int:
    while end < len(text) and text[end].isalpha():
        end += 1
    return end


def _counts(term: Term, passage: Passage, text: str, start: int, end: int, stop: int) -> bool:
    if term.cased is not None and (passage.raw[start:end] != term.cased or _shouted(passage.raw, start, end)):
        return False
    if not term.near and not term.never:
        return True
    near, far = _around(text, start, stop, NEAR), _around(text, start, stop, NEVER)
    if term.near and not any(word in near for word in term.near):
        return False
    return not any(word in far for word in term.never)


def _around(text: str, start: int, stop: int, reach: int) -> str:
    return text[max(0, start - reach) : start] + " | " + text[stop : stop + reach]


def _shouted(raw: str, start: int, end: int) -> bool:
    """Whether the words around stand in capitals too, so that capitals say nothing (a heading in capitals)."""
    around = raw[max(0, start - 24) : start] + raw[end : end + 24]
    letters = [c for c in around if c.isalpha()]
    return len(letters) > 24 and sum(c.isupper() for c in letters) > 0.9 * len(letters)
