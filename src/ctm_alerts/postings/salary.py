"""Pay as stated: figures, currency and period, never converted; an aggregator's estimate is no stated pay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ctm_alerts.postings.cues import CURRENCIES, Places
from ctm_alerts.postings.posting import Evidence, Period, Salary
from ctm_alerts.postings.text import Passage, search_near

_SIGNS = {"$": "USD", "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "s$": "SGD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "zł": "PLN", "円": "JPY", "r$": "BRL", "euro": "EUR", "euros": "EUR", "fr.": "CHF", "sfr": "CHF"}  # fmt: skip
_CODES = CURRENCIES.replace(" ", "|")
_CURRENCY = rf"(?:(?<![a-z])(?:us|ca|au|c|a|s|r)\$|[$£€¥₹]|zł|(?<![a-z])(?:{_CODES}|euros?)(?![a-z]))"
_FIGURE = r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|[1-9]\d{0,2}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,7}(?:[.,]\d{1,2})?(?!\d)"


def _amount_pattern(n: int) -> str:
    """A figure with its currency before or behind it; the groups carry the number `n`."""
    return (
        rf"(?:(?P<cur{n}>{_CURRENCY})\s?)?(?:(?P<cur{n}x>{_CURRENCY})\s?)?(?<![\d.,])(?P<fig{n}>{_FIGURE})"
        rf"\s?(?P<k{n}>k\b|thousand\b|lpa\b|lakhs?\b|万)?\s?(?P<cur{n}b>{_CURRENCY}|円)?"
    )


_TURN = r"(?:/\s?(?:hour|hr|year|yr|h|month|annum)|(?:per|an?) (?:hour|year|month|annum))?"
_JOIN = r"(?:-{1,2}|to|~|〜|and|bis|à|und|en|et|y|a(?=\s\$?\d{2,3}[.,' ]\d{3})|up to|,? ?(?:and )?max(?:imum)?(?: salary| pay)?:?)"
_RANGE = re.compile(_amount_pattern(1) + rf"\s*{_TURN}\s*{_JOIN}\s*" + _amount_pattern(2))
_PAIR = re.compile(rf"(?P<cur1>{_CURRENCY})\s(?P<fig1>\d+\.\d\d)\s(?P<fig2>\d+\.\d\d)(?P<k1>x)?(?P<k2>x)?")
_SINGLE = re.compile(_amount_pattern(1))
_DIGIT = re.compile(r"\d")
#: what the aggregators' buckets look like: two round figures, the higher one short of the next step
_BUCKET = re.compile(r"^[a-z]{3} \d{4,6} - [a-z]{3} \d+999 (?:year|month|hour|week|day)$")
_PAY = re.compile(
    r"sal[aáä]r|\bsueldo|\bctc\b|\blpa\b|\bpay\b|pay (?:range|scale|rate|band)|compensation|\bbase\b|wage|remuneration|gehalt|vergütung|salaire|rémunération|"
    r"salario|retribu|salari|verdien|tarief|bruto|\bbruts?\b|par an\b|al año|per jaar|pro jahr|par jour|hourly|per hour|an hour|/ ?h(?:ou)?r|per annum|per year|a year|annually|annual|/ ?ye?a?r|\bote\b|"
    r"\d(?:\.\d\d)? ?(?:usd |eur |gbp )?(?:per|a|/) ?week|range for this|hiring range|target range|up to|per month|monthly|per day|a day|/ ?day|day rate|daily|månad|monat|mois|al mes|maand|brutto|gross|\bp\.?a\.?\b|rate|年収|給与|月給|nhs band|\bband \d"
)
_NOT_PAY = re.compile(
    r"sign[- ]on|allowance|stipend|reimburse|tuition|insurance|401|referral|voucher|donat|fund|raised|revenue|"
    r"billion|million|\bmn\b|\bbn\b|budget|assets|patients|per diem|contribution|perk|discount|手当|investment|valuation|portfolio|\bsales of|"
    r"differential|travel rate|mileage|per mile|overtime|on[- ]call|commissions? (?:is|are|of|from)|(?<!an )\b[hfw]sas?\b"
)
#: a single figure of a text counts behind one of these
_PAY_BEFORE = re.compile(
    r"sal[aáä]r|\bsueldo|\bctc\b|\bpay\b|compensation|wage|\brates?\b|remuneration|gehalt|vergütung|rémunération|salaire|retribu|\bloon|verdien|tarief|年収|月給|\bbase\b|brutto"
)
#: a figure that is itself a bonus; "£75,000 - £90,000 + bonus" is pay
_BONUS = re.compile(r"[ )]*(?:(?!plus|and|with|incl)\w+ ){0,2}(?:sign[- ]on )?bonus")
_PERK_BEHIND = re.compile(
    r"(?:(?!plus|\band\b|\bwith\b|incl|\+|&)[^\n.;,]){0,32}(?:allowance|stipend|voucher|reimburse|wellness|wellbeing|budget|(?<!an )\b[hfw]sas?\b)"
)
_BONUS_BEFORE = re.compile(
    r"bonus(?:es)?(?: of| up to|:)?[\s(]*$|\bote:?[\s(]*$|on[- ]target earnings[^.]{0,12}$|ltis? \(up to $"
)
#: where what stands behind a figure no longer speaks of it: a line, a sentence, what is paid besides
_ENDS = re.compile(r"\n|[.!?,](?=\s|\Z)|[,;(]?\s?(?:\bplus\b|\+|\bwith\b|\bincl)")
#: where a sentence or a line before a figure ends
_BEGINS = re.compile(r"\n|[.!?;]\s")
_PERIODS: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("hour", re.compile(r"hour|\buur|\bhora\b|/ ?hr|/ ?h\b|\bhr\b|stunde|heure|時給")),
    ("day", re.compile(r"per day|/ ?day|daily|a day|pro tag|par jour|\bday rate")),
    ("week", re.compile(r"per week|/ ?week|weekly|a week")),
    (
        "month",
        re.compile(r"month|monat|mois|\bmes\b|mensual|mensuel|mensile|月給|miesi|månad|måned|maand|\bmês\b"),
    ),
    (
        "year",
        re.compile(
            r"year|annum|annual|\byr\b|jahr|\ban\b|année|año|jaar|\bår\b|\bpa\b|lpa|lakh|\bp\.?a\.?\b|年収|yearly"
        ),
    ),
)
#: "$44+ an hour" is a floor; "£40,000 + bonus" is none
_PLUS = re.compile(r"\+(?=\s?(?:/|per|an? |usd|eur|gbp|$|\n|monthly|yearly|hourly))")
#: below this, a figure is no pay
_LEAST = 7
#: what makes a lone figure pay, and what is usual for it
_EACH = re.compile(
    r"\+?\s?(?:usd|eur|gbp|cad|aud|chf)?\s?(?:bruts?|brutos?|brutto|gross)?\s?(?:(?P<hour>/\s?h(?:ou)?r|per hour|an hour|hourly)|(?P<day>/\s?day|per day|a day|daily)|(?P<week>/\s?week|per week|a week|weekly)|(?P<month>/\s?(?:month|månad|monat|mois|mes)\b|per (?:month|maand)|a month|monthly|(?:pro|im) monat|par mois|al mes)|"
    r"(?P<year>/\s?(?:y(?:ea)?r|jahr|an|año)\b|pro jahr|par an\b|al año|per jaar|per year|a year|yearly|per annum|annually|p\.a\.))"
)
_USUAL = (
    ("hour", 9, 300),
    ("day", 80, 4_000),
    ("week", 300, 12_000),
    ("month", 1_000, 40_000),
    ("year", 12_000, 900_000),
)
#: figures that are followed up
_FIGURES_AT_MOST = 24
#: a figure without a period: below the first it is an hour's pay, above the second a year's
_HOUR_BELOW, _YEAR_FROM = 400, 10_000


#: of the countries whose postings state pay in their own money; others are taken for the euro's
_CURRENCY_OF = {
    "US": "USD", "GB": "GBP", "CH": "CHF", "CA": "CAD", "AU": "AUD", "PL": "PLN", "SE": "SEK", "NO": "NOK", "DK": "DKK",
    "JP": "JPY", "IN": "INR", "SG": "SGD", "NZ": "NZD", "CZ": "CZK", "HU": "HUF", "RO": "RON", "BR": "BRL", "MX": "MXN",
    "IL": "ILS", "ZA": "ZAR", "CN": "CNY", "KR": "KRW", "HK": "HKD",
}  # fmt: skip


#: a year's pay in pesos
_PESOS_FROM = 200_000
#: where "$" alone is the country's own dollar
_DOLLAR_OF = {"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN"}


@dataclass(frozen=True)
class _Stated:
    """One statement of pay."""

    low: float | None
    high: float | None
    currency: str
    period: Period
    span: tuple[int, int]
    #: no country stands beside the sign
    is_plain_dollar: bool = False

    def is_of(self, currency: str) -> bool:
        """Whether the figures may be of a currency: a Mexican year's pay in pesos has six digits and more."""
        return currency != "MXN" or self.period == "month" or (self.high or self.low or 0) >= _PESOS_FROM


