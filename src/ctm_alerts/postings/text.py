"""An ad's words made ready for matching, every offset kept, and what each stretch of them is for."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from ctm_alerts.postings.cues import Group, Places, find_cues
from ctm_alerts.postings.posting import Evidence, Source

#: characters of a description, and of any other field, that are read; the rest is left alone
READ_AT_MOST, FIELD_AT_MOST = 65_536, 2_000
#: what a stretch of a description is for; "about" and "eeo" are the employer's boilerplate
Purpose = Literal["body", "duties", "required", "preferred", "benefits", "about", "eeo"]

_PLAIN = {
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−─", "-"),
    **dict.fromkeys("\u00a0\u1680\u2007\u202f\u205f\u3000\t\r\x0b\x0c\u200b\ufeff", " "),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    **dict.fromkeys("•●▪◦·", "*"),
    "_": " ",
}


class _Folding(dict[int, str]):
    """One small letter for each character, so that offsets stay; fills itself as characters come."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = _PLAIN.get(char) or unicodedata.normalize("NFKC", char)
        small = (plain if len(plain) == 1 else char).lower()
        self[code] = small if len(small) == 1 else char
        return self[code]


_FOLDING = _Folding()
_TAG = re.compile(r"</?[a-z!][^<>]{0,2000}>", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|br|li|ul|ol|div|h[1-6]|tr|table|section)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)


def fold(text: str) -> str:
    """The text in small letters with plain quotes, dashes and blanks; tags blanked out; of the same length."""
    if "<" in text:
        text = _TAG.sub(_blank_tag, text)
    if "&" in text:
        text = _ENTITY.sub(_blank_entity, text)
    if text.isascii():
        return text.translate(_FOLDING)
    return _fold_rare(text)


_RARE = re.compile(r"[^\x00-\x7f]+")
_ASCII_PLAIN = {code: plain for char, plain in _PLAIN.items() if (code := ord(char)) < 128}


def _fold_rare(text: str) -> str:
    """As `fold`: only the few letters beyond ASCII are looked up one by one, which costs a third of the time."""
    folded = _RARE.sub(lambda run: run.group().translate(_FOLDING), text)
    small = folded.lower()
    if len(small) != len(text):
        return text.translate(_FOLDING)
    for code, plain in _ASCII_PLAIN.items():
        small = small.replace(chr(code), plain)
    return small


def _blank_tag(tag: re.Match[str]) -> str:
    lead = "\n" if _BLOCK.match(tag.group()) else " "
    return lead + " " * (len(tag.group()) - 1)


def _blank_entity(entity: re.Match[str]) -> str:
    meant = html.unescape(entity.group())
    return meant[0].ljust(len(entity.group())) if len(meant) < len(entity.group()) else entity.group()


def search_near(
    pattern: re.Pattern[str], cues: Places, folded: str, reach: int = 100
) -> Iterator[re.Match[str]]:
    """The matches of a dear pattern within reach of cheap cues; the rest of the text is not looked at."""
    for start, stop in windows(cues, reach):
        yield from pattern.finditer(folded, start, stop)


def windows(cues: Places, reach: int) -> Iterator[tuple[int, int]]:
    """The stretches within reach of cues; those that touch are one."""
    if not cues:
        return
    start, stop = max(0, cues[0][0] - reach), 0
    for low, high in cues:
        if stop and low - reach > stop:
            yield start, stop
            start = low - reach
        stop = high + reach
    yield start, stop


@dataclass(frozen=True)
class Stretch:
    """A stretch of a description and what it is for."""

    start: int
    end: int
    purpose: Purpose


