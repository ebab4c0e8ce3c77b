"""What jobicy_v2.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jobicy_json",
    (
        Entry(
            id="90001",
            url="https://jobicy.com/jobs/90001-clinical-trial-manager",
            title="Clinical Trial Manager – Oncology",
            company="Halden & Brook Therapeutics",
            location="EMEA, Canada, USA",
            description="Lead global oncology trials.\nYou bring\n- 7+ years\n- ICH GCP",
            description_html="<p>Lead global oncology trials.</p> <h3>You bring</h3><ul><li>7+ years</li><li>ICH GCP</li></ul>",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            employment_type="Full-Time, Contract",
            remote=True,
            salary_min=118000.0,
            salary_currency="USD",
            salary_period="year",
        ),
        Entry(
            id="90002",
            url="https://jobicy.com/jobs/90002-ctm",
            title="CTM",
            company="Ostrava Bio",
            location="Anywhere",
            description="Run two phase II trials.",
            description_html="<p>Run two phase II trials.</p>",
            posted_at=datetime(2025, 3, 14, 3, 54, 10, tzinfo=UTC),
            employment_type="full-time",
            remote=True,
            salary_min=95000.0,
            salary_max=110000.0,
            salary_currency="EUR",
            salary_period="year",
        ),
    ),
    ("entry 3: no title",),
    "Jobicy",
)
