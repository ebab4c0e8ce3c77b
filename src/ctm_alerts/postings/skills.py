"""The skills, tools and certificates that a posting asks for, from the hits of the lexicon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: quotes kept for one value; more would only repeat
QUOTES_AT_MOST = 2


def by_field(hits: Iterable[Hit]) -> Mapping[str, Sequence[Hit]]:
    """The hits of each field, in the order of the text."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.term.field, []).append(hit)
    return found


def values_of(
    order: Sequence[str], hits: Iterable[Hit], text: Passage, quotes_at_most: int = QUOTES_AT_MOST
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The values of one field's hits in the given order, and a few quotes for each."""
    quotes: dict[str, list[Evidence]] = {}
    for hit in hits:
        kept = quotes.setdefault(hit.term.value, [])
        if len(kept) < quotes_at_most:
            _keep(kept, hit, text)
    found = tuple(value for value in order if value in quotes)
    return found, [quote for value in found for quote in quotes[value]]


def _keep(kept: list[Evidence], hit: Hit, text: Passage) -> None:
    """Adds a quote, unless the last one holds the words already."""
    if not (kept and hit.start < kept[-1].end):
        quote = text.said(hit.term.field, hit.term.value, hit.start, hit.end)
        if not kept or quote.start >= kept[-1].end:
            kept.append(quote)
