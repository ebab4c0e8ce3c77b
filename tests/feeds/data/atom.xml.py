"""What atom.xml says: Latin-1, XHTML content, a relative link."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "rss",
    (
        Entry(
            id="tag:atom.example,2026:7",
            url="https://atom.example/jobs/7",
            title="CTM & Lead",
            company=None,
            location=None,
            description="Zürich site",
            description_html="<p>Zürich <b>site</b></p>",
            posted_at=datetime(2026, 5, 4, 7, tzinfo=UTC),
        ),
    ),
    (),
    "Atom jobs",
)
