"""What oracle_list.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "oracle",
    (
        Entry(
            id="260101",
            url=None,
            title="Clinical Trial Manager",
            company="Marsh & Quill Pharma Ltd",
            location="LEEDS, United Kingdom; Basel, Switzerland (hybrid)",
            description="Runs two studies.",
            description_html="Runs <b>two</b> studies.",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, tzinfo=UTC),
            employment_type="Full time",
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="260102",
            url=None,
            title="Study Lead",
            company=None,
            location=None,
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
    ),
    ("entry 3: no title",),
    None,
    complete=False,
)
