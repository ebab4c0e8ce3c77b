"""The share of travel that a posting states."""

from __future__ import annotations

import re
from itertools import islice

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: mentions of travel that are followed up; real postings have a few
_MENTIONS_AT_MOST = 40
_PERCENT = re.compile(
    r"(?:(?:up to|max\.?|maximum|at least|bis zu|jusqu'à|hasta|maximaal) )?(?<![\d.])(?P<low>\d{1,3})\s*%?\s*(?:(?:-|to|~|bis|à|a|and)\s*(?P<high>\d{1,3})\s*)?"
    r"(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b|por ?ciento\b)"
)
_TRAVEL = re.compile(
    r"\btravel(?:s|l?ing)?\b(?!-(?:tech|related|ready|industry|friendly|booking))|reise|d[ée]placement|viaj|viagen|viagg|\breizen\b|出張"
)

#: a label on a line of its own: "**Travel Required:**", and below it the share
_LABEL = re.compile(
    r"(?: required| requirements?)?\s?:?[* ]{0,6}\n[\s*-]{0,40}(?=(?:up to )?[\d -]{1,7}%(?! of (?!the|your time|working)))"
)

_NONE = re.compile(
    r"(?<!limited to )(?<!little to )(?<!little or )(?<!minimal to )\bno travel(?: is)? (?:required|needed|expected)|\bno travel(?=\s*(?:[.;\n]|\Z))|"
    r"\b(?:does not|doesn't) (?:require|involve|include) (?:any )?travel\b|\btravel is not (?:required|needed|expected)|\bno se requiere viajar\b|\bgeen reizen\b|"
    r"\btravel(?: required| requirements?)?\s?:\s?none\b|\bkeine reise(?:tätigkeit|n)\b|\baucun déplacement\b"
)


def find_travel(text: Passage) -> tuple[int | None, list[Evidence]]:
    """The highest share of travel stated, in percent, 0 where it says that there is none; (None, []) when nothing is."""
    best: tuple[int, tuple[int, int]] | None = None
    for word in islice(text.near(_TRAVEL, "travel", 8), _MENTIONS_AT_MOST):
        if text.purpose_at(word.start()) == "eeo":
            continue
        low, high = text.sentence(*word.span(), most=160)
        if label := _LABEL.match(text.folded, word.end()):
            high = max(high, text.sentence(word.end(), label.end(), most=60)[1])
        for match in _PERCENT.finditer(text.folded, low, high):
            share = int(match["high"] or match["low"])
            if (
                share <= 100
                and not _of_something_else(text.folded, word, match)
                and (best is None or share > best[0])
            ):
                best = (share, match.span())
    if best is None:
        none = next(text.near(_NONE, "travel", 40), None)
        return (0, [text.said("travel_max", "0", *none.span())]) if none else (None, [])
    return best[0], [text.evidence("travel_max", str(best[0]), *best[1])]


def _of_something_else(folded: str, word: re.Match[str], share: re.Match[str]) -> bool:
    """Whether the share is too far from the word, or one of office days or discounts."""
    gap = max(word.start(), share.start()) - min(word.end(), share.end())
    between = folded[min(word.end(), share.end()) : max(word.start(), share.start())]
    return (
        gap > 90
        or bool(_OTHER_BEHIND.match(folded, share.end(), share.end() + 60))
        or bool(_OTHER_BEFORE.search(folded, max(0, share.start() - 24), share.start()))
        or bool(_OTHER_BETWEEN.search(between))
        or bool(_OF_PAY.match(folded, word.start()))
    )


#: what a share is of that stands before these words, behind those, or on the way from the word to it
_OTHER_BEHIND = re.compile(
    r" ?position\b|\s*(?:on[- ]site|in[- ](?:the )?office|office\b|remote|from home|of (?:our|its|their|all|users|customers)|discount|off\b|bonus|match|"
    r"pensum|arbeitspensum|beschäftigung|stelle\b|fte\b|employment|workload|zuschuss|subsid|reimburs|covered|paid\b|(?:ige )?kostenübernahme)"
)
_OTHER_BEFORE = re.compile(r"\b(?:bonus|salary|pensum|discount)\b[^.;,\n]{0,12}\Z")
_OTHER_BETWEEN = re.compile(r"\b(?:reimburs\w*|zuschuss|subsid\w*|allowance|discount\w*|pensum)\b")
#: travel that is paid, not done
_OF_PAY = re.compile(
    r"travel (?:expenses?|costs?|subsid|allowance|insurance|discount|card|pass)|reise(?:kosten|ticket|zuschuss)"
)
