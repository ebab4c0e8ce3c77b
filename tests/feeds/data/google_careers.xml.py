"""What google_careers.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "google_careers",
    (
        Entry(
            id="90000000000000001",
            url="https://careers.google.com/jobs/results/90000000000000001-ctm/",
            title="Clinical Trial Manager, Health Sciences",
            company="Halden Labs",
            location="Singapore; Fresno, CA, USA",
            description="Work in Singapore.\nMinimum qualifications:\n- 5 years of trials.",
            description_html="<p>Work in Singapore.</p><h3>Minimum qualifications:</h3><ul> <li>5 years of trials.</li></ul>",
            posted_at=datetime(2026, 5, 4, 13, 42, 9, 55000, tzinfo=UTC),
            employment_type="FULL_TIME",
            remote=False,
        ),
        Entry(
            id="90000000000000002",
            url="https://careers.google.com/jobs/results/90000000000000002-study-lead/",
            title="Study Lead",
            company="Halden Labs",
            location="TX, USA (hybrid)",
            description="In person, mostly.",
            description_html="<p>In person, mostly.</p>",
            posted_at=datetime(2026, 5, 5, 13, 13, 29, 893000, tzinfo=UTC),
            employment_type="PART_TIME",
            remote=False,
        ),
    ),
)
