"""From mentions of places to countries: what each name means beside the others."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ctm_alerts.postings.gazetteer import homes_of
from ctm_alerts.postings.place_names import Mention, PlaceNames, homes
from ctm_alerts.postings.text import Passage

#: a town of many homes stands for one that is so many times as large as all others together
DOMINANT = 4
#: thousands of people of a town that speaks for itself among unknown words or beside another country
FIRM = 500
_ZIP = re.compile(r",?\s+\d{5}(?!\d)")
#: a gap of these lets the name behind say where the one before it is: "Paris, Texas", "Grimsby (ON)"
_QUALIFIES = re.compile(
    r"(?: county)?\s*[,(\-/]?\s*\(?\Z|[\s,(\-]*(?:remote|hybrid|office|onsite|hq|area|metro)[\s,)\-]*\(?\Z"
)
_COMMA = re.compile(r"\s*,\s*\Z")


@dataclass(frozen=True)
class Placed:
    """A mention that stands for a country."""

    country: str
    mention: Mention


def weigh(
    names: PlaceNames,
    passage: Passage,
    part: Sequence[Mention],
    around: Collection[str] = (),
    *,
    bold: bool = True,
) -> list[Placed]:
    """The countries of one alternative, in the order of its words.

    `around` are countries named elsewhere in the same field; they settle what a town alone leaves open. `bold` reads a
    lone town of the gazetteer, not only of the guide's list.
    """
    part = [m for m in part if m.kind != "wide"]
    reader = _Reader(names, passage, part, tuple(around), bold)
    return reader.read()


class _Reader:
    """One part with its mentions; lives as long as one call."""

    def __init__(
        self,
        names: PlaceNames,
        passage: Passage,
        part: Sequence[Mention],
        around: Collection[str],
        bold: bool,
    ) -> None:
        self._names, self._passage, self._part = names, passage, part
        self._around, self._bold = around, bold
        self._homes = [homes(names, m) if m.kind in ("town", "state") else () for m in part]
        self._towns = [n for n, m in enumerate(part) if m.kind == "town"]
        # few are kept, for one is enough, and a hostile list has hundreds
        self._single = [
            (n, m.name.homes[0][:2])
            for n, m in enumerate(part)
            if m.kind in ("code", "state") and len({h[:2] for h in m.name.homes}) == 1
        ][:20]
        self._named = {m.name.homes[0] for n, m in enumerate(part) if self._is_country(n)}

    def read(self) -> list[Placed]:
        readings = [self._reading(n) for n in range(len(self._part))]
        said = self._named | {r for r in readings if r}
        near: set[str] = set()
        for n in sorted(self._towns, key=self._rank):
            # what else stands in the same part is within a town of note, or near it: "London - Paddington"
            known = bool(self._part[n].name.homes)
            readings[n] = self._town(n, readings, said if known else said | near)
            near |= {readings[n] or ""} - {""}
        return [Placed(r[:2], m) for m, r in zip(self._part, readings, strict=True) if r]

    def _gap(self, n: int) -> str:
        """What stands between a mention and the next."""
        if n + 1 >= len(self._part):
            return "\n"
        return self._passage.folded[self._part[n].end : self._part[n + 1].start]

    def _is_country(self, n: int) -> bool:
        mention = self._part[n]
        if mention.kind != "country" or mention.road:
            return False
        if n and self._part[n - 1].kind == "code" and len(mention.key) == 3:
            return False  # a county behind its country: "GB, ISL, London"
        # small territories give their names to much else: "Jersey Shore"
        known = mention.key in self._names.own or mention.apart
        return known and not self._is_town(n)

    def _is_town(self, n: int) -> bool:
        """Whether a country's name is a town of a state: "Lebanon, PA", "US-NY-Jamaica"."""
        mention = self._part[n]
        behind = self._part[n + 1] if n + 1 < len(self._part) else None
        if behind and behind.kind in ("code", "state") and _QUALIFIES.match(self._gap(n)):
            if mention.name.homes[0] in ("US", *behind.name.homes):
                return False
            states = [h for h in behind.name.homes if h.startswith("US.")]
            known = {home for home, _ in homes(self._names, mention)}
            return bool(known & set(states)) or bool(
                states
                and behind.kind == "code"
                and (
                    (mention.apart and _COMMA.match(self._gap(n)))
                    or _ZIP.match(self._passage.folded, behind.end)
                )
            )
        return (
            n > 1 and self._part[0].name.homes[:1] == ("US",) and self._part[n - 1].kind in ("code", "state")
        )

    def _reading(self, n: int) -> str | None:
        """The home of a country, a state or a code; None where it adds nothing."""
        mention = self._part[n]
        if mention.kind == "country":
            return mention.name.homes[0] if self._is_country(n) else None
        if mention.kind == "state":
            return self._state(n)
        return self._code(n) if mention.kind == "code" else None

    def _beside(self, n: int) -> Sequence[tuple[str, int]]:
        """The homes of the nearest town before, else of the nearest behind; codes and states may stand between."""
        at = bisect_left(self._towns, n)
        if at:
            return self._homes[self._towns[at - 1]]
        if n and self._part[n - 1].kind == "state":
            return self._homes[n - 1]
        behind = self._towns[at : at + 1]
        return self._homes[behind[0]] if behind and behind[0] != n else ()

    def _sure(self, n: int) -> set[str]:
        """The countries of the other codes and states that can mean but one, and of the code before."""
        sure = {c for k, c in self._single if k not in (n, n - 1)}
        if n and self._part[n - 1].kind == "code":
            sure.add(self._part[n - 1].name.homes[0][:2])
        return sure

    def _state(self, n: int) -> str | None:
        mention = self._part[n]
        behind = self._part[n + 1] if n + 1 < len(self._part) else None
        in_us = mention.name.homes[0].startswith("US")
        if mention.road or not (mention.apart or self._stands(n)):
            return None
        if behind and behind.kind in ("country", "state", "code") and _QUALIFIES.match(self._gap(n)):
            if not {h[:2] for h in mention.name.homes} & {h[:2] for h in behind.name.homes}:
                return None  # "Kent, Washington", "Suffolk, VA": a town of the next
            before = self._beside(n) if n and self._part[n - 1].kind == "town" else ()
            if (
                not in_us
                and not before
                and set(behind.name.homes) & {home for home, _ in self._homes[n]} - {"CA"}
            ):
                return None  # "Ontario, CA"
        if self._named:
            return self._of_named(mention.name.homes, n)
        beside = {home[:2] for home, _ in self._beside(n)}
        options = mention.name.homes
        fitting = [h for h in options if h[:2] in beside] if len(options) > 1 else []
        if mention.key in self._names.never and not fitting and (not beside or self._is_by_known_town(n)):
            return next((h for h in options if h[:2] in self._around), None)
        return (fitting or options)[0]

    def _stands(self, n: int) -> bool:
        """Whether a state needs no border around it: a large one, or one behind a town of it: "Bromley Kent"."""
        country = self._part[n].name.homes[0][:2]
        return country in ("US", "CA", "AU") or any(home[:2] == country for home, _ in self._beside(n))

    def _is_by_known_town(self, n: int) -> bool:
        return bool(n and self._part[n - 1].kind == "town" and self._part[n - 1].name.homes)

    def _of_named(self, options: Sequence[str], n: int) -> str | None:
        """A state beside a country: within it, or of another country that is offered too."""
        beside = {home[:2] for home, _ in self._beside(n)} if len(options) > 1 else set()
        if fitting := [h for h in options if h[:2] in beside]:
            return fitting[0]
        within = [h for h in options if h[:2] in self._named]
        if within or any(home[:2] in self._named for home, _ in self._homes[n]):
            return within[0] if within else None
        listed = "," in self._gap(n - 1) if n else False
        return options[0] if listed and self._part[n].apart else None

    def _code(self, n: int) -> str | None:
        mention = self._part[n]
        options = mention.name.homes
        beside = self._beside(n)
        known = {home for home, _ in beside} | {home[:2] for home, _ in beside}
        state = next((h for h in options if h.startswith("US.")), None)
        if state and _ZIP.match(self._passage.folded, mention.end):
            return state
        quiet = self._names.town_codes.get(mention.key, ())
        largest = dominant(beside)
        fitting = [
            h
            for h in options
            if h in known and (len(h) > 2 or h == mention.key.upper() or largest in (h, None))
        ]
        named = [h for h in options if h[:2] in self._named]
        by_town = any(m.kind == "town" for m in self._part[:n])
        sure = self._sure(n)
        if not mention.ends and not by_town:
            return None
        if fitting and (by_town or not self._named):
            return fitting[0] if by_town else next((h for h in fitting if h[:2] in sure), fitting[0])
        large = {home[:2] for home, people in beside if people >= FIRM // 5}
        if large & set(quiet) and not any(h.startswith("US.") and h in known for h in options):
            return next(c for c in quiet if c in large)
        if self._named:
            return named[0] if named else None
        of_note = any(m.kind == "town" and m.name.homes for m in self._part)
        if of_note and options == (mention.key.upper(),) and largest not in (None, *options):
            return None  # no town of that country: the letters are somebody's own
        if sure & known and not fitting:
            return None  # a region of a country that is said, and has the town: "AE, AZ, Abu Dhabi"
        if alike := [h for h in options if h[:2] in sure]:
            return alike[0]
        if not mention.apart and (options == (mention.key.upper(),) or not _stands_out(self._passage)):
            return None
        return options[0]

    def _town(self, n: int, readings: Sequence[str | None], context: set[str]) -> str | None:
        mention, here = self._part[n], self._homes[n]
        again = [k for k in range(n + 1, len(self._part) - 1) if self._part[k].key == mention.key]
        if any(self._part[k + 1].kind in ("code", "state", "country") for k in again):
            return None  # "Hamburg - Hamburg, PA": the last says which
        if n + 1 < len(self._part) and self._part[n + 1].kind in ("country", "state", "code"):
            said = readings[n + 1]
            if said and _QUALIFIES.match(self._gap(n)) and not self._is_also_a_city(n + 1, said, here):
                return None
        if any(home in context or home[:2] in context for home, _ in here):
            return None  # it is within what is named: "Boston, MA", "US - Boston"
        if context and not self._speaks_for_itself(mention, here):
            return None
        return self._alone(mention, here)

    def _rank(self, n: int) -> int:
        """Towns of the guide first, then the larger ones."""
        return -(10**9) if self._part[n].name.homes else -self._homes[n][0][1]

    def _is_also_a_city(self, n: int, said: str, here: Sequence[tuple[str, int]]) -> bool:
        """Whether the name behind is rather the next of a list: "London, New York", "Montreal, Singapore"."""
        behind = self._part[n]
        if behind.kind not in ("state", "country") or any(said in (home, home[:2]) for home, _ in here):
            return False
        cities = (self._names.towns.get(key, "!") for key in (behind.key, f"{behind.key} city"))
        return any(p >= FIRM for value in cities if value[0] != "!" for _, p in homes_of(value))

    def _speaks_for_itself(self, mention: Mention, here: Sequence[tuple[str, int]]) -> bool:
        """Whether a town counts beside the name of another country."""
        return mention.apart and bool(mention.name.homes) and dominant(here) is not None

    def _alone(self, mention: Mention, here: Sequence[tuple[str, int]]) -> str | None:
        if mention.road or (mention.building and not mention.name.homes):
            return None
        countries = {home[:2] for home, _ in here}
        settled = [c for c in self._around if c in countries]
        best = dominant(here)
        own = mention.name.homes[0] if mention.name.homes else None
        if own:
            return settled[0] if settled and own not in settled and best != own else own
        if not self._bold or mention.key in self._names.never:
            return None
        if not mention.apart and (here[0][1] < FIRM or len(mention.key) < 5):
            return None
        if best:
            return best
        return settled[0] if len(settled) == 1 else None


def dominant(here: Sequence[tuple[str, int]]) -> str | None:
    """The country of a town's name that outweighs all its others together."""
    people: dict[str, int] = {}
    for home, thousands in here:
        people[home[:2]] = people.get(home[:2], 0) + thousands
    if not people:
        return None
    best = max(people, key=lambda c: people[c])
    return best if people[best] >= DOMINANT * (sum(people.values()) - people[best]) else None


def _stands_out(passage: Passage) -> bool:
    """Whether capitals say something here, that is, not all words have them."""
    return not passage.raw.isupper()


#: alternatives of a location: "Lille, France; Paris, France", "London/Paris", "UK or Ireland"
_ALTERNATIVE = re.compile(r"[;|/&+]|(?<!,)\n|\b(?:or|and|oder|ou|et|und)\b")
#: places of one list that are weighed; the longest real one names all countries
_MENTIONS_AT_MOST = 260


def parts_of(
    passage: Passage, mentions: Sequence[Mention], whole: bool = False
) -> Iterator[tuple[list[Mention], tuple[int, int]]]:
    """The mentions of each alternative, and where it stands; `whole` takes in what is before and behind them all."""
    if not mentions:
        return
    mentions = sorted(mentions[:_MENTIONS_AT_MOST], key=lambda m: m.start)
    at = 0 if whole else mentions[0].start
    for cut in _cuts(passage, mentions, at) if whole or len(mentions) > 1 else ():
        part = [m for m in mentions if at <= m.start < cut.start()]
        if part:
            yield part, (at, cut.start())
        at = cut.end()
    part = [m for m in mentions if m.start >= at]
    if part:
        yield part, (at, len(passage.folded) if whole else part[-1].end)


def _cuts(passage: Passage, mentions: Sequence[Mention], at: int) -> Iterator[re.Match[str]]:
    """Where alternatives end, outside of the names: none in "Trinidad and Tobago"."""
    for mention in mentions:
        yield from _ALTERNATIVE.finditer(passage.folded, at, mention.start)
        at = mention.end
    end = passage.folded.find("\n", at)
    yield from _ALTERNATIVE.finditer(
        passage.folded, at, min(len(passage.folded) if end < 0 else end + 1, at + 200)
    )
