"""What wp_board.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "wp_job_manager",
    (
        Entry(
            id="https://trialboard.example/?post_type=job_listing&p=411",
            url="https://trialboard.example/job/sctm/",
            title="Senior Clinical Trial Manager",
            company="Merrow Clinical",
            location="Boston, MA, USA",
            description="Own the trial’s budget.\n- TMF",
            description_html="<p>Own the trial’s budget.</p><ul><li>TMF</li></ul>",
            posted_at=datetime(2026, 5, 4, 8, tzinfo=UTC),
            employment_type="Full Time",
        ),
        Entry(
            id="https://trialboard.example/?post_type=job_listing&p=412",
            url="https://trialboard.example/job/ctm/",
            title="CTM (12 months)",
            company="Lindqvist Pharma",
            location="Lund",
            description="Two sites in Lund.",
            description_html="<p>Two sites in Lund.</p>",
            posted_at=datetime(2026, 5, 3, 8, tzinfo=UTC),
            employment_type="Contract, Part Time",
        ),
    ),
    (),
    "Jobs | Trial Board",
)
