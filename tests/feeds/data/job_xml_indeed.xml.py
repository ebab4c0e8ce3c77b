"""What job_xml_indeed.xml says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "job_xml",
    (
        Entry(
            id="MC-1001",
            url="https://careers.merrow.example/view?id=MC-1001&source=Indeed",
            title="Clinical Trial Manager (m/w/d)",
            company="Merrow Clinical",
            location="Tucson, AZ, US",
            description="Run two oncology trials.\n- Vendors",
            description_html="<p>Run two <b>oncology</b> trials.</p><ul><li>Vendors</li></ul>",
            posted_at=datetime(2026, 5, 4, 22, 49, 39, tzinfo=UTC),
            expires_at=datetime(2026, 6, 8, tzinfo=UTC),
            employment_type="fulltime, parttime",
            remote=True,
            workplace="remote",
            salary_raw="$120K per year",
        ),
        Entry(
            id="MC-1002",
            url="https://careers.merrow.example/view?id=MC-1002",
            title="Senior Clinical Trial Manager",
            company="Merrow Group",
            location="Tucson, US",
            description="Lead the portfolio & its people.\nTravel 10%.",
            description_html="<p>Lead the <i>portfolio</i> &amp; its people.</p><p>Travel 10%.</p>",
            posted_at=datetime(2026, 5, 5, tzinfo=UTC),
        ),
        Entry(
            id="MC-1003 https://careers.merrow.example/view?id=MC-1003-leeds",
            url="https://careers.merrow.example/view?id=MC-1003-leeds",
            title="Clinical Trial Manager II",
            company="Merrow Clinical",
            location="Leeds, GB (hybrid)",
            description="",
            description_html="",
            remote=False,
            workplace="hybrid",
            salary_min=51000.0,
            salary_max=58000.0,
            salary_currency="GBP",
            salary_period="year",
        ),
        Entry(
            id="MC-1003 https://careers.merrow.example/view?id=MC-1003-york",
            url="https://careers.merrow.example/view?id=MC-1003-york",
            title="Clinical Trial Manager II",
            company="Merrow Clinical",
            location="York, GB",
            description="",
            description_html="",
        ),
    ),
    skipped=("entry 5: no title",),
    title="Merrow Careers",
)
