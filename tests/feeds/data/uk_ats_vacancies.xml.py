"""What uk_ats_vacancies.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "uk_ats",
    (
        Entry(
            id="920001",
            url="http://tarn.example/920001",
            title="Clinical Trial Manager",
            company="Tarn University Trust",
            location="Whitby, Yorkshire",
            description="Run trials\nat sea",
            description_html="<p><strong>Run trials</strong><br> at sea</p>",
            expires_at=datetime(2026, 6, 1, tzinfo=UTC),
            employment_type="full_time, Permanent",
            salary_raw="£43,100 - £51,900",
        ),
    ),
    title="Tarn University Trust RSS Feed",
)
