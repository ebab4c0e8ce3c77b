"""The door: from the words of an ad to a verdict with its evidence. Pure, without a clock, safe in threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.areas import find_areas, find_phases
from ctm_alerts.postings.closing import find_closing
from ctm_alerts.postings.degrees import find_degrees
from ctm_alerts.postings.employer import EmployerNames, employer_type, make_employer_names
from ctm_alerts.postings.employment import find_employment
from ctm_alerts.postings.language import find_language
from ctm_alerts.postings.lexicon import Hit, Lexicon, make_lexicon
from ctm_alerts.postings.marks import Marks, marks_of, of_the_work
from ctm_alerts.postings.place import PlaceNames, Places, find_places, make_place_names
from ctm_alerts.postings.posting import TIERS, Ad, Evidence, Verdict
from ctm_alerts.postings.practice import (
    Nations,
    find_engagement,
    find_hands,
    find_hiring_country,
    find_reach,
    find_side,
    find_visa,
    make_nations,
)
from ctm_alerts.postings.role import RoleRules, Surroundings, find_role, make_role_rules
from ctm_alerts.postings.salary import find_salary
from ctm_alerts.postings.skills import by_field, values_of
from ctm_alerts.postings.spoken import find_languages
from ctm_alerts.postings.text import Passage
from ctm_alerts.postings.tier import TierRules, find_tier, make_tier_rules
from ctm_alerts.postings.travel import find_travel
from ctm_alerts.postings.workplace import find_workplace
from ctm_alerts.postings.years import find_years

T = TypeVar("T")
#: fields that are looked for in postings of the field alone
OF_THE_FIELD = ("abilities", "duties", "topics", "regulators", "regulations")
#: words of a tier's scope that are quoted
SCOPE_AT_MOST = 3


@dataclass(frozen=True)
class _Read:
    """The ad's own texts, folded, and what the lexicon found in them."""

    title: Passage
    company: Passage
    location: Passage
    text: Passage
    employment_type: Passage
    salary_raw: Passage
    hits: Sequence[Hit]
    #: the hits outside of boilerplate, by field
    asked: Mapping[str, Sequence[Hit]]
    #: the words of facts, by field
    marks: Marks
    title_marks: Marks

    @classmethod
    def of(cls, ad: Ad, lexicon: Lexicon) -> _Read:
        title, text = Passage.of("title", ad.title), Passage.of("description", ad.description)
        hits = list(lexicon.hits(text))
        return cls(
            title,
            Passage.of("company", ad.company),
            Passage.of("location", ad.location),
            text,
            Passage.of("employment_type", ad.employment_type),
            Passage.of("salary_raw", ad.salary_raw),
            hits,
            by_field(of_the_work(hits, text)),
            marks_of(hits),
            marks_of(lexicon.hits(title)),
        )


