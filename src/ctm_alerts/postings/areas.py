"""The therapeutic areas of the work and the phases of its trials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.marks import BOILERPLATE, Marks, of_the_work, quoted
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.sections import Purpose
from ctm_alerts.postings.text import Passage

PHASES = ("1", "2", "3", "4")
#: mentions of phases that are followed up; real postings have six at most
_MENTIONS_AT_MOST = 20


#: so few areas may be taken from what an employer tells of itself; one that names more tells of a whole house
_OF_HOUSE_AT_MOST = 2
_OWN = re.compile(r"\b(?:we|our|us)\b|当社|弊社|\b(?:wir|unser\w*|nous|notre|nos|nuestr[oa]s?)\b")
_WORK = re.compile(
    r"\b(?:you|your|candidates?|applicants?|role|position|responsib\w*|experience\w*|trials?|stud(?:y|ies)|teams?|clients?|seeking|"
    r"looking for|job|join|support\w*|opportunity)\b|経験|業務|募集"
)


def find_areas(
    title_marks: Marks, marks: Marks, title: Passage, text: Passage, order: Sequence[str]
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The ids of the areas that title, duties and requirements name, each with the words that name it.

    What an employer tells of itself counts only where these name none, and only up to two areas: more are those of a
    whole house, and so are the kinds of product that it makes.
    """
    of_title, said = quoted(title_marks.get("areas", ()), title, order)
    hits = marks.get("areas", ())
    if not said and not hits:
        return (), []
    of_text, text_said = quoted(of_the_work(hits, text), text, order, lambda h: not _is_own(h, text))
    if not of_title and not of_text:
        house = (h for h in hits if text.purpose_at(h.start) in _HOUSE and h.term.value not in _PRODUCTS)
        of_text, text_said = quoted(house, text, order)
        if len(of_text) > _OF_HOUSE_AT_MOST:
            return (), []
    said += [e for e in text_said if e.value not in of_title]
    return tuple(area for area in order if area in of_title or area in of_text), said


_PRODUCTS = frozenset(("medical_device", "diagnostics", "vaccines"))
_HOUSE: tuple[Purpose, ...] = ("about", "body", "duties")


def _is_own(hit: Hit, text: Passage) -> bool:
    """Whether a sentence tells of the employer's aims and products, not of the work."""
    low, high = text.sentence(hit.start, hit.end)
    return bool(_OWN.search(text.folded, low, high)) and not _WORK.search(text.folded, low, high)


_NUMBERS = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "ⅰ": 1,
    "ⅱ": 2,
    "ⅲ": 3,
    "ⅳ": 4,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
}
_ONE = r"(?:(?:iv|i{1,3}|[1-4]|[ⅰⅱⅲⅳ])[abc]?(?![a-z0-9]))"
_RANGE = r"-|~|〜|～|から|(?:to|through|thru|bis|à|a|al|tot|t/m)(?![a-zà-ÿ])"
_JOIN = rf"\s*(?:{_RANGE}|,\s*(?:and|or|&|und|et|y|e)|[/,&+、・]|and|or|und|oder|et|ou|y|o|e|en|及び)\s*"
_LIST = rf"{_ONE}(?:{_JOIN}(?:phases?|phasen|fases?|フェーズ)?\s*{_ONE})*"
_PHASE = re.compile(
    rf"(?:phases?|phasen|fases?|フェーズ)[\s:-]{{0,2}}(?P<of>{_LIST})|第\s?(?P<ja>{_LIST})\s?相"
)
_PART = re.compile(rf"(?P<number>iv|i{{1,3}}|[1-4ⅰⅱⅲⅳ])[abc]?(?![a-z0-9])\s*(?P<range>{_RANGE})?")
#: words without numbers, which count where no number stands: early is at least the first phase, late at least the third
_WORDS = re.compile(
    r"\b(?P<early>early)(?:[- ]phase)?(?:(?:,| and| to| or|/|-)+ ?(?P<too>late)r?)?[- ]phases?\b|\b(?P<late>late)r?[- ]phases?\b|"
    r"\b(?P<first>first[- ]in[- ]human|fih)\b"
)
#: what makes a phase one of a trial
_OF_TRIALS = re.compile(
    r"trial|stud(?:y|ies)\b|clinical|patient|oncolog|drug|participant|investigat|pharma|therap|sponsor|\bcras?\b|\bcros?\b|"
    r"molecule|research|studien?\b|klinisch|clinique|clínic|clinic|étude|essai|ensayo|estudi|治験|試験|臨床|開発|onderzoek"
)
_OTHER_PHASES = re.compile(
    r"power|environmental site|site assessment|\besa\b|habitat|construction|roll-?out|go-live|migration|electrical|"
    r"interview|implementation|three[- ]phase|inverter|voltage|remediation|real estate"
)
#: a heading of a plan: "Phase 1: Foundation"
_HEADING = re.compile(r"\s*(?::|-\s|\()")


