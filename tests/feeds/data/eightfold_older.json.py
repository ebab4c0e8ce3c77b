"""What eightfold_older.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "eightfold",
    (
        Entry(
            id="790300000001",
            url="https://quarrypharma.eightfold.ai/careers/job/790300000001",
            title="Clinical Trial Manager",
            company="Quarrypharma",
            location="Leeds, United Kingdom; Boston, Massachusetts, United States (hybrid)",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="790300000002",
            url="https://quarrypharma.eightfold.ai/careers/job/790300000002",
            title="Study Manager",
            company="Quarrypharma",
            location="Home based, Spain",
            description="Runs one study.",
            description_html="<p>Runs <b>one</b> study.</p>",
            remote=True,
            workplace="remote",
        ),
    ),
    ("entry 3: no title",),
    None,
    complete=False,
)
