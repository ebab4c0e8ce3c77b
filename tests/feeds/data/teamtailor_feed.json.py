"""What teamtailor_feed.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "teamtailor",
    (
        Entry(
            id="5f2c7a10-0000-4000-8000-000000000001",
            url="https://career.sollenby.example/jobs/900001-clinical-trial-manager",
            title="Clinical Trial Manager",
            company="Sollenby AB",
            location="Uppsala, SE; Aarhus, DK",
            description="Leads trials.",
            description_html="<p>Leads trials.</p>",
            posted_at=datetime(2026, 5, 4, 7, 30, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, 21, 59, tzinfo=UTC),
        ),
        Entry(
            id="5f2c7a10-0000-4000-8000-000000000002",
            url="https://career.sollenby.example/jobs/900002-study-manager",
            title="Study Manager",
            company="Sollenby",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 1, 7, 30, tzinfo=UTC),
        ),
    ),
    ("entry 3: no title",),
    "Sollenby",
    complete=False,
)
