"""What bamboohr_list.json says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "bamboohr",
    (
        Entry(
            id="51",
            url=None,
            title="Clinical Trial Manager",
            company=None,
            location="Leeds, West Yorkshire (hybrid)",
            description="",
            description_html="",
            employment_type="Full-Time",
            remote=False,
            workplace="hybrid",
        ),
        Entry(
            id="52",
            url=None,
            title="Study Manager",
            company=None,
            location="Toronto, Ontario, Canada",
            description="",
            description_html="",
            remote=True,
            workplace="remote",
        ),
        Entry(
            id="53",
            url=None,
            title="Trial Lead",
            company=None,
            location=None,
            description="",
            description_html="",
        ),
    ),
    ("entry 4: no title",),
)
