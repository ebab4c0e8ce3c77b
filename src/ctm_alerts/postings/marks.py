"""The words of facts found in a passage, by field; those within phrases that mean something else are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ctm_alerts.guide.facts import FACT_FIELDS
from ctm_alerts.postings.lexicon import Hit, apart_from
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.sections import Purpose
from ctm_alerts.postings.text import Passage

#: stretches that speak of the employer, not of the work
BOILERPLATE: tuple[Purpose, ...] = ("about", "eeo", "benefits")
#: hits of one field that are followed up in one passage; the longest real postings have about thirty
MARKS_AT_MOST = 200
#: hits of one value that are looked at closely; real postings name a value ten times at most before it counts
ASKED_AT_MOST = 12
#: the hits of each field, in the order of the passage
Marks = Mapping[str, Sequence[Hit]]


_APART = {name: apart_from(name) for name in FACT_FIELDS}
_WANTED = frozenset((*FACT_FIELDS, *_APART.values()))


def marks_of(hits: Iterable[Hit]) -> Marks:
    """The hits of the facts' fields, those left out that lie within a phrase that means something else.

    A phrase speaks of one value only: "laurea magistrale" is no bachelor and a master.
    """
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.term.field in _WANTED and len(kept := found.setdefault(hit.term.field, [])) < MARKS_AT_MOST:
            kept.append(hit)
    for name, phrases in _APART.items():
        if name in found and (apart := found.get(phrases)):
            found[name] = [h for h in found[name] if not _within(h, apart)]
    return found


def _within(hit: Hit, phrases: Sequence[Hit]) -> bool:
    value = hit.term.value
    return any(p.start <= hit.start and hit.end <= p.end for p in phrases if p.term.value == value)


def of_the_work(hits: Iterable[Hit], text: Passage) -> list[Hit]:
    """The hits outside of boilerplate about the employer, its benefits and its duties by law."""
    return [h for h in hits if text.purpose_at(h.start) not in BOILERPLATE]


def quoted(
    hits: Iterable[Hit],
    passage: Passage,
    order: Sequence[str],
    counts: Callable[[Hit], bool] = lambda _: True,
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The values in the given order, each with the first words that say so."""
    first: dict[str, Hit] = {}
    asked: dict[str, int] = {}
    for hit in hits:
        value = hit.term.value
        if value in first or (times := asked.get(value, 0)) >= ASKED_AT_MOST:
            continue
        asked[value] = times + 1
        if counts(hit):
            first[value] = hit
    if not first:
        return (), []
    found = tuple(value for value in order if value in first)
    return found, [_said(first[value], passage) for value in found]


def _said(hit: Hit, passage: Passage) -> Evidence:
    said = passage.said if passage.source == "description" else passage.evidence
    return said(hit.term.field, hit.term.value, hit.start, hit.end)
