"""Which entries of different ids are one real position: title, employer and text together, precision first.

A false join hides a posting for ever, a missed one shows two cards. So the titles must be the same once place, spelling
and requisition are taken out of them (`cluster_titles`), and the texts must agree more the less the employers do. What
was measured, and every kind of error that is left, stands in docs/duplicates.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from array import array
from dataclasses import dataclass, fields
from heapq import nsmallest
from itertools import accumulate
from typing import Any, Literal, get_args
from zlib import crc32

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.cluster_titles import requisitions_of, sides_of, title_key
from ctm_alerts.postings.identity import employer_words, place_words, plain_words, words_fingerprint

#: why two copies are one position
Kind = Literal[
    "same text", "city clone", "repost", "other source", "excerpt", "other spelling", "agency copy"
]

#: the same names where a sighting keeps them
CLONES: frozenset[str] = frozenset(get_args(Kind))

#: words of a shingle, as the groups that we measured against were found
SHINGLE = 5
#: hashes kept of a text: the likeness of two texts is known to 0.05 (one standard deviation) where it is 0.8
KEPT = 96
#: of these, those under which it is looked up; texts as like as 0.6 share one of them in 99 of 100 cases
BANDS = 6
#: shingles that a text must have to count as evidence; a teaser of a sentence is like any other
ENOUGH = 25
#: and to be evidence against the names of the employers
PLENTY = 60

#: how alike texts must be: of one employer in one place and in two places, of one employer spelled in two ways,
#: of an employer and one that hides its name or works for it, and where both spelling and place differ
SAME_PLACE, OTHER_PLACE, OTHER_SPELLING, OTHER_NAME, OTHER_ALL = 0.85, 0.7, 0.85, 0.9, 0.95
#: a text of which so much stands in the other is its excerpt, when at least so many hashes can be compared
EXCERPT, COMPARABLE = 0.97, 10
#: and of a clone in another place, which may have paragraphs of its own on pay and benefits there
CLONE = 0.9

#: names that stand for hundreds of employers, so that they say nothing against a more exact one
_UMBRELLAS = frozenset({"nhs", "nationalhealthservice", "nhsjobs"})
_HIDDEN = frozenset({
    "", "none", "na", "confidential", "anonymous", "unknown", "undisclosed", "client", "ourclient", "notdisclosed",
    "companyconfidential", "confidentialcompany", "private", "privateadvertiser", "organizationname",
})  # fmt: skip
#: what boards hang on to a name
_TRIMMINGS = re.compile(
    r"\b(view all jobs|(?:certified |pending )?b corp|(?:current )?job openings(?: at)?|careers?|jobs"
    r"|formerly .*|ex .*|aka .*|the|com|group|holdings?)\b"
)
#: words that make another position of a text that is otherwise the same: languages, fields, terms
_MARKS = frozenset({
    "arabic", "bulgarian", "cantonese", "chinese", "croatian", "czech", "danish", "dutch", "finnish", "flemish",
    "french", "german", "greek", "hebrew", "hindi", "hungarian", "italian", "japanese", "korean", "mandarin",
    "norwegian", "polish", "portuguese", "romanian", "russian", "serbian", "slovak", "spanish", "swedish", "thai",
    "turkish", "ukrainian", "vietnamese", "deutsch", "bilingual",
    "oncology", "hematology", "haematology", "cns", "neurology", "neuroscience", "psychiatry", "cardiology",
    "cardiovascular", "immunology", "rheumatology", "vaccines", "vaccine", "infectious", "metabolic", "endocrinology",
    "diabetes", "obesity", "ophthalmology", "dermatology", "respiratory", "nephrology", "renal", "gastroenterology",
    "urology", "pediatric", "paediatric", "radiopharmaceutical", "rare", "device", "devices", "diagnostics",
    "maternity", "freelance", "fsp", "secondment",
})  # fmt: skip
_YEARS = re.compile(r"\b(\d{1,2}) (?:\d{1,2} )?years?\b")
#: "08:00-18:00": another shift, or the opening hours of another branch
_HOURS = re.compile(
    r"\b([01]?\d|2[0-3]):([0-5]\d)\s?(?:[ap]m)?\s?(?:-|–|to|until)\s?([01]?\d|2[0-3]):([0-5]\d)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d:[0-5]\d")
_GENERIC = frozenset({
    "health", "healthcare", "bio", "pharma", "medical", "clinical", "research", "global", "university", "hospital",
    "national", "first", "new", "united", "american", "general", "digital", "data",
})  # fmt: skip


_SMALL = frozenset({"of", "for", "and", "the", "in", "at"})
#: as systems write countries
_CODES = {
    "nl": "netherlands", "pl": "poland", "fr": "france", "es": "spain", "it": "italy", "be": "belgium",
    "ch": "switzerland", "at": "austria", "ie": "ireland", "se": "sweden", "dk": "denmark", "pt": "portugal",
    "hu": "hungary", "ro": "romania", "bg": "bulgaria", "cz": "czechia", "gr": "greece", "tr": "turkey",
    "au": "australia", "jp": "japan", "kr": "korea", "br": "brazil", "mx": "mexico", "sg": "singapore",
}  # fmt: skip


@dataclass(frozen=True)
class Sketch:
    """What is compared of an entry; made once, kept with its sighting."""

    #: `title_key`
    title: str
    #: words of the employer's name, "" where it is hidden
    employer: str
    #: `place_words`, without figures
    place: str
    #: requisition numbers that the entry states, sorted
    requisitions: tuple[str, ...]
    #: territories that the title states, sorted
    territories: tuple[str, ...]
    #: ways of work that the title states, sorted
    ways: tuple[str, ...]
    #: whether the text names the employer
    names_itself: bool
    #: whether the employer recruits for others
    agency: bool
    #: words of the text that make another position of it, sorted: languages, therapeutic areas, years asked, hours
    marks: tuple[str, ...]
    #: how many different shingles the text has
    length: int
    #: the smallest of their hashes, ascending
    hashes: tuple[int, ...]
    #: hash of all words
    fingerprint: str

    @property
    def joined(self) -> str:
        """The employer's name without blanks: "SWORD Health" and "SWORDHealth" are one."""
        return self.employer.replace(" ", "")

    def as_text(self) -> str:
        """The sketch as it is kept in a row."""
        packed = base64.b64encode(array("I", self.hashes).tobytes()).decode()
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps([*{**values, "hashes": packed}.values()], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Sketch:
        """The sketch that `as_text` wrote."""
        values: dict[str, Any] = dict(zip((f.name for f in fields(cls)), json.loads(text), strict=True))
        values["hashes"] = array("I", base64.b64decode(values["hashes"]))
        # JSON knows no tuples
        told: dict[str, Any] = {n: tuple(v) if isinstance(v, list | array) else v for n, v in values.items()}
        return cls(**told)


@dataclass(frozen=True)
class Join:
    """Two entries are one position: the kind of it and the reason in words."""

    kind: Kind
    #: a sentence for the admin, with the numbers it rests on
    reason: str
    #: 0 to 1: how many of the five-word pieces of both texts they share
    likeness: float


def sketch_of(entry: Entry, *, agency: bool = False) -> Sketch:
    """What is compared of an entry; `agency` when its employer recruits for others."""
    words = plain_words(entry.description)
    hashes = _shingles(words)
    employer = employer_name(entry.company)
    territories, ways = sides_of(entry.title, entry.location)
    return Sketch(
        title=title_key(entry.title, entry.location, entry.company),
        employer=employer,
        place=_place(entry.location),
        requisitions=requisitions_of(entry),
        territories=territories,
        ways=ways,
        names_itself=bool(employer) and f" {employer} " in f" {words} ",
        agency=agency,
        marks=_marks(words, entry.description),
        length=len(hashes),
        hashes=tuple(nsmallest(KEPT, hashes)),
        fingerprint=words_fingerprint(words),
    )


def _marks(words: str, text: str) -> tuple[str, ...]:
    found = set(_MARKS.intersection(words.split()))
    if "year" in words:
        found.update(_YEARS.findall(words))
    if _CLOCK.search(text):  # three times as fast as the whole pattern, and one text in thirty has one
        found.update(map(":".join, _HOURS.findall(text)))
    return tuple(sorted(found))


def bands_of(sketch: Sketch) -> tuple[int, ...]:
    """The names under which an entry meets what may be the same: its title with its employer and with pieces of its text."""
    names = [f"{sketch.title}|{piece}" for piece in sketch.hashes[:BANDS]] if sketch.length >= ENOUGH else []
    if sketch.employer:
        names.append(f"{sketch.title}|{sketch.joined}")
    hashed = (hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest() for name in names)
    # databases count up to 2 ** 63
    return tuple(sorted({int.from_bytes(digest) >> 1 for digest in hashed}))


def likeness(a: Sketch, b: Sketch) -> float:
    """The share of shingles of both texts that they have in common, estimated from the smallest hashes of their union."""
    if a.fingerprint == b.fingerprint:
        return 1.0
    mine, theirs = set(a.hashes), set(b.hashes)
    union = nsmallest(KEPT, mine | theirs)
    return sum(h in mine and h in theirs for h in union) / len(union) if union else 0.0


def _by_length(a: Sketch, b: Sketch) -> tuple[Sketch, Sketch]:
    """The shorter text first; of two that are equally long always the same one."""
    return (a, b) if (a.length, a.fingerprint) <= (b.length, b.fingerprint) else (b, a)


def contained(a: Sketch, b: Sketch) -> float:
    """The share of the shorter text's shingles that the longer one has too; 0 where too few can be compared."""
    short, long = _by_length(a, b)
    if not short.hashes or not long.hashes:
        return 0.0
    whole = set(long.hashes)
    # above its largest kept hash nothing is known of the longer text
    known = [h for h in short.hashes if long.length <= KEPT or h <= long.hashes[-1]]
    return sum(h in whole for h in known) / len(known) if len(known) >= COMPARABLE else 0.0


def same(a: Sketch, b: Sketch, *, same_source: bool) -> Join | None:
    """Whether two entries are one position, and why; `same_source` when one feed brought both under two ids."""
    if a.title != b.title or not a.title or min(a.length, b.length) < ENOUGH:
        return None
    if not _marks_agree(a, b) or _divided(a, b):
        return None
    alike = likeness(a, b)
    if a.employer and a.joined == b.joined:
        return _of_one_employer(a, b, alike, same_source)
    return _of_two_employers(a, b, alike)


def contradict(a: Sketch, b: Sketch, *, same_source: bool) -> bool:
    """Whether two entries of one title and employer say that they are two: then no third one, like both, joins them.

    Such a third is a board's copy that leaves out the number of each, or an excerpt that leaves out what each is about.
    """
    if a.title != b.title or not a.employer or a.joined != b.joined:
        return False
    if same_source and places_meet(a.place, b.place) and _two_requisitions(a, b):
        return True
    mine, theirs = set(a.marks), set(b.marks)
    return _divided(a, b) or bool(mine - theirs and theirs - mine)


def _divided(a: Sketch, b: Sketch) -> bool:
    """Whether the titles state two territories, or two ways of work."""
    sides = ((a.territories, b.territories), (a.ways, b.ways))
    return any(mine and theirs and set(mine).isdisjoint(theirs) for mine, theirs in sides)


def _of_one_employer(a: Sketch, b: Sketch, alike: float, same_source: bool) -> Join | None:
    near = places_meet(a.place, b.place)
    if near and same_source and _two_requisitions(a, b):
        return None
    if alike < SAME_PLACE and near:
        return _excerpt(a, b)
    if alike < OTHER_PLACE or (alike < SAME_PLACE and contained(a, b) < CLONE):
        return None
    if not near:
        return _join("city clone", alike, "one employer has this title in several places")
    if a.fingerprint == b.fingerprint:
        return _join("same text", alike, "one employer, one title, one place, word for word")
    if same_source:
        return _join("repost", alike, "one employer listed it again under another number")
    return _join("other source", alike, "one employer, one title, one place, on another source")


def _of_two_employers(a: Sketch, b: Sketch, alike: float) -> Join | None:
    near, long = places_meet(a.place, b.place), min(a.length, b.length) >= PLENTY
    if how := spelled_alike(a.employer, b.employer):
        if alike >= (OTHER_SPELLING if near else OTHER_ALL) and (near or long):
            return _join("other spelling", alike, how)
        return _excerpt(a, b) if near else None
    if not long or not near or alike < OTHER_NAME:
        return None
    if not a.employer or not b.employer:
        return _join(
            "agency copy", alike, f"{a.employer or b.employer or 'both'}: one of them hides its employer"
        )
    if a.agency != b.agency:
        agency = a if a.agency else b
        return _join("agency copy", alike, f"{agency.employer} recruits for others")
    if a.names_itself != b.names_itself:
        owner, copy = (a, b) if a.names_itself else (b, a)
        return _join(
            "agency copy", alike, f"the text names {owner.employer}, and {copy.employer} shows the same"
        )
    return None


def _excerpt(a: Sketch, b: Sketch) -> Join | None:
    part = contained(a, b)
    if part < EXCERPT:
        return None
    return Join("excerpt", f"{part:.0%} of the shorter text stand in the longer one", part)


def _join(kind: Kind, alike: float, why: str) -> Join:
    return Join(kind, f"{why}; the texts are {alike:.0%} alike", alike)


def places_meet(a: str, b: str) -> bool:
    """Whether two places (`place_words`) may be one: equal, one within the other's words, or one of them not said."""
    mine, theirs = set(a.split()), set(b.split())
    return mine <= theirs or theirs <= mine


def spelled_alike(a: str, b: str) -> str:
    """Why two names are one employer, or "" when they are not known to be."""
    if not a or not b:
        return ""
    one, two = a.replace(" ", ""), b.replace(" ", "")
    short, long = sorted((one, two), key=len)
    first, rest = sorted((a, b), key=len)
    if one == two:
        return f"{a} and {b} are one name"
    if short in _UMBRELLAS and ("nhs" in rest.split() or long in _UMBRELLAS):
        return f"{first} stands for {rest}"
    if f"{rest} ".startswith(f"{first} ") and first not in _GENERIC:
        return f"{first} is the beginning of {rest}"
    if long.startswith(short) and len(short) > 5 and short not in _GENERIC:
        return f"{first} is the beginning of {rest}"
    shared = set(first.split()) - _SMALL
    if len(shared - _GENERIC) > 1 and shared <= set(rest.split()):
        return f"all words of {first} stand in {rest}"
    if first == "".join(word[0] for word in rest.split()) and len(first) > 2:
        return f"{first} are the initials of {rest}"
    return ""


def _marks_agree(a: Sketch, b: Sketch) -> bool:
    """Whether neither text has a mark that the other lacks, but for what an excerpt leaves out."""
    short, long = _by_length(a, b)
    if short.marks == long.marks:
        return True
    return (
        short.length < EXCERPT * long.length
        and set(short.marks) < set(long.marks)
        and contained(a, b) >= EXCERPT
    )


def _two_requisitions(a: Sketch, b: Sketch) -> bool:
    """Whether each states a number that the other one lacks."""
    mine, theirs = set(a.requisitions), set(b.requisitions)
    return bool(mine - theirs and theirs - mine)


def employer_name(company: str | None) -> str:
    """The words of an employer's name without what boards hang on to it; "" where it is hidden ("Confidential")."""
    # trimmings first: the "corp" of "B Corp" is no legal form
    bare = employer_words(_TRIMMINGS.sub(" ", plain_words(company or ""))) or employer_words(company)
    return "" if bare.replace(" ", "") in _HIDDEN else bare


def _place(location: str | None) -> str:
    """A place's words without figures: some boards show the pay where the place should stand."""
    words = (w for w in place_words(location or "").split() if not any(c.isdecimal() for c in w))
    return " ".join(_CODES.get(word, word) for word in words)


def _shingles(words: str) -> set[int]:
    """A hash of every run of words; of a text that is shorter than one run, none."""
    raw = words.encode("utf-8", "replace")
    starts = [0, *accumulate(len(word) + 1 for word in raw.split(b" "))]
    return {crc32(raw[start : end - 1]) for start, end in zip(starts, starts[SHINGLE:], strict=False)}
