"""What job_xml_broken.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "job_xml",
    (
        Entry(
            id="q1",
            url="https://quillon.example/jobs?a=1&b=2",
            title="Clinical Trial Manager R&D",
            company="Quillon Therapeutics",
            location="London, Greater London, United Kingdom; Singapore",
            description="Six trials — three phases.",
            description_html="<p>Six trials — three phases.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="permanent, full-time",
            apply_url="https://quillon.example/apply/q1",
        ),
        Entry(
            id="q2",
            url="https://quillon.example/jobs/q2",
            title="Clinical Trial Lead",
            company="Quillon Therapeutics",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 23, tzinfo=UTC),
            expires_at=datetime(2026, 6, 12, tzinfo=UTC),
            remote=False,
            workplace="onsite",
            salary_min=48000.0,
            salary_max=48000.0,
            salary_currency="EUR",
        ),
    ),
)
