"""The career guide as frozen values; `line` is the line of the guide that says so, None where it is ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ctm_alerts.errors import NotFound
from ctm_alerts.guide.career import (
    CareerStep,
    Case,
    Cue,
    DayBlock,
    EmployerType,
    Issuer,
    PayPoint,
    Preference,
    Question,
    Saying,
    Section,
    Study,
)
from ctm_alerts.guide.facts import Facts
from ctm_alerts.guide.terms import Terms as Terms
from ctm_alerts.guide.topics import Regulation, Regulator, ToolClass, Topic

#: what a rule over titles needs besides the title
Needs = Literal["", "trials", "shown", "medicine", "medicine shown", "feeder", "text"]


@dataclass(frozen=True)
class TierStep:
    """One of the four tiers of the career path."""

    id: str
    #: short, for cards: "Senior CTM"
    name: str
    full_name: str
    #: as the guide writes it: "7-10 years"
    years: str
    #: the fewest whole years that belong to it
    years_from: int
    #: words of a posting that speak of its scope
    scope: tuple[str, ...]
    line: int | None
    #: what it asks of people, and the lines of the guide that say so
    asks: tuple[str, ...] = ()
    asks_line: int | None = None
    scope_line: int | None = None
    years_line: int | None = None


@dataclass(frozen=True)
class Skill:
    """One of the 15 technical skills, T01..T15."""

    id: str
    name: str
    terms: tuple[Terms, ...]
    line: int | None


@dataclass(frozen=True)
class Tool:
    """One product of the tech stack; several entries of one name are one product."""

    name: str
    terms: Terms
    line: int | None


@dataclass(frozen=True)
class Certification:
    """A certificate and who issues it."""

    name: str
    title: str
    issuer: str
    terms: Terms
    line: int | None
    also: tuple[int, ...] = ()
    #: where the guide contradicts itself, and what holds here
    conflict: str = ""


@dataclass(frozen=True)
class Ability:
    """One of the ten soft abilities."""

    id: str
    name: str
    terms: tuple[Terms, ...]
    line: int | None


@dataclass(frozen=True)
class Responsibility:
    """One of the 15 key responsibilities."""

    id: str
    #: short, for cards and pages
    name: str
    #: the guide's sentence
    text: str
    terms: tuple[Terms, ...]
    line: int | None


@dataclass(frozen=True)
class MapEntry:
    """One entry of the skill map, and the technical skills and soft abilities that it stands for."""

    id: str
    name: str
    skills: tuple[str, ...]
    abilities: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class MapGroup:
    """One group of the skill map."""

    id: str
    name: str
    text: str
    entries: tuple[MapEntry, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Band:
    """The guide's pay: points of the guide, no percentiles; only for one country, currency and period."""

    country: str
    currency: str
    period: str
    min: int
    max: int
    junior: int
    mid: int
    senior: int
    #: where the best paid tenth begins
    top_from: int
    line: int | None


@dataclass(frozen=True)
class Market:
    """A region of clinical research, the countries that the guide names in it, and who rules there."""

    id: str
    name: str
    countries: tuple[str, ...]
    #: ids of regulators.toml
    regulators: tuple[str, ...]
    text: str
    line: int | None


@dataclass(frozen=True)
class TitleRule:
    """Titles of one role; the first rule that fits decides (config/guide/titles.toml says how they are written)."""

    role: str
    #: how the reason calls it
    name: str
    titles: tuple[str, ...]
    unless: tuple[str, ...]
    needs: Needs
    #: the role when `needs` is not met
    without: str


@dataclass(frozen=True)
class TitleFunction:
    """Work of another kind that a trial manager's title may name beside: sales, systems, supply."""

    #: how the reason calls it
    name: str
    role: str
    titles: tuple[str, ...]


