"""Titles as they are compared: without place, workplace, requisition and spelling, with every word of rank and field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.identity import employer_words, plain_words

#: one spelling of words that boards shorten; "CTM" and "Clinical Trial Manager" are one title
_SPELLINGS = {
    "sr": "senior", "snr": "senior", "jr": "junior", "jnr": "junior", "mgr": "manager", "mngr": "manager",
    "dir": "director", "assoc": "associate", "asst": "assistant", "eng": "engineer", "dev": "developer",
    "trials": "trial", "studies": "study", "operations": "operation", "ops": "operation", "affairs": "affair",
    "services": "service", "systems": "system", "sciences": "science",
    "ii": "2", "iii": "3", "iv": "4", "vp": "vice president", "svp": "senior vice president",
    "ctm": "clinical trial manager", "cra": "clinical research associate", "crc": "clinical research coordinator",
    "cpm": "clinical project manager", "ctl": "clinical trial lead", "programme": "program", "centre": "center",
}  # fmt: skip
_SILENT = frozenset(
    {"and", "of", "the", "for", "a", "an", "at", "with", "to", "new", "urgent", "hiring", "now", "job"}
)
#: words of where and how one works, in a part of a title that says nothing else
_WORKPLACE = frozenset({
    "remote", "hybrid", "onsite", "home", "based", "homebased", "office", "anywhere", "worldwide", "global", "flexible",
    "location", "locations", "any", "multiple", "various", "work", "from", "fully", "full", "time", "in", "or", "within",
    "only", "site", "on", "100", "wfh", "remotely", "telecommute", "eligible", "possible", "friendly", "first",
    "nationwide", "permanent", "days", "day", "week", "per", "is", "be", "can", "this", "role", "position", "relocation", "offshore",
})  # fmt: skip
_PLACES = frozenset({
    "emea", "apac", "latam", "amer", "americas", "europe", "eu", "european", "asia", "africa", "uk", "us", "usa", "u",
    "s", "states", "united", "kingdom", "america", "latin", "north", "south", "east", "west", "central", "eastern",
    "western", "northern", "southern", "northeast", "northwest", "southeast", "southwest", "midwest", "coast", "canada",
    "mexico", "brazil", "argentina", "colombia", "chile", "germany", "france", "spain", "italy", "portugal", "poland",
    "netherlands", "belgium", "switzerland", "austria", "ireland", "england", "scotland", "wales", "sweden", "norway",
    "denmark", "finland", "romania", "hungary", "bulgaria", "serbia", "greece", "turkey", "ukraine", "czech", "czechia",
    "republic", "slovakia", "croatia", "israel", "india", "china", "japan", "korea", "taiwan", "singapore", "malaysia",
    "philippines", "vietnam", "thailand", "indonesia", "australia", "zealand", "egypt", "nigeria", "kenya", "dach",
    "nordics", "benelux", "cyprus", "luxembourg", "malta", "estonia", "latvia", "lithuania", "slovenia", "armenia",
    "georgia", "peru", "uruguay", "guatemala", "costa", "rica", "panama", "jersey", "morocco", "tunisia", "pakistan",
    "bangladesh", "uae", "arabia", "saudi", "qatar", "hong", "kong", "ecuador", "cz", "de", "gb", "ca", "fr", "es", "it", "iberia", "cee", "mena", "london", "boston", "york", "san", "francisco", "bay", "area", "region",
})  # fmt: skip
#: parts of a country or of the day's work that two openings of one title divide among them
_TERRITORIES = frozenset({
    "north", "south", "east", "west", "central", "northern", "southern", "eastern", "western", "northeast", "northwest",
    "southeast", "southwest", "midwest",
})  # fmt: skip
_WAYS = {"remote": "remote", "wfh": "remote", "homebased": "remote", "hybrid": "hybrid", "onsite": "onsite"}
_GENDER = re.compile(
    r"\(?\b(?:[mwfdxhi]\s*[/|*,\u200b]+\s*)+[mwfdxhi]\b\)?|\(\s*all genders?\s*\)", re.IGNORECASE
)
_REQUISITION = re.compile(
    r"(?:\b(?:requisition|req|jr|r|job|id|ref|vacancy)(?:\s?(?:id|no|number))?\s?[-_:.# ]{0,3}\s?(\d{3,}[-\w]*)|#\s*(\d{3,}))",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    r"\b(?:requisition|req|job|vacancy|reference|posting)\s?(?:id|no|number|nr|ref|code)\.?\s?[:#]?\s?([A-Z]{0,4}[-_]?\d{3,}[-\w]*)",
    re.IGNORECASE,
)
#: "CSQ225R24", "R-189818", "JR_20418"; standards have them too, but then both texts do
_CODE = re.compile(r"\b[A-Z]{1,6}[-_]?\d{3,}[A-Z0-9]*\b")
_THREE_DIGITS = re.compile(r"\d{3}")
_MONEY = re.compile(
    r"[$£€💰]\s?\d[\d.,]*\s?[km]?\b(?:\s?(?:[-–]|to)\s?[$£€]?\d[\d.,]*\s?[km]?\b)?", re.IGNORECASE
)
_CUT = re.compile(r"\s+[-–—/•]+\s+|\s+[-–—]|[-–—]\s+|[()\[\]{}【】,;|:•–—\n]+")
_COMPOUND = re.compile(r"\b(front|back|full)[\s-]+(end|stack)\b", re.IGNORECASE)
#: of a thousand blanks the patterns above would try each one with each other
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def title_key(title: str, location: str | None, company: str | None) -> str:
    """A title's words in one order and spelling, without the parts that say where, how or for whom one works."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", title))
    text = _LINES.sub("\n", _BLANKS.sub(" ", seen))
    text = _COMPOUND.sub(r"\1\2", text)
    text = _MONEY.sub(" ", _REQUISITION.sub(" ", _GENDER.sub(" ", text)))
    where = frozenset(plain_words(location or "").split())
    owner = frozenset(employer_words(company).split())
    parts = [p for p in (plain_words(part).split() for part in _CUT.split(text)) if p]
    kept = [part for part in parts if not _is_setting(part, where, owner)]
    words = [w for part in kept or parts for w in _without_place(part, where)]
    return " ".join(sorted(_spelled(words)))