def find_salary(
    raw: Passage, location: Passage, text: Passage, countries: Collection[str] = ()
) -> tuple[Salary | None, list[Evidence]]:
    """The pay stated in the text, else in the source's pay field, else in a location that holds pay.

    Of ranges in several currencies that of the job's countries counts.
    """
    in_field = [] if _is_bucket(raw) else list(_statements(raw, field=True))
    in_text = list(_statements(text, field=False)) or list(_bare(text, raw))
    in_place = list(_statements(location, field=True)) if "💰" in location.raw else []
    told = [(text, in_text), (raw, in_field), (location, in_place)]
    if in_text and any(s.low != s.high for s in in_field) and all(None in (s.low, s.high) for s in in_text):
        told = told[1::-1]  # "earn up to $110,000" in the text says less than the field's whole range
    for passage, found in told:
        if found:
            return _widest(passage, found, countries)
    return None, []


_BARE = re.compile(
    r"(?:salary|pay)(?: range| scale| band)?:?\s*(?P<fig1>\d{2,3}[,.]\d{3}(?:\.\d\d)?)\s*(?:-|to)\s*(?P<fig2>\d{2,3}[,.]\d{3}(?:\.\d\d)?)"
)


def _bare(text: Passage, raw: Passage) -> Iterator[_Stated]:
    """A yearly range under the heading "Salary" that names no currency; the source's pay field names it."""
    code = re.search(rf"(?<![a-z])(?:{_CODES})(?![a-z])", raw.folded)
    for match in _BARE.finditer(text.folded) if code else ():
        low, high = _amount(match["fig1"], None), _amount(match["fig2"], None)
        if low <= high:
            yield _Stated(low, high, code.group().upper() if code else "USD", "year", match.span())


