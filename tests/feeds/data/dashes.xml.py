"""What dashes.xml says: raw HTML in descriptions, companies behind hyphens, two items with one guid."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "rss",
    (
        Entry(
            id="r-1",
            url="https://roles.example/1",
            title="Manager, Clinical Trials",
            company="Fenwick Institute",
            location="Leeds UK",
            description="Runs the trials unit & its budget.\nLocation: Leeds UK",
            description_html="<p>Runs the trials unit &amp; its budget.</p> <p><strong>Location:</strong> Leeds UK</p>",
            posted_at=datetime(2026, 5, 4, 5, tzinfo=UTC),
        ),
        Entry(
            id="r-2 https://roles.example/2",
            url="https://roles.example/2",
            title="Trial Lead - Oncology",
            company="Pell Hospital",
            location="Bergen",
            description="Location: Bergen",
            description_html="<p><strong>Location:</strong> Bergen</p>",
        ),
        Entry(
            id="r-2 https://roles.example/3",
            url="https://roles.example/3",
            title="Trial Manager - Remote",
            company=None,
            location="Anywhere",
            description="Location: Anywhere",
            description_html="<p><strong>Location:</strong> Anywhere</p>",
        ),
    ),
    (),
    "Trial roles",
)