def sides_of(title: str, location: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The territories ("East", "Midwest") and the ways of work ("hybrid") that a title states, each sorted.

    Two openings that divide a country among them differ in nothing else. What stands in the place too is a part of its
    name: "West Chester" is no territory.
    """
    words = frozenset(plain_words(title).split())
    where = plain_words(location or "").split()
    return tuple(sorted(words & _TERRITORIES.difference(where))), tuple(
        sorted({_WAYS[w] for w in words & _WAYS.keys()})
    )


def requisitions_of(entry: Entry) -> tuple[str, ...]:
    """The requisition numbers that title, link or text of an entry state, sorted; empty where none is stated."""
    found = {number for groups in _REQUISITION.findall(entry.title) for number in groups if number}
    if _THREE_DIGITS.search(entry.description):
        found.update(_IN_TEXT.findall(entry.description))
        found.update(_CODE.findall(entry.description))
    found.update(number for groups in _REQUISITION.findall(_tail(entry.url)) for number in groups if number)
    return tuple(sorted({re.sub(r"[\W_]", "", number).lower() for number in found}))


def _tail(url: str | None) -> str:
    """The end of a link, where systems like Workday state the requisition: ".../Trial-Manager_R-20418"."""
    return "" if not url else re.sub(r"[_/?&=]", " ", url)[-60:]


def _is_setting(part: list[str], where: frozenset[str], owner: frozenset[str]) -> bool:
    """Whether a part of a title says nothing but place, workplace or employer."""
    words = set(part)
    return words <= (where | _WORKPLACE | _PLACES | _SILENT) or (bool(owner) and words <= owner)


def _without_place(part: list[str], where: frozenset[str]) -> list[str]:
    """A part without the place at its end: "Clinical Trial Manager Leeds", "... in Leeds"."""
    left = list(part)
    while len(left) > 2 and (left[-1] in where or left[-1] in ("in", "remote", "hybrid")):
        left.pop()
    return left


def _spelled(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        if word not in _SILENT:
            yield from _one_spelling(word)


@lru_cache(maxsize=4096)
def _one_spelling(word: str) -> tuple[str, ...]:
    return tuple(_SPELLINGS.get(word, word).split())
