"""The kind of employment: what the text insists on first, then what the source's own field says."""

from __future__ import annotations

import re
from typing import Literal

from ctm_alerts.postings.posting import Employment, Evidence
from ctm_alerts.postings.text import Passage

_Stated = Literal["internship", "contract", "part_time", "full_time", "temporary", "permanent_unspecified"]
_KINDS: tuple[tuple[_Stated, str], ...] = (
    (
        "internship",
        r"intern|internship|praktikum|praktikant(?:in)?|stagiaire|alternance|apprenti\w*|werkstudent(?:in)?|becario",
    ),
    (
        "contract",
        r"contract|contractor|freelance\w*|fixed[- ]term|ftc|temporary contract|befristet\w*|cdd|interim|b2b|c2c|1099",
    ),
    ("part_time", r"part[- ]time|teilzeit|temps partiel|tiempo parcial|medio tiempo"),
    ("full_time", r"full[- ]?time|vollzeit|temps plein|tiempo completo|jornada completa|フルタイム"),
    ("temporary", r"temporary|temp|per[- ]diem|seasonal"),
    ("permanent_unspecified", r"permanent|unbefristet\w*|cdi|indefinido|正社員"),
)
_FIELD = tuple((kind, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for kind, words in _KINDS)
#: each kind has a group of cues of its name, one of which stands in all that its pattern finds
_TEXT: tuple[tuple[_Stated, re.Pattern[str]], ...] = (
    ("internship", re.compile(r"(?:this|an?|our) internship|internship (?:position|role|program)|\bvaga de estágio\b|\bpraktikum\b|\balternance\b")),
    (
        "contract",
        re.compile(
            r"\d{1,2}[- ](?:month|year)s? (?:fixed[- ]term |initial |rolling )?contract|fixed[- ]term (?:contract|position|role|appointment|basis)|"
            r"(?:contract|freelance) (?:role|position|basis|assignment|opportunity)|(?:outside|inside) ir35|"
            r"this is a[n]? (?:\w+ ){0,3}contract\b|contract (?:length|duration|type): ?(?:contract|\d)|independent contractor|1099 (?:contractor|position|role|basis)|\bcontrat ?: ?cdd\b|\bcdd de \d+ mois|(?:雇用形態|雇用区分|契約形態)[^\n]{0,12}契約社員|\bbefristet (?:auf|für|bis)\b"
        ),
    ),
    ("part_time", re.compile(r"part[- ]time (?:position|role|basis|job|opportunity)|^[^\w\n]{0,4}part[- ]time[,:( ]{1,2}[\d.,-]+|\bas a part[- ]time (?!employee|staff|worker)|^[^\w\n]{0,4}(?:(?:temps de travail|contrat) ?: ?)?temps partiel\b(?! possible)|^[^\w\n]{0,4}(?:jornada ?: ?)?(?:tiempo parcial|medio tiempo)\b(?! no)|^[^\w\n]{0,4}deeltijd\b|\bteilzeit\b|max\.? 20 (?:h|hours)", re.MULTILINE)),
    (
        "full_time",
        re.compile(r"full[- ]?time(?! (?:equivalent|study|student|experience|education|employees|team members|staff|schedule))|\bvollzeit\b|temps plein|tiempo completo|jornada completa|\b(?:37[.,]5|38[.,]5|39|40)(?: hours (?:per|a) week|[- ]hours?[- ]week|[- ]stunden[- ]?woche| std)"),
    ),
    ("temporary", re.compile(r"temporary (?:role|position|assignment)|(?:employment|job|contract) type ?: ?temporary\b")),
    ("permanent_unspecified", re.compile(r"permanent (?:role|position|contract|employment|job)|\bunbefristet|\bcdi\b|正社員")),
)  # fmt: skip


def find_employment(title: Passage, field: Passage, text: Passage) -> tuple[Employment, list[Evidence]]:
    """The kind of employment and the words for it; the title beats the source's field, which beats the text."""
    for kind, pattern in _FIELD[:3]:
        found = pattern.search(title.folded)
        if found:
            return kind, [title.evidence("employment", kind, *found.span())]
    for kind, pattern in _in_order_of(field):
        found = pattern.search(field.folded)
        if found:
            return kind, [field.evidence("employment", kind, *found.span())]
    for kind, pattern in _TEXT:
        found = _first(kind, pattern, text)
        if found:
            return kind, [text.evidence("employment", kind, *found.span())]
    return "unknown", []


def _in_order_of(field: Passage) -> tuple[tuple[_Stated, re.Pattern[str]], ...]:
    """Full-time wins in a field that lists several kinds."""
    return tuple(sorted(_FIELD, key=lambda k: k[0] != "full_time"))


def _first(kind: _Stated, pattern: re.Pattern[str], text: Passage) -> re.Match[str] | None:
    for found in text.near(pattern, kind, 60):
        if text.purpose_at(found.start()) not in ("eeo", "about"):
            return found
    return None
