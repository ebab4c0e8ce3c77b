"""What the sentences of a text say of places: where the work is done, who may apply, where the pay is named for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ctm_alerts.postings.automaton import Automaton
from ctm_alerts.postings.place_names import (
    Mention,
    PlaceNames,
    Word,
    find_mentions,
    may_begin,
    name_at,
    words_of,
)
from ctm_alerts.postings.place_weigh import Placed, parts_of, weigh
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: what a list of places is for: where the work is done, where that and nothing else is offered, who may apply from
#: where, for which country a pay is named
Use = Literal["work", "offer", "apply", "pay"]

_LIVE = "based located situated reside resides residing resident residents live living domiciled home-based"
_WORK = (
    "work working sit position role location locations office offices remote remotely anywhere presence headquarter "
    "headquarters headquartered standort ort lieu hybrid on-site onsite"
)
_PERMIT = (
    "eligible to work", "authorized to work", "authorised to work", "right to work", "permission to work", "permit to work",
    "entitled to work", "legally work", "eligibility to work", "work authorization", "work authorisation", "work permit",
    "right to live and work", "eligible to live and work", "authorization to work", "authorisation to work",
)  # fmt: skip
_PEOPLE = (
    "candidates",
    "applicants",
    "only hire",
    "only employ",
    "open to anyone",
    "open to people",
    "open to residents",
)
_PAY = (
    "salary range",
    "salary in",
    "pay range",
    "salary for",
    "compensation range",
    "salary band",
    "hires in",
    "pay in",
)
_HEADS: dict[str, str] = {
    **dict.fromkeys(_LIVE.split(), "live"),
    **dict.fromkeys(_WORK.split(), "work"),
    **dict.fromkeys(_PERMIT, "permit"),
    **dict.fromkeys(_PEOPLE, "people"),
    **dict.fromkeys(_PAY, "pay"),
    **dict.fromkeys(("only", "citizen", "citizens", "citizenship"), "back"),
    **dict.fromkeys(("site name", "site names", "posting locations", "job locations"), "field"),
}
_AUTOMATON = Automaton(_HEADS)
#: heads of one text that are followed up
_HEADS_AT_MOST = 200
#: lists of one text that are weighed
_LISTS_AT_MOST = 24
_THE = r"(?:(?:the|our|any|either|one|of|following|states?|countries|country|locations?|these|offices?|cit(?:y|ies)|greater|areas?|in)\b[\s:]{0,3}){0,6}"
_PLACE_AT = r"(?:in|within|from|across|at|throughout|out of|anywhere in|inside)\s+"
#: how the words go on from a head to the first place
_ON: dict[str, re.Pattern[str]] = {
    "live": re.compile(
        rf"(?: and [a-z]{{4,12}}| full[- ]time| permanently| remotely| anywhere)?\s+(?:{_PLACE_AT}|of (?:the )?){_THE}"
    ),
    "work": re.compile(
        rf"[\s:]*(?:(?:is|are|be|must|currently|this|role|the|can|may|based|located|remotely|full[- ]time|only)\s+){{0,4}}"
        rf"(?:where [a-z ]{{3,60}}? (?:{_PLACE_AT})|{_PLACE_AT}|[:(,|–-]\s*)?{_THE}"
    ),
    "permit": re.compile(rf"(?: [a-z]{{4,14}}){{0,2}}?\s+(?:{_PLACE_AT}|for (?:the )?){_THE}"),
    "people": re.compile(
        rf"\s+(?:(?:who|are|is|must|be|currently|based|located|residing|living|reside|live|those|only|and|talent|people|"
        rf"employees)\s+){{0,6}}(?:{_PLACE_AT}|of ){_THE}"
    ),
    "field": re.compile(r"\s{0,2}:\s{0,3}"),
    "pay": re.compile(
        r"(?:[\s:-]|in\b|for\b|new\b|hires\b|candidates\b|based\b|the\b|this\b|role\b|position\b){0,12}"
    ),
}
#: characters from a head to its first place
_ON_AT_MOST = 64
#: heads that say a place only with a preposition: "work in Spain", not "work Spain"
_LEADS_NOWHERE = tuple(
    f" {word} "
    for word in ["with", "on", "to", "for", "as", "and", "or", "of", "closely", "will", "that", "environment"]
)
#: heads that speak of the job's own place, not of work with a region
_OWN_HEADS = ("remote", "hybrid", "on-site", "onsite", "location", "anywhere", "standort")
_BARE_NOT = frozenset(("work", "working", "sit", "presence"))
#: words before "based in" that make it a condition
_MUST = re.compile(
    r"(?:\b(?:must|should|need(?:s|ed)? to|have to|has to|required to|requires?|candidates?|applicants?|you(?:'re| are|'ll)?|"
    r"open to|only)\b[^.\n]{0,40})\Z"
)
#: "remote (", "remote within": where one may live
_FROM = re.compile(r"remote(?:ly)?\b[a-z -]{0,24}(?:\(|\b(?:within|from|across|anywhere|in)\b)")
#: words before a list of places that make it the job's own choice, none of the employer's
_CHOICE = re.compile(
    r"\b(?:role|position|job|post|vacancy|candidate|opportunity|manager|lead|director|associate|specialist|scientist|"
    r"recruiting|hiring|looking for|either|any|one|you|presence)\b[^.\n]{0,80}\Z"
)
_EMPLOYER = re.compile(
    r"\b(?:headquarter|founded|company|we have|we are an? |we're an? |with offices|other|teams?|consists? of|our offices|global offices|teams? (?:in|across)|"
    r"operations|employees|colleagues|staff|subsidiar|customers|clients|studies|trials?|(?<!-)sites?|patients)\b[^.\n]{0,60}\Z"
)
_NOT = re.compile(
    r"\b(?:notice|policy|if|prefer|preferred|preferably|ideally|not|cannot|can't|unable|unfortunately|except|excluding|outside|never|doesn't|don't)\b[^.\n]{0,60}\Z"
)
#: what stands behind a country in a reference to legal notices
_NOTICE = re.compile(r"[^.\n]{0,50}\b(?:notice|privacy|policy)\b")
_LIST_ENDS = re.compile(r"[\n;!?]|(?<![a-z]\.[a-z])(?<!\bst)\.(?=\s|\Z)")
_LIST_AT_MOST = 240
#: characters in which a short list ends
_FIRST_AT_MOST = 64
_GAP = re.compile(r"\.?[\s,/&()'\"+-]{0,8}\Z")
_BETWEEN_WORDS = (
    "the or and either both in within also of our any greater area office offices remote hybrid und oder et ou y o based at "
    "states countries one headquarters only metro region locations location on-site onsite"
)
_BETWEEN = frozenset(_BETWEEN_WORDS.split())


@dataclass(frozen=True)
class Said:
    """A list of places in a text, and what it is for."""

    use: Use
    start: int
    mentions: tuple[Mention, ...]
    #: whether the words are strong enough to count towns that the guide does not list
    bold: bool
    #: whether they speak of the job's own place, not of work with a region
    own: bool = True


def lists_of(names: PlaceNames, text: Passage) -> list[Said]:
    """The lists of places that stand behind telling words, or right before them, in the order of the text."""
    found: dict[int, Said] = {}
    read: dict[int, list[Mention]] = {}
    for group, start, end in islice(_AUTOMATON.find_words(text.folded), _HEADS_AT_MOST):
        if text.folded[end : end + 1].isalnum():
            continue
        if group in ("back", "pay") or text.folded[start - 1 : start] == "-":
            _keep(found, _before(names, text, group, start, end))
        # where no capital follows no name begins, and no dear pattern is asked; "work with" leads nowhere
        if group == "work" and text.folded.startswith(_LEADS_NOWHERE, end):
            continue
        if group != "back" and not text.raw[end : end + _ON_AT_MOST].islower():
            _keep(found, _behind(names, text, group, (start, end), read))
        if len(found) == _LISTS_AT_MOST:
            break
    return sorted(found.values(), key=lambda s: s.mentions[0].start)


def _keep(found: dict[int, Said], said: Said | None) -> None:
    """Of heads that lead to the same list the first says most, but "role" less than "applicants must be based"."""
    if said is None:
        return
    before = found.get(said.mentions[0].start)
    if before is None or (before.use == "work" and said.use != "work"):
        found[said.mentions[0].start] = said


def _behind(
    names: PlaceNames, text: Passage, group: str, head: tuple[int, int], read: dict[int, list[Mention]]
) -> Said | None:
    """The list behind a head; `read` keeps lists that several heads lead to."""
    start, end = head
    on = _ON[group].match(text.folded, end)
    if not on or not _begins(text, on.end()) or (on.end() - end < 4 and text.folded[start:end] in _BARE_NOT):
        return None
    if on.end() not in read:
        read[on.end()] = _list(names, text, on.end())
    mentions = tuple(read[on.end()])
    if not mentions:
        return None
    return Said(_use(text, group, start), start, mentions, group == "live", _is_own(text, group, start))


#: around "Spain-based" and "US only", what makes it a condition of this job and none of a benefit
_FOR_THIS = re.compile(
    r"\b(?:must|should|can|only|remote|remotely|role|position|location|candidates?|applicants?|hiring|open)\b[^.\n]{0,32}\Z"
)
_BE = re.compile(r"(?:\bbe|\bremote,?|\() ?\Z")
_FOR_WHOM = re.compile(
    r"[\s-]*(?:(?:is )?(?:a )?(?:pre)?(?:condition|required|requirement)|candidates?|applicants?|only|role|position|remote|talent)\b"
)


def _before(names: PlaceNames, text: Passage, group: str, start: int, end: int) -> Said | None:
    """A country right before telling words: "Spain-based candidates", "remote (US only)", "Belgium salary range"."""
    last = text.raw[max(0, start - 24) : start].rsplit(None, 1)
    if not last or last[-1].islower():
        return None
    words = words_of(text.folded, max(0, start - 32), start)[-4:]
    if (
        not words
        or len(text.folded[words[-1].end : start].strip("-. "))
        or "\n" in text.folded[words[-1].end : start]
    ):
        return None
    for first in range(max(0, len(words) - 4), len(words)):
        length, name = name_at(names, text, words, first) if _begins(text, words[first].start) else (0, None)
        if name and first + length == len(words) and name.kind in ("country", "wide", "town"):
            key = " ".join(w.key for w in words[first:])
            mention = Mention(name, key, words[first].start, words[-1].end, apart=True)
            before = text.folded[max(0, mention.start - 40) : mention.start]
            if group == "pay":
                return Said("pay", start, (mention,), False) if name.kind == "country" else None
            for_this = _BE.search(before) if group == "live" else _FOR_THIS.search(before)
            if for_this or _FOR_WHOM.match(text.folded, end):
                return Said("apply", start, (mention,), False)
            return None
    return None


def _begins(text: Passage, at: int) -> bool:
    letter = text.raw[at : at + 1]
    return letter.isupper() or letter > "\u3000"


def _is_own(text: Passage, group: str, start: int) -> bool:
    return group != "work" or text.folded.startswith(_OWN_HEADS, start)


def _use(text: Passage, group: str, start: int) -> Use:
    before = text.folded[max(0, start - 100) : start]
    if group == "pay":
        return "pay"
    if group == "field":
        return "offer"
    if group in ("permit", "people"):
        return "apply"
    head = text.folded[start : start + 12]
    if head.startswith("anywhere") or (group == "live" and _MUST.search(before)):
        return "apply"
    if head.startswith("remote"):
        return "apply" if _FROM.match(text.folded, start) else "work"
    if _CHOICE.search(before) and not _EMPLOYER.search(before):
        return "offer"
    return "work"


def _list(names: PlaceNames, text: Passage, at: int) -> list[Mention]:
    """The places from an offset on, as long as nothing else stands between them."""
    if not may_begin(names, text, at):
        return []
    end = _LIST_ENDS.search(text.folded, at, at + _LIST_AT_MOST)
    stop = end.start() if end else min(len(text.folded), at + _LIST_AT_MOST)
    # most lists are one name, so few words are looked at first
    words = words_of(text.folded, at, min(stop, at + _FIRST_AT_MOST))
    found, read = _names_of(names, text, words, at)
    if read + 2 >= len(words) and stop > at + _FIRST_AT_MOST:
        found, _ = _names_of(names, text, words_of(text.folded, at, stop), at)
    if not found and text.raw[at : at + 1] > "\u3000":
        return find_mentions(names, text, at, min(len(text.folded), at + 40))
    return found


def _names_of(names: PlaceNames, text: Passage, words: list[Word], at: int) -> tuple[list[Mention], int]:
    """The names that stand first among words, and how many words they are."""
    found: list[Mention] = []
    n, last = 0, at
    while n < len(words) and _GAP.match(text.folded[last : words[n].start]):
        word = words[n]
        length, name = name_at(names, text, words, n) if _begins(text, word.start) else (0, None)
        if name and not (name.kind == "code" and not found):
            after = n + length
            if name.kind == "town" and after < len(words) and _goes_on(names, text, words, after):
                break
            key = " ".join(w.key for w in words[n:after])
            found.append(Mention(name, key, word.start, words[after - 1].end, apart=True))
            n = after
        elif found and word.key in _BETWEEN:
            n += 1
        else:
            break
        last = words[n - 1].end
    return found, n


def _goes_on(names: PlaceNames, text: Passage, words: Sequence[Word], after: int) -> bool:
    """Whether a name is rather the first of another's: "London Bridge Hospital"."""
    word = words[after]
    if (
        text.folded[word.start - 1] != " "
        or text.folded[word.start - 2] in ",;:("
        or not _begins(text, word.start)
    ):
        return False
    return (
        word.key in names.roads
        or word.key in names.streets
        or (
            word.key not in _BETWEEN
            and name_at(names, text, [word], 0)[1] is None
            and text.folded[word.start - 2].isalnum()
        )
    )


