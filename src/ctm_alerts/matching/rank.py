"""The order of matches: nearest tier first, then score; a total order, so the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable

from ctm_alerts.matching.match import Match


def rank(matches: Iterable[Match]) -> list[Match]:
    """Best first; one match per posting: of several profiles the one that it fits best."""
    best: dict[str, Match] = {}
    for match in matches:
        held = best.get(match.posting.id)
        if held is None or _order(match) < _order(held):
            best[match.posting.id] = match
    return sorted(best.values(), key=_order)


def _order(match: Match) -> tuple[object, ...]:
    posting = match.posting
    return (
        not match.above_bar,
        match.tier_distance,
        -round(match.score, 6),
        -posting.first_seen_at.timestamp(),
        posting.title,
        posting.id,
        match.profile.id,
    )
