"""Where a job sits: its location first, then its title, then what the text says; and who may apply from where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ctm_alerts.postings.place_names import Mention, PlaceNames, find_mentions, make_place_names
from ctm_alerts.postings.place_said import (
    lists_of,
    of_text,
    offered,
    paid_in,
    region_mentions,
    regions_said,
    who_may_apply,
)
from ctm_alerts.postings.place_weigh import Placed, parts_of, weigh
from ctm_alerts.postings.posting import Evidence, Workplace
from ctm_alerts.postings.text import Passage

__all__ = ["ANYWHERE", "PlaceNames", "Places", "find_places", "make_place_names"]

ANYWHERE = "*"


@dataclass(frozen=True)
class Places:
    """What an ad says of places; countries as ISO 3166 alpha-2, sorted, ("*",) for anywhere."""

    countries: tuple[str, ...]
    #: ids of named regions: "EMEA"
    regions: tuple[str, ...]
    #: where one may live or be allowed to work, as far as the words say so
    eligible: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def said(self, field: str) -> list[Evidence]:
        """The words that speak for one of the fields."""
        return [e for e in self.evidence if e.field == field]


def find_places(
    names: PlaceNames, title: Passage, location: Passage, text: Passage, workplace: Workplace = "unknown"
) -> Places:
    """All places of an ad; whether it is remote decides if the countries of those who may apply are its own too."""
    at, named = _read(names, location.raw)
    in_title = find_mentions(names, title)
    found = list(named) or of_title(names, title, in_title)
    if named:
        found += _more_in_title(
            title, named, of_title(names, title, [m for m in in_title if m.kind == "country"])
        )
    lists = lists_of(names, text)
    eligible = [
        *_only(names, location, at),
        *_only(names, title, in_title),
        *who_may_apply(names, text, lists),
    ]
    if found:
        found += offered(names, text, lists, {e.value for e in found})
        found += paid_in(names, text, lists)
    else:
        found = of_text(names, text, lists)
    anywhere = _anywhere(names, location) or (None if named else _remote_anywhere(title))
    if not found or workplace == "remote":
        found += [_as(e, "countries") for e in eligible if e.value != ANYWHERE or not found]
    if anywhere and not [e for e in found if e.source != "description"]:
        found = [anywhere]
        eligible = eligible or [_as(anywhere, "eligible")]
    found, eligible = _unique(found), _unique(eligible)
    regions = _unique(
        e
        for passage, mentions in ((location, at), (title, in_title), (text, region_mentions(text, lists)))
        for e in regions_said(names, passage, mentions)
    )
    countries, may_apply = _values(found), _values(eligible)
    told = (
        *(e for e in found if e.value in countries),
        *regions,
        *(e for e in eligible if e.value in may_apply),
    )
    return Places(countries, _values(regions), may_apply, told)


#: between two countries of one list
_JOINED = re.compile(r"\s*(?:,|/|\||&|\+|and|or|und|oder|et|ou|y|o)\s*(?:(?:and|or|the)\s+){0,2}")
#: and behind its last one: "Manager - US, China Liaison" is none
_LIST_ENDS = re.compile(r"\s*(?:[()\],;:/|.-]|\Z|remote|only\b|based\b)")


def _more_in_title(
    title: Passage, of_location: Sequence[Evidence], of_title: Sequence[Evidence]
) -> list[Evidence]:
    """The further countries of a title that names the location's too: "Engineer (US & Canada)" in the US."""
    at = {e.value for e in of_location}
    more = [e for e in of_title if e.value not in at]
    is_list = all(
        _JOINED.fullmatch(title.folded, one.end, next_one.start)
        for one, next_one in pairwise(sorted(of_title, key=lambda e: e.start))
    )
    is_list = is_list and bool(_LIST_ENDS.match(title.folded, max((e.end for e in of_title), default=0)))
    return more if is_list and at <= {e.value for e in of_title} and not any(map(_is_code, more)) else []


def _is_code(said: Evidence) -> bool:
    """Whether a country is named by letters that mean something else as often: "GTM", "AM"."""
    return len(said.quote) < _NAME_AT_LEAST and said.quote not in ("US", "USA", "UK", "UAE")


#: letters of a country's name that is no code
_NAME_AT_LEAST = 4


# the same few offices stand over most postings of an employer
@lru_cache(maxsize=4096)
def _read(names: PlaceNames, raw: str) -> tuple[tuple[Mention, ...], tuple[Evidence, ...]]:
    location = Passage.of("location", raw)
    mentions = find_mentions(names, location, 0, _end_of(location))
    return tuple(mentions), tuple(of_location(names, location, mentions))


def _end_of(location: Passage) -> int:
    """Where a location ends; some fields hold the whole ad from their second line on."""
    line = location.folded.find("\n")
    return line if line > 0 and len(location.folded) > _LINES_AT_MOST else len(location.folded)


#: characters of a location whose further lines are places too
_LINES_AT_MOST = 200


