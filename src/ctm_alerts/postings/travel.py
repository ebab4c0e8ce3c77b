"""The share of travel that a posting states."""

from __future__ import annotations

import re
from itertools import islice

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: mentions of travel that are followed up; real postings have a few
_MENTIONS_AT_MOST = 40
_PERCENT = re.compile(r"(?<![\d.])(?P<low>\d{1,3})\s*%?\s*(?:(?:-|to|~|bis|à)\s*(?P<high>\d{1,3})\s*)?%")
_TRAVEL = re.compile(r"\btravel(?:s|l?ing)?\b|reise|déplacement|viaj|viagg|出張")


def find_travel(text: Passage) -> tuple[int | None, list[Evidence]]:
    """The highest share of travel stated, in percent; (None, []) when no figure is."""
    best: tuple[int, tuple[int, int]] | None = None
    for word in islice(text.near(_TRAVEL, "travel", 8), _MENTIONS_AT_MOST):
        low, high = text.sentence(*word.span(), most=160)
        for match in _PERCENT.finditer(text.folded, low, high):
            share = int(match["high"] or match["low"])
            if (
                share <= 100
                and not _of_something_else(text.folded, word, match)
                and (best is None or share > best[0])
            ):
                best = (share, match.span())
    if best is None:
        return None, []
    return best[0], [text.evidence("travel_max", str(best[0]), *best[1])]


def _of_something_else(folded: str, word: re.Match[str], share: re.Match[str]) -> bool:
    """Whether the share is too far from the word, or one of office days or discounts."""
    gap = max(word.start(), share.start()) - min(word.end(), share.end())
    after = folded[share.end() : share.end() + 40]
    return gap > 90 or bool(
        re.match(
            r"\s*(?:on[- ]site|in[- ](?:the )?office|remote|from home|of (?:our|its|their|all|users|customers)|discount|off\b|bonus|match)",
            after,
        )
    )
