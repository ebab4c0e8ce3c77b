"""A verdict told to people: each fact on a line, with the posting's own words for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.posting import Employment, Verdict
from ctm_alerts.postings.words import employment_label, pay_words, tier_label, workplace_label

#: quotes shown for one fact, and letters of one quote
QUOTES_AT_MOST, LETTERS_AT_MOST = 3, 140

_EMPLOYERS = {
    "sponsor": "a sponsor", "cro": "a CRO", "site": "a site", "government": "a government body",
    "agency": "a staffing agency", "other": "an employer of another kind", "unknown": "",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One fact of a posting."""

    #: "tier"
    name: str
    #: "Senior CTM (7-10 years): the title says “Senior”"
    says: str
    #: the posting's own words; behind the name of the value that they speak for where there are several: "T01: “...”"
    quotes: tuple[str, ...] = ()

    def lines(self, indent: str = "    ") -> list[str]:
        """As lines to print: the fact, then each quote below it."""
        return [
            f"{indent}{self.name:<13} {self.says}",
            *(f"{indent}{'':<15} {quote}" for quote in self.quotes),
        ]


def tell(guide: Guide, verdict: Verdict) -> list[Told]:
    """What a verdict says, in the order in which a trial manager asks; what is unknown is left out.

    Workplace, countries and pay are told even where the posting is silent, since silence is an answer to these.
    """
    return [
        Told(name, says, _quotes(guide, verdict, fields))
        for name, says, fields in _facts(guide, verdict)
        if says
    ]


_Fact = tuple[str, str, tuple[str, ...]]


def _facts(guide: Guide, v: Verdict) -> Iterator[_Fact]:
    yield "role", f"{guide.role_labels.get(v.role, v.role)}: {v.reason}", ("role",)
    yield "tier", _tier_says(guide, v), ("tier",)
    yield "years", _years_says(v), ("years_min", "years_research", "years_manager", "years_preferred")
    yield "workplace", workplace_label(v.workplace), ("workplace",)
    yield "countries", _joined((*v.countries, *v.regions)) or "not stated", ("countries", "regions")
    yield "may apply", _joined(v.eligible), ("eligible",)
    yield (
        "employment",
        _joined((employment_label(v.employment), *_named(guide, "engagement", v.engagement))),
        ("employment", "engagement"),
    )
    yield "pay", pay_words(v.salary), ("salary",)
    yield "employer", _employer_says(guide, v), ("employer_type", "side", "hiring_country")
    yield "studies", _studies_says(guide, v), ("areas", "phases", "reach")
    yield "work", _of_id(guide, "hands", v.hands), ("hands",)
    yield "skills", _joined(f"{s} {guide.skill(s).name}" for s in v.skills), ("skills",)
    yield "tools", _joined(v.tools), ("tools",)
    yield "certificates", _joined(v.certs), ("certs",)
    yield "degrees", _joined(_named(guide, "degrees", v.degrees)), ("degrees",)
    yield "languages", _joined(_named(guide, "languages", v.languages)), ("languages",)
    yield "duties", _duties_says(guide, v), ("duties",)
    yield "abilities", _joined(a.name for a in guide.abilities if a.id in v.abilities), ("abilities",)
    yield "topics", _joined(t.name for t in guide.topics if t.id in v.topics), ("topics",)
    yield "authorities", _joined(r.name for r in guide.regulators if r.id in v.regulators), ("regulators",)
    yield "regulations", _joined(r.name for r in guide.regulations if r.id in v.regulations), ("regulations",)
    yield (
        "travel",
        "" if v.travel_max is None else f"up to {v.travel_max} %" if v.travel_max else "none",
        ("travel_max",),
    )
    yield "visa", {"offered": "sponsored", "refused": "not sponsored"}.get(v.visa, ""), ("visa",)
    yield "closes", v.closes_on or "", ("closes_on",)
    yield "written in", guide.facts.name("languages", v.language), ()


def _tier_says(guide: Guide, v: Verdict) -> str:
    if v.tier is None:
        return ""
    but = f"; but {v.tier_conflict}" if v.tier_conflict else ""
    return f"{tier_label(guide, v.tier)}: {v.tier_reason}{but}"


def _years_says(v: Verdict) -> str:
    said = (
        (v.years_min, "required"),
        (v.years_research, "of them in clinical research"),
        (v.years_manager, "of them managing trials"),
        (v.years_preferred, "preferred"),
    )
    return _joined(f"{years} {of}" for years, of in said if years is not None)


def _employer_says(guide: Guide, v: Verdict) -> str:
    hired = f"employed through an entity in {v.hiring_country}" if v.hiring_country else ""
    side = "" if v.side in ("unknown", v.employer_type) else guide.facts.name("side", v.side)
    return _joined((_EMPLOYERS[v.employer_type], side, hired))


def _studies_says(guide: Guide, v: Verdict) -> str:
    phases = f"phase {', '.join(v.phases)}" if v.phases else ""
    return _joined((*_named(guide, "areas", v.areas), phases, _of_id(guide, "reach", v.reach)))


def _duties_says(guide: Guide, v: Verdict) -> str:
    return (
        f"{len(v.duties)} of the guide's {len(guide.responsibilities)} key responsibilities"
        if v.duties
        else ""
    )


def _of_id(guide: Guide, field: str, value: str) -> str:
    return "" if value == "unknown" else guide.facts.name(field, value)


def _named(guide: Guide, field: str, values: Sequence[str]) -> list[str]:
    return [guide.facts.name(field, value) for value in values]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(w for w in words if w))


def _name_of(guide: Guide, field: str, value: str) -> str:
    named = guide.facts.name(field, value)
    return _EMPLOYMENTS.get(value, named) if field == "employment" else named


_EMPLOYMENTS = {str(kind): employment_label(kind) for kind in get_args(Employment)}


def _quotes(guide: Guide, verdict: Verdict, fields: Sequence[str]) -> tuple[str, ...]:
    """The first words for each value, so that no value hides another's; several words of a single value all."""
    said = [e for field in fields for e in verdict.evidence if e.field == field]
    values = list(dict.fromkeys((e.field, e.value) for e in said))
    if len({value for _, value in values}) < 2:
        return tuple(dict.fromkeys(f"“{_short(e.quote)}”" for e in said))[:QUOTES_AT_MOST]
    first = {(e.field, e.value): e for e in reversed(said)}
    quotes: dict[str, list[str]] = {}
    for field, value in values:
        quotes.setdefault(_short(first[field, value].quote), []).append(_name_of(guide, field, value))
    return tuple(f"{', '.join(dict.fromkeys(of))}: “{quote}”" for quote, of in quotes.items())


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= LETTERS_AT_MOST else f"{words[: LETTERS_AT_MOST - 1].rstrip()}…"
