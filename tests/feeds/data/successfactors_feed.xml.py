"""What successfactors_feed.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "successfactors",
    (
        Entry(
            id="1201001",
            url="https://jobs.lindenau.example/job/Mainz-Clinical-Trial-Manager-RP-55116/1201001/",
            title="Clinical Trial Manager (m/f/d)",
            company="Lindenau Pharma SE",
            location="Mainz, RP, DE",
            description="Leads trials & vendors.",
            description_html="<p>Leads trials &amp; vendors.</p>",
            posted_at=datetime(2026, 5, 4, 7, 30, 4, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, tzinfo=UTC),
        ),
        Entry(
            id="1201002",
            url="https://jobs.lindenau.example/job/Leeds-Study-Manager/1201002/",
            title="Study Manager (Maternity Cover)",
            company="Lindenau Pharma",
            location="Leeds, GB",
            description="Leads one study.",
            description_html="<p>Leads one study.</p>",
        ),
        Entry(
            id="1201003",
            url="https://jobs.lindenau.example/job/Trial-Lead/1201003/",
            title="Trial Lead (Remote)",
            company="Lindenau Pharma",
            location=None,
            description="",
            description_html="",
        ),
    ),
    (),
    "Careers at Lindenau Pharma",
)
