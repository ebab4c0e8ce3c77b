"""The last day to apply that a posting names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: how far behind the words a day may stand, and mentions that are followed up
_REACH, _MENTIONS_AT_MOST = 64, 12
#: letters of a date in words
_DATE_AT_MOST = 32
#: names of months in small letters: each list is one language's, January first
_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jän febr mär apr mai jun jul aug sept okt nov dez",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil aoû sept oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
)
_MONTHS = {name: number for names in _NAMES for number, name in enumerate(names.split(), 1)}
_DAY = r"(?P<{0}>3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?P<{0}>20\d\d)(?!\d)"
_SHORT = r"(?P<{0}>20\d\d|[2-4]\d)(?!\d)"
_DATE = re.compile(
    "|".join(
        (
            rf"(?<!\d){_YEAR.format('y1')}\s?[-/.年]\s?(?P<m1>1[0-2]|0?[1-9])\s?[-/.月]\s?{_DAY.format('d1')}(?!\d)",
            # the dots of German dates and the dashes of "31-5月-2026"
            rf"(?<!\d){_DAY.format('d2')}(?:\.\s?|-)(?P<m2>1[0-2]|0?[1-9])(?:\.\s?|月?-){_SHORT.format('y2')}",
            rf"(?<!\d){_DAY.format('d3')}(?:st|nd|rd|th|er|º|°)?\.?[\s-]*(?:of |de |di )?(?P<m3>[a-zà-ÿś]{{3,12}})\.?,?[\s-]*(?:de |del )?{_YEAR.format('y3')}",
            rf"(?P<m4>[a-z]{{3,9}})\.?\s*{_DAY.format('d4')}(?:st|nd|rd|th)?,?\s*{_YEAR.format('y4')}",
            rf"(?<!\d)(?P<a5>\d{{1,2}})/(?P<b5>\d{{1,2}})/{_SHORT.format('y5')}",
        )
    )
)
#: what stands between when the day is another one's
_OF_ELSE = re.compile(
    r"[.!?]\s+[^\d\s]|interview|start|posted|posting date|publish|opening|onboard|created|gespräch|entretien|until filled|beginn|patient|enrol|visit|database"
)
#: where the month stands first, and where some write it so and others do not
_MONTH_FIRST, _MIXED = frozenset(("US",)), frozenset(("US", "CA", "PH", "PR"))


def find_closing(text: Passage, countries: Sequence[str]) -> tuple[str | None, list[Evidence]]:
    """The last day to apply (ISO 8601) and the words that name it; (None, []) where none or no year is named.

    "04/05/2026" is read by the country's custom, and not at all where the country is unknown or mixed.
    """
    for start, stop in islice(text.cues.get("closing", ()), _MENTIONS_AT_MOST):
        # looked for beyond the reach, lest the end of what is read cuts a date in two
        found = _DATE.search(text.folded, stop, min(len(text.folded), stop + _REACH + _DATE_AT_MOST))
        if not found or found.start() > stop + _REACH or _OF_ELSE.search(text.folded, stop, found.start()):
            continue
        if not _is_of_the_job(text.folded, start, stop, found):
            continue
        # "extended from 31 May to 30 June", "31 May 2026 (extended to 15 June 2026)"
        if longer := _EXTENDED.search(text.folded, stop, found.end() + _REACH):
            found = _DATE.search(text.folded, max(longer.end(), found.end())) or found
        if day := _day_of(found, countries):
            return day, [text.evidence("closes_on", day, start, found.end())]
    return None, []


#: cues that speak of anything that ends, and what must stand before them on their line when they do not open it
_BROAD = ("closes", "close on", "closing on", "expires on", "valid until", "deadline:", "open until")
_JOB = re.compile(
    r"\b(?:appl\w+|job|role|position|post(?:ing)?|vacancy|advert\w*|ad|opening|opportunity|recruitment|requisition|window|call|this|it)\b[^.\n]{0,24}\Z"
)
#: before the cue or behind the day, that others may still apply later
_NOT_THE_LAST = re.compile(r"\b(?:priority|early|first|preferred|initial)\b[\w ]{0,24}\Z")
_STILL_OPEN = re.compile(r"[^\n]{0,60}\b(?:until filled|rolling basis|get priority|priority consideration)")
#: characters between a broad cue and its day
_NEXT_TO = 24
_EXTENDED = re.compile(r"\bexten(?:ded|sion)\b(?: from [^\n]{4,24}?)? (?:to|until|till)\b")


def _is_of_the_job(folded: str, start: int, stop: int, found: re.Match[str]) -> bool:
    """Whether words and day speak of the last day to apply for the job, and not of a study, or of those who come first."""
    line = folded[max(0, start - 60) : start].rpartition("\n")[2]
    is_broad = folded.startswith(_BROAD, start)
    if is_broad and line.strip(" *-#") and not _JOB.search(line):
        return False
    if is_broad and found.start() - stop > _NEXT_TO:
        return False
    return not (_NOT_THE_LAST.search(line) or _STILL_OPEN.match(folded, found.end()))


def _day_of(found: re.Match[str], countries: Sequence[str]) -> str | None:
    parts = {name[0]: value for name, value in found.groupdict().items() if value is not None}
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    if "a" in parts:
        return _of_slashes(year, int(parts["a"]), int(parts["b"]), countries)
    month = int(parts["m"]) if parts["m"].isdigit() else _MONTHS.get(parts["m"], 0)
    return _iso(year, month, int(parts["d"]))


def _of_slashes(year: int, first: int, second: int, countries: Sequence[str]) -> str | None:
    by_day, by_month = _iso(year, second, first), _iso(year, first, second)
    if not by_day or not by_month or by_day == by_month:
        return by_day or by_month
    if not countries or "*" in countries:
        return None
    if set(countries) <= _MONTH_FIRST:
        return by_month
    return None if set(countries) & _MIXED else by_day


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
