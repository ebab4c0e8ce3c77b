"""Remotive's API (https://remotive.com/remote-jobs/api); everything there is remote.

Its filters and its limit are ignored by the server: every answer is the whole list. Its terms ask for a link back, four
fetches a day at most, and forbid to show its jobs in order to collect e-mail addresses.
"""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.shapes import first, has, line, listed, mapping, opened, text


def detects(said: object, url: str | None) -> bool:
    """By its legal notice, or by a job with its names."""
    return has(said, "0-legal-notice", "jobs") or has(
        first(mapping(said).get("jobs")), "candidate_required_location", "company_name"
    )


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of an answer."""
    entries, skipped = read_each(listed(read_json(body), "jobs", "Remotive's API"), _entry)
    return Parsed("remotive", entries, skipped, "Remotive")


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = line(job.get("company_name"))
    link = web_link(job.get("url"))
    ad = text(job.get("description"))
    pay = line(job.get("salary"))
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(job.get("candidate_required_location")),
        description=as_text(ad),
        description_html=as_html(ad),
        # written without a zone, and UTC
        posted_at=read_date(job.get("publication_date")),
        employment_type=joined(job.get("job_type")),
        remote=True,
        salary_raw=pay if pay and re.search(r"[1-9]", pay) else None,
    )
