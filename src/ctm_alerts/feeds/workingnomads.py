"""Working Nomads' list (https://www.workingnomads.com/api/exposed_jobs/): a bare list, everything in it remote."""

from __future__ import annotations

import re

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.shapes import first, has, is_host, line, not_the_kind, opened, text

_NUMBER = re.compile(r"/job/go/(\d{1,20})/?")


def detects(said: object, url: str | None) -> bool:
    """By a job's names; an empty list by its host."""
    if has(first(said) if isinstance(said, list) else None, "pub_date", "company_name", "category_name"):
        return True
    return said == [] and is_host(url, "workingnomads.com", "workingnomads.co")


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of the list."""
    document = read_json(body)
    if not isinstance(document, list):
        raise not_the_kind(document, "JSON that is not the list of Working Nomads")
    if document and not any(has(job, "title", "company_name") for job in document):
        raise NotAFeed("a JSON list without the jobs of Working Nomads")
    entries, skipped = read_each(document, _entry)
    return Parsed("workingnomads", entries, skipped, "Working Nomads")


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = line(job.get("company_name"))
    link = web_link(job.get("url"))
    number = _NUMBER.search(link or "")
    ad = text(job.get("description"))
    return Entry(
        id=entry_id(number[1] if number else None, link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(job.get("location")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("pub_date")),
        remote=True,
    )