def _is_bucket(raw: Passage) -> bool:
    return bool(_BUCKET.match(raw.folded.strip()))


def _widest(
    passage: Passage, found: list[_Stated], countries: Collection[str]
) -> tuple[Salary, list[Evidence]]:
    """The widest span of the statements in one currency and period: those of the country, of most, the first."""
    (own,) = {_DOLLAR_OF.get(c) for c in countries} if len(set(countries)) == 1 else (None,)
    home = {_CURRENCY_OF.get(country, "EUR") for country in countries}
    found = [replace(s, currency=own) if own and s.is_plain_dollar and s.is_of(own) else s for s in found]
    different = {(s.low, s.high, s.currency, s.period) for s in found}
    kinds = Counter((currency, period) for *_, currency, period in different)
    first = max(found, key=lambda s: (s.currency in home, kinds[s.currency, s.period]))
    same = [s for s in found if (s.currency, s.period) == (first.currency, first.period)]
    lows = [s.low for s in same]
    highs = [s.high for s in same]
    salary = Salary(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        first.currency,
        first.period,
    )
    return salary, [passage.evidence("salary", first.currency, *_with_bounds(passage, s.span)) for s in same]


#: around figures, what the verdict takes from them: a bound before, the period behind
_BOUND = re.compile(
    r"(?:up to|from|starting at|minimum|at least|maximum|maximaal|vanaf|bis zu|ab|desde|hasta|jusqu'à|à partir de) ?\Z"
)
_FOR_EACH = re.compile(
    r"\+?\s?(?:usd |eur |gbp |cad |aud |chf )?(?:/\s?(?:hour|hr|h|day|week|month|year|yr|annum|jahr|monat|månad|mois|an|año)|"
    r"per (?:hour|day|week|month|year|annum|maand|jaar)|an? (?:hour|day|week|month|year)|pro (?:jahr|monat)|par (?:an|mois)|"
    r"hourly|daily|monthly|annually|yearly)\b"
)


def _with_bounds(passage: Passage, span: tuple[int, int]) -> tuple[int, int]:
    """A span with the "up to" before it and the "per hour" behind it."""
    start, end = span
    before = _BOUND.search(passage.folded, max(0, start - 12), start)
    behind = _FOR_EACH.match(passage.folded, end)
    return before.start() if before else start, behind.end() if behind else end


