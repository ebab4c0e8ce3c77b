"""An ad's words made ready for matching, every offset kept, and what each stretch of them is for."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ctm_alerts.postings.cues import Group, Places, find_cues
from ctm_alerts.postings.posting import Evidence, Source
from ctm_alerts.postings.quoting import readable, sentence_around
from ctm_alerts.postings.sections import Purpose, Stretch, divide

#: characters of a description, and of any other field, that are read; the rest is left alone
READ_AT_MOST, FIELD_AT_MOST = 65_536, 2_000

_PLAIN = {
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−─", "-"),
    **dict.fromkeys("\u00a0\u1680\u2007\u202f\u205f\u3000\t\r\x0b\x0c\u200b\ufeff", " "),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    **dict.fromkeys("•●▪◦·", "*"),
    "_": " ",
    "…": ".",
}


#: characters beyond this are rare, and stand for themselves
_KEPT_TO = 0xFFFF


class _Folding(dict[int, str]):
    """One small letter for each character, so that offsets stay; fills itself as characters come."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if 0xD800 <= code < 0xE000:  # half a character, which no search takes
            return "\ufffd"
        if code > _KEPT_TO:
            return char
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
    if not text.isascii():
        # most texts hold a few typographic signs beyond ASCII and nothing else
        for sign in _COMMON:
            text = text.replace(sign, _PLAIN[sign])
    return text.translate(_FOLDING) if text.isascii() else _fold_rare(text)


_COMMON = "’‘“”–—•·…\u00a0\u200b"


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
    if len(meant) >= len(entity.group()):
        return entity.group()
    # what stands for no character at all ("&#1;") is a blank
    return (meant[:1] or " ").ljust(len(entity.group()))


def search_near(
    pattern: re.Pattern[str], cues: Places, folded: str, reach: int = 100
) -> Iterator[re.Match[str]]:
    """The matches of a dear pattern within reach of cheap cues; the rest of the text is not looked at."""
    for start, stop in windows(cues, reach):
        yield from pattern.finditer(folded, start, stop)


def windows(cues: Places, reach: int, behind: int | None = None) -> Iterator[tuple[int, int]]:
    """The stretches within reach before and behind cues (both alike unless told); those that touch are one."""
    if not cues:
        return
    behind = reach if behind is None else behind
    start, stop = max(0, cues[0][0] - reach), 0
    for low, high in cues:
        if stop and low - reach > stop:
            yield start, stop
            start = low - reach
        stop = high + behind
    yield start, stop


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
        return readable(self.folded, (low, high), (start, end))

    def sentence(self, start: int, end: int, most: int = 240) -> tuple[int, int]:
        """The bounds of the sentence or list item around some words, at most so many characters on either side."""
        return sentence_around(self.folded, start, end, most)
