"""What ashby_board.json says."""

from __future__ import annotations

from datetime import UTC, datetime

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "ashby",
    (
        Entry(
            id="3b0a7d52-0000-4000-8000-000000000001",
            url="https://jobs.ashbyhq.com/pellworth.health/3b0a7d52-0000-4000-8000-000000000001",
            title="Senior Clinical Trial Manager",
            company="Pellworth",
            location="Leeds HQ, United Kingdom; Remote, Ireland (hybrid)",
            description="About us\nTrials at home 👋\n- EDC",
            description_html="<h3>About us</h3><p>Trials at home 👋</p><ul><li><p>EDC</p></li></ul>",
            posted_at=datetime(2026, 5, 4, 9, 30, 0, 500000, tzinfo=UTC),
            employment_type="Full-time",
            remote=False,
            workplace="hybrid",
            salary_min=70000.0,
            salary_max=85000.0,
            salary_currency="GBP",
            salary_period="year",
            salary_raw="£70K – £85K • Offers Bonus",
            apply_url="https://jobs.ashbyhq.com/pellworth.health/3b0a7d52-0000-4000-8000-000000000001/application",
        ),
        Entry(
            id="3b0a7d52-0000-4000-8000-000000000002",
            url="https://jobs.ashbyhq.com/pellworth.health/3b0a7d52-0000-4000-8000-000000000002",
            title="Trial Lead",
            company="Pellworth",
            location="Remote, Ireland",
            description="Short contract.",
            description_html="<p>Short contract.</p>",
            employment_type="Contract",
            remote=True,
            salary_raw="€50 – €90 per hour, by level",
        ),
        Entry(
            id="3b0a7d52-0000-4000-8000-000000000004",
            url="https://jobs.ashbyhq.com/pellworth.health/3b0a7d52-0000-4000-8000-000000000004",
            title="Study Physician",
            company="Pellworth",
            location="Leeds",
            description="",
            description_html="",
            remote=False,
        ),
    ),
    ("entry 4: not an object",),
)
