"""What arbeitnow.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "arbeitnow",
    (
        Entry(
            id="clinical-trial-manager-berlin-500001",
            url="https://www.arbeitnow.com/jobs/companies/halden/clinical-trial-manager-berlin-500001",
            title="Clinical Trial Manager (m/w/d)",
            company="Halden Biotech GmbH",
            location="Berlin, Berlin, Germany",
            description="Klinische Studien\nLeiten.",
            description_html="<p><strong>Klinische Studien</strong></p> <p>Leiten.</p>",
            posted_at=datetime(2026, 5, 4, 0, 0, 5, tzinfo=UTC),
            employment_type="Freelance, berufserfahren",
            remote=False,
        ),
        Entry(
            id="study-manager-hamburg-9",
            url="https://www.arbeitnow.com/jobs/companies/merrow/study-manager-hamburg-9",
            title="Study Manager",
            company="Merrow",
            location="Hamburg",
            description="From home.",
            description_html="<p>From home.</p>",
            posted_at=datetime(2026, 5, 3, 23, 46, 40, tzinfo=UTC),
            remote=True,
        ),
    ),
    title="Arbeitnow",
    complete=False,
)
