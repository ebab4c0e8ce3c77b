"""What kind of employer stands behind a posting: by its name, then by what the text says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from ctm_alerts.guide.guide import EmployerWords, Guide
from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.posting import EmployerType, Evidence
from ctm_alerts.postings.text import Passage, fold

#: whole names are asked in this order: "Northgate University Recruitment" is an agency
_BY_NAME = ("agency", "government", "site", "cro", "sponsor")
#: texts are asked in this order: an agency's text describes its client too
_BY_TEXT = ("agency", "cro", "sponsor", "site")


@dataclass(frozen=True)
class EmployerNames:
    """The names and pieces of names of each type."""

    #: words of names -> the types that they speak of
    names: Mapping[str, tuple[str, ...]]
    #: names that count only when they are all of a company's name
    whole: Mapping[str, str]
    #: names without blanks, for companies that are written together ("greenfordhealth"), by type
    joined: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, re.Pattern[str] | None]

    def type_of(self, company: Passage) -> tuple[str, Evidence | None]:
        """The type that a company's name speaks of ("unknown" where it says nothing), and the piece that says so."""
        text = _plain(company)
        kind = self.whole.get(_LEGAL_FORM.sub("", text.strip()), "")
        if kind in _BY_NAME:
            return kind, company.evidence("employer_type", kind, 0, len(text.rstrip()))
        named = self._named(text)
        for kind in _BY_NAME:
            if kind in named:
                return kind, company.evidence("employer_type", kind, *named[kind])
        if " " not in text and not _OTHER_TRADE.fullmatch(text) and (known := self._known_joined(text)):
            return known, company.evidence("employer_type", known, 0, len(text))
        for kind in _BY_NAME:
            pattern = self.parts[kind]
            if pattern and (found := pattern.search(_OTHER_TRADE.sub(_blank, text))):
                return kind, company.evidence("employer_type", kind, *found.span())
        return "unknown", None

    def weakly(self, company: Passage) -> Evidence | None:
        """The type that a word of a company's name suggests that other types bear too, None without one."""
        found = self._named(_plain(company)).get(_WEAK)
        return company.evidence("employer_type", "sponsor", *found) if found else None

    def sounds_like_care(self, company: Passage) -> bool:
        """Whether a company's name speaks of care for patients rather than of trials."""
        return self._sounds_like("care", company)

    def is_elsewhere(self, company: Passage) -> bool:
        """Whether a company's name speaks of another field: a bank, a food maker, an insurer."""
        return self.type_of(company)[0] == "unknown" and self._sounds_like("elsewhere", company)

    def _sounds_like(self, kind: str, company: Passage) -> bool:
        text = _plain(company)
        if self.whole.get(_LEGAL_FORM.sub("", text.strip())) == kind or kind in self._named(text):
            return True
        parts = self.parts[kind]
        return bool(parts and parts.search(text))

    def _named(self, text: str) -> dict[str, tuple[int, int]]:
        """The types that runs of whole words of a name speak of, each with where its longest run stands."""
        words = [m.span() for m in islice(_NAME_WORD.finditer(text), _WORDS_AT_MOST)]
        found: dict[str, tuple[int, int]] = {}
        for many in range(min(_RUN_AT_MOST, len(words)), 0, -1):
            for first in range(len(words) - many + 1):
                start, end = words[first][0], words[first + many - 1][1]
                for kind in self.names.get(text[start:end], ()):
                    found.setdefault(kind, (start, end))
        return found

    def _known_joined(self, text: str) -> str | None:
        """The type of a known name that a company's name written together begins with."""
        return next((kind for kind in _BY_NAME if text.startswith(self.joined[kind])), None)


#: the mark of names that suggest a sponsor, and no more
_WEAK = "sponsor?"
#: words in which "pharma" and "hospital" speak of a shop and of hotels
_OTHER_TRADE = re.compile(r"pharmac(?:y(?!cl)|ies|ist)\w*|hospitality")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


#: words of a company's name that are looked at, and words of a known name
_WORDS_AT_MOST, _RUN_AT_MOST = 30, 6
_NAME_WORD = re.compile(r"[^\s]+")


