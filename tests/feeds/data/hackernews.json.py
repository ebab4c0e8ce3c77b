"""What hackernews.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "hackernews",
    (
        Entry(
            id="50000001",
            url="https://news.ycombinator.com/item?id=50000001",
            title="Clinical Trial Manager, Oncology / Product Manager",
            company="Quillon",
            location="Basel, CH",
            description="Quillon | Clinical Trial Manager, Oncology | Product Manager | Basel, CH | REMOTE (Europe) | Full-time | €95k–€110k | https://quillon.example/jobs\nWe're a small team.\nApply by mail.",
            description_html="Quillon | Clinical Trial Manager, Oncology | Product Manager | Basel, CH | REMOTE (Europe) | Full-time | €95k–€110k | https://quillon.example/jobs<p>We're a small team.</p><p>Apply by mail.</p>",
            posted_at=datetime(2026, 5, 1, 14, 10, 34, tzinfo=UTC),
            employment_type="Full-time",
            remote=True,
            salary_raw="€95k–€110k",
        ),
        Entry(
            id="50000004",
            url="https://news.ycombinator.com/item?id=50000004",
            title="Study Lead",
            company="Halden",
            location=None,
            description="Halden (https://halden.example) | Study Lead | Onsite | Visa possible\nTrials.",
            description_html="Halden (https://halden.example) | Study Lead | Onsite | Visa possible<p>Trials.</p>",
            posted_at=datetime(2026, 5, 1, 16, 10, 34, tzinfo=UTC),
        ),
    ),
    skipped=("entry 2: a comment whose first line names no role",),
    title="Ask HN: Who is hiring? (May 2026)",
)
