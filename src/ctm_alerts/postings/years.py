"""The years of experience that a posting requires, of what, and those that it only wishes for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage, windows

#: mentions of years that are followed up; real postings have a dozen
_MENTIONS_AT_MOST = 40
#: more years than this are an employer's
_OF_A_PERSON = 25
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20,
    "ein": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "zehn": 10,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "dix": 10,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "diez": 10,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "dieci": 10,
    "dois": 2, "duas": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "dez": 10,
    "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "tien": 10,
}  # fmt: skip
_NUMBER = r"(?:\d{1,2}|" + "|".join(_WORDS) + r")"
_YEARS = re.compile(
    rf"(?<![\d,$€£%])(?<!\d\.)(?P<low>\d{{1,2}}(?:\.\d(?!\d))?|(?<![a-z])(?:{'|'.join(_WORDS)}))\s*(?:\(\s*\d{{1,2}}\s*\)\s*)?\+?\s*"
    rf"(?:(?:-|to|or|~|〜|bis|à|a|and)\s*(?P<high>{_NUMBER})\s*(?:\(\d{{1,2}}\)\s*)?\+?\s*)?"
    r"(?:or more |plus |full |\+ ?)?(?:-\s*)?(?:years?|yrs?|yoe|jahr(?:en?)?|jährig\w*|jaar|ans|an(?= d'| minimum)|années?|años?|anni|anno|anos?|års?|lata?|年)(?![a-zà-ÿ])"
    r"(?:'s?|s')?"
)
_EXPERIENCE = re.compile(
    r"experi[eê]n|erfahrung|erfarenhet|erfaring|ervaring|expérience|esperienza|doświadczen|経験|track record|worked|working|background|in (?:a |an )?"
    r"(?:clinical|similar|regulat|pharma|related|the field|industry)|practice|of (?:clinical|regulatory|relevant|industry|"
    r"pharma|management|leadership|professional|progressive|direct|related)|in the (?:pharma|industry|life)|従事|実務|certif"
)
#: who speaks of itself: the sentence is about the employer
_EMPLOYER = re.compile(
    r"\b(?:we|we've|we're|our|ours|(?:with|by|of|to|on|trusted|made|joined|chosen) us|ourselves|founded|established in|since|"
    r"as a (?:company|business|team|group|firm|cro)|(?:the|this) (?:company|firm|group|organi[sz]ation)|heritage|history|legacy|"
    r"anniversary|in the market|celebrat\w+|decades?|trusted|clients have|sponsors have|wir|uns|unsere?[mnrs]?|seit|gegründet|nous|notre|nos|depuis|"
    r"fort[es]{0,2} de|nuestr[oa]s?|somos|llevamos|desde|con más de|fundad[oa]|nossa?s?|nosso|há mais|siamo|nostr[oaie]|da oltre|"
    r"wij|onze|ons|sinds|looks? back (?:on|at)|is proud of|boasts?|draws? on|built on|based on|backed by|brings together)\b|há \d|"
    r"\bjoin (?:an?|the|our) (?:[\w'-]+ ){0,4}?(?:company|team|cro|organi[sz]ation|firm|group|business) with\b|"
    r"\A(?!(?:you|he|she|they|who|someone|anyone|ideal\w*|typical\w*)\b)[^,:;]{2,40} (?:has|have|brings?) (?:(?:well )?over |more than |nearly |almost )?\d|"
    r"\b(?:is|are) (?:a|an|the|one of) (?:[\w'-]+ ){0,6}(?:company|cro|provider|organi[sz]ation|leader|firm|group|partner)\b"
)
#: who is asked: the sentence is about the applicant, though it says "we" or "our" too
_APPLICANT = re.compile(
    r"\b(?:you(?:'ve|'ll|'re| will| have| bring| need| must| offer| possess| should| are| hold)\b|your\b|candidates?\b|applicants?\b|"
    r"seek(?:s|ing)\b|looking for\b|should\b|we(?:'re| are)? (?:currently |now |actively )?(?:require|need|ask|expect|seek|want|look|hir|target|search)|"
    r"our (?:ideal|successful|next|new|perfect)\b|requir|must\b|essential\b|minimum|to (?:join|succeed)\b|sie (?:haben|bringen|verfügen)|mindestens|"
    r"suchen\b|vous (?:avez|justifiez|possédez|disposez)|requisit|mínim|richiest|almeno|minimaal\b|al menos|nous (?:recherch|demand)|buscamos|"
    r"cerchiamo|zoeken)|\A(?:proven |demonstrated |solid |work(?:ing)? )?experience"
)
#: so many years are rather an employer's own, unless the applicant is named
_OWN_FROM = 15
#: years that open a sentence or an item of a list, and what they are years of: "5 years in accounts payable"
_OPENS = re.compile(
    r"[\s*(\-~>+]*(?:(?:a |an )?(?:minimum|at least|over|more than|about|around|approx\w*)(?: of)? )?\Z"
)
_CORPORATE = re.compile(
    r"\b(?:we|our|as a (?:company|business|team|group|firm|cro)|in (?:the )?(?:market|business)\b(?! \w))\b"
)
_OF_WORK = re.compile(r"\s*(?:of|in|with|as|at|within|on|managing|leading|working|running|doing)\s")
_DEMANDED = re.compile(
    r"\b(?:required|essential|must|mandatory|needed|necessary|minimum|at least|you have|you bring|you need|mindestens|erforderlich|"
    r"vous avez|exigée?s?|al menos|mínim[oa]|almeno|richiest[oiae]|minimaal|vereist)\b"
)
#: before the years, or behind them up to the next comma: "preferably in oncology" qualifies, it does not excuse
_NOT_REQUIRED = re.compile(
    r"preferred|preference|desir(?:ed|able)|nice to have|is a plus|a plus\b|an asset|advantage|bonus|beneficial|wünschenswert|"
    r"von vorteil|souhait|deseable|望まし|尚可|歓迎|would be great|for (?:an? |the )?(?:fully )?(?:remote|home[- ]based) (?:role|position)"
)
_WISH_BEHIND = re.compile(r"[^.;]{0,80}\((?:is |strongly |highly )?(?:preferred|desirable|desired)\)")
_WISH_BEFORE = re.compile(
    r"prefer(?:red|ably)|ideally|idealerweise|idéalement|idealmente|bij voorkeur|desirable|nice to have|bonus"
)
#: an item that a label opens: "Preferred: 6 years of experience"
_WISH_LABEL = re.compile(r"\W{0,4}(?:preferred|desired|desirable|nice to have|a plus)\b[^.:;\n]{0,24}:")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_INSTEAD_OF_DEGREE = re.compile(r"(?:degree|equivalent|diploma)[\w\s,']{0,24}(?:and ?/ ?)?or\s*$")
_NOT_EXPERIENCE = re.compile(
    r"after (?:\d|one|two|three) years?\b|year course|years? (?:old|of age|ago|ahead|in business|of innovation|anniversary)|"
    r"[ -]years? (?:accredited |regular )?(?:master|bachelor|degree|college|university|contract|fixed|temporary)|age of|(?:last|past|next|first|previous) (?:\d|\w+ years)|within \d|every \d|over the \w+ \d|"
    r"(?:years|yrs) (?:in a row|running|of (?:research at|collaboration|service\b|operation\b|full[- ]time employment|paid leave|runway|support to|heritage))|in active|pre-registration|"
    r"year (?:contract|term|assignment|degree|programme|program|warranty|plan|history|legacy)|founded|"
    r"our \d|fort[es]{0,2} de |with (?:over|more than) \d+ years|combined|設立|歳"
)
#: before a figure, what it is the age or the length of: "follow-up of up to 15 years", "patients 6 years and above"
_OF_A_STUDY = re.compile(
    r"(?:\b(?:follow[- ]up|extension (?:stud\w+|trials?)|(?:long[- ]term|survival) (?:[\w-]+ ){0,2}(?:stud\w+|trials?)|survival)"
    r"(?: period| phase| duration)?(?: of| for| over| lasting|:)*(?: up to| over| at least| more than)?"
    r"|\b(?:children|patients|participants|subjects|infants|adolescents|adults|volunteers|kids|boys|girls)\s?\(?"
    r"(?:(?:under|over|above|below|aged?|younger than|older than|up to|from|between|of) )*)\s*\Z"
)
_HISTORY = re.compile(
    r"\bfor (?:the (?:last|past) |(?:over|more than|nearly|almost|some) )?(?:\d|ten|fifteen|twenty)|(?:as a company|in the market|in business\b(?! \w))"
)
_DEGREE = re.compile(
    r"bachelor|(?<![a-z])b\.?a\.?\b|(?<![a-z])b\.?s\.?c?\.?\b|undergraduate|(?:4|four)[- ]year degree"
)
_HIGHER = re.compile(
    r"master|(?<![a-z])m\.?s\.?c?\.?\b|ph\.?\s?d|doctora|mba|pharmd|m\.?d\.?\b|advanced degree"
)


_MASTER = re.compile(r"master|(?<![a-z])m\.?s\.?c?\.?\b|(?<![a-z])mba\b")
_DOCTOR = re.compile(r"ph\.?\s?d|doctora|pharmd|(?<![a-z])m\.?d\.?\b")


@dataclass(frozen=True)
class Years:
    """A number of years in a text, and where."""

    low: int
    start: int
    end: int


@dataclass(frozen=True)
class YearsAsked:
    """The whole years that a text asks for; None where it says nothing."""

    #: of all that is required the most, of alternatives the least
    required: int | None = None
    #: of those required, in clinical research in general
    research: int | None = None
    #: of those required, as a manager of trials
    manager: int | None = None
    #: only wished for
    preferred: int | None = None
    evidence: tuple[Evidence, ...] = ()

    def said(self, name: str) -> list[Evidence]:
        """The words for one of the figures: "years_min", "years_research", "years_manager", "years_preferred"."""
        return [e for e in self.evidence if e.field == name]


def find_years(text: Passage, company: Passage) -> YearsAsked:
    """The years of experience asked for, and the words.

    Years that the employer tells of itself do not count: its age, its history, its people's experience together.
    """
    name = _short_name(company)
    required: dict[tuple[int, int], list[Years]] = {}
    wished: list[Years] = []
    for match in islice(_mentions(text), _MENTIONS_AT_MOST):
        bounds = text.sentence(*match.span(), most=300)
        asked = _asked(text, match, bounds, name)
        years = Years(_number(match["low"]), *match.span())
        if asked == "required":
            required.setdefault(bounds, []).append(years)
        elif asked == "preferred":
            wished.append(years)
    if not required and not wished:
        return YearsAsked()
    of_sentences = {bounds: _of_sentence(text.folded, bounds, found) for bounds, found in required.items()}
    one_each = _one_of_each(text.folded, _one_of_alternatives(text.folded, of_sentences))
    of_what = [(y, _of_what(text.folded, y)) for y in one_each]
    figures = {
        "years_min": one_each,
        "years_research": [y for y, what in of_what if what == "research"],
        "years_manager": [y for y, what in of_what if what == "manager"],
        "years_preferred": wished,
    }
    most = {what: max(years, key=lambda y: y.low) for what, years in figures.items() if years}
    low = {what: years.low for what, years in most.items()}
    return YearsAsked(
        low.get("years_min"),
        low.get("years_research"),
        low.get("years_manager"),
        low.get("years_preferred"),
        tuple(_said(text, most)),
    )


#: what a mention may begin with, and characters before and behind the word for years within which it lies
_FIGURE = re.compile(r"[0-9]+|[a-zà-ÿ]+")
_BEFORE, _BEHIND = 40, 12


def _mentions(text: Passage) -> Iterator[re.Match[str]]:
    """The mentions of years, each sought from its first figure: the pattern is too dear to be tried at each letter."""
    folded = text.folded
    for start, stop in windows(text.cues.get("years", ()), _BEFORE, _BEHIND):
        end = start
        for figure in _FIGURE.finditer(folded, start, stop):
            word = figure.group()
            if figure.start() < end or not (word in _WORDS or word[0].isdigit()):
                continue
            if mention := _YEARS.match(folded, figure.start(), stop):
                end = mention.end()
                yield mention


#: an item that goes on with the next one: "BS with 8 years, or", "or an MS with 6 years"
_OR_NEXT, _OR_FIRST = re.compile(r"\bor[\s*,;:-]*\Z"), re.compile(r"[\s*-]*or\b")


def _one_of_alternatives(folded: str, asked: Mapping[tuple[int, int], Years]) -> list[tuple[Years, str]]:
    """Of items of a list that an "or" joins, the one that is asked; each with its sentence."""
    groups: list[list[tuple[int, int]]] = []
    for bounds in sorted(asked):
        if groups and _leads_on(folded, groups[-1][-1], bounds):
            groups[-1].append(bounds)
        else:
            groups.append([bounds])
    items = [[(asked[bounds], folded[slice(*bounds)]) for bounds in group] for group in groups]
    return [_one_of(group) for group in items]


#: characters between two items of a list, blanks where tags stood included
_NEXT_WITHIN = 160


def _leads_on(folded: str, before: tuple[int, int], behind: tuple[int, int]) -> bool:
    if not 0 <= behind[0] - before[1] < _NEXT_WITHIN:
        return False
    between = folded[before[1] : behind[0]].strip(" *-\n")
    ends_or = between == "or" or (not between and _OR_NEXT.search(folded, before[1] - 8, before[1]))
    return bool(ends_or or (not between and _OR_FIRST.match(folded, behind[0])))


def _said(text: Passage, most: Mapping[str, Years]) -> Iterator[Evidence]:
    """The words for each figure; one mention may stand for several of them."""
    bounds = {years: text.readable(years.start, years.end) for years in most.values()}
    for what, years in most.items():
        yield text.evidence(what, str(years.low), *bounds[years])


#: what the years are of, in the words behind them
_AS_MANAGER = re.compile(
    r"\b(?:(?:trials?|stud(?:y|ies)|project|program(?:me)?) (?:manage|lead)|ctm\b|studienmanag|studienleit|projektleit|chef de projet|"
    r"gestion d[e']s? (?:essais|études)|gestión de (?:ensayos|estudios)|"
    r"(?:manag|lead|overs[ei])\w* (?:of )?(?:\w+ ){0,3}(?:clinical )?(?:trials?|stud(?:y|ies)|clinical (?:projects?|programs?)))|マネジ"
)
_IN_RESEARCH = re.compile(
    r"\b(?:clinical|cra\b|crc\b|monitoring|gcp\b|pharma|biotech|biopharma|cro\b|life science|drug development|medical device|klinisch|"
    r"recherche|investigación)|臨床|治験|開発"
)


def _of_what(folded: str, years: Years) -> Literal["manager", "research", ""]:
    """Whether the words behind a figure speak of managing trials, of clinical research, or of something else."""
    behind = folded[years.end : years.end + 110].split("\n", 1)[0]
    manager, research = _AS_MANAGER.search(behind), _IN_RESEARCH.search(behind)
    if manager and (not research or manager.start() <= research.start() + _WITHIN_A_NAME):
        return "manager"
    return "research" if research else ""


#: "clinical trial management": the word of the field opens the name of the work
_WITHIN_A_NAME = 24


def _one_of_each(folded: str, asked: list[tuple[Years, str]]) -> list[Years]:
    """Of sentences that ask different years in the same words, one."""
    alike: dict[str, list[tuple[Years, str]]] = {}
    for years, sentence in asked:
        alike.setdefault(folded[years.end : years.end + 24], []).append((years, sentence))
    return [_one_of(group)[0] for group in alike.values()]


def _one_of(group: list[tuple[Years, str]]) -> tuple[Years, str]:
    """Of sentences that ask different years, the bachelor's, else the one that asks least."""
    if len(group) == 1:
        return group[0]
    if of_degree := [asked for asked in group if _DEGREE.search(asked[1])]:
        return min(of_degree, key=lambda asked: asked[0].low)
    return min(group, key=lambda asked: asked[0].low)


