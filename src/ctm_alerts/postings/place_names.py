"""The names of places, compiled, and the mentions of them among the words of a passage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ctm_alerts.guide.guide import Guide
from ctm_alerts.guide.guide import Places as PlacesOfGuide
from ctm_alerts.postings.automaton import FIRST_WIDE, Automaton
from ctm_alerts.postings.gazetteer import WORDS_AT_MOST, gazetteer, heads, homes_of, key_of
from ctm_alerts.postings.text import Passage, fold

Kind = Literal["country", "state", "code", "town", "wide"]
#: thousands of people that a town of the guide's own list counts at least
_OWN_PEOPLE = 1


@dataclass(frozen=True)
class Name:
    """What a name stands for: its homes, the likeliest first; "US.MA" is a state of the US."""

    kind: Kind
    homes: tuple[str, ...]


@dataclass(frozen=True)
class Mention:
    """A name where it stands in a passage."""

    name: Name
    key: str
    start: int
    end: int
    #: nothing but words like "Office" or "Remote" stands beside it
    apart: bool
    #: nothing else stands on one side at least
    ends: bool = True
    #: the next words say that a road is meant, or that a building or an institution is
    road: bool = False
    building: bool = False

    @property
    def kind(self) -> Kind:
        """What sort of name it is."""
        return self.name.kind


@dataclass(frozen=True, eq=False)
class PlaceNames:
    """All that is compiled of places."""

    #: the guide's own names by key
    own: Mapping[str, Name]
    #: two letters by what they may stand for, and those that count only beside a town
    codes: Mapping[str, Name]
    town_codes: Mapping[str, tuple[str, ...]]
    towns: Mapping[str, str]
    #: words with which a name of several begins, so that most words are looked up but once
    heads: frozenset[str]
    #: names in letters that need no blanks between words
    unspaced: Automaton[Name]
    beside: frozenset[str]
    roads: frozenset[str]
    streets: frozenset[str]
    never: frozenset[str]
    anywhere: re.Pattern[str]
    giveaways: Automaton[str]
    #: the countries in the order in which their laws and benefits are asked for
    given_away: tuple[str, ...]


def make_place_names(guide: Guide) -> PlaceNames:
    """The compiled places of the guide, and the gazetteer behind them."""
    places = guide.places
    own = _own(places)
    return PlaceNames(
        own={key: name for key, name in own.items() if key < FIRST_WIDE},
        codes=_codes(places),
        town_codes=_by_word(places.town_codes),
        towns=gazetteer(),
        heads=heads() | {key.partition(" ")[0] for key in own if " " in key},
        unspaced=Automaton({key: name for key, name in own.items() if key >= FIRST_WIDE}),
        beside=frozenset(map(key_of, places.words["beside"])),
        roads=frozenset(map(key_of, places.words["roads"])),
        streets=frozenset(map(key_of, places.words["streets"])),
        never=frozenset(map(key_of, places.words["never"])),
        anywhere=_pattern(fold(n) for n in places.anywhere),
        giveaways=Automaton({fold(w): c for c, words in places.giveaways.items() for w in words}),
        given_away=tuple(places.giveaways),
    )


def _own(places: PlacesOfGuide) -> dict[str, Name]:
    """The guide's names; a country before a region, a region before a state, a state before a town."""
    names = {key: Name("town", homes) for key, homes in _by_word(places.cities).items()}
    names |= {key: Name("state", homes) for key, homes in _by_word(places.regions).items()}
    for code, words in places.states.items():
        for key in map(key_of, words):
            others = names[key].homes if key in names and names[key].kind == "state" else ()
            names[key] = Name("state", (f"US.{code}", *others))
    names |= {key: Name("wide", ids) for key, ids in _by_word(places.wide).items()}
    return names | {key: Name("country", homes) for key, homes in _by_word(places.countries).items()}


