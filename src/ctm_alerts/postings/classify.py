"""The door: from the words of an ad to a verdict with its evidence. Pure, without a clock, safe in threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.employer import EmployerNames, employer_type, make_employer_names
from ctm_alerts.postings.employment import find_employment
from ctm_alerts.postings.lexicon import Hit, Lexicon, make_lexicon
from ctm_alerts.postings.place import PlaceNames, find_countries, make_place_names
from ctm_alerts.postings.posting import Ad, Evidence, Verdict
from ctm_alerts.postings.role import RoleRules, Surroundings, find_role, make_role_rules
from ctm_alerts.postings.salary import find_salary
from ctm_alerts.postings.skills import asked_for, values_of
from ctm_alerts.postings.text import Passage
from ctm_alerts.postings.tier import TierRules, find_tier, make_tier_rules
from ctm_alerts.postings.workplace import find_workplace
from ctm_alerts.postings.years import find_travel, find_years

T = TypeVar("T")


@dataclass(frozen=True)
class _Passages:
    """The ad's own texts, folded."""

    title: Passage
    company: Passage
    location: Passage
    text: Passage
    employment_type: Passage
    salary_raw: Passage

    @classmethod
    def of(cls, ad: Ad) -> _Passages:
        return cls(
            Passage.of("title", ad.title),
            Passage.of("company", ad.company),
            Passage.of("location", ad.location),
            Passage.of("description", ad.description),
            Passage.of("employment_type", ad.employment_type),
            Passage.of("salary_raw", ad.salary_raw),
        )


class _Notes(list[Evidence]):
    """The evidence gathered on the way; `take` keeps the words and hands the value on."""

    def take(self, found: tuple[T, list[Evidence]]) -> T:
        value, said = found
        self.extend(said)
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

    def classify(self, ad: Ad) -> Verdict:
        """What an ad offers; every quote of the evidence stands in the ad at its offsets."""
        read = _Passages.of(ad)
        hits = list(self.lexicon.hits(read.text))
        asked = asked_for(hits, read.text)
        notes = _Notes()
        years, years_said = find_years(read.text, read.company)
        employment, employment_said = find_employment(read.title, read.employment_type, read.text)
        role = find_role(self.roles, read.title, self._surroundings(read, hits))
        tier = None
        if role.role == "ctm":
            tier = find_tier(self.tiers, read.title, years, years_said, employment)
        notes.extend((*role.evidence, *(tier.evidence if tier else ())))
        return Verdict(
            role=role.role,
            reason=role.reason,
            tier=tier.tier if tier else None,
            tier_reason=tier.reason if tier else "",
            years_min=notes.take((years, years_said)),
            workplace=notes.take(
                find_workplace(read.title, read.location, read.text, ad.remote, ad.workplace)
            ),
            countries=notes.take(find_countries(self.places, read.title, read.location, read.text)),
            employment=notes.take((employment, employment_said)),
            salary=notes.take(find_salary(read.salary_raw, read.location, read.text)),
            skills=notes.take(values_of("skills", [s.id for s in self.guide.skills], asked, read.text)),
            tools=notes.take(values_of("tools", self._tool_order(), asked, read.text)),
            certs=notes.take(
                values_of("certs", [c.name for c in self.guide.certifications], asked, read.text)
            ),
            travel_max=notes.take(find_travel(read.text)),
            employer_type=notes.take(employer_type(self.employers, read.company, read.text, hits)),
            # the last, for by now all is noted
            evidence=tuple(notes),
        )

    def _surroundings(self, read: _Passages, hits: list[Hit]) -> Surroundings:
        themes = [h for h in hits if h.term.field == "theme"]
        return Surroundings(
            company=read.company,
            text=read.text,
            trials=tuple(h for h in themes if h.term.value == "trials"),
            elsewhere=tuple(h for h in themes if h.term.value == "elsewhere"),
            conduct=tuple(h for h in themes if h.term.value == "conduct"),
            names=self.employers,
        )

    def _tool_order(self) -> list[str]:
        return list(dict.fromkeys(t.name for t in self.guide.tools))


def make_classifier(guide: Guide) -> Classifier:
    """The classifier of a guide; takes some tenths of a second, so make it once."""
    return Classifier(
        guide=guide,
        lexicon=make_lexicon(guide),
        roles=make_role_rules(guide),
        tiers=make_tier_rules(guide),
        places=make_place_names(guide),
        employers=make_employer_names(guide),
    )
