"""What remotive.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "remotive",
    (
        Entry(
            id="2090001",
            url="https://remotive.com/remote-jobs/medical/clinical-trial-manager-2090001",
            title="Clinical Trial Manager",
            company="Merrow Clinical",
            location="USA, Canada, UK",
            description="Lead trials.\n- Budget",
            description_html="<p>Lead trials.</p><ul><li>Budget</li></ul>",
            posted_at=datetime(2026, 5, 4, 12, 46, 23, tzinfo=UTC),
            employment_type="full_time",
            remote=True,
            salary_raw="$120k - $140k",
        ),
        Entry(
            id="2090002",
            url="https://remotive.com/remote-jobs/medical/ctm-2090002",
            title="CTM & Vendor Lead",
            company="Halden",
            location="Worldwide",
            description="",
            description_html="",
            employment_type="contract",
            remote=True,
        ),
    ),
    skipped=("entry 3: no title",),
    title="Remotive",
)
