"""The years of experience that a posting requires, and the travel it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: mentions of years or of travel that are followed up; real postings have a dozen
_MENTIONS_AT_MOST = 60
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20,
}  # fmt: skip
_NUMBER = r"(?:\d{1,2}|" + "|".join(_WORDS) + r")"
_YEARS = re.compile(
    rf"(?<![\d,$€£%])(?<!\d\.)(?P<low>\d{{1,2}}|(?<![a-z])(?:{'|'.join(_WORDS)}))\s*(?:\(\s*\d{{1,2}}\s*\)\s*)?\+?\s*"
    rf"(?:(?:-|to|or|~|bis|à|a|and)\s*(?P<high>{_NUMBER})\s*(?:\(\d{{1,2}}\)\s*)?\+?\s*)?"
    r"(?:or more |plus |full |\+ ?)?(?:-\s*)?(?:years?|yrs?|yoe|jahren?|ans|années|años|anni|年)(?![a-z])"
    r"(?:'s?|s')?"
)
_EXPERIENCE = re.compile(
    r"experien|erfahrung|expérience|experiencia|esperienza|経験|track record|worked|working|background|in (?:a |an )?"
    r"(?:clinical|similar|regulat|pharma|related|the field|industry)|practice|of (?:clinical|regulatory|relevant|industry|"
    r"pharma|management|leadership|professional|progressive|direct|related)|in the (?:pharma|industry|life)|従事|実務|certif"
)
#: before the years, or behind them up to the next comma: "preferably in oncology" qualifies, it does not excuse
_NOT_REQUIRED = re.compile(
    r"preferred|preference|desir(?:ed|able)|nice to have|is a plus|a plus\b|an asset|advantage|bonus|beneficial|wünschenswert|"
    r"von vorteil|souhait|deseable|望まし|尚可|歓迎|would be great"
)
_WISH_BEHIND = re.compile(r"[^.;]{0,80}\((?:is |strongly |highly )?(?:preferred|desirable|desired)\)")
_WISH_BEFORE = re.compile(r"prefer(?:red|ably)|ideally|desirable|nice to have|bonus")
_INSTEAD_OF_DEGREE = re.compile(r"(?:degree|equivalent|diploma)[\w\s,']{0,24}(?:and ?/ ?)?or\s*$")
_NOT_EXPERIENCE = re.compile(
    r"years? (?:old|of age|ago|in business|of innovation|anniversary)|"
    r"[ -]years? (?:accredited |regular )?(?:master|bachelor|degree|college|university|contract|fixed|temporary)|age of|last \d|past \d|within \d|every \d|next \d|over the \w+ \d|"
    r"year (?:contract|term|assignment|degree|programme|program|warranty|plan|history|legacy)|founded|"
    r"our \d|fort[es]{0,2} de |with (?:over|more than) \d+ years|combined|設立|歳"
)
_HISTORY = re.compile(r"for (?:over|more than|nearly|almost) \d")
_DEGREE = re.compile(
    r"bachelor|(?<![a-z])b\.?a\.?\b|(?<![a-z])b\.?s\.?c?\.?\b|undergraduate|(?:4|four)[- ]year degree"
)
_HIGHER = re.compile(
    r"master|(?<![a-z])m\.?s\.?c?\.?\b|ph\.?\s?d|doctora|mba|pharmd|m\.?d\.?\b|advanced degree"
)


@dataclass(frozen=True)
class Years:
    """A number of years in a text, and where."""

    low: int
    start: int
    end: int


def find_years(text: Passage) -> tuple[int | None, list[Evidence]]:
    """The smallest number of years of experience required, and the words; (None, []) when none is."""
    by_sentence: dict[tuple[int, int], list[Years]] = {}
    for match in islice(text.near(_YEARS, "years", 40), _MENTIONS_AT_MOST):
        bounds = text.sentence(*match.span(), most=300)
        if _is_required(text, match, bounds):
            by_sentence.setdefault(bounds, []).append(Years(_number(match["low"]), *match.span()))
    asked = [
        (_of_sentence(text.folded, b, found), text.folded[slice(*b)]) for b, found in by_sentence.items()
    ]
    if not asked:
        return None, []
    years = max(_one_of_each(text.folded, asked), key=lambda y: y.low)
    return years.low, [text.evidence("years_min", str(years.low), years.start, years.end)]


def _one_of_each(folded: str, asked: list[tuple[Years, str]]) -> list[Years]:
    """Of sentences that ask different years in the same words, one: the bachelor's, else the lower grade's."""
    alike: dict[str, list[tuple[Years, str]]] = {}
    for years, sentence in asked:
        alike.setdefault(folded[years.end : years.end + 24], []).append((years, sentence))
    return [_one_of(group) for group in alike.values()]


def _one_of(group: list[tuple[Years, str]]) -> Years:
    bachelors = [y for y, sentence in group if _DEGREE.search(sentence)]
    return min(bachelors or [y for y, _ in group], key=lambda y: y.low)


def _number(word: str) -> int:
    return _WORDS.get(word) or int(word)


def _is_required(text: Passage, match: re.Match[str], bounds: tuple[int, int]) -> bool:
    purpose = text.purpose_at(match.start())
    sentence = text.folded[slice(*bounds)]
    insisted = " required" in text.folded[match.end() : bounds[1]]
    if purpose == "benefits" or _number(match["low"]) > 25 or (purpose == "preferred" and not insisted):
        return False
    near = text.folded[max(bounds[0], match.start() - 40) : min(bounds[1], match.end() + 60)]
    if _NOT_EXPERIENCE.search(near) or not (purpose == "required" or _EXPERIENCE.search(sentence)):
        return False
    if purpose != "required" and _HISTORY.search(near):
        return False
    return not _is_wish(text.folded, match, bounds)


def _is_wish(folded: str, match: re.Match[str], bounds: tuple[int, int]) -> bool:
    """Whether the years are only wished for, or stand in for a degree."""
    before = re.split(r"[,;:(]", folded[bounds[0] : match.start()])[-1][-60:]
    after = re.split(r"[,;(]", folded[match.end() : min(bounds[1], match.end() + 110)])[0]
    wish = (
        _WISH_BEFORE.search(before) or _NOT_REQUIRED.search(after) or _WISH_BEHIND.match(folded, match.end())
    )
    return bool(wish or _INSTEAD_OF_DEGREE.search(folded[bounds[0] : match.start()]))


def _of_sentence(folded: str, bounds: tuple[int, int], found: list[Years]) -> Years:
    """The years that one sentence asks for: the bachelor's figure, the least of alternatives, else the most."""
    if len(found) == 1:
        return found[0]
    sentence = folded[slice(*bounds)]
    bachelor = _of_bachelor(sentence, bounds[0], found)
    if bachelor:
        return bachelor
    if _HIGHER.search(sentence):
        return found[0]
    between = folded[found[0].end : found[-1].start]
    pick = min if re.search(r"\bor\b|\boder\b|\bou\b|/|または", between) else max
    return pick(found, key=lambda y: y.low)


def _of_bachelor(sentence: str, offset: int, found: list[Years]) -> Years | None:
    degree = _DEGREE.search(sentence)
    if not degree or not _HIGHER.search(sentence):
        return None
    at = offset + degree.start()
    return min(found, key=lambda y: min(abs(y.start - at), abs(y.end - at)))


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
