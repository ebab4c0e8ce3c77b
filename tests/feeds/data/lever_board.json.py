"""What lever_board.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "lever",
    (
        Entry(
            id="0d2f4c1e-1111-4222-8333-000000000001",
            url="https://jobs.lever.co/ostrava-bio/0d2f4c1e-1111-4222-8333-000000000001",
            title="Clinical Trial Manager (Oncology)",
            company="Ostrava Bio",
            location="Ostrava; Vienna, Austria (hybrid)",
            description="You run our phase II programme.\nWhat you bring\n- Six years in clinical research\n- Vendor & budget oversight\nWe sponsor no visas.",
            description_html="<p>You run our phase II programme.</p><h3>What you bring</h3><ul><li>Six years in clinical research</li><li>Vendor &amp; budget oversight</li></ul><p>We sponsor no visas.</p>",
            posted_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            workplace="hybrid",
            salary_min=62000.0,
            salary_max=78000.0,
            salary_currency="EUR",
            salary_period="year",
            salary_raw="EUR 62,000 to 78,000, by experience",
            apply_url="https://jobs.lever.co/ostrava-bio/0d2f4c1e-1111-4222-8333-000000000001/apply",
        ),
        Entry(
            id="0d2f4c1e-1111-4222-8333-000000000002",
            url="https://jobs.lever.co/ostrava-bio/0d2f4c1e-1111-4222-8333-000000000002",
            title="Site Manager",
            company="Ostrava Bio",
            location="Remote, Poland",
            description="Join us.\nVisit sites < 40% of the time.\nOwn three sites.",
            description_html="<p>Join us.</p><p>Visit sites &lt; 40% of the time.</p><p>Own three sites.</p>",
        ),
    ),
    ("entry 3: no title",),
)