def find_phases(title: Passage, text: Passage) -> tuple[tuple[str, ...], list[Evidence]]:
    """The phases of the trials, "1" to "4", each with the words for it; a range counts with all between.

    Words without a number ("early phase", "late phase", "first-in-human") count only where no number stands.
    """
    said: dict[str, Evidence] = {}
    for passage, found in _mentions(title, text):
        for number in _numbers(found["of"] or found["ja"]):
            said.setdefault(str(number), passage.evidence("phases", str(number), *found.span()))
    if not said:
        said = _in_words(title, text)
    phases = tuple(p for p in PHASES if p in said)
    return phases, [said[p] for p in phases]


def _mentions(title: Passage, text: Passage) -> Iterator[tuple[Passage, re.Match[str]]]:
    if "ph" in title.folded or "相" in title.folded or "フェーズ" in title.folded:
        for found in _PHASE.finditer(title.folded):
            yield title, found
    for found in islice(text.near(_PHASE, "phase", 40), _MENTIONS_AT_MOST):
        if _is_of_trials(text, found):
            yield text, found


def _numbers(words: str) -> Iterator[int]:
    """The numbers of "I, II and III", "1-3" and "2b/3"."""
    since: int | None = None
    for part in _PART.finditer(words):
        number = _NUMBERS[part["number"]]
        yield from range(since + 1 if since is not None else number, number + 1)
        since = number if part["range"] else None


def _is_of_trials(text: Passage, found: re.Match[str]) -> bool:
    start, end = found.span()
    if text.purpose_at(start) in BOILERPLATE:
        return False
    begins = not text.folded[max(0, start - 3) : start].rpartition("\n")[2].strip(" *-#")
    if (
        start > 0
        and begins
        and "\n" in text.folded[max(0, start - 6) : start]
        and _HEADING.match(text.folded, end)
    ):
        return False
    around = text.folded[max(0, start - 90) : start] + "|" + text.folded[end : end + 90]
    return bool(_OF_TRIALS.search(around)) and not _OTHER_PHASES.search(around)


def _in_words(title: Passage, text: Passage) -> dict[str, Evidence]:
    said: dict[str, Evidence] = {}
    named = "phase" in title.folded or "human" in title.folded
    found_in_title = ((title, m) for m in (_WORDS.finditer(title.folded) if named else ()))
    found_in_text = (
        (text, m) for m in islice(text.near(_WORDS, "phase", 30), _MENTIONS_AT_MOST) if _is_of_trials(text, m)
    )
    for passages in (found_in_title, found_in_text):
        for passage, found in passages:
            phases = ["1"] * bool(found["early"] or found["first"]) + ["3"] * bool(
                found["late"] or found["too"]
            )
            for phase in phases:
                said.setdefault(phase, passage.said("phases", phase, *found.span()))
    return said
