"""What recruitee_offers.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "recruitee",
    (
        Entry(
            id="3100001",
            url="https://veenhof.recruitee.com/o/clinical-trial-manager",
            title="Clinical Trial Manager (f/m/d)",
            company="Veenhof Research",
            location="Utrecht, Netherlands; Remote Belgium; Home office, Spain (hybrid)",
            description="Leads trials.\n- ICH-GCP",
            description_html="<p>Leads trials.</p><ul><li><p>ICH-GCP</p></li></ul>",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, 23, 59, tzinfo=UTC),
            employment_type="fulltime fixed term",
            remote=False,
            workplace="hybrid",
            salary_min=58000.0,
            salary_currency="EUR",
            salary_period="year",
            apply_url="https://veenhof.recruitee.com/o/clinical-trial-manager/c/new",
        ),
        Entry(
            id="3100002",
            url="https://veenhof.recruitee.com/o/study-manager",
            title="Study Manager",
            company="Veenhof",
            location="Remote job",
            description="",
            description_html="",
            remote=True,
            workplace="remote",
            salary_max=47500.0,
            salary_currency="EUR",
            salary_period="year",
        ),
    ),
    ("entry 3: no title",),
)
