"""What rippling_page.json says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "rippling",
    (
        Entry(
            id="9a8b7c6d-0000-4000-8000-000000000001",
            url="https://ats.rippling.com/brightwater-bio/jobs/9a8b7c6d-0000-4000-8000-000000000001",
            title="Clinical Trial Manager",
            company="Brightwater Bio",
            location="Remote (New Jersey, US); Boston, MA",
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
        Entry(
            id="9a8b7c6d-0000-4000-8000-000000000002",
            url="https://ats.rippling.com/brightwater-bio/jobs/9a8b7c6d-0000-4000-8000-000000000002",
            title="Study Manager",
            company="Brightwater Bio",
            location="Boston, MA",
            description="",
            description_html="",
            remote=False,
            workplace="onsite",
        ),
    ),
    (),
    None,
    complete=False,
)