def _statements(passage: Passage, *, field: bool) -> Iterator[_Stated]:
    """The statements of pay: ranges first, then single figures that stand in none of them."""
    text = passage.folded
    cues = _money(passage, field=field)
    taken: list[tuple[int, int]] = []
    # the half of a range that is no pay is none either
    closed: list[tuple[int, int]] = []
    for pattern in (_RANGE, _PAIR) if field else (_RANGE,):
        for match in islice(search_near(pattern, cues, text, 40), _FIGURES_AT_MOST):
            stated = _of_range(passage, match, field=field)
            if stated:
                taken.append(match.span())
                yield stated
            elif _is_range(match):
                closed.append(match.span())
    if taken:
        return
    for match in islice(search_near(_SINGLE, cues, text, 24), _FIGURES_AT_MOST):
        if any(start <= match.start() < end for start, end in closed):
            continue
        stated = _of_single(passage, match, field=field)
        if stated:
            yield stated
            return


def _money(passage: Passage, *, field: bool) -> Places:
    """Where figures of pay may stand: beside a currency in a text, anywhere in a field of pay."""
    if field:
        return [m.span() for m in islice(_DIGIT.finditer(passage.folded), 1)] and [(0, len(passage.folded))]
    cues = passage.cues.get("money", ())
    return [(s, e) for s, e in cues if _DIGIT.search(passage.folded, max(0, s - 24), e + 24)]


def _ends_of(match: re.Match[str]) -> tuple[float, float]:
    """The two figures of a range; "k" behind one of them is meant for both."""
    return (
        _amount(match["fig1"], match["k1"] or match["k2"]),
        _amount(match["fig2"], match["k2"] or match["k1"]),
    )


def _is_range(match: re.Match[str]) -> bool:
    low, high = _ends_of(match)
    return 0 < low <= high <= 40 * low


def _of_range(passage: Passage, match: re.Match[str], *, field: bool) -> _Stated | None:
    if not _is_range(match):
        return None
    low, high = _ends_of(match)
    return _stated(passage, match, low, high, field=field)


def _of_single(passage: Passage, match: re.Match[str], *, field: bool) -> _Stated | None:
    amount = _amount(match["fig1"], match["k1"])
    if amount < _LEAST or not (field or _is_said_to_be_pay(passage.folded, match, amount)):
        return None
    stated = _stated(passage, match, amount, amount, field=field)
    if stated is None:
        return None
    before = passage.folded[max(0, match.start() - 24) : match.start()]
    if _PLUS.match(passage.folded, stated.span[1]):
        return replace(stated, high=None)
    if re.search(r"up to|maxim\w+|bis zu|jusqu|max\.?\s*$|hasta", before):
        return replace(stated, low=None)
    if re.search(
        r"from|start(?:s|ing) at|minimum|at least|not (?:be )?(?:lower|less|below)|\bab\s*$|à partir|desde|vanaf",
        before,
    ):
        return replace(stated, high=None)
    return stated


def _is_said_to_be_pay(text: str, match: re.Match[str], amount: float) -> bool:
    """Whether a single figure of a text stands behind a word for pay, or is so much an hour, a month or a year."""
    if _PAY_BEFORE.search(text, max(0, match.start() - 70), match.start()):
        return True
    each = _EACH.match(text, match.end())
    return any(each is not None and each[unit] and low <= amount <= high for unit, low, high in _USUAL)


def _stated(
    passage: Passage, match: re.Match[str], low: float, high: float, *, field: bool
) -> _Stated | None:
    text = passage.folded
    currency = _currency(match)
    low_at, high_at = _trimmed(text, match)
    around = text[max(0, low_at - 140) : high_at + 60]
    # a label on a line of its own ends what the line before it spoke of
    before = text[max(0, low_at - 36) : low_at].rpartition("\n\n")[2]
    if _PAY_BEFORE.search(said := _BEGINS.split(before)[-1]):
        before = said
    close = "" if field else before + text[low_at:high_at] + _ENDS.split(text[high_at : high_at + 14])[0]
    if (
        _BONUS.match(text, high_at)
        or _PERK_BEHIND.match(text, high_at)
        or _BONUS_BEFORE.search(text[max(0, low_at - 24) : low_at])
    ):
        return None
    is_said = field or _PAY.search(around) or _is_posted(text, match, low, high)
    if not field and (currency is None or high < 12 or not is_said or _NOT_PAY.search(close)):
        return None
    if (
        not field
        and passage.purpose_at(low_at) == "about"
        and not re.search(r"salar|\bpay\b|compensat|\bbase\b", around)
    ):
        return None
    period = _period(text, low_at, high_at, high, field=field)
    if period == "year" and high < 1000:
        return None
    return _Stated(
        low,
        high,
        currency or "USD",
        period,
        (low_at, high_at),
        is_plain_dollar=_is_plain(match) and not _is_said_to_be_of_the_us(text, low_at, high_at),
    )


