"""What smartrecruiters_list.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "smartrecruiters",
    (
        Entry(
            id="744000050010001",
            url="https://jobs.smartrecruiters.com/HaldenBrook/744000050010001",
            title="Clinical Trial Manager & Vendor Lead",
            company="Halden Brook Therapeutics",
            location="Leeds, England, United Kingdom (hybrid)",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 9, 30, 0, 120000, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="744000050010002",
            url="https://jobs.smartrecruiters.com/HaldenBrook/744000050010002",
            title="Study Manager",
            company="HaldenBrook",
            location="Oslo, NO",
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
    ),
    ("entry 3: no title", "entry 4: not an object"),
)