def _number(word: str) -> int:
    return _WORDS.get(word) or int(word.split(".")[0])


def _short_name(company: Passage) -> str:
    """The first word of an employer's name, by which a text calls it; "" when it is too plain a word."""
    first = company.folded.strip().split(" ", 1)[0].strip(",.")
    return "" if len(first) < 4 or first in _PLAIN_NAMES else first


_PLAIN_NAMES = frozenset(
    ("clinical", "university", "global", "medical", "international", "institute", "hospital", "research")
)


def _asked(
    text: Passage, match: re.Match[str], bounds: tuple[int, int], name: str
) -> Literal["required", "preferred", ""]:
    """Whether a mention of years is a requirement, a wish, or no word to the applicant at all."""
    purpose = text.purpose_at(match.start())
    if purpose == "benefits" or _number(match["low"]) > _OF_A_PERSON:
        return ""
    listed = purpose in ("required", "preferred")
    near = text.folded[max(bounds[0], match.start() - 40) : min(bounds[1], match.end() + 60)]
    if text.folded.startswith(" or less", match.end()):
        return ""
    if _OF_A_STUDY.search(text.folded, bounds[0], match.start()):
        return ""
    if _NOT_EXPERIENCE.search(near) or not (listed or _is_of_work(text.folded, match, bounds)):
        return ""
    if _is_employers(text.folded, near, match, bounds, name, listed=listed):
        return ""
    insisted = " required" in text.folded[match.end() : bounds[1]]
    if purpose == "preferred" and not insisted:
        return "preferred"
    if _INSTEAD_OF_DEGREE.search(text.folded[bounds[0] : match.start()]):
        return ""
    return "preferred" if _is_wish(text.folded, match, bounds) else "required"


