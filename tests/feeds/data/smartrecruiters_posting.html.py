"""What smartrecruiters_posting.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "smartrecruiters",
    (
        Entry(
            id="744000050010001",
            url="https://jobs.smartrecruiters.com/HaldenBrook/744000050010001-clinical-trial-manager",
            title="Clinical Trial Manager",
            company="Halden Brook Therapeutics",
            location="Leeds, England, United Kingdom (hybrid)",
            description="Job Description\nLead two phase II studies & their vendors.\nQualifications\n- ICH-GCP\n- Five years in trials",
            description_html="<h3>Job Description</h3><p>Lead two phase II studies &amp; their vendors.</p> <h3>Qualifications</h3><ul><li>ICH-GCP</li><li>Five years in trials</li></ul>",
            posted_at=datetime(2026, 5, 4, 9, 30, 0, 120000, tzinfo=UTC),
            expires_at=datetime(2026, 6, 1, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            workplace="hybrid",
        ),
    ),
)