class _Findings:
    """The values found for a verdict, by field, and the words for them in the order in which they were kept."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.evidence: list[Evidence] = []

    def keep(self, name: str, found: tuple[T, Sequence[Evidence]]) -> T:
        """Keeps a value and its words; hands the value on."""
        value, said = found
        self.values[name] = value
        self.evidence.extend(said)
        return value


@dataclass(frozen=True)
class Classifier:
    """All that is compiled from the guide; made once, used by any thread."""

    guide: Guide
    lexicon: Lexicon
    roles: RoleRules
    tiers: TierRules
    places: PlaceNames
    employers: EmployerNames
    nations: Nations
    #: the values of each field in the order of the guide
    order: Mapping[str, tuple[str, ...]]

    def classify(self, ad: Ad) -> Verdict:
        """What an ad offers; every quote of the evidence stands in the ad at its offsets."""
        read, found = _Read.of(ad, self.lexicon), _Findings()
        self._role_and_tier(read, found)
        self._place_and_terms(ad, read, found)
        self._work(read, found)
        self._what_is_asked_first(read, found)
        return Verdict(**found.values, evidence=tuple(found.evidence))

    def _role_and_tier(self, read: _Read, found: _Findings) -> None:
        years = find_years(read.text, read.company)
        employment, said = find_employment(read.title, read.employment_type, read.text)
        role = find_role(self.roles, read.title, self._surroundings(read))
        found.keep("role", (role.role, role.evidence))
        found.values["reason"] = role.reason
        if role.role == "ctm":
            _, scope = values_of(TIERS, _of_duties(read.asked.get("scope", ()), read.text), read.text)
            tier = find_tier(self.tiers, read.title, years, scope[:SCOPE_AT_MOST], employment)
            found.keep("tier", (tier.tier, tier.evidence))
            found.values |= {"tier_reason": tier.reason, "tier_signs": tier.signs}
        figures = {
            "years_min": years.required,
            "years_research": years.research,
            "years_manager": years.manager,
            "years_preferred": years.preferred,
        }
        for name, figure in figures.items():
            found.keep(name, (figure, years.said(name)))
        found.keep("employment", (employment, said))

    def _place_and_terms(self, ad: Ad, read: _Read, found: _Findings) -> None:
        workplace = found.keep(
            "workplace", find_workplace(read.title, read.location, read.text, ad.remote, ad.workplace)
        )
        places = find_places(self.places, read.title, read.location, read.text, workplace)
        found.keep("countries", (places.countries, places.said("countries")))
        found.keep("regions", (places.regions, places.said("regions")))
        found.keep("eligible", (places.eligible, places.said("eligible")))
        found.keep("salary", find_salary(read.salary_raw, read.location, read.text, _at_home(places)))
        found.keep("travel_max", find_travel(read.text))
        found.keep("closes_on", find_closing(read.text, places.countries))

    def _work(self, read: _Read, found: _Findings) -> None:
        for name in ("skills", "tools", "certs"):
            found.keep(name, values_of(self.order[name], read.asked.get(name, ()), read.text))
        if found.values["role"] == "other":  # any office job speaks of teams and deadlines
            return
        for name in OF_THE_FIELD:
            found.keep(
                name, values_of(self.order[name], read.asked.get(name, ()), read.text, quotes_at_most=1)
            )

    def _what_is_asked_first(self, read: _Read, found: _Findings) -> None:
        role, title, text = found.values["role"], read.title, read.text
        order, marks, title_marks = self.guide.facts.order, read.marks, read.title_marks
        employer = employer_type(self.employers, read.company, text, read.hits)
        found.keep("employer_type", employer)
        found.values["language"] = find_language(text)
        found.keep("degrees", find_degrees(marks, text, order("degrees")))
        found.keep("languages", find_languages(title_marks, marks, title, text, order("languages")))
        found.keep("areas", find_areas(title_marks, marks, title, text, order("areas")))
        found.keep("phases", find_phases(title, text))
        found.keep("side", find_side(role, marks, title_marks, title, text, employer))
        engagement = find_engagement(marks, title, read.employment_type, text, order("engagement"))
        found.keep("engagement", engagement)
        found.keep("reach", find_reach(role, marks, title, text))
        found.keep("hands", find_hands(role, marks, text))
        found.keep("visa", find_visa(text))
        found.keep("hiring_country", find_hiring_country(self.nations, text))

    def _surroundings(self, read: _Read) -> Surroundings:
        themes = [h for h in read.hits if h.term.field == "theme"]
        return Surroundings(
            company=read.company,
            text=read.text,
            trials=tuple(h for h in themes if h.term.value == "trials"),
            elsewhere=tuple(h for h in themes if h.term.value == "elsewhere"),
            conduct=tuple(h for h in themes if h.term.value == "conduct"),
            names=self.employers,
        )


def _orders(guide: Guide) -> dict[str, tuple[str, ...]]:
    """The values of each field in the order of the guide."""
    return {
        "skills": tuple(s.id for s in guide.skills),
        "tools": tuple(dict.fromkeys(t.name for t in guide.tools)),
        "certs": tuple(c.name for c in guide.certifications),
        "abilities": tuple(a.id for a in guide.abilities),
        "duties": tuple(r.id for r in guide.responsibilities),
        "topics": tuple(t.id for t in guide.topics),
        "regulators": tuple(r.id for r in guide.regulators),
        "regulations": tuple(r.id for r in guide.regulations),
    }


def _at_home(places: Places) -> tuple[str, ...]:
    """The countries of the location itself, else all that the ad names."""
    of_location = tuple(e.value for e in places.said("countries") if e.source == "location")
    return of_location or places.countries


def _of_duties(hits: Sequence[Hit], text: Passage) -> list[Hit]:
    """The hits that speak of the work itself, not of what would be nice to have."""
    return [h for h in hits if text.purpose_at(h.start) != "preferred"]


def make_classifier(guide: Guide) -> Classifier:
    """The classifier of a guide; takes some tenths of a second, so make it once."""
    return Classifier(
        guide=guide,
        lexicon=make_lexicon(guide),
        roles=make_role_rules(guide),
        tiers=make_tier_rules(guide),
        places=make_place_names(guide),
        employers=make_employer_names(guide),
        nations=make_nations(guide),
        order=_orders(guide),
    )
