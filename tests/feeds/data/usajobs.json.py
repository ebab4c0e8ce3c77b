"""What usajobs.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "usajobs",
    (
        Entry(
            id="870000100",
            url="https://www.usajobs.gov/job/870000100",
            title="Clinical Trials Manager",
            company="Centre for Trial Review",
            location="Bethesda, Maryland; Denver, Colorado",
            description="Summary\nOversee trials.\nDuties\nPlan & budget.\nVisit sites.\nQualifications\nOne year at GS-13.\nConditions of employment\nMust be a US Citizen\nEducation\nNone.",
            description_html="<h3>Summary</h3><p>Oversee trials.</p> <h3>Duties</h3><p>Plan &amp; budget.</p><p>Visit sites.</p> <h3>Qualifications</h3><p>One year at GS-13.</p> <h3>Conditions of employment</h3><p>Must be a US Citizen</p> <h3>Education</h3><p>None.</p>",
            posted_at=datetime(2026, 5, 4, 13, 42, 32, 137000, tzinfo=UTC),
            expires_at=datetime(2026, 5, 18, 23, 59, 59, 997000, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            salary_min=120579.0,
            salary_max=156755.0,
            salary_currency="USD",
            salary_period="year",
            apply_url="https://apply.example/1",
        ),
        Entry(
            id="870000101",
            url="https://www.usajobs.gov/job/870000101",
            title="Trial Coordinator",
            company="Department of Samples",
            location="Location Negotiable After Selection",
            description="",
            description_html="",
            employment_type="Flexitime",
            remote=True,
        ),
    ),
    skipped=("entry 3: no MatchedObjectDescriptor",),
    title="USAJOBS",
    complete=False,
)
