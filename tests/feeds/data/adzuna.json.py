"""What adzuna.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "adzuna",
    (
        Entry(
            id="5800000001",
            url="https://www.adzuna.co.uk/jobs/land/ad/5800000001?utm_medium=api&utm_source=app&v=77",
            title="Clinical Trial Manager",
            company="Merrow Clinical Ltd",
            location="Glasgow, Scotland, UK",
            description="Role: Clinical Trial Manager Glasgow. Lead phase III trials…",
            description_html="<p>Role: Clinical Trial Manager Glasgow. Lead phase III trials…</p>",
            posted_at=datetime(2026, 5, 4, 10, 36, tzinfo=UTC),
            employment_type="contract, full_time",
        ),
        Entry(
            id="5800000002",
            url="https://www.adzuna.co.uk/jobs/details/5800000002",
            title="Trial Manager",
            company=None,
            location="UK",
            description="Lead.",
            description_html="<p>Lead.</p>",
            posted_at=datetime(2026, 5, 5, 8, tzinfo=UTC),
            salary_min=55000.0,
            salary_max=60000.0,
            salary_currency="GBP",
            salary_period="year",
        ),
        Entry(
            id="5800000003",
            url="https://www.adzuna.co.uk/jobs/details/5800000003",
            title="Study Lead",
            company="Halden",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 5, tzinfo=UTC),
        ),
    ),
    title="Adzuna",
    complete=False,
)