@dataclass(frozen=True)
class EmployerWords:
    """Words that tell one type of employer."""

    #: whole words of a company's name
    names: tuple[str, ...]
    #: pieces of names that are written together
    parts: tuple[str, ...]
    #: words of the posting's text
    text: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """Names of places by the country that they stand for (ISO 3166 alpha-2)."""

    countries: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, tuple[str, ...]]
    state_codes: Mapping[str, tuple[str, ...]]
    #: the names of the states of the US by their code
    states: Mapping[str, tuple[str, ...]]
    #: codes of states that count only beside a town of their country
    town_codes: Mapping[str, tuple[str, ...]]
    #: two letters that are a state and a country: those read as the country
    prefer_country: tuple[str, ...]
    #: names of regions of many countries by the id that a verdict carries: "EMEA"
    wide: Mapping[str, tuple[str, ...]]
    #: words that may stand beside a town ("beside"), that make a name a road's or a building's ("roads", "streets"), and
    #: towns whose name is mostly another word ("never")
    words: Mapping[str, tuple[str, ...]]
    anywhere: tuple[str, ...]
    #: words of laws and benefits that only one country has
    giveaways: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Guide:
    """The career guide, complete: what a Clinical Trial Manager is, knows, earns and becomes."""

    tiers: tuple[TierStep, ...]
    #: words of titles by tier: "junior", "senior", "lead"
    tier_words: Mapping[str, tuple[str, ...]]
    tie_rule: str
    skills: tuple[Skill, ...]
    tools: tuple[Tool, ...]
    certifications: tuple[Certification, ...]
    abilities: tuple[Ability, ...]
    responsibilities: tuple[Responsibility, ...]
    skill_map: tuple[MapGroup, ...]
    band: Band
    regulators: tuple[Regulator, ...]
    markets: tuple[Market, ...]
    title_rules: tuple[TitleRule, ...]
    title_functions: tuple[TitleFunction, ...]
    #: words by theme that settle titles which fit several fields: "trials", "elsewhere", "conduct" are looked for in
    #: texts, "care" in titles, "elsewhere_names" in employers' names
    title_words: Mapping[str, tuple[str, ...]]
    role_labels: Mapping[str, str]
    employers: Mapping[str, EmployerWords]
    places: Places
    facts: Facts
    #: what holds where the guide leaves a choice between tiers
    tie_gaps: tuple[str, ...]
    topics: tuple[Topic, ...]
    regulations: tuple[Regulation, ...]
    tech_stack: tuple[ToolClass, ...]
    issuers: tuple[Issuer, ...]
    studies: tuple[Study, ...]
    steps: tuple[CareerStep, ...]
    employer_types: tuple[EmployerType, ...]
    pay_points: tuple[PayPoint, ...]
    setting: tuple[Cue, ...]
    preferences: tuple[Preference, ...]
    day: tuple[DayBlock, ...]
    cases: tuple[Case, ...]
    questions: tuple[Question, ...]
    sections: tuple[Section, ...]
    #: what the role is, the way into it, what to learn
    functions: tuple[Saying, ...]
    ways: tuple[Saying, ...]
    learning: tuple[Saying, ...]
    #: growth and demand; what makes the work harder, where it grows, where it is going
    outlook: tuple[Saying, ...]
    challenges: tuple[Saying, ...]
    growth: tuple[Saying, ...]
    trends: tuple[Saying, ...]
    advice: tuple[Saying, ...]
    mistakes: tuple[Saying, ...]
    portfolio: tuple[Saying, ...]
    _skills: Mapping[str, Skill] = field(init=False, repr=False, compare=False)
    _tiers: Mapping[str, TierStep] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_skills", MappingProxyType({s.id: s for s in self.skills}))
        object.__setattr__(self, "_tiers", MappingProxyType({t.id: t for t in self.tiers}))

    def skill(self, id: str) -> Skill:  # noqa: A002 - the guide's own word for it
        """The technical skill of an id ("T01"); raises NotFound."""
        try:
            return self._skills[id]
        except KeyError:
            raise NotFound(
                f"no such skill in the guide: {id!r}; it has T01 to T{len(self.skills):02d}"
            ) from None

    def tier(self, id: str) -> TierStep:  # noqa: A002 - the guide's own word for it
        """The tier of an id ("senior"); raises NotFound."""
        try:
            return self._tiers[id]
        except KeyError:
            raise NotFound(f"no such tier in the guide: {id!r}; it has {', '.join(self._tiers)}") from None

    def tier_of_years(self, years: int) -> str:
        """The tier that so many whole years of experience belong to (rule: [ties] of tiers.toml)."""
        return [t.id for t in self.tiers if years >= t.years_from][-1]
