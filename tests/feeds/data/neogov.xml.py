"""What neogov.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "neogov",
    (
        Entry(
            id="510001",
            url="https://www.governmentjobs.com/careers/tarncounty/jobs/510001",
            title="Clinical Trial Manager",
            company="Tarn County Health",
            location="Atlanta, Georgia",
            description="Lead the trials unit.\nExamples of duties\nOwn the budget.\nQualifications\nFive years.",
            description_html="<p>Lead the trials unit.</p> <h3>Examples of duties</h3><p>Own the budget.</p> <h3>Qualifications</h3><p>Five years.</p>",
            posted_at=datetime(2026, 5, 4, 23, 10, 38, tzinfo=UTC),
            expires_at=datetime(2026, 6, 20, 4, 59, tzinfo=UTC),
            salary_min=95000.0,
            salary_max=125000.0,
            salary_currency="USD",
            salary_period="year",
        ),
        Entry(
            id="510002",
            url="https://www.governmentjobs.com/careers/tarncounty/jobs/510002",
            title="Study Lead",
            company="Tarn County Health",
            location="Remote",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 5, 5, tzinfo=UTC),
        ),
    ),
    title="Tarn County Health Job Opportunities",
)
