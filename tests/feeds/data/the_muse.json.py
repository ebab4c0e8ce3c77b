"""What the_muse.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "the_muse",
    (
        Entry(
            id="6000001",
            url="https://www.themuse.com/jobs/quillon/ctm-0c0c0c",
            title="Clinical Trial Manager",
            company="Quillon Therapeutics",
            location="Flexible / Remote; Los Angeles, CA",
            description="Own the protocol.",
            description_html="<p>Own the <em>protocol</em>.</p>",
            posted_at=datetime(2026, 5, 4, 15, 38, 22, tzinfo=UTC),
            remote=True,
        ),
        Entry(
            id="6000002",
            url=None,
            title="Trial Lead",
            company="Tarn Vale",
            location=None,
            description="Plain words.",
            description_html="<p>Plain words.</p>",
        ),
    ),
    title="The Muse",
    complete=False,
)
