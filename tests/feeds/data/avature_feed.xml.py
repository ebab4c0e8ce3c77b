"""What avature_feed.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "avature",
    (
        Entry(
            id="61001",
            url="https://careers.hollowell.example/careers/JobDetail/Clinical-Trial-Manager/61001",
            title="Clinical Trial Manager - Home Based",
            company="Hollowell",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
        ),
        Entry(
            id="61002",
            url="https://careers.hollowell.example/careers/JobDetail/Study-Manager/61002",
            title="Study Manager",
            company="Hollowell",
            location="Leeds, United Kingdom",
            description="",
            description_html="",
        ),
    ),
)
