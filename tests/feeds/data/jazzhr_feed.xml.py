"""What jazzhr_feed.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jazzhr",
    (
        Entry(
            id="job_20260504093000_AAAABBBBCCCCDDDD",
            url="https://larkspur.applytojob.com/apply/AAAABBBBCC/Clinical-Trial-Manager",
            title="Clinical Trial Manager",
            company="Larkspur Devices",
            location="Leeds, United Kingdom",
            description="Leads trials.",
            description_html="<p>Leads trials.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Full Time",
        ),
        Entry(
            id="job_99990504093001_IIII",
            url=None,
            title="Study Manager",
            company="Larkspur Devices",
            location=None,
            description="Plain words & a stray ampersand.",
            description_html="<p>Plain words &amp; a stray ampersand.</p>",
        ),
    ),
    ("entry 3: no title",),
    "Larkspur Devices",
)
