"""What jsonld_page.html says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jsonld",
    (
        Entry(
            id="30417",
            url=None,
            title="Clinical Trial Manager & Study Lead",
            company="Merrow Clinical Ltd",
            location="Leeds, England, GB; Basel, Switzerland; Lyon office",
            description="Lead phase II and III studies.\n- Own the budget\nQualifications\nFive years in clinical operations",
            description_html="<p>Lead phase II and III studies.</p><ul><li>Own the budget</li></ul> <h3>Qualifications</h3> Five years in <b>clinical operations</b>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            expires_at=datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC),
            employment_type="FULL_TIME, CONTRACTOR",
            salary_min=62000.0,
            salary_max=74000.0,
            salary_currency="GBP",
            salary_period="year",
        ),
        Entry(
            id="HB-7",
            url=None,
            title="Senior CTM, Oncology",
            company="Halden Biotech",
            location="USA; Ontario, Canada; Boston, MA, US",
            description="Home-based.\nReport to the head of trials. Travel 20%.",
            description_html="<p>Home-based.</p><p>Report to the head of trials. Travel 20%.</p>",
            posted_at=datetime(2026, 5, 4, tzinfo=UTC),
            remote=True,
            salary_raw="$150K - $170K",
        ),
        Entry(
            id="sha256:4d45851ac240f6a6606d0f031eb505d3",
            url=None,
            title="Clinical Trial Lead",
            company="Quillon Therapeutics",
            location="Oslo; Bergen",
            description="",
            description_html="",
        ),
        Entry(
            id="sha256:27c6c9afacd76768267ecdd0ab73db48",
            url=None,
            title="Clinical Trial Lead",
            company="Quillon Therapeutics",
            location="Madrid",
            description="",
            description_html="",
            salary_min=45.0,
            salary_max=55.0,
            salary_currency="EUR",
            salary_period="hour",
        ),
        Entry(
            id="https://merrow.example/careers/30420",
            url="https://merrow.example/careers/30420",
            title="Global Study Manager",
            company=None,
            location=None,
            description="",
            description_html="",
            salary_min=8000.0,
            salary_max=8000.0,
            salary_currency="CHF",
            salary_period="month",
        ),
    ),
    skipped=(
        "entry 5: no title",
        "JSON-LD script 5: Unterminated string starting at: line 1 column 34 (char 33)",
    ),
    title="Careers & openings | Merrow Clinical",
)