def _plain(company: Passage) -> str:
    """A company's name with blanks for the signs that part its words; of the same length."""
    return company.folded.translate(_PARTS_WORDS)


_PARTS_WORDS = str.maketrans(dict.fromkeys('-_,()/|:;"[]', " "))


def make_employer_names(guide: Guide) -> EmployerNames:
    """The names of the guide's employer types, ready to be looked up."""
    kinds: dict[str, list[str]] = {}
    for kind, words in guide.employers.items():
        for name in _worded(words.names):
            weak = name.startswith("?")
            kinds.setdefault(name.removeprefix("?"), []).append(_WEAK if weak else kind)
    return EmployerNames(
        {name: tuple(of) for name, of in kinds.items()},
        {n: kind for kind, words in guide.employers.items() for n in _alone(words.names)},
        {kind: _joined(kind, words.names) for kind, words in guide.employers.items()},
        {kind: _pieces(words) for kind, words in guide.employers.items()},
    )


def _worded(names: Iterable[str]) -> list[str]:
    return [_spelled(n) for n in names if not n.startswith("=")]


def _alone(names: Iterable[str]) -> list[str]:
    return [_spelled(n[1:]) for n in names if n.startswith("=")]


def _spelled(name: str) -> str:
    return " ".join(fold(name).translate(_PARTS_WORDS).split())


#: what may stand behind a company's name: "Sage Inc.", "Orion GmbH & Co. KG"
_LEGAL_FORM = re.compile(
    r"[ .]+(?:inc|ltd|limited|llc|plc|corp(?:oration)?|gmbh(?: & co\.? kg)?|ag|se|sa|s\.a\.?|spa|s\.p\.a\.?|nv|bv|b\.v\.?|"
    r"ab|a/s|as|oy|kk|co|company|group|holdings?)\.?$"
)


def _joined(kind: str, names: Iterable[str]) -> tuple[str, ...]:
    """Names without their blanks; those of one word only of makers and CROs, for "hospital" begins "hospitality"."""
    telling = [n for n in _worded(names) if n[0] != "?" and (" " in n or kind in ("sponsor", "cro"))]
    bare = (re.sub(r"[^a-z0-9]", "", name) for name in telling)
    return tuple(n for n in bare if len(n) > 5)


def _pieces(words: EmployerWords) -> re.Pattern[str] | None:
    return re.compile("|".join(map(_piece, words.parts))) if words.parts else None


def _piece(part: str) -> str:
    bare = re.escape(fold(part.strip("?$")))
    if part.startswith("?"):
        return rf"(?<=\w){bare}|{bare}(?=\w)"
    return bare + (r"(?!\w)" if part.endswith("$") else "")


def employer_type(
    names: EmployerNames, company: Passage, text: Passage, hits: Iterable[Hit]
) -> tuple[EmployerType, list[Evidence]]:
    """The type of employer and the words that say so; "other" when a named one fits none.

    A telling name comes first, then what the text says, then a word of a name that many kinds bear ("Harlow Medical").
    """
    kind, said = names.type_of(company)
    if said is not None:
        return cast(EmployerType, kind), [said]
    of_text = _of_text(text, hits) or names.weakly(company)
    if of_text:
        return cast(EmployerType, of_text.value), [of_text]
    return ("other" if company.raw.strip() and text.raw.strip() else "unknown"), []


#: so many mentions of a field make a text one of an employer of it, where none says that the employer is one
_MENTIONS = 2
_SAYS_IT_IS = re.compile(r"company|our |pipeline|stage|manufacturer|製薬|unternehmen|laboratoire|diagnostics")


def _of_text(text: Passage, hits: Iterable[Hit]) -> Evidence | None:
    """The first statement of the first type that a text speaks of."""
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.term.field == "employer":
            by_kind.setdefault(hit.term.value, []).append(hit)
    for kind in _BY_TEXT:
        found = by_kind.get(kind, [])
        plain = [h for h in found if _SAYS_IT_IS.search(text.folded, h.start, h.end)]
        if kind == "sponsor" and not plain and len(found) < _MENTIONS:
            continue
        for hit in (plain or found)[:1]:
            return text.evidence("employer_type", kind, hit.start, hit.end)
    return None
