"""A posting understood: what it offers, for whom, where, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["ctm", "feeder", "next", "related", "other"]
Tier = Literal["junior", "mid", "senior", "lead"]
Workplace = Literal["remote", "hybrid", "onsite", "unknown"]
Employment = Literal[
    "full_time", "part_time", "contract", "temporary", "internship", "permanent_unspecified", "unknown"
]
EmployerType = Literal["sponsor", "cro", "site", "government", "agency", "other", "unknown"]
Period = Literal["year", "month", "week", "day", "hour"]
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


@dataclass(frozen=True)
class Evidence:
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
    evidence: tuple[Evidence, ...] = ()

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
            evidence=tuple(Evidence(**e) for e in data["evidence"]),
        )
