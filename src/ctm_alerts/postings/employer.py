"""What kind of employer stands behind a posting: by its name, then by what the text says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
    """The names and pieces of names of each type, compiled."""

    names: dict[str, re.Pattern[str]]
    #: names without blanks, for companies that are written together ("greenfordhealth")
    joined: dict[str, tuple[str, ...]]
    parts: dict[str, re.Pattern[str] | None]

    def type_of(self, company: Passage) -> tuple[str, Evidence | None]:
        """The type that a company's name speaks of ("unknown" where it says nothing), and the piece that says so."""
        text = company.folded.replace("-", " ").replace("_", " ").replace(",", " ")
        for kind in _BY_NAME:
            if found := self.names[kind].search(text):
                return kind, company.evidence("employer_type", kind, *found.span())
        if " " not in text and (known := self._known_joined(text)):
            return known, company.evidence("employer_type", known, 0, len(text))
        for kind in _BY_NAME:
            pattern = self.parts[kind]
            if pattern and (found := pattern.search(text)):
                return kind, company.evidence("employer_type", kind, *found.span())
        return "unknown", None

    def _known_joined(self, text: str) -> str | None:
        """The type of a known name of several words that a company's name written together begins with."""
        return next((kind for kind in _BY_NAME if text.startswith(self.joined[kind])), None)

    def sounds_like_care(self, company: Passage) -> bool:
        """Whether a company's name speaks of care for patients rather than of trials."""
        text = company.folded.replace("-", " ")
        parts = self.parts["care"]
        return bool(self.names["care"].search(text) or (parts and parts.search(text)))


def make_employer_names(guide: Guide) -> EmployerNames:
    """The compiled names of the guide's employer types."""
    return EmployerNames(
        {kind: _whole(words.names) for kind, words in guide.employers.items()},
        {kind: _joined(words.names) for kind, words in guide.employers.items()},
        {kind: _pieces(words) for kind, words in guide.employers.items()},
    )


def _whole(names: Iterable[str]) -> re.Pattern[str]:
    bare = sorted({fold(n).replace("-", " ") for n in names}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(n) for n in bare) + r")(?!\w)")


def _joined(names: Iterable[str]) -> tuple[str, ...]:
    bare = (re.sub(r"[^a-z0-9]", "", fold(n)) for n in names)
    return tuple(n for n in bare if len(n) > 5)


def _pieces(words: EmployerWords) -> re.Pattern[str] | None:
    pieces = (
        re.escape(fold(p.removesuffix("$"))) + (r"(?!\w)" if p.endswith("$") else "") for p in words.parts
    )
    return re.compile("|".join(pieces)) if words.parts else None


def employer_type(
    names: EmployerNames, company: Passage, text: Passage, hits: list[Hit]
) -> tuple[EmployerType, list[Evidence]]:
    """The type of employer and the words that say so; "other" when a named one fits none."""
    kind, said = names.type_of(company)
    if said is not None:
        return cast(EmployerType, kind), [said]
    by_kind = {h.term.value: h for h in reversed(hits) if h.term.field == "employer"}
    for kind in _BY_TEXT:
        if kind in by_kind:
            hit = by_kind[kind]
            return cast(EmployerType, kind), [text.evidence("employer_type", kind, hit.start, hit.end)]
    return ("other" if company.raw.strip() and text.raw.strip() else "unknown"), []
