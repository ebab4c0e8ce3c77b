"""The countries of a posting: its location first, then its title, then what the text says of the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest

from ctm_alerts.guide.guide import Guide, Places
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage, fold

ANYWHERE = "*"


@dataclass(frozen=True)
class PlaceNames:
    """The names of places, compiled: one pattern over all, the countries by folded name."""

    names: re.Pattern[str]
    #: names that are written as one word with their case counting (codes of three letters)
    by_name: Mapping[str, str]
    countries: Mapping[str, str]
    cities: frozenset[str]
    states: Mapping[str, str]
    two_letters: frozenset[str]
    prefer_country: frozenset[str]
    anywhere: re.Pattern[str]
    giveaways: tuple[tuple[str, re.Pattern[str]], ...]


def make_place_names(guide: Guide) -> PlaceNames:
    """The compiled places of the guide."""
    places = guide.places
    countries = _by_name(places.countries)
    by_name = {**_by_name(places.cities), **_by_name(places.regions), **countries}
    return PlaceNames(
        names=_pattern(by_name),
        by_name=by_name,
        countries=countries,
        cities=frozenset(_by_name(places.cities)),
        states={code.lower(): c for c, codes in places.state_codes.items() for code in codes},
        two_letters=frozenset(c.lower() for c in places.countries),
        prefer_country=frozenset(c.lower() for c in places.prefer_country),
        anywhere=_pattern(dict.fromkeys(fold(n) for n in places.anywhere)),
        giveaways=_giveaways(places),
    )


def _by_name(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {fold(name): country for country, all_names in names.items() for name in all_names}


def _giveaways(places: Places) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (c, _pattern(dict.fromkeys(fold(w) for w in words))) for c, words in places.giveaways.items()
    )


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    wide = "".join(f"(?:{re.escape(n)})|" for n in longest_first if ord(n[0]) > 0x3000)
    bare = "|".join(re.escape(n) for n in longest_first if ord(n[0]) <= 0x3000)
    return re.compile(rf"{wide}(?<![^\W_])(?:{bare})(?![^\W_])")


def find_countries(
    names: PlaceNames, title: Passage, location: Passage, text: Passage
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The countries, sorted, and the words that name them; ("*",) when it says anywhere."""
    for found in (_of_place(names, location), _of_place(names, title), _of_text(names, text)):
        if found:
            return tuple(sorted({e.value for e in found})), found
    anywhere = names.anywhere.search(location.folded)
    if anywhere:
        return (ANYWHERE,), [location.evidence("countries", ANYWHERE, *anywhere.span())]
    return (), []


def _of_place(names: PlaceNames, passage: Passage) -> list[Evidence]:
    """The countries that a location or a title names; a country outvotes what a city's name could also mean."""
    found: list[Evidence] = []
    for part, offset in _parts(passage.folded):
        found += _of_part(names, passage, part, offset)
    return _unique(found)


def _parts(folded: str) -> list[tuple[str, int]]:
    """The alternatives of a location: "Lille, France; Paris, France"."""
    parts, at = [], 0
    for part in re.split(r"[;|]|\bor\b", folded):
        at = folded.index(part, at)
        parts.append((part, at))
        at += len(part)
    return parts


def _of_part(names: PlaceNames, passage: Passage, part: str, offset: int) -> list[Evidence]:
    hits = list(names.names.finditer(part))
    if passage.source == "title":
        hits = [h for h in hits if _is_title_place(names, passage, h, offset)]
    hits = [h for h in hits if _case_fits(passage, h, offset)]
    by_country = [h for h in hits if h.group() in names.countries]
    codes = _codes(names, passage, part, offset, hits)
    if by_country and not _is_town(part, by_country[-1], codes, offset):
        kept = by_country[:1] if _leads(part, by_country[0]) else by_country
        return [_evidence(names, passage, h, offset) for h in kept]
    if codes:
        return codes
    return [_evidence(names, passage, h, offset) for h in _outermost(names, part, hits)]


def _leads(part: str, country: re.Match[str]) -> bool:
    """Whether a country stands first and the rest is within it: "USA - Pennsylvania - North Wales"."""
    return not part[: country.start()].strip() and bool(re.match(r"\s*-|\s\w", part[country.end() :]))


def _is_town(part: str, country: re.Match[str], codes: list[Evidence], offset: int) -> bool:
    """Whether a country's name is a town of a state: "South Jordan, UT"."""
    return any(e.value == "US" and part[country.end() : e.start - offset].strip() == "," for e in codes)


def _outermost(names: PlaceNames, part: str, hits: list[re.Match[str]]) -> list[re.Match[str]]:
    """Without the towns that the next name says otherwise of: "Brisbane, California"."""
    return [
        hit
        for hit, behind in zip_longest(hits, hits[1:])
        if behind is None
        or part[hit.end() : behind.start()].strip() != ","
        or names.by_name[hit.group()] == names.by_name[behind.group()]
        or behind.group() in names.cities
    ]


def _is_title_place(names: PlaceNames, passage: Passage, hit: re.Match[str], offset: int) -> bool:
    """In titles only names that stand apart count: "CTM - Belgium", not "Reading Specialist"."""
    before = passage.folded[: offset + hit.start()].rstrip()
    last = re.split(r"[-,(/:|)]", before)[-1]
    apart = len(before) > len(last) and last.count(" ") < 2
    return (
        apart
        or before.endswith((" in", " for", " at"))
        or (hit.group() in names.countries and len(hit.group()) > 3)
    )


