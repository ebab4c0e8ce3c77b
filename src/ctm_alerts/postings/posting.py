"""A posting understood: what it offers, for whom, where, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Role = Literal["ctm", "feeder", "next", "related", "other"]
Tier = Literal["junior", "mid", "senior", "lead"]
Workplace = Literal["remote", "hybrid", "onsite", "unknown"]
Employment = Literal[
    "full_time", "part_time", "contract", "temporary", "internship", "permanent_unspecified", "unknown"
]
EmployerType = Literal["sponsor", "cro", "site", "government", "agency", "other", "unknown"]
Period = Literal["year", "month", "week", "day", "hour"]
#: whose desk it is: the sponsor's own, a full-service CRO's, a CRO's team lent to one sponsor (FSP), a trial site's
Side = Literal["sponsor", "cro", "fsp", "site", "unknown"]
#: the form of the engagement, as far as the text names it
Engagement = Literal[
    "permanent", "fixed_term", "freelance", "w2", "1099", "c2c", "inside_ir35", "outside_ir35"
]
#: how far the studies reach: in many countries, in those of a region, in one
Reach = Literal["global", "regional", "local", "unknown"]
#: whether one runs the study oneself, oversees those who do (CRO, vendors), or both
Hands = Literal["hands_on", "oversight", "both", "unknown"]
Visa = Literal["offered", "refused", "unknown"]
#: which of the ad's own texts a quote stands in
Source = Literal["title", "company", "location", "description", "employment_type", "salary_raw"]

TIERS: tuple[Tier, ...] = ("junior", "mid", "senior", "lead")


@dataclass(frozen=True)
class Ad:
    """The words of a job ad, before anyone judged them."""

    title: str
    company: str | None = None
    location: str | None = None
    #: plain text
    description: str = ""
    employment_type: str | None = None
    salary_raw: str | None = None
    #: what the source's own remote flag says, None when it has none
    remote: bool | None = None
    #: what the source says in a field of its own, None when it has none
    workplace: Workplace | None = None


class Evidence(NamedTuple):
    """The words that made a verdict: `ad.<source>[start:end] == quote`."""

    #: the field of the verdict it speaks for: "role", "tier", "skills", ...
    field: str
    #: the value it speaks for: "ctm", "senior", "T01", "US", ...
    value: str
    quote: str
    start: int
    end: int
    source: Source


@dataclass(frozen=True)
class Salary:
    """Pay as stated, never converted; `max` None for "from X", `min` None for "up to X"."""

    min: float | None
    max: float | None
    #: ISO 4217
    currency: str
    period: Period


@dataclass(frozen=True)
class TierSign:
    """One thing that speaks for a tier; signs that differ are a conflict, and the written order decides."""

    by: Literal["title", "years", "scope"]
    tier: Tier
    #: the words that say so; for years "6 asked"
    words: str


@dataclass(frozen=True)
class Verdict:
    """What an ad offers; unknown stays None, empty or "unknown".

    The vocabulary of the fields is the contract of `ctm-alerts classify`.
    """

    role: Role
    #: one sentence: why this role
    reason: str
    #: only for role "ctm"
    tier: Tier | None = None
    tier_reason: str = ""
    years_min: int | None = None
    workplace: Workplace = "unknown"
    #: ISO 3166 alpha-2, sorted; ("*",) for anywhere
    countries: tuple[str, ...] = ()
    employment: Employment = "unknown"
    salary: Salary | None = None
    #: T01..T15 in the order of the guide's technical skills
    skills: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    certs: tuple[str, ...] = ()
    #: percent
    travel_max: int | None = None
    employer_type: EmployerType = "unknown"
    #: ISO 639-1 of the description, "" when it says too little
    language: str = ""
    #: each sign of the title, the years and the scope, for role "ctm"
    tier_signs: tuple[TierSign, ...] = ()
    #: whole years asked in clinical research before one manages trials, and as a manager of trials
    years_research: int | None = None
    years_manager: int | None = None
    #: the years only wished for
    years_preferred: int | None = None
    #: ids of the guide's soft abilities, key responsibilities and topics
    abilities: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    #: ids of health authorities and of regulations named
    regulators: tuple[str, ...] = ()
    regulations: tuple[str, ...] = ()
    #: degrees asked for or accepted: "bachelor", "master", "doctorate", ...
    degrees: tuple[str, ...] = ()
    #: ISO 639-1 of the languages that the work asks for
    languages: tuple[str, ...] = ()
    #: ids of therapeutic areas, and phases "1" to "4"
    areas: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    side: Side = "unknown"
    engagement: tuple[Engagement, ...] = ()
    reach: Reach = "unknown"
    hands: Hands = "unknown"
    visa: Visa = "unknown"
    #: ISO 3166 alpha-2 of the entity that employs, where the text names it apart from the place
    hiring_country: str | None = None
    #: named regions of work or of eligibility: "Europe", "EMEA", "LATAM", ...
    regions: tuple[str, ...] = ()
    #: where one may live or be allowed to work to apply, where the text says so; ("*",) for anywhere
    eligible: tuple[str, ...] = ()
    #: last day to apply that the text names, ISO 8601
    closes_on: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def tier_conflict(self) -> str:
        """The signs that speak of another tier than the verdict's, in words; "" when all agree."""
        others = [s for s in self.tier_signs if s.tier != self.tier]
        said = {"title": "the title's “{}” speaks", "years": "the years ({}) speak", "scope": "“{}” speaks"}
        return "; ".join(f"{said[s.by].format(s.words)} of {s.tier}" for s in others)

    def quotes(self, field: str, value: str | None = None) -> tuple[str, ...]:
        """The words found for a field (and one value of it), in the order found."""
        return tuple(e.quote for e in self.evidence if e.field == field and value in (None, e.value))

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain values, every key there, in the order of the contract."""
        pay = self.salary
        return {
            "role": self.role,
            "reason": self.reason,
            "tier": self.tier,
            "tier_reason": self.tier_reason,
            "years_min": self.years_min,
            "workplace": self.workplace,
            "countries": list(self.countries),
            "employment": self.employment,
            "salary": None
            if pay is None
            else {"min": pay.min, "max": pay.max, "currency": pay.currency, "period": pay.period},
            "skills": list(self.skills),
            "tools": list(self.tools),
            "certs": list(self.certs),
            "travel_max": self.travel_max,
            "employer_type": self.employer_type,
            "tier_signs": [{"by": s.by, "tier": s.tier, "words": s.words} for s in self.tier_signs],
            **{name: _plain(getattr(self, name)) for name in _LATER},
            "evidence": [
                {
                    "field": e.field,
                    "value": e.value,
                    "quote": e.quote,
                    "start": e.start,
                    "end": e.end,
                    "source": e.source,
                }
                for e in self.evidence
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `as_json` wrote."""
        pay = data["salary"]
        return cls(
            role=data["role"],
            reason=data["reason"],
            tier=data["tier"],
            tier_reason=data.get("tier_reason", ""),
            years_min=data["years_min"],
            workplace=data["workplace"],
            countries=tuple(data["countries"]),
            employment=data["employment"],
            salary=None if pay is None else Salary(**pay),
            skills=tuple(data["skills"]),
            tools=tuple(data["tools"]),
            certs=tuple(data["certs"]),
            travel_max=data["travel_max"],
            employer_type=data["employer_type"],
            tier_signs=tuple(TierSign(**s) for s in data.get("tier_signs", ())),
            evidence=tuple(Evidence(**e) for e in data["evidence"]),
            **{name: _frozen(data[name]) for name in _LATER if name in data},
        )


#: fields that verdicts stored by earlier versions lack
_LATER = (
    "language", "years_research", "years_manager", "years_preferred", "abilities", "duties", "topics", "regulators",
    "regulations", "degrees", "languages", "areas", "phases", "side", "engagement", "reach", "hands", "visa",
    "hiring_country", "regions", "eligible", "closes_on",
)  # fmt: skip


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
