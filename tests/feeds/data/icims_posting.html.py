"""What icims_posting.html says."""

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
            location="Boston, MA, US",
            description="Overview\nRuns two studies.\n- ICH-GCP",
            description_html="<h3>Overview</h3> <p>Runs two studies.</p><ul><li>ICH-GCP</li></ul>",
            posted_at=datetime(2026, 5, 21, 4, tzinfo=UTC),
        ),
    ),
)
