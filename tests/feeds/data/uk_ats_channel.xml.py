"""What uk_ats_channel.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "uk_ats",
    (
        Entry(
            id="V-002",
            url="http://www.vale.example/jobs/12345?board=Trials&c=poster",
            title="Study Lead",
            company=None,
            location=None,
            description="What is the role? To lead studies.",
            description_html="<p>What is the role? To lead studies.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            expires_at=datetime(2026, 6, 15, tzinfo=UTC),
            employment_type="full_time",
        ),
    ),
    title="ATS RSS Feed",
)
