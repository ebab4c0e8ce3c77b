"""What himalayas.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "himalayas",
    (
        Entry(
            id="https://himalayas.app/companies/quillon/jobs/ctm-contract",
            url="https://himalayas.app/companies/quillon/jobs/ctm-contract",
            title="Clinical Trial Manager (Contract)",
            company="Quillon Therapeutics",
            location="Canada; United States",
            description="Quillon runs trials.",
            description_html='<p><a href="https://himalayas.app/companies/quillon" rel="nofollow noopener">Quillon</a> runs trials.</p>',
            posted_at=datetime(2026, 5, 5, 16, 53, 20, tzinfo=UTC),
            expires_at=datetime(2026, 7, 4, 16, 53, 20, tzinfo=UTC),
            employment_type="Contractor",
            remote=True,
            salary_min=50.0,
            salary_max=62.5,
            salary_currency="USD",
            salary_period="hour",
        ),
        Entry(
            id="https://himalayas.app/companies/tarn-vale/jobs/study-manager",
            url="https://himalayas.app/companies/tarn-vale/jobs/study-manager",
            title="Study Manager",
            company="Tarn Vale",
            location="Germany",
            description="Only an excerpt.",
            description_html="<p>Only an excerpt.</p>",
            posted_at=datetime(2026, 5, 5, 17, 53, 20, tzinfo=UTC),
            employment_type="Full Time",
            remote=True,
        ),
        Entry(
            id="https://himalayas.app/companies/halden/jobs/trial-manager",
            url="https://himalayas.app/companies/halden/jobs/trial-manager",
            title="Trial Manager",
            company="Halden",
            location=None,
            description="",
            description_html="",
            remote=True,
            salary_min=70000.0,
            salary_currency="EUR",
            salary_period="year",
        ),
    ),
    title="Himalayas",
    complete=False,
)
