"""What json_feed.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "json_feed",
    (
        Entry(
            id="m-1",
            url="https://merrow.example/jobs/1",
            title="Clinical Trial Manager",
            company="Merrow Clinical",
            location=None,
            description="Lead trials.",
            description_html="<p>Lead <b>trials</b>.</p>",
            posted_at=datetime(2026, 5, 4, 8, 26, 20, tzinfo=UTC),
        ),
        Entry(
            id="2",
            url="https://merrow.example/jobs/2-study-lead",
            title="Study Lead",
            company="Halden Biotech",
            location=None,
            description="Plain & simple.\nTwo lines.",
            description_html="<p>Plain &amp; simple.</p><p>Two lines.</p>",
            apply_url="https://apply.example/2",
        ),
        Entry(
            id="m-3",
            url="https://merrow.example/jobs/3",
            title="Trial Manager",
            company="Merrow Clinical GmbH",
            location="Wien, AT",
            description="In short.",
            description_html="<p>In short.</p>",
            posted_at=datetime(2026, 5, 6, tzinfo=UTC),
            employment_type="PART_TIME",
        ),
    ),
    skipped=("entry 4: no title",),
    title="Openings at Merrow",
)