def _placed(names: PlaceNames, text: Passage, said: Said) -> list[Placed]:
    return [p for part, _ in parts_of(text, said.mentions) for p in weigh(names, text, part, bold=said.bold)]


def _evidence(names: PlaceNames, text: Passage, said: Said, field: str) -> list[Evidence]:
    return [text.said(field, p.country, p.mention.start, p.mention.end) for p in _placed(names, text, said)]


#: a line that states the place as a field
_STATED = re.compile(
    r"^[^\w\n]{0,8}(?:🌎|(?:[a-z]+ ){0,3}locations? ?:|site name ?:|standort ?:|勤務地[:：\s])\s?([^\n]{2,240})",
    re.MULTILINE,
)


def stated(names: PlaceNames, text: Passage) -> list[Evidence]:
    """The countries of a line like "Locations: Lyon, France; Basel"."""
    line = next(text.near(_STATED, "stated", 240), None)
    if not line:
        return []
    mentions = [m for m in find_mentions(names, text, *line.span(1)) if _begins(text, m.start)]
    if not mentions or mentions[0].start > line.start(1) + 40:
        return []
    placed = [p for part, _ in parts_of(text, mentions) for p in weigh(names, text, part, bold=False)]
    return [text.evidence("countries", p.country, p.mention.start, p.mention.end) for p in placed]


