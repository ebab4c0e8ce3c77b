"""What workingnomads.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "workingnomads",
    (
        Entry(
            id="1800001",
            url="https://www.workingnomads.com/job/go/1800001/",
            title="Clinical Trial Manager",
            company="Tarn & Vale",
            location="Australia",
            description="Trials from anywhere\nLead them.",
            description_html="<p><strong>Trials from anywhere</strong></p> <p>Lead them.</p>",
            posted_at=datetime(2026, 5, 4, 13, 24, 39, tzinfo=UTC),
            remote=True,
        ),
        Entry(
            id="https://www.workingnomads.com/jobs/study-lead",
            url="https://www.workingnomads.com/jobs/study-lead",
            title="Study Lead",
            company="Halden",
            location=None,
            description="",
            description_html="",
            remote=True,
        ),
    ),
    title="Working Nomads",
)
