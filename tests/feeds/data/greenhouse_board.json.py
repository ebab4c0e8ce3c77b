"""What greenhouse_board.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "greenhouse",
    (
        Entry(
            id="7001",
            url="https://job-boards.greenhouse.io/halden-brook/jobs/7001",
            title="Clinical Trial Manager",
            company="Halden Brook",
            location="Cambridge, UK; Remote",
            description="Trials & tribulations here.\n- EDC",
            description_html="<p>Trials &amp; tribulations here.</p><ul><li>EDC</li></ul>",
            posted_at=datetime(2026, 5, 4, 15, 55, 32, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, tzinfo=UTC),
            employment_type="Fixed Term",
            remote=True,
        ),
        Entry(
            id="7002",
            url="https://job-boards.greenhouse.io/halden-brook/jobs/7002",
            title="Study Lead",
            company="Halden Brook",
            location="Basel",
            description="",
            description_html="",
        ),
    ),
    ("entry 3: not an object",),
)