def of_text(names: PlaceNames, text: Passage, said: Iterable[Said]) -> list[Evidence]:
    """The countries that a text names as the place of work, else the one whose laws and benefits it speaks of."""
    if of_line := stated(names, text):
        return of_line
    found = [
        e
        for s in said
        if s.use != "pay" and text.purpose_at(s.start) not in ("about", "eeo")
        for e in _evidence(names, text, s, "countries")
    ]
    return found or _given_away(names, text)


def offered(names: PlaceNames, text: Passage, said: Iterable[Said], have: set[str]) -> list[Evidence]:
    """The countries of a choice of places that the text offers beside the location: "based in Oslo, Rome or Bonn"."""
    found: list[Evidence] = []
    line = stated(names, text)
    if have & {e.value for e in line}:
        found += line
    for s in said:
        if s.use not in ("offer", "apply") or text.purpose_at(s.start) in ("about", "eeo"):
            continue
        countries = {p.country for p in _placed(names, text, s)}
        if len(countries) > 1 and (s.use == "offer" or have & countries) and not _denied(text, s):
            found += _evidence(names, text, s, "countries")
    return found


def paid_in(names: PlaceNames, text: Passage, said: Iterable[Said]) -> list[Evidence]:
    """The countries for which the text names a pay of its own."""
    pay = [s for s in said if s.use == "pay" and s.mentions[0].kind == "country"]
    return [e for s in pay for e in _evidence(names, text, s, "countries")]


