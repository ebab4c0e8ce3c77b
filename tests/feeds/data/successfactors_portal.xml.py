"""What successfactors_portal.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "successfactors",
    (
        Entry(
            id="31001",
            url=None,
            title="Clinical Trial Manager (m/w/d)",
            company=None,
            location="Mainz, Germany (hybrid)",
            description="Leads trials.\n- ICH-GCP",
            description_html="<p>Leads trials.</p><ul><li>ICH-GCP</li></ul>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Full-Time",
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="31002",
            url=None,
            title="Study Manager",
            company="Lindenau GmbH",
            location="Wien",
            description="",
            description_html="",
            posted_at=datetime(2026, 4, 28, tzinfo=UTC),
        ),
    ),
    ("entry 3: no title",),
)
