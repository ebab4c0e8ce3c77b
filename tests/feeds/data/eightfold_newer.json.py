"""What eightfold_newer.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "eightfold",
    (
        Entry(
            id="790400000001",
            url=None,
            title="Clinical Trial Lead",
            company=None,
            location="Basel, Switzerland",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            remote=False,
            workplace="onsite",
        ),
        Entry(
            id="790400000002",
            url="https://careers.quarrypharma.example/careers/job/790400000002",
            title="Data Manager",
            company="Quarrypharma",
            location=None,
            description="",
            description_html="",
        ),
    ),
)
