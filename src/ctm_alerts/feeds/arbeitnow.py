"""Arbeitnow's job board API (https://www.arbeitnow.com/api/job-board-api), newest first, 100 at a time."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, flag, has, is_host, line, listed, mapping, opened, rows, text
from ctm_alerts.feeds.systems import with_query

#: pages of one round: five requests are allowed at a time, and a round is an hour's news
MOST_PAGES = 4


def detects(said: object, url: str | None) -> bool:
    """By a job's names; an empty list by the address that it names as its own."""
    jobs = mapping(said).get("data")
    if has(first(jobs), "slug", "company_name", "job_types"):
        return True
    own = is_host(text(mapping(mapping(said).get("meta")).get("path")), "arbeitnow.com")
    return jobs == [] and (own or is_host(url, "arbeitnow.com"))


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page by its number; `links.next` repeats whatever query somebody else asked last."""
    document = mapping(read_json(body))
    page = mapping(document.get("meta")).get("current_page")
    full = len(rows(document.get("data"))) > 0 and mapping(document.get("links")).get("next") is not None
    if not full or not isinstance(page, int) or not 0 < page < MOST_PAGES:
        return None
    return Request(with_query(feed_url, ("page", str(page + 1))))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page."""
    document = read_json(body)
    entries, skipped = read_each(listed(document, "data", "Arbeitnow's API"), _entry)
    complete = mapping(mapping(document).get("links")).get("next") is None
    return Parsed("arbeitnow", entries, skipped, "Arbeitnow", complete)


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = line(job.get("company_name"))
    link = web_link(job.get("url"))
    ad = text(job.get("description"))
    return Entry(
        id=entry_id(job.get("slug"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(job.get("location")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("created_at")),
        employment_type=joined(job.get("job_types")),
        remote=flag(job.get("remote")),
    )