def _is_of_work(folded: str, match: re.Match[str], bounds: tuple[int, int]) -> bool:
    """Whether a sentence outside of a list of requirements speaks of years at work."""
    sentence = folded[slice(*bounds)]
    if _EXPERIENCE.search(sentence):
        return True
    of_work = _OF_WORK.match(folded, match.end())
    if not of_work:
        return False
    opens = _OPENS.match(folded[bounds[0] : match.start()])
    return any((opens, _DEMANDED.search(sentence), _DEGREE.search(sentence), _HIGHER.search(sentence)))


def _is_employers(
    folded: str, near: str, match: re.Match[str], bounds: tuple[int, int], name: str, *, listed: bool
) -> bool:
    """Whether a sentence's subject is the employer, not the applicant."""
    if _OPENS.match(folded[bounds[0] : match.start()]):
        # what an item of a list says behind its years ("in our stack") is no subject
        return bool(_CORPORATE.search(folded, match.end(), min(bounds[1], match.end() + 48))) and not listed
    if _HISTORY.search(near) and not _APPLICANT.search(folded[slice(*bounds)]):
        return True
    # a text that lost its line breaks is one long sentence, so only the words close by are asked
    subject = folded[
        max(bounds[0], match.start() - 140) : min(bounds[1], match.end() + (24 if listed else 80))
    ]
    if (name and name in subject) or _EMPLOYER.search(subject):
        is_old = _number(match["low"]) >= _OWN_FROM and not listed
        return is_old or not _APPLICANT.search(folded[slice(*bounds)])
    return False


