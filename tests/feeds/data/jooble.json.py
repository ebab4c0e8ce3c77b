"""What jooble.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jooble",
    (
        Entry(
            id="1234567890123456789",
            url="https://jooble.org/jdp/1234567890123456789",
            title="Clinical Trial Manager",
            company="Halden Biotech",
            location="Frederick, MD",
            description="...lead clinical trial teams and their budgets. Travel to sites...",
            description_html="...lead <b>clinical</b> <b>trial</b> teams and their budgets. Travel to sites...",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Full-time",
            salary_raw="$140k - $180k",
        ),
        Entry(
            id="-1234567890123456780",
            url="https://jooble.org/jdp/-1234567890123456780",
            title="Study Manager",
            company=None,
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 11, 22, 33, 123456, tzinfo=UTC),
        ),
    ),
    title="Jooble",
    complete=False,
)
