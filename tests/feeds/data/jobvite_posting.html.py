"""What jobvite_posting.html says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "jobvite",
    (
        Entry(
            id="oAaBbCcD",
            url="https://jobs.jobvite.com/millrace/job/oAaBbCcD",
            title="Clinical Trial Manager",
            company="Millrace Oncology",
            location="Leeds, United Kingdom; Remote, Ireland",
            description="Description\nLeads trials & vendors.\n- ICH-GCP",
            description_html="<h3>Description</h3> <p>Leads trials &amp; vendors.</p><ul><li>ICH-GCP</li></ul>",
            apply_url="https://jobs.jobvite.com/millrace/job/oAaBbCcD/apply?nl=1",
        ),
    ),
)
