"""What jobicy_feed.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jobicy_rss",
    (
        Entry(
            id="90001",
            url="https://jobicy.com/jobs/90001-clinical-trial-manager",
            title="Clinical Trial Manager",
            company="Halden & Brook",
            location="UK, Germany",
            description="Lead trials in three countries.",
            description_html="<p>Lead trials in three countries.</p>",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            employment_type="Full-Time",
            remote=True,
        ),
    ),
    (),
    "Jobicy",
)
