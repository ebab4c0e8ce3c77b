"""Random postings and profiles of few values, so that they meet often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from ctm_alerts.postings.posting import TIERS, EmployerType, Employment, Role, Salary, Verdict, Workplace
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile
from tests.people import NOW, posting, profile, verdict

COUNTRIES = ("US", "GB", "DE")
SKILLS = ("T01", "T02", "T03")


def some(values: Any, most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(tuple(values)), unique=True, max_size=most).map(tuple)


verdicts: st.SearchStrategy[Verdict] = st.builds(
    verdict,
    role=st.sampled_from(("ctm", "ctm", "ctm", *get_args(Role))),
    tier=st.sampled_from((None, *TIERS)),
    workplace=st.sampled_from(get_args(Workplace)),
    countries=st.one_of(some(COUNTRIES), st.just(("*",))),
    employment=st.sampled_from(get_args(Employment)),
    salary=st.sampled_from((None, Salary(None, 80_000.0, "USD", "year"), Salary(60.0, None, "USD", "hour"),
                            Salary(50.0, 70.0, "EUR", "hour"))),
    skills=some(SKILLS),
    employer_type=st.sampled_from(get_args(EmployerType)),
)  # fmt: skip
postings_of_any_id: st.SearchStrategy[Posting] = st.builds(
    posting,
    id=st.integers(1, 99).map(str),
    title=st.sampled_from(("Clinical Trial Manager", "Senior CTM, Oncology")),
    company=st.sampled_from((None, "Northlight Bio", "Rheinau Therapeutics")),
    verdict=verdicts,
    first_seen_at=st.integers(0, 60).map(lambda days: NOW - timedelta(days=days)),
)
postings = st.lists(postings_of_any_id, max_size=12, unique_by=lambda p: p.id)
profiles: st.SearchStrategy[Profile] = st.builds(
    profile,
    id=st.integers(1, 9).map(str),
    tiers=some(TIERS),
    strict_tiers=st.booleans(),
    skills=some(SKILLS),
    countries=some(COUNTRIES),
    workplace=some(("remote", "hybrid", "onsite")),
    salary_floor=st.sampled_from((None, 70_000.0, 120_000.0)),
    salary_currency=st.sampled_from((None, "USD", "EUR")),
    employment=some(("full_time", "contract")),
    areas=some(("oncology", "cardiology")),
    employer_types=some(("sponsor", "cro")),
    exclude=some(("oncology", "Rheinau")),
)