def _by_word(lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for value, words in lists.items():
        for key in dict.fromkeys(map(key_of, words)):
            found[key] = (*found.get(key, ()), value)
    return found


def _codes(places: PlacesOfGuide) -> dict[str, Name]:
    """Two letters by their readings, the likeliest first: a state before a country, unless the guide prefers it."""
    found: dict[str, tuple[str, ...]] = {}
    for country, codes in places.state_codes.items():
        for code in codes:
            home = f"US.{code}" if country == "US" else country
            found[code.lower()] = (*found.get(code.lower(), ()), home)
    for country in places.countries:
        others = found.get(country.lower(), ())
        first = (country,) if country in places.prefer_country else ()
        found[country.lower()] = tuple(dict.fromkeys((*first, *others, country)))
    return {code: Name("code", homes) for code, homes in {**found, "uk": ("GB",)}.items()}


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_])")


class Word(NamedTuple):
    """One word of a passage."""

    key: str
    start: int
    end: int


_WORD = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_](?![^\W_])|[^\W_]+(?:'[^\W\d_]+)*")
#: what may stand between the words of one name: "Stratford-upon-Avon", "St. Gallen"
_JOIN = re.compile(r"(?: |-|\. ?|, |' ?| & )\Z")


def words_of(folded: str, start: int, stop: int) -> list[Word]:
    """The words between two offsets."""
    return [Word(key_of(m.group()), *m.span()) for m in _WORD.finditer(folded, start, stop)]


def may_begin(names: PlaceNames, passage: Passage, at: int) -> bool:
    """Whether the word at an offset begins any name at all."""
    word = _WORD.match(passage.folded, at)
    if not word:
        return False
    key = key_of(word.group())
    return key in names.own or key in names.towns or key in names.heads or key >= FIRST_WIDE


def find_mentions(
    names: PlaceNames, passage: Passage, start: int = 0, stop: int | None = None
) -> list[Mention]:
    """The names of places between two offsets, the longest at each word; codes of two letters are among them."""
    stop = len(passage.folded) if stop is None else stop
    words = words_of(passage.folded, start, stop)
    found: list[tuple[int, int, Name]] = []
    at = 0
    own, towns, heads, codes = names.own, names.towns, names.heads, names.codes
    while at < len(words):
        key = words[at].key
        if key not in towns and key not in own and key not in heads and key not in codes:
            at += 1  # nearly all words of a title end here, so this is said without a call
            continue
        length, name = name_at(names, passage, words, at)
        if name is not None:
            found.append((at, length, name))
        at += max(length, 1)
    kinds = {n: name.kind for first, count, name in found for n in range(first, first + count)}
    mentions = [_mention(names, passage, words, *hit, kinds=kinds) for hit in found]
    return [*mentions, *_unspaced(names, passage, start, stop)]


def name_at(names: PlaceNames, passage: Passage, words: list[Word], at: int) -> tuple[int, Name | None]:
    """The longest name that begins at a word: how many words it has, and what it stands for."""
    key, longest = words[at].key, 1
    keys = [key]
    more = WORDS_AT_MOST if key in names.heads else 1
    while longest < more and at + longest < len(words):
        if not _JOIN.match(_gap(passage, words, at + longest)):
            break
        key = f"{key} {words[at + longest].key}"
        keys.append(key)
        longest += 1
    comma = next((n for n in range(1, longest) if "," in _gap(passage, words, at + n)), longest)
    for length in range(longest, 0, -1):
        name = _name(names, keys[length - 1]) if length <= comma else names.own.get(keys[length - 1])
        if name and _case_fits(passage, words[at].start, words[at + length - 1].end, name):
            return length, name
    code = names.codes.get(words[at].key)
    if code and passage.raw[words[at].start : words[at].end].isupper() and len(words[at].key) == 2:
        return (0, None) if _is_a_word(names, passage, words, at) else (1, code)
    return 0, None


#: codes of states that are words beside other words
_WORDLIKE = frozenset(("ok", "or", "in", "me", "hi", "oh", "no", "it", "is", "at", "be", "so", "my"))


def _is_a_word(names: PlaceNames, passage: Passage, words: list[Word], at: int) -> bool:
    """Whether two capitals are no code: "Remote OK", "Lyon OR Basel", "12 Elm St NE"."""
    if at == 0 or _gap(passage, words, at) not in (" ", ". "):
        return False
    key, before = words[at].key, words[at - 1].key
    if key in ("ne", "se", "sw", "nw"):
        return before in names.roads or before.isdigit()
    if key not in _WORDLIKE:
        return False
    goes_on = at + 1 < len(words) and _gap(passage, words, at + 1) == " " and words[at + 1].key.isalpha()
    return before in names.beside or (goes_on and words[at + 1].key not in ("us", "usa", "united"))


def _gap(passage: Passage, words: list[Word], at: int) -> str:
    """What stands before a word."""
    return passage.folded[words[at - 1].end : words[at].start]


def _name(names: PlaceNames, key: str) -> Name | None:
    name = names.own.get(key)
    if name is not None:
        return name
    value = names.towns.get(key)
    if value is None:
        return None
    if value[0] == "!":
        return Name("country", (value[1:],))
    return Name("town", ())


def _case_fits(passage: Passage, start: int, end: int, name: Name) -> bool:
    """Names of up to three letters count in capitals only, towns as "Ulm" too; "usa" where nobody writes capitals."""
    word = passage.raw[start:end]
    if len(word) > 3 or not word.isascii():
        return True
    if name.kind == "town":
        return word.istitle() or (word.isupper() and (bool(name.homes) or passage.raw.isupper()))
    if word.isupper():
        return True
    return passage.source == "location" and word in ("usa", "uk", "uae")


def _mention(
    names: PlaceNames,
    passage: Passage,
    words: list[Word],
    at: int,
    length: int,
    name: Name,
    *,
    kinds: Mapping[int, Kind],
) -> Mention:
    start, end = words[at].start, words[at + length - 1].end
    key = " ".join(w.key for w in words[at : at + length])
    after = at + length
    known = bool(name.homes)
    left = at == 0 or _border(names, _gap(passage, words, at), words[at - 1].key, kinds.get(at - 1), known)
    right = after == len(words) or _border(
        names, _gap(passage, words, after), words[after].key, kinds.get(after), known
    )
    behind = () if right else tuple(w.key for w in words[after : after + 2])
    road = bool(behind) and behind[0] in names.roads
    building = any(w in names.streets or w in names.roads for w in behind)
    return Mention(name, key, start, end, left and right, left or right, road, building)


_BORDER = re.compile(r"[,;:|/()\[\]\n*~>+]| -|- |\A\.\Z")


def _border(names: PlaceNames, gap: str, word: str, kind: Kind | None, known: bool) -> bool:
    """Whether a name ends at a gap, by the gap itself or by the word on its other side.

    A town that only the gazetteer knows may be half of a name with a hyphen: "Weston-Harwick".
    """
    if _BORDER.search(gap) or kind in ("country", "state", "wide"):
        return True
    if word in names.beside or not word.isalpha():
        return True
    return gap == "-" and (known or kind is not None)


def _unspaced(names: PlaceNames, passage: Passage, start: int, stop: int) -> Iterator[Mention]:
    part = passage.folded[start:stop]
    if part.isascii() or max(part) < FIRST_WIDE:
        return
    last = -1
    for name, low, high in sorted(names.unspaced.find(part), key=lambda f: (f[1], -f[2])):
        if low >= last:
            last = high
            yield Mention(name, part[low:high], start + low, start + high, apart=True)


def homes(names: PlaceNames, mention: Mention) -> tuple[tuple[str, int], ...]:
    """Where places of a town's name are, with thousands of people; the guide's own homes come first."""
    value = names.towns.get(mention.key, "!")
    listed = () if value[0] == "!" else homes_of(value)
    missing = [h for h in mention.name.homes if h not in {_country(home) for home, _ in listed}]
    return (*((h, _OWN_PEOPLE) for h in missing), *listed)


def _country(home: str) -> str:
    return home[:2]
