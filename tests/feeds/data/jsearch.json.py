"""What jsearch.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jsearch",
    (
        Entry(
            id="Ab3dEfGh1JkLmNoPAAAAAA==",
            url="https://board.example/c/Quillon/1",
            title="Clinical Trial Manager",
            company="Quillon Inc.",
            location="Atlanta, GA, US",
            description="Before applying\n• Lead trials\n• Budget",
            description_html="<p>Before applying</p><p>• Lead trials</p><p>• Budget</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="Full-time and Contractor",
            remote=False,
            salary_min=60.0,
            salary_max=70.0,
            salary_period="hour",
        ),
        Entry(
            id="Zy9xWvUt8SrQpOnMAAAAAA==",
            url="https://careers.merrow.example/46001",
            title="Study Manager",
            company="Merrow",
            location="Leeds, England, GB",
            description="",
            description_html="",
            posted_at=datetime(2026, 5, 4, 0, 0, 1, tzinfo=UTC),
            remote=True,
            salary_raw="45K a year",
        ),
    ),
    title="Google for Jobs",
)
