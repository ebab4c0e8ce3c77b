"""What weworkremotely_2014.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "weworkremotely",
    (
        Entry(
            id="https://weworkremotely.com/jobs/777",
            url="https://weworkremotely.com/jobs/777",
            title="Trial Manager",
            company="Halden",
            location="Los Angeles, CA",
            description="Hi there!",
            description_html="<p>Hi there!</p>",
            posted_at=datetime(2014, 5, 5, 20, tzinfo=UTC),
            remote=True,
        ),
    ),
    title="Recent Healthcare Jobs",
)
