"""One posting against one profile: every gate with its verdict, and the parts of the score.

Hard gates decide whether a posting matches at all; unknown never closes a gate unless the profile asks for that. Tier
is a soft wish: the tiers beside it are shown lower and labelled, those further away fall below the bar (semantics,
people).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ctm_alerts.guide import Guide
from ctm_alerts.postings.posting import TIERS, Salary
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile

GateName = Literal[
    "role", "place", "workplace", "employment", "employer type", "pay", "excluded words", "tier"
]

#: working hours of a full-time year, to compare pay of another period with a yearly floor
_PER_YEAR = {"year": 1, "month": 12, "week": 52, "day": 220, "hour": 1880}

_ROLE_WORDS = {
    "feeder": "a role that leads to Clinical Trial Manager",
    "next": "a role after Clinical Trial Manager",
    "related": "a role beside Clinical Trial Manager",
    "other": "not a clinical trial role",
}


@dataclass(frozen=True)
class Gate:
    """One question, its answer, and the posting's own words for it."""

    name: GateName
    ok: bool
    #: a sentence for the subscriber
    says: str
    quote: str = ""


@dataclass(frozen=True)
class Match:
    """A posting seen through a profile."""

    posting: Posting
    profile: Profile
    gates: tuple[Gate, ...]
    #: tiers between the posting and the nearest wanted one; 0 when the profile wants any
    tier_distance: int
    #: what the rank is made of; the parts add up to the whole
    parts: tuple[tuple[str, float], ...]

    @property
    def fits(self) -> bool:
        """Whether every hard gate is open."""
        return all(g.ok for g in self.gates if g.name != "tier")

    @property
    def above_bar(self) -> bool:
        """Whether it is good enough to be shown."""
        return all(g.ok for g in self.gates)

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return sum(value for _, value in self.parts)


def match(profile: Profile, posting: Posting, guide: Guide, now: datetime) -> Match:
    """Every gate of `profile` for `posting`, and the score."""
    gates = (
        _role(posting),
        _place(profile, posting, guide),
        _workplace(profile, posting),
        _employment(profile, posting),
        _employer_type(profile, posting),
        _pay(profile, posting),
        _excluded(profile, posting),
    )
    distance = tier_distance(profile, posting)
    tier = _tier(profile, posting, distance, guide)
    return Match(posting, profile, (*gates, tier), distance, _parts(profile, posting, distance, now))


def tier_distance(profile: Profile, posting: Posting) -> int:
    """Tiers between the posting and the nearest wanted one; 0 when any is wanted or the posting's is unknown."""
    tier = posting.verdict.tier
    if not profile.tiers or tier is None:
        return 0
    return min(abs(TIERS.index(tier) - TIERS.index(wanted)) for wanted in profile.tiers)


def _first_quote(posting: Posting, field: str, value: str | None = None) -> str:
    quotes = posting.verdict.quotes(field, value)
    return quotes[0] if quotes else ""


def _role(posting: Posting) -> Gate:
    role = posting.verdict.role
    quote = _first_quote(posting, "role")
    if role == "ctm":
        return Gate("role", True, posting.verdict.reason, quote)
    return Gate("role", False, f"{_ROLE_WORDS[role]}: {posting.verdict.reason}", quote)


def _place(profile: Profile, posting: Posting, guide: Guide) -> Gate:
    """Place of eligibility is a hard wish; "anywhere" fits everyone, an unknown place stays in."""
    countries, wanted = posting.verdict.countries, profile.countries
    quote = _first_quote(posting, "countries") or (posting.location or "")
    if not wanted:
        return Gate("place", True, "you look anywhere", quote)
    if not countries:
        return Gate("place", True, "the posting does not say where; kept, since unknown is not no", quote)
    if "*" in countries:
        return Gate("place", True, "open to applicants anywhere", quote)
    common = [c for c in countries if c in wanted]
    if common:
        quote = _first_quote(posting, "countries", common[0]) or quote
        return Gate("place", True, f"in {_countries(common, guide)}, where you look", quote)
    return Gate(
        "place",
        False,
        f"in {_countries(countries, guide)}, and you look in {_countries(wanted, guide)}",
        quote,
    )


def _workplace(profile: Profile, posting: Posting) -> Gate:
    found, quote = posting.verdict.workplace, _first_quote(posting, "workplace")
    if not profile.workplace or found in profile.workplace:
        return Gate(
            "workplace",
            True,
            f"{found}, which suits you" if profile.workplace else "any workplace suits you",
            quote,
        )
    if found == "unknown":
        return Gate("workplace", True, "the posting does not say; kept, since unknown is not no", quote)
    return Gate("workplace", False, f"{found}, and you look for {_list(profile.workplace)}", quote)


