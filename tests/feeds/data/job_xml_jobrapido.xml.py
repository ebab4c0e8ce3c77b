"""What job_xml_jobrapido.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "job_xml",
    (
        Entry(
            id="hb77",
            url="https://halden.example/jobs?id=77",
            title="Clinical Trial Manager",
            company="Halden Biotech",
            location="Tucson, AZ, US",
            description="Clinical Trial Manager\nStart in June.",
            description_html="<p><strong>Clinical Trial Manager</strong><br>Start in June.</p>",
            posted_at=datetime(2026, 5, 3, tzinfo=UTC),
            expires_at=datetime(2026, 6, 4, tzinfo=UTC),
            employment_type="fulltime",
            salary_raw="$95K - $110K per year",
        ),
    ),
)