@dataclass(frozen=True)
class Passage:
    """One of the ad's own texts, folded for matching; offsets hold for both."""

    source: Source
    raw: str
    folded: str
    stretches: tuple[Stretch, ...] = ()
    _starts: tuple[int, ...] = field(default=(), repr=False)
    _cues: Mapping[Group, Places] | None = field(default=None, repr=False)

    @cached_property
    def cues(self) -> Mapping[Group, Places]:
        """Where the cues of each group stand."""
        return find_cues(self.folded) if self._cues is None else self._cues

    def near(self, pattern: re.Pattern[str], group: Group, reach: int) -> Iterator[re.Match[str]]:
        """The matches of a pattern within reach of the cues of a group."""
        return search_near(pattern, self.cues.get(group, ()), self.folded, reach)

    @classmethod
    def of(cls, source: Source, raw: str | None) -> Passage:
        """The passage of a text; descriptions are divided by their headings."""
        read = (raw or "")[: READ_AT_MOST if source == "description" else FIELD_AT_MOST]
        folded = fold(read)
        if source != "description":
            return cls(source, read, folded)
        cues = find_cues(folded)
        stretches = divide(folded, cues.get("eeo", ()))
        return cls(source, read, folded, stretches, tuple(s.start for s in stretches), cues)

    def purpose_at(self, offset: int) -> Purpose:
        """What the stretch at an offset is for."""
        if not self.stretches:
            return "body"
        return self.stretches[max(0, bisect_right(self._starts, offset) - 1)].purpose

    def evidence(self, field: str, value: str, start: int, end: int) -> Evidence:
        """The words between two offsets as evidence for a value."""
        return Evidence(field, value, self.raw[start:end], start, end, self.source)

    def said(self, field: str, value: str, start: int, end: int) -> Evidence:
        """As `evidence`, with as many of the words around as make it readable on its own."""
        return self.evidence(field, value, *self.readable(start, end))

    def readable(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence around some words when it is short, else of the clause."""
        low, high = self.sentence(start, end)
        if "<" in self.raw[low:high]:
            return start, end
        return _readable(self.folded, (low, high), (start, end))

    def sentence(self, start: int, end: int, most: int = 240) -> tuple[int, int]:
        """The bounds of the sentence or list item around some words, at most so many characters."""
        low = max(0, start - most)
        head = self.folded[low:start]
        cut = max(
            head.rfind("\n"),
            head.rfind(". "),
            head.rfind("; "),
            head.rfind("。"),
            head.rfind("! "),
            head.rfind(" * "),
        )
        first = low + cut + 1 if cut >= 0 else low
        tail = _SENTENCE_END.search(self.folded, end, end + most)
        last = tail.start() if tail else min(len(self.folded), end + most)
        while first < start and self.folded[first] in " \n*-":
            first += 1
        while last > end and self.folded[last - 1].isspace():
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


def _readable(folded: str, sentence: tuple[int, int], hit: tuple[int, int]) -> tuple[int, int]:
    words = [m.span() for m in _WORD.finditer(folded, *sentence)]
    first = next((n for n, (_, end) in enumerate(words) if end > hit[0]), 0)
    last = next((n for n, (_, end) in enumerate(words) if end >= hit[1]), len(words) - 1)
    low, high = 0, len(words) - 1
    if high >= _WORDS_AT_MOST:
        low, high = _clause(folded, words, first, last)
    if not words:
        return hit
    start, end = min(words[low][0], hit[0]), max(words[high][1], hit[1])
    while end > hit[1] and folded[end - 1] in ".,;:!?":
        end -= 1
    return start, end


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


_SENTENCE_END = re.compile(r"\n|[.!?;](?=\s|$)|。| \* ")

# headings, most telling first; matched against short lines and against "Heading:" within a line
_HEADINGS: tuple[tuple[Purpose, str], ...] = (
    (
        "eeo",
        (
            r"equal (?:employment )?opportunit|diversity|inclusion|eeo|reasonable accommodation|accommodations?|privacy|"
            r"recruitment (?:&|and) staffing|agency notice|notice to|disclaimer|fraud|applicant|how to apply|"
            r"datenschutz|bewerbung"
        ),
    ),
    (
        "preferred",
        (
            r"preferred|we prefer|nice to have|nice-to-have|desirable|desired|bonus points|ideally|good to have|advantageous|"
            r"plus points|wünschenswert|von vorteil|souhait|deseable|望ましい|歓迎|尚可|\bwant\b"
        ),
    ),
    (
        "benefits",
        (
            r"benefits|what we offer|we offer|perks|compensation|salary|pay range|our offer|why join|why work|rewards|"
            r"what you(?:'ll| will| can) (?:get|expect)|what's in it|was wir bieten|wir bieten|ihre vorteile|avantages|"
            r"nous offrons|ofrecemos|beneficios|待遇|福利厚生|給与"
        ),
    ),
    (
        "required",
        (
            r"requirements?|qualifications?|must have|must-have|what you(?:'ll)? (?:need|bring)|you(?:'ll)? (?:have|bring)|"
            r"who you are|about you|your profile|your background|skills|experience|education|minimum|essential|basic|"
            r"what we(?:'re| are) looking for|we are looking for|knowledge|competenc|ihr profil|anforderungen|"
            r"qualifikation|profil recherch|votre profil|compétences|requisitos|perfil|応募資格|必須|求める|要件|資格|"
            r"(?:about )?(?:the )?profile$|person specification|candidate|criteria|必要な|経験"
        ),
    ),
    (
        "duties",
        (
            r"responsibilit|duties|what you(?:'ll| will) (?:do|be doing|learn)|your role|the role|role overview|"
            r"about the role|your tasks|accountabilit|key tasks|main tasks|job description|position summary|"
            r"job summary|purpose|the position|about this|overview|opportunity|in this role|day to day|activities|"
            r"aufgaben|tätigkeiten|missions?|vos missions|le poste|funciones|responsabilidades|tareas|職務|業務内容|"
            r"仕事内容|the impact you"
        ),
    ),
    (
        "about",
        (
            r"about (?:us|the company|our company|the team|[a-z0-9&.' -]{2,30})|who we are|our (?:company|story|values|"
            r"culture|mission|purpose)|company (?:overview|description|profile|information)|why us|more about|"
            r"the values|the team|über uns|wir über|qui sommes|à propos|sobre nosotros|quiénes somos|会社概要|企業情報"
        ),
    ),
)
#: characters of a line that may be a heading, ornaments included
_HEADING_AT_MOST = 160
#: what stands around the words of a heading
_ORNAMENTS = "".join(("*#:-=_. ", "[]<>", "【】■◆●"))
_HEADING = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _HEADINGS))
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_INLINE = re.compile(r"(?:(?<=[.!?;)] )|(?<=^))([a-z&'/ ]{4,48}):(?=\s)", re.MULTILINE)
#: a cheap look before the dear one
_ABOUT_STARTS = ("at ", "we are ", "our mission", "our vision", "founded in", "headquartered")
_ABOUT_LINE = re.compile(
    r"^(?:at [a-z0-9&.' -]{2,40}, (?:we|our)|we are (?:a|an|the) |our mission|our vision|founded in|headquartered|"
    r"[a-z0-9&.', -]{2,60} is (?:a|an|the) (?:[a-z-]+ ){0,6}(?:company|organization|organisation|leader|provider|"
    r"firm|cro|business|group)\b)"
)


def divide(folded: str, by_law: Places = ()) -> tuple[Stretch, ...]:
    """The stretches of a folded description, by its headings; lines of plain boilerplate stand alone.

    `by_law` are the places of words that only stand in statements of equal opportunity.
    """
    marks: list[tuple[int, Purpose]] = [(0, "body")]
    purpose: Purpose = "body"
    legal = [start for start, _ in by_law]
    at = 0
    for line in folded.split("\n"):
        bare = line.strip()
        heading = heading_of(bare) if 2 < len(bare) < _HEADING_AT_MOST else None
        if heading:
            purpose = heading
            marks.append((at, purpose))
        elif 60 < len(line) < 1500 and (aside := _aside(line, _holds(legal, at, at + len(line)))):
            marks += [(at, aside), (at + len(line), purpose)]
        elif len(line) > 120:
            marks += _inline_marks(line, at) or [(at, purpose)]
            purpose = marks[-1][1]
        at += len(line) + 1
    ends = [start for start, _ in marks[1:]] + [len(folded)]
    return tuple(Stretch(s, e, p) for (s, p), e in zip(marks, ends, strict=True) if e > s or not folded)


def _holds(places: list[int], start: int, end: int) -> bool:
    return bool(places) and bisect_left(places, start) < bisect_left(places, end)


# the same few hundred headings stand over most postings
@lru_cache(maxsize=8192)
def heading_of(line: str) -> Purpose | None:
    """What a line announces when it is a heading; None for a line of text."""
    words = line.strip(_ORNAMENTS)
    if not 2 < len(words) <= 70 or words.count(" ") > 9:
        return None
    if line.rstrip().endswith((".", ",", ";")) and not line.rstrip().endswith("..."):
        return None
    if line.lstrip().startswith(("- ", "* ")) and not line.rstrip().endswith((":", "：")):
        return None
    if len(words) > 18 and _WIDE.search(words) and not line.lstrip().startswith(("【", "<", "[", "■", "◆")):
        return None
    found = _HEADING.search(words)
    if not found or (found.start() > 30 and not line.rstrip().endswith(":")):
        return None
    if words.count(" ") > 4 and not line.rstrip().endswith((":", "：", "?")) and found.start() > 12:
        return None
    return _purpose_of(found)


def _purpose_of(found: re.Match[str]) -> Purpose:
    return next(name for name, _ in _HEADINGS if found.lastgroup == name)


def _aside(line: str, by_law: bool) -> Purpose | None:
    if by_law:
        return "eeo"
    line = line.strip(" *-")
    if not line.startswith(_ABOUT_STARTS) and " is a" not in line[:72] and " is the " not in line[:72]:
        return None
    return "about" if _ABOUT_LINE.match(line) else None


def _inline_marks(line: str, at: int) -> list[tuple[int, Purpose]]:
    marks: list[tuple[int, Purpose]] = []
    if ": " not in line:
        return marks
    for heading in _INLINE.finditer(line):
        found = _HEADING.search(heading.group(1))
        if found and found.lastgroup not in ("eeo", "about"):
            marks.append((at + heading.start(), _purpose_of(found)))
    return marks