def who_may_apply(names: PlaceNames, text: Passage, said: Iterable[Said]) -> list[Evidence]:
    """The countries where one may live, or be allowed to work, to apply; "*" when that is anywhere."""
    found = [
        e
        for s in said
        if s.use == "apply" and text.purpose_at(s.start) != "about" and not _denied(text, s)
        for e in _evidence(names, text, s, "eligible")
    ]
    return found + _anywhere(text)


def _anywhere(text: Passage) -> list[Evidence]:
    for words, before in _ANYWHERE.items():
        at = text.folded.find(words)
        while at >= 0:
            low, high = max(0, at - 60), at + len(words)
            if before.search(text.folded, low, at) and not _HOLIDAY.search(text.folded, low, high + 60):
                return [text.said("eligible", "*", at, high)]
            at = text.folded.find(words, high)
    return []


#: words that open a job to all countries, and what must stand before them
_ANYWHERE = {
    "anywhere in the world": re.compile(r"\b(?:remote|remotely|based|located|live|work)\b[^.\n]{0,50}\Z"),
    "any place in the world": re.compile(r"\b(?:remote|remotely|work(?:ing)?)\b[^.\n]{0,24}\Z"),
    "worldwide": re.compile(
        r"\b(?:open to candidates|open to applicants|hiring|remote|remotely)[ -]{1,3}\(?\Z"
    ),
}
#: weeks that one may work abroad are a benefit
_HOLIDAY = re.compile(r"\b(?:weeks?|days?|months?|per year|a year|up to)\b")


def _denied(text: Passage, said: Said) -> bool:
    end = said.mentions[-1].end
    return bool(
        _NOT.search(text.folded, max(0, said.start - 60), said.start)
        or _NOTICE.match(text.folded, end, end + 60)
    )


def region_mentions(text: Passage, said: Iterable[Said]) -> list[Mention]:
    """The mentions in lists that speak of the job's own place or of who may apply."""
    kept = (s for s in said if s.own and s.use != "pay" and text.purpose_at(s.start) not in ("about", "eeo"))
    return [m for s in kept for m in s.mentions]


def regions_said(names: PlaceNames, passage: Passage, mentions: Iterable[Mention]) -> Iterator[Evidence]:
    """The named regions among mentions."""
    for mention in mentions:
        if mention.kind == "wide":
            yield passage.evidence("regions", mention.name.homes[0], mention.start, mention.end)


#: so much Japanese writing means a job in Japan
_KANA = re.compile(r"[\u3040-\u30ff]")
_KANA_AT_LEAST = 80


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
