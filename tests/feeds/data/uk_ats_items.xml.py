"""What uk_ats_items.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "uk_ats",
    (
        Entry(
            id="0144",
            url="http://vacancies.example/44",
            title="Trial Manager",
            company=None,
            location=None,
            description="Lead school-based trials.",
            description_html="<p>Lead school-based trials.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            expires_at=datetime(2026, 6, 23, 1, 10, 5, tzinfo=UTC),
            employment_type="part_time, permanent",
            salary_raw="£51,200 - £56,400 per annum",
        ),
    ),
)