#: the range of a year's pay that boards append by law: "$221,600-$277,000 USD", sign and code, and no word for it
_POSTED_FROM, _POSTED_SPREAD = 20_000, 2.5


#: figures that look like it and are spent, not earned
_PAID_TO_OTHERS = re.compile(
    r"contracts?\b|grants?\b|purchas|vendor|worth|cohort|per site|deals?\b|invoice|orders?\b|sites? receive"
)


def _is_posted(text: str, match: re.Match[str], low: float, high: float) -> bool:
    groups = match.groupdict()
    if _PAID_TO_OTHERS.search(text, max(0, match.start() - 40), match.end() + 24):
        return False
    both = groups.get("cur1") and groups.get("cur2") and groups.get("cur2b")
    return bool(both) and low >= _POSTED_FROM and high <= _POSTED_SPREAD * low


def _trimmed(text: str, match: re.Match[str]) -> tuple[int, int]:
    start, end = match.span()
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _is_plain(match: re.Match[str]) -> bool:
    """Whether the only currency of a statement is the sign "$"."""
    signs = {value for name, value in match.groupdict().items() if name.startswith("cur") and value}
    return signs == {"$"}


_OF_THE_US = re.compile(r"[+\s(]{0,3}(?:usd|us dollars|us\b|for us\b)")
_US_BEFORE = re.compile(
    r"(?:usd|\bus dollars|\bus (?:pay|salary|base|range)(?: range)?(?: is)?|\bus)[): ]{0,4}\Z"
)


def _is_said_to_be_of_the_us(text: str, start: int, end: int) -> bool:
    """Whether "USD" stands beside a statement without belonging to a figure: "Salary (USD): $90,000", "$1,500+ USD"."""
    return bool(_OF_THE_US.match(text, end) or _US_BEFORE.search(text, max(0, start - 24), start))


def _currency(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    for name in ("cur1", "cur1x", "cur1b", "cur2", "cur2x", "cur2b"):
        sign = groups.get(name)
        if sign and sign != "$":
            return _SIGNS.get(sign, sign.upper())
    return "USD" if any(groups.get(n) == "$" for n in groups) else None


#: what stands behind a figure for a number of it
_FACTORS = {"k": 1_000, "thousand": 1_000, "万": 10_000, "lpa": 100_000, "lakh": 100_000}


def _amount(figure: str, thousand: str | None) -> float:
    """The number that a figure means: 86,114.50 and 86.114,50 and 86 114."""
    whole = re.fullmatch(r"(\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:[,.' ]\d{3})+)(?:[.,](\d{1,2}))?", figure)
    if whole:
        number = float(re.sub(r"[,.' ]", "", whole[1]) + "." + (whole[2] or "0"))
    else:
        number = float(figure.replace(",", "."))
    factor = _FACTORS.get((thousand or "").rstrip("s"), 1)
    return number * factor if number < 1000 or factor == _FACTORS["万"] else number


#: how long a contract lasts, which is no period of pay
_LENGTHS = re.compile(
    r"\d[\s-]*(?:months?|monate?n?|mois|meses|mesi|maanden|years?|jahren?|ans|años|anni|jaar|weeks?|wochen)\b"
)


def _period(text: str, start: int, end: int, amount: float, *, field: bool) -> Period:
    after, before = text[end : end + 40], text[max(0, start - 60) : start]
    if field:
        after, before = text[start : start + 240], text[max(0, start - 240) : start]
    line_before = before.rsplit("\n", 1)[-1]
    for said, nearest in ((after.split("\n")[0], min), (line_before, max), (text[start:end], min)):
        words = _LENGTHS.sub("", said)
        found = [(m.start(), p) for p, pattern in _PERIODS if (m := pattern.search(words))]
        plausible = [(at, p) for at, p in found if _fits(amount, p)]
        if plausible:
            return nearest(plausible)[1]
    if amount < _HOUR_BELOW:
        return "hour"
    return "year" if amount >= _YEAR_FROM else "month" if amount > 1000 else "day"


def _fits(amount: float, period: Period) -> bool:
    return not (period == "hour" and amount > 1000) and not (period == "year" and amount < 1000)
