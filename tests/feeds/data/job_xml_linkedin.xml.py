"""What job_xml_linkedin.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "job_xml",
    (
        Entry(
            id="tv-12",
            url="https://tarnvale.example/jobs/12?trk=li",
            title="Clinical Trial Manager, Rare Diseases",
            company="Tarn & Vale Research",
            location="Fremont, CA, US",
            description="Trials in 14 countries ...",
            description_html="<p>Trials in 14 countries ...</p>",
            posted_at=datetime(2026, 5, 6, 8, tzinfo=UTC),
            remote=False,
            salary_min=130000.0,
            salary_max=160000.0,
            salary_currency="USD",
            salary_period="year",
        ),
    ),
    title="Tarn and Vale",
    complete=False,
)
