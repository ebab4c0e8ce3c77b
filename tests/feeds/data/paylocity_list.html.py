"""What paylocity_list.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "paylocity",
    (
        Entry(
            id="5100001",
            url="https://recruiting.paylocity.com/Recruiting/Jobs/Details/5100001",
            title="Clinical Trial Manager",
            company="Palmetto Site Network",
            location="Raleigh, NC, USA (hybrid)",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 16, 27, 44, tzinfo=UTC),
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="5100002",
            url="https://recruiting.paylocity.com/Recruiting/Jobs/Details/5100002",
            title="Study Manager",
            company="Palmetto Site Network",
            location="Field, Southeast",
            description="Visits sites.",
            description_html="<p>Visits sites.</p>",
            remote=True,
        ),
    ),
    ("entry 3: no title",),
    "Palmetto Site Network",
)
