"""What pinpoint_postings.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "pinpoint",
    (
        Entry(
            id="810001",
            url="https://stonebridge-cro.pinpointhq.com/en/postings/810001",
            title="Clinical Trial Manager",
            company="Stonebridge Cro",
            location="Leeds, UK (hybrid)",
            description="Leads trials.\nWhat you do\n- Vendor oversight\nWhat you bring\nICH-GCP",
            description_html="<p>Leads trials.</p><h3>What you do</h3><ul><li>Vendor oversight</li></ul><h3>What you bring</h3><p>ICH-GCP</p>",
            expires_at=datetime(2026, 6, 1, 22, 59, 59, tzinfo=UTC),
            employment_type="Full Time",
            remote=False,
            workplace="hybrid",
            salary_min=55000.0,
            salary_max=65000.0,
            salary_currency="GBP",
            salary_period="year",
            salary_raw="£55,000 - £65,000 / year",
        ),
        Entry(
            id="810002",
            url=None,
            title="Study Manager",
            company=None,
            location="Jersey, JE",
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
    ),
    ("entry 3: no title",),
)