_REMOTE_ANYWHERE = re.compile(
    r"\b(?:remote|work(?:ing)?)(?:\W{1,3}|\W{1,3}from )(?:anywhere|world[ -]?wide)\b(?! (?:clinical|trials))|\b(?:anywhere|world[ -]?wide)\W{1,3}remote\b"
)


def _remote_anywhere(title: Passage) -> Evidence | None:
    """A title that says so itself, where the location names no country: "Engineer (Remote - Worldwide)"."""
    hit = _REMOTE_ANYWHERE.search(title.folded)
    return title.evidence("countries", ANYWHERE, *hit.span()) if hit else None


def _anywhere(names: PlaceNames, location: Passage) -> Evidence | None:
    hit = names.anywhere.search(location.folded)
    return location.evidence("countries", ANYWHERE, *hit.span()) if hit else None


def _as(said: Evidence, field: str) -> Evidence:
    return Evidence(field, said.value, said.quote, said.start, said.end, said.source)


def _values(found: Iterable[Evidence]) -> tuple[str, ...]:
    values = {e.value for e in found}
    return tuple(sorted(values - {ANYWHERE} if len(values) > 1 else values))


def _unique(found: Iterable[Evidence]) -> list[Evidence]:
    seen: dict[str, Evidence] = {}
    for evidence in found:
        seen.setdefault(evidence.value, evidence)
    return list(seen.values())


#: characters of a location that are quoted whole
_PART_AT_MOST = 80


def of_location(names: PlaceNames, location: Passage, mentions: Sequence[Mention]) -> list[Evidence]:
    """The countries that a location names; a town that has many homes follows the countries named beside it."""
    parts = list(parts_of(location, mentions, whole=True))
    first = [weigh(names, location, part) for part, _ in parts]
    around = dict.fromkeys(p.country for placed in first for p in placed if p.mention.kind == "country")
    found: list[Evidence] = []
    for (part, bounds), alone in zip(parts, first, strict=True):
        placed = _once(weigh(names, location, part, around) if around and len(parts) > 1 else alone)
        if len(placed) == 1:
            found.append(_whole_part(location, bounds, placed[0]))
        else:
            found += [_evidence(location, p) for p in placed]
    return _unique(found)


def _once(placed: Iterable[Placed]) -> list[Placed]:
    return list({p.country: p for p in reversed(list(placed))}.values())[::-1]


def _whole_part(passage: Passage, bounds: tuple[int, int], placed: Placed) -> Evidence:
    """A location's one country with all its words: "Boston, MA" instead of "MA"."""
    low, high = bounds
    part = passage.folded[low:high]
    start, end = low + len(part) - len(part.lstrip()), low + len(part.rstrip())
    if end - start > _PART_AT_MOST:
        return _evidence(passage, placed)
    return passage.evidence("countries", placed.country, start, end)


def _evidence(passage: Passage, placed: Placed) -> Evidence:
    return passage.evidence("countries", placed.country, placed.mention.start, placed.mention.end)


#: two capitals that in a title are rather a word of the trade: infectious diseases, information technology
_WORDS_IN_CAPITALS = frozenset(
    ("id", "it", "pr", "hr", "ir", "ma", "pa", "md", "ms", "no", "or", "me", "in", "is", "ai", "cd", "ci", "bi", "np", "ps", "qa", "tv", "vp", "gp", "mr", "do")
)  # fmt: skip


def of_title(names: PlaceNames, title: Passage, mentions: Sequence[Mention]) -> list[Evidence]:
    """The countries that a title sets apart: "CTM - Belgium", not "Reading Specialist"."""
    kept = [m for m in mentions if _is_title_place(names, title, m)]
    found = [p for part, _ in parts_of(title, kept) for p in weigh(names, title, part, bold=False)]
    return _unique(_evidence(title, p) for p in found)


def _is_title_place(names: PlaceNames, title: Passage, mention: Mention) -> bool:
    before = title.folded[: mention.start].rstrip()
    if mention.kind == "code":
        return before.endswith((",", "-", "(", "/")) and mention.key not in _WORDS_IN_CAPITALS
    last = re.split(r"[-,(/:|)]", before)[-1]
    apart = len(before) > len(last) and last.count(" ") < 2
    return (
        apart
        or before.endswith((" in", " for", " at"))
        or (mention.kind == "country" and mention.end - mention.start > 3)
        or mention.kind == "wide"
    )


_ONLY = re.compile(r"[\s,)]*(?:(?:residents?|based|citizens?|candidates|applicants)\s+)?only\b")


def _only(names: PlaceNames, passage: Passage, mentions: Sequence[Mention]) -> list[Evidence]:
    """The countries of "Canada only", "Remote (US or UK only)"."""
    ends = [m.end for m in mentions if _ONLY.match(passage.folded, m.end)]
    if not ends:
        return []
    kept = [m for m in mentions if m.end <= ends[-1]]
    placed = [p for part, _ in parts_of(passage, kept) for p in weigh(names, passage, part, bold=False)]
    return [passage.evidence("eligible", p.country, p.mention.start, p.mention.end) for p in placed]
