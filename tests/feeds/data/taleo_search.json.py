"""What taleo_search.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "taleo",
    (
        Entry(
            id="2600101",
            url=None,
            title="Clinical Trial Manager",
            company=None,
            location="Leeds, United Kingdom; Boston, Massachusetts, US",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
        ),
        Entry(
            id="2600102",
            url=None,
            title="Study Manager - Late Phase",
            company=None,
            location="Home - EMEA",
            description="",
            description_html="",
            posted_at=datetime(2026, 4, 28, tzinfo=UTC),
        ),
        Entry(
            id="2600103",
            url=None,
            title="Trial Lead",
            company=None,
            location="[broken",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 14, tzinfo=UTC),
        ),
    ),
    ("entry 4: no title",),
    None,
    complete=False,
)