def _case_fits(passage: Passage, hit: re.Match[str], offset: int) -> bool:
    """Codes of up to three letters count in capitals only."""
    word = passage.raw[offset + hit.start() : offset + hit.end()]
    return len(word) > 3 or not word.isascii() or word.isupper() or (word.istitle() and len(word) > 3)


#: two capitals that in a title are rather a word of the trade: infectious diseases, information technology
_WORDS_IN_CAPITALS = frozenset(
    ("id", "it", "pr", "hr", "ir", "ma", "pa", "md", "ms", "no", "or", "me", "in", "is")
)


def _codes(
    names: PlaceNames, passage: Passage, part: str, offset: int, hits: list[re.Match[str]]
) -> list[Evidence]:
    """Two letters in capitals: "Basel, CH", "Cambridge, MA", "US, SC, Charleston", "PL"."""
    found: list[Evidence] = []
    known = {names.by_name[h.group()] for h in hits}
    for match in re.finditer(r"(?<![\w&'])([a-z]{2})(?![\w&'])", part):
        low, high = offset + match.start(1), offset + match.end(1)
        if not passage.raw[low:high].isupper() or (passage.source == "title" and not _apart(passage, low)):
            continue
        if passage.source == "title" and match.group(1) in _WORDS_IN_CAPITALS:
            continue
        zip_code = re.match(r"\s+\d{5}(?!\d)", part[match.end() :])
        country = (
            "US" if zip_code and match.group(1) in names.states else _of_code(names, match.group(1), known)
        )
        if country:
            found.append(passage.evidence("countries", country, low, high))
    if len({e.value for e in found}) > 1 and "US" in {e.value for e in found}:
        return [e for e in found if e.value == "US"]
    return found


def _apart(passage: Passage, at: int) -> bool:
    return passage.folded[:at].rstrip().endswith((",", "-", "(", "/"))


def _of_code(names: PlaceNames, code: str, known: set[str]) -> str | None:
    """The country of two letters, settled by the city beside them where both a state and a country fit."""
    state = names.states.get(code)
    country = code.upper() if code in names.two_letters else "GB" if code == "uk" else None
    if state and country and state != country:
        if country in known and state not in known:
            return country
        if state in known:
            return state
        return country if code in names.prefer_country else state
    return state or country


def _evidence(names: PlaceNames, passage: Passage, hit: re.Match[str], offset: int) -> Evidence:
    return passage.evidence("countries", names.by_name[hit.group()], offset + hit.start(), offset + hit.end())


def _unique(found: list[Evidence]) -> list[Evidence]:
    seen: dict[str, Evidence] = {}
    for evidence in found:
        seen.setdefault(evidence.value, evidence)
    return list(seen.values())


_PLACE_SAID = re.compile(
    r"(?:based|located|reside|residing|live|living|remote|remotely|work|working|position|role|candidates|applicants|"
    r"location|office|anywhere|eligible|authori[sz]ed to work|right to work|home[- ]based|headquarter\w*|standort|ort|lieu|勤務地)"
    r"[\s:]*(?:is |are |be |must |currently |this |role |from |the )*(?:in|within|from|across|at|:|-|\()?\s*(?:the |our |any |either )?"
)


#: where the name of a place is over
_PLACE_ENDS = re.compile(r"[.;:()\n]|\b(?:and|or|with|but|to|for|is|you|who|where)\b")


#: a line that states the place as a field
_STATED = re.compile(
    r"^[^\w\n]{0,8}(?:🌎|(?:job |work )?locations? ?:|standort ?:|勤務地[:：\s])([^\n]{2,160})", re.MULTILINE
)
#: mentions of places that are followed up
_SAID_AT_MOST = 200
#: so much Japanese writing means a job in Japan
_KANA = re.compile(r"[\u3040-\u30ff]")
_KANA_AT_LEAST = 80


def _of_text(names: PlaceNames, text: Passage) -> list[Evidence]:
    """The countries that a text names as the place of work, else the one whose laws and benefits it speaks of."""
    found: list[Evidence] = []
    stated = _STATED.search(text.folded)
    if stated and (of_line := _of_part(names, text, stated.group(1), stated.start(1))):
        return _unique(of_line)
    for said in islice(_PLACE_SAID.finditer(text.folded), _SAID_AT_MOST):
        hit = names.names.match(text.folded, said.end())
        if hit and _case_fits(text, hit, 0) and text.purpose_at(hit.start()) not in ("about", "eeo"):
            end = _PLACE_ENDS.search(text.folded, hit.end(), hit.end() + 40)
            part = text.folded[hit.start() : end.start() if end else hit.end() + 40]
            found += _of_part(names, text, part, hit.start())
    return _unique(found) or _given_away(names, text)


def _given_away(names: PlaceNames, text: Passage) -> list[Evidence]:
    for country, pattern in names.giveaways:
        hit = pattern.search(text.folded)
        if hit:
            return [text.evidence("countries", country, *hit.span())]
    kana = list(islice(_KANA.finditer(text.folded), _KANA_AT_LEAST))
    if len(kana) == _KANA_AT_LEAST:
        return [text.evidence("countries", "JP", *text.sentence(*kana[0].span(), most=40))]
    return []
