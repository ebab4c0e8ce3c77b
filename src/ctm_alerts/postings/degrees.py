"""The degrees that a posting asks for or accepts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.marks import Marks, quoted
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: what makes "MS" a product and "Master" a document
_PRODUCT = re.compile(
    r"\s*-?(?:office|excel|word|project|teams|powerpoint|sharepoint|windows|sql|dynamics|outlook|suite|azure|access|visio|"
    r"data|files?|protocol|service|schedule|plan|batch|agreement|list|copy|planning|trial|production|class)\b"
)
#: words of degrees that an employer pays for
_PAID_FOR = re.compile(
    r"\bpay|tuition|reimburs|fund|stud(?:y|ies|ying)\b|support|assist|sponsor|opportunit|programme|program\b|pursu|toward|scholar|bonus|loan"
)
#: two letters behind a town are a state: "Boston, MA"
_TOWN_BEFORE = re.compile(r"[A-Z][a-z]{2,}, ?\Z")

#: what makes a bare degree a higher one, which has words of its own: "master's degree in", "advanced scientific degree"
_HIGHER_BEFORE = re.compile(
    r"\b(?:advanced|higher|post-?graduate|post graduate|graduate|masters?|master's|doctora\w*|doctor's|ph\.?d\.?|m\.?sc?\.?|mba|medical|associate'?s?|"
    r"nursing|m\.?d\.?|pharm\.?d\.?)'?\s(?:(?!or\b|and\b)[\w/-]+\s)?\Z"
)


def find_degrees(marks: Marks, text: Passage, order: Sequence[str]) -> tuple[tuple[str, ...], list[Evidence]]:
    """The ids of the degrees named outside of boilerplate, each with the words that name it."""
    return quoted(marks.get("degrees", ()), text, order, lambda hit: _is_asked(hit, text))


def _is_asked(hit: Hit, text: Passage) -> bool:
    purpose = text.purpose_at(hit.start)
    if purpose in ("about", "eeo") or not _is_degree(hit, text):
        return False
    # a line like "Salary: 90,000" opens what reads as benefits, and the requirements may follow in it
    return purpose != "benefits" or not _PAID_FOR.search(text.folded, *text.sentence(hit.start, hit.end))


def _is_degree(hit: Hit, text: Passage) -> bool:
    if hit.end - hit.start <= 2 and _TOWN_BEFORE.search(text.raw, max(0, hit.start - 20), hit.start):
        return False
    if hit.term.cased is not None and _PRODUCT.match(text.folded, hit.end):
        return False
    bare = hit.term.value == "bachelor" and "degree" in text.folded[hit.start : hit.end]
    return not (bare and _HIGHER_BEFORE.search(text.folded, max(0, hit.start - 40), hit.start))
