"""What remoteok.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "remoteok",
    (
        Entry(
            id="1200001",
            url="https://remoteOK.com/remote-jobs/remote-clinical-trial-manager-merrow-1200001",
            title="Clinical Trial Manager & Lead",
            company="Merrow & Sons",
            location=None,
            description="Oncology trials at Nestlé.",
            description_html="<p>Oncology trials at Nestlé.</p>",
            posted_at=datetime(2026, 5, 4, 0, 0, 5, tzinfo=UTC),
            remote=True,
        ),
        Entry(
            id="1200002",
            url="https://remoteOK.com/remote-jobs/remote-study-lead-1200002",
            title="Study Lead",
            company=None,
            location="Cambridge, MA",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 0, 0, 6, tzinfo=UTC),
            remote=True,
            salary_min=110000.0,
            salary_max=140000.0,
            apply_url="https://jobs.quillon.example/apply/7",
        ),
    ),
    skipped=("entry 3: not an object",),
    title="Remote OK",
)
