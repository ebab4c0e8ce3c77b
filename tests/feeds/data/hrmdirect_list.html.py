"""What hrmdirect_list.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "hrmdirect",
    (
        Entry(
            id="4000001",
            url=None,
            title="Clinical Trial Manager",
            company="Tarn Foundation",
            location="Leeds, UK",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
        ),
        Entry(
            id="4000002",
            url=None,
            title="Study Lead",
            company="Tarn Foundation",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 6, 5, tzinfo=UTC),
        ),
    ),
    skipped=("entry 3: no title",),
    title="Tarn Foundation",
)