def _is_wish(folded: str, match: re.Match[str], bounds: tuple[int, int]) -> bool:
    """Whether the years are only wished for."""
    before = re.split(r"[,;:(]", folded[bounds[0] : match.start()])[-1][-60:]
    behind = _BRACKETS.sub("", folded[match.end() : min(bounds[1], match.end() + 130)])
    after = re.split(r"[,;(]", behind)[0].split("required")[0]
    wish = (
        _WISH_LABEL.match(folded, bounds[0], match.start())
        or _WISH_BEFORE.search(before)
        or _NOT_REQUIRED.search(after)
        or _WISH_BEHIND.match(folded, match.end())
    )
    return bool(wish)


def _of_sentence(folded: str, bounds: tuple[int, int], found: list[Years]) -> Years:
    """The years that one sentence asks for: the bachelor's figure, the least of alternatives, else the most."""
    if len(found) == 1:
        return found[0]
    sentence = folded[slice(*bounds)]
    of_degree = _of_degree(sentence, bounds[0], found)
    if of_degree:
        return of_degree
    if _HIGHER.search(sentence):
        return found[0]
    between = folded[found[0].end : found[-1].start]
    either = _OR.search(between) or ("/" in between and len(between) < _SLASH_WITHIN)
    return (min if either else max)(found, key=lambda y: y.low)


