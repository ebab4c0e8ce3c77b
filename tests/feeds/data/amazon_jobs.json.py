"""What amazon_jobs.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "amazon_jobs",
    (
        Entry(
            id="20700001",
            url="https://www.amazon.jobs/en/jobs/20700001/clinical-trial-manager",
            title="Clinical Trial Manager, Health",
            company="Amazon.com Services LLC",
            location="Seattle, Washington, USA; USA",
            description="Run trials.\nWith care.\nBasic qualifications\n- 5+ years of trials\n- GCP",
            description_html="Run trials.<br><br>With care.<h3>Basic qualifications</h3>- 5+ years of trials<br>- GCP",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            employment_type="full-time",
            apply_url="https://account.amazon.jobs/jobs/20700001/apply",
        ),
        Entry(
            id="0a1b2c3d-0001",
            url="https://www.amazon.jobs/en/jobs/20700002/trial-lead",
            title="Trial Lead",
            company="Amazon",
            location="US, Virtual",
            description="",
            description_html="",
            remote=True,
        ),
    ),
    title="Amazon",
    complete=False,
)
