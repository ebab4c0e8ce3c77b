"""The skills, tools and certificates that a posting asks for, from the hits of the lexicon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: quotes kept for one value; more would only repeat
QUOTES_AT_MOST = 2
_BOILERPLATE = ("about", "eeo", "benefits")


def asked_for(hits: Iterable[Hit], text: Passage) -> list[Hit]:
    """The hits outside of boilerplate about the employer, its benefits and its duties by law."""
    return [h for h in hits if text.purpose_at(h.start) not in _BOILERPLATE]


def values_of(
    field: str, order: Sequence[str], hits: Iterable[Hit], text: Passage
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The values of a field in the given order, and up to three quotes for each."""
    quotes: dict[str, list[Evidence]] = {}
    for hit in hits:
        if hit.term.field == field:
            _keep(quotes.setdefault(hit.term.value, []), hit, text)
    found = tuple(value for value in order if value in quotes)
    return found, [quote for value in found for quote in quotes[value]]


def _keep(kept: list[Evidence], hit: Hit, text: Passage) -> None:
    """Adds a quote, unless the last one holds the words already or there are enough."""
    if len(kept) < QUOTES_AT_MOST and not (kept and hit.start < kept[-1].end):
        quote = text.said(hit.term.field, hit.term.value, hit.start, hit.end)
        if not kept or quote.start >= kept[-1].end:
            kept.append(quote)