#: between two figures, of which one is asked: "3 years as CRA or 5 as CRC", but not "8 years in sales or marketing, 2 in a team"
_OR = re.compile(r"(?:\bor\b|\boder\b|\bou\b|\bo\b|または)(?:,| if\b|(?![^\n]*[,;]))")
#: a slash joins two figures only within so many characters: "3 years CRA / 5 years CRC"
_SLASH_WITHIN = 40


#: a figure so many characters before the first degree is the one for all others
_APART = 40


def _of_degree(sentence: str, offset: int, found: list[Years]) -> Years | None:
    """Of a sentence that names several degrees the bachelor's figure, else the least of all."""
    degrees = [d for d in (_DEGREE.search(sentence), _MASTER.search(sentence), _DOCTOR.search(sentence)) if d]
    if len(degrees) < 2:
        return None
    first = offset + min(d.start() for d in degrees)
    if found[0].end + _APART < first and degrees[0].re is not _DEGREE:
        return found[0]
    if degrees[0].re is not _DEGREE and _OR.search(sentence, found[0].end - offset, found[-1].start - offset):
        # "or a PhD and 0+ years" waives the years for that degree, and asks none
        return min((y for y in found if y.low), key=lambda y: y.low, default=found[0])
    at, end = offset + degrees[0].start(), offset + degrees[0].end()
    if first >= found[0].end and (ahead := [y for y in found if y.end <= at]):
        return ahead[-1]
    # "PhD with 2 years or MS with 5" names the degree first, "5 years with an MS" the years
    if first < found[0].start and (behind := [y for y in found if y.start >= end]):
        return behind[0]
    return min(found, key=lambda y: min(abs(y.start - end), abs(y.end - at)))
