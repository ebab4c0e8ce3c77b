"""What jobvite_list.html says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jobvite",
    (
        Entry(
            id="oAaBbCcD",
            url="https://jobs.jobvite.com/millrace/job/oAaBbCcD",
            title="Clinical Trial Manager & Lead",
            company="Millrace Oncology",
            location="Leeds, United Kingdom",
            description="",
            description_html="",
        ),
        Entry(
            id="oEeFfGgH",
            url="https://jobs.jobvite.com/millrace/job/oEeFfGgH",
            title="Study Manager",
            company="Millrace Oncology",
            location=None,
            description="",
            description_html="",
        ),
    ),
    ("entry 3: no title",),
    "Millrace Oncology",
)
