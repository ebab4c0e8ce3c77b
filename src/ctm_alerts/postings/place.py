"""The countries of a posting: its location first, then its title, then what the text says of the place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.automaton import Automaton
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
    #: the names again, for long texts
    in_texts: Automaton[str]
    giveaways: Automaton[str]
    #: the countries in the order in which their laws and benefits are asked for
    given_away: tuple[str, ...]


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
        in_texts=Automaton(by_name),
        giveaways=Automaton({fold(w): c for c, words in places.giveaways.items() for w in words}),
        given_away=tuple(places.giveaways),
    )


def _by_name(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {fold(name): country for country, all_names in names.items() for name in all_names}


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
        named = _unique(_of_part(names, passage, part, offset))
        alone = len(named) == 1 and passage.source == "location"
        found += [_whole_part(passage, part, offset, named[0])] if alone else named
    return _unique(found)


def _whole_part(passage: Passage, part: str, offset: int, named: Evidence) -> Evidence:
    """A location's one country with all its words: "Boston, MA" instead of "MA"."""
    start = offset + len(part) - len(part.lstrip())
    end = offset + len(part.rstrip())
    if end - start > _PART_AT_MOST:
        return named
    return passage.evidence(named.field, named.value, start, end)


def _parts(folded: str) -> list[tuple[str, int]]:
    """The alternatives of a location: "Lille, France; Paris, France"."""
    parts, at = [], 0
    for part in re.split(r"[;|]|\bor\b", folded):
        at = folded.index(part, at)
        parts.append((part, at))
        at += len(part)
    return parts


def _of_part(names: PlaceNames, passage: Passage, part: str, offset: int) -> list[Evidence]:
    # most titles name no place; the automaton says so in a hundredth of the pattern's time
    named = next(names.in_texts.find_words(part), None) is not None
    hits = list(names.names.finditer(part)) if named else []
    if passage.source == "title":
        hits = [h for h in hits if _is_title_place(names, passage, h, offset)]
    hits = [h for h in hits if _case_fits(passage, offset + h.start(), offset + h.end())]
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


def _case_fits(passage: Passage, start: int, end: int) -> bool:
    """Codes of up to three letters count in capitals only."""
    word = passage.raw[start:end]
    return len(word) > 3 or not word.isascii() or word.isupper() or (word.istitle() and len(word) > 3)


#: characters of a location that are quoted whole
_PART_AT_MOST = 80
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
    r"[\s:]*(?:is |are |be |must |currently |this |role |from |the )*(?:in|within|from|across|at|:|-|\()?\s*(?:the |our |any |either )?\Z"
)


#: where the name of a place is over
_PLACE_ENDS = re.compile(r"[.;:()\n]|\b(?:and|or|with|but|to|for|is|you|who|where)\b")


#: a line that states the place as a field
_STATED = re.compile(
    r"^[^\w\n]{0,8}(?:🌎|(?:job |work )?locations? ?:|standort ?:|勤務地[:：\s])([^\n]{2,160})", re.MULTILINE
)
#: mentions of places that are followed up
_SAID_AT_MOST = 200
#: below the first letter that needs no border
_LAST_NARROW = "\u3000"
#: so much Japanese writing means a job in Japan
_KANA = re.compile(r"[\u3040-\u30ff]")
_KANA_AT_LEAST = 80


def _of_text(names: PlaceNames, text: Passage) -> list[Evidence]:
    """The countries that a text names as the place of work, else the one whose laws and benefits it speaks of."""
    found: list[Evidence] = []
    stated = next(text.near(_STATED, "stated", 168), None)
    if stated and (of_line := _of_part(names, text, stated.group(1), stated.start(1))):
        return _unique(of_line)
    for start, stop in islice(_whole(text.folded, names.in_texts), _SAID_AT_MOST):
        if _is_said(text, start, stop):
            end = _PLACE_ENDS.search(text.folded, stop, stop + 40)
            part = text.folded[start : end.start() if end else stop + 40]
            found += _of_part(names, text, part, start)
    said = (text.said(e.field, e.value, e.start, e.end) for e in _unique(found))
    return list(said) or _given_away(names, text)


def _whole(folded: str, words: Automaton[str]) -> Iterable[tuple[int, int]]:
    """Where words of an automaton stand between borders; of those that begin together the longest."""
    found: dict[int, int] = {}
    for _, start, end in words.find_words(folded):
        if not folded[end : end + 1].isalnum() or folded[start] > _LAST_NARROW:
            found[start] = max(end, found.get(start, 0))
    return sorted(found.items())


def _is_said(text: Passage, start: int, end: int) -> bool:
    """Whether the words before say that the work is done at the place, not that it is named in passing."""
    return (
        _case_fits(text, start, end)
        and text.purpose_at(start) not in ("about", "eeo")
        and bool(_PLACE_SAID.search(text.folded, max(0, start - 48), start))
    )


def _given_away(names: PlaceNames, text: Passage) -> list[Evidence]:
    hits = names.giveaways.find_words(text.folded)
    found = [(c, s, e) for c, s, e in hits if not text.folded[e : e + 1].isalnum()]
    if found:
        country, start, end = min(found, key=lambda f: (names.given_away.index(f[0]), f[1]))
        return [text.said("countries", country, start, end)]
    if "の" not in text.folded:  # no Japanese sentence does without
        return []
    kana = list(islice(_KANA.finditer(text.folded), _KANA_AT_LEAST))
    if len(kana) == _KANA_AT_LEAST:
        return [text.evidence("countries", "JP", *text.sentence(*kana[0].span(), most=40))]
    return []
