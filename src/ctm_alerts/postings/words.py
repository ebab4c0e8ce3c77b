"""Verdicts in words, for cards and pages: tiers, workplaces, pay and places."""

from __future__ import annotations

from collections.abc import Sequence

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.posting import Employment, Salary, Tier, Workplace

_WORKPLACES: dict[Workplace, str] = {
    "remote": "Remote",
    "hybrid": "Hybrid",
    "onsite": "On site",
    "unknown": "Workplace not stated",
}
_EMPLOYMENTS: dict[Employment, str] = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "contract": "Contract",
    "temporary": "Temporary",
    "internship": "Internship",
    "permanent_unspecified": "Permanent",
    "unknown": "",
}


def tier_label(guide: Guide, tier: Tier) -> str:
    """A tier and the guide's years for it: "Senior CTM (7-10 years)"."""
    step = guide.tier(tier)
    return f"{step.name} ({step.years})"


def workplace_label(workplace: Workplace) -> str:
    """The workplace as a card shows it."""
    return _WORKPLACES[workplace]


def employment_label(employment: Employment) -> str:
    """The kind of employment as a card shows it; "" when unknown."""
    return _EMPLOYMENTS[employment]


def pay_words(salary: Salary | None) -> str:
    """Pay as stated, with currency and period: "USD 120,000-150,000 a year"; "Pay not stated" without any."""
    if salary is None or salary.min is salary.max is None:
        return "Pay not stated"
    span = _span(salary.min, salary.max)
    return f"{salary.currency} {span} {'an' if salary.period == 'hour' else 'a'} {salary.period}"


def _span(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {_figure(high or 0)}"
    if high is None:
        return f"from {_figure(low)}"
    return _figure(low) if low == high else f"{_figure(low)}-{_figure(high)}"


def _figure(amount: float) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


def place_words(location: str | None, countries: Sequence[str]) -> str:
    """The place as the source says it, else the countries found, else "Place not stated"."""
    said = " ".join((location or "").split())
    if said:
        return said
    if "*" in countries:
        return "Anywhere"
    return ", ".join(countries) or "Place not stated"
