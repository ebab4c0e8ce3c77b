"""What weworkremotely.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "weworkremotely",
    (
        Entry(
            id="https://weworkremotely.com/remote-jobs/merrow-clinical-ctm",
            url="https://weworkremotely.com/remote-jobs/merrow-clinical-ctm",
            title="Clinical Trial Manager: Oncology",
            company="Merrow Clinical",
            location="Anywhere in the World",
            description="Trials across time zones.",
            description_html="<p>Trials across time zones.</p>",
            posted_at=datetime(2026, 5, 4, 22, 45, 30, tzinfo=UTC),
            expires_at=datetime(2026, 6, 3, 22, 45, 30, tzinfo=UTC),
            employment_type="Contract",
            remote=True,
        ),
        Entry(
            id="https://weworkremotely.com/remote-jobs/study-lead",
            url="https://weworkremotely.com/remote-jobs/study-lead",
            title="Study Lead without an employer",
            company=None,
            location="Canada",
            description="Headquarters are everywhere.",
            description_html="<p>Headquarters are everywhere.</p>",
            remote=True,
        ),
    ),
    title="We Work Remotely: Remote jobs in design, programming, marketing and more",
)
