"""What phenom_search.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "phenom",
    (
        Entry(
            id="R-5501",
            url="https://careers.tarnwell.example/global/en/job/TARNGLOBALR5501EXTERNALENGLOBAL",
            title="Clinical Trial Manager",
            company="Tarnwell Research",
            location="Leeds, England, United Kingdom; Basel, Basel-Stadt, Switzerland",
            description='Lead trials; mind the "}};" of a script.',
            description_html='<p>Lead trials; mind the "}};" of a script.</p>',
            posted_at=datetime(2026, 5, 4, 9, 30, 0, 573000, tzinfo=UTC),
            employment_type="Full-Time",
            apply_url="https://tarnwell.wd5.myworkdayjobs.com/Careers/job/Leeds/Clinical-Trial-Manager_R-5501/apply",
        ),
        Entry(
            id="5502",
            url="https://careers.tarnwell.example/global/en/job/TARNGLOBAL5502EXTERNALENGLOBAL",
            title="Study Manager",
            company="Tarnwell",
            location="Oslo, Norway",
            description="",
            description_html="",
        ),
    ),
    ("entry 3: no title",),
    None,
    complete=False,
)
