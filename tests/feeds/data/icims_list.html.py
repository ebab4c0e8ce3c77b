"""What icims_list.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "icims",
    (
        Entry(
            id="4711",
            url="https://careers-fenwick.icims.com/jobs/4711/clinical-trial-manager/job",
            title="Clinical Trial Manager & Lead",
            company="Fenwick Clinical",
            location="Boston, MA, US; Remote, US; DE",
            description="Runs two studies.",
            description_html="<p> Runs two studies.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Regular Full-Time",
        ),
        Entry(
            id="4713",
            url=None,
            title="Study Manager, Late Phase",
            company="Fenwick Clinical",
            location=None,
            description="",
            description_html="",
            posted_at=datetime(2026, 4, 21, tzinfo=UTC),
        ),
    ),
    ("entry 2: no title",),
    "Fenwick Clinical",
    complete=False,
)
