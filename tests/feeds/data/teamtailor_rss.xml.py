"""What teamtailor_rss.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "teamtailor",
    (
        Entry(
            id="5f2c7a10-0000-4000-8000-000000000001",
            url="https://sollenby.teamtailor.com/jobs/900001-clinical-trial-manager",
            title="Clinical Trial Manager",
            company="Sollenby",
            location="Uppsala, Sweden; Home of the Danes, Denmark (hybrid)",
            description="Leads trials & vendors.",
            description_html="<p>Leads trials &amp; vendors.</p>",
            posted_at=datetime(2026, 5, 4, 7, 30, tzinfo=UTC),
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="5f2c7a10-0000-4000-8000-000000000002",
            url="https://sollenby.teamtailor.com/jobs/900002-study-manager",
            title="Study Manager",
            company="Sollenby",
            location=None,
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
    ),
    ('entry 3: neither id nor address of "Known by nothing"',),
    "Sollenby",
)
