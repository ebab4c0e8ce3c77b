"""What uk_ats.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "uk_ats",
    (
        Entry(
            id="0145",
            url="http://vacancies.example/45",
            title="Trial Manager",
            company=None,
            location=None,
            description="Lead trials in schools.",
            description_html="<p>Lead trials in schools.</p>",
            expires_at=datetime(2026, 10, 29, 12, tzinfo=UTC),
            employment_type="full_time, part_time, fixed_term",
            salary_raw="£27,000.00 to £40,500.00",
        ),
    ),
)