def _employment(profile: Profile, posting: Posting) -> Gate:
    found, quote = posting.verdict.employment, _first_quote(posting, "employment")
    if not profile.employment or found in profile.employment:
        return Gate("employment", True, "suits you", quote)
    if found in ("unknown", "permanent_unspecified"):
        return Gate("employment", True, "the posting does not say; kept, since unknown is not no", quote)
    return Gate(
        "employment",
        False,
        f"{_plain(found)}, and you look for {_list(map(_plain, profile.employment))}",
        quote,
    )


def _employer_type(profile: Profile, posting: Posting) -> Gate:
    found, quote = posting.verdict.employer_type, _first_quote(posting, "employer_type")
    if not profile.employer_types or found in profile.employer_types:
        return Gate("employer type", True, "suits you", quote)
    if found == "unknown":
        return Gate("employer type", True, "the posting does not say; kept, since unknown is not no", quote)
    return Gate("employer type", False, f"{found}, and you look for {_list(profile.employer_types)}", quote)


def _pay(profile: Profile, posting: Posting) -> Gate:
    """Stated pay whose top lies under the floor closes the gate; other currencies and unknown pay do not."""
    pay, floor, quote = posting.verdict.salary, profile.salary_floor, _first_quote(posting, "salary")
    if floor is None:
        return Gate("pay", True, "you set no floor", quote)
    if pay is None:
        return Gate("pay", True, "not stated; kept, since unknown is not no", quote)
    if profile.salary_currency not in (None, pay.currency):
        return Gate("pay", True, f"in {pay.currency}, not compared with your floor", quote)
    top = yearly(pay)
    if top is None or top >= floor:
        return Gate("pay", True, f"reaches your floor of {floor:,.0f} a year", quote)
    return Gate("pay", False, f"at most {top:,.0f} a year, under your floor of {floor:,.0f}", quote)


def yearly(pay: Salary) -> float | None:
    """The top of stated pay for a full-time year; None when the top is open."""
    return None if pay.max is None else pay.max * _PER_YEAR[pay.period]


def _excluded(profile: Profile, posting: Posting) -> Gate:
    """Whole words only: "CRO" must not keep out "Microbiome Bio"."""
    haystack = f"{posting.title}\n{posting.company or ''}".casefold()
    for word in profile.exclude:
        if word.strip() and re.search(rf"(?<!\w){re.escape(word.strip().casefold())}(?!\w)", haystack):
            return Gate("excluded words", False, f"you never want to see {word!r}", word)
    return Gate("excluded words", True, "none of your excluded words")


def _tier(profile: Profile, posting: Posting, distance: int, guide: Guide) -> Gate:
    tier, why = posting.verdict.tier, posting.verdict.tier_reason
    quote = _first_quote(posting, "tier")
    if tier is None:
        return Gate("tier", True, "the posting is of no tier of a Clinical Trial Manager")
    if not profile.tiers:
        return Gate("tier", True, f"{guide.tier(tier).name}, and you look for any: {why}", quote)
    label = guide.tier(tier).name
    if distance == 0:
        return Gate("tier", True, f"{label}, as you want: {why}", quote)
    wanted = _list(guide.tier(t).name for t in profile.tiers)
    if distance == 1 and not profile.strict_tiers:
        return Gate("tier", True, f"{label}, beside your {wanted}: {why}", quote)
    return Gate("tier", False, f"{label}, and you look for {wanted}: {why}", quote)


def _parts(profile: Profile, posting: Posting, distance: int, now: datetime) -> tuple[tuple[str, float], ...]:
    """The parts of the score, each within [0, 40]; weights are ours until graded pairs tune them."""
    verdict = posting.verdict
    wanted = [s for s in verdict.skills if s in profile.skills]
    skills = len(wanted) / len(profile.skills) if profile.skills else min(len(verdict.skills), 8) / 8
    haystack = f"{posting.title}\n{posting.description}".casefold()
    areas = (
        sum(a.casefold() in haystack for a in profile.areas) / len(profile.areas) if profile.areas else 0.0
    )
    days = max((now - posting.first_seen_at).total_seconds() / 86400, 0.0)
    place = 0.0 if not verdict.countries else 1.0
    return (
        ("tier", 40.0 / (1 + 3 * distance)),
        ("place stated and yours", 15.0 * place),
        ("skills", 20.0 * skills),
        ("therapeutic area", 10.0 * areas),
        ("pay stated", 5.0 if verdict.salary else 0.0),
        ("fresh", 10.0 * max(0.0, 1 - days / 45)),
    )


def country_name(code: str, guide: Guide) -> str:
    """A country's English name as it stands in a sentence, or its code where the guide has none."""
    name = guide.places.countries.get(code, (code,))[0]
    wants = name.startswith("United ") or name in ("Netherlands", "Philippines", "Czech Republic", "Bahamas")
    return f"the {name}" if wants else name


def _countries(codes: Iterable[str], guide: Guide) -> str:
    return _list(country_name(code, guide) for code in codes)


def _plain(value: str) -> str:
    return value.replace("_", "-")


def _list(values: Iterable[str]) -> str:
    words = list(values)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nowhere"
