"""What workable_account.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "workable",
    (
        Entry(
            id="A1B2C3D4E5",
            url="https://apply.workable.com/j/A1B2C3D4E5",
            title="Clinical Trial Manager",
            company="Copperfield Trials",
            location="Madrid, Spain; Porto, Norte, Portugal (hybrid)",
            description="Leads trials.\n- ICH-GCP",
            description_html="<p>Leads trials.</p><ul><li>ICH-GCP</li></ul>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            workplace="hybrid",
            apply_url="https://apply.workable.com/j/A1B2C3D4E5/apply",
        ),
        Entry(
            id="F6G7H8I9J0",
            url="https://apply.workable.com/j/F6G7H8I9J0",
            title="Study Manager",
            company="Copperfield Trials",
            location="Portugal",
            description="",
            description_html="",
            remote=True,
        ),
    ),
    ("entry 3: not an object",),
    "Copperfield Trials",
)
