"""What personio_positions.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "personio",
    (
        Entry(
            id="410001",
            url=None,
            title="Clinical Trial Manager (m/w/d)",
            company="Grünwald Bio GmbH & Co. KG",
            location="Munich; Berlin; Vienna",
            description="Your role\nLeads trials & vendors.\nYou & us\n- ICH-GCP",
            description_html="<h3>Your role</h3><p>Leads trials &amp; vendors.</p><h3>You &amp; us</h3><ul><li>ICH-GCP</li></ul>",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            employment_type="permanent, full-time",
        ),
        Entry(
            id="410002",
            url=None,
            title="Study Manager",
            company=None,
            location="Remote (Austria)",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 1, 8, tzinfo=UTC),
            employment_type="freelance",
        ),
    ),
    ("entry 3: no title",),
)
