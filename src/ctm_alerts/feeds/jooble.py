"""Jooble's search API (https://jooble.org/api/about): a POST with the words to look for, the key in the path.

A feed's URL carries the words as its query: https://jooble.org/api/KEY?keywords=clinical+trial+manager&location=Leeds
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlsplit

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, is_host, line, listed, mapping, opened, rows, text

#: pages of one round
MOST_PAGES = 5
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


def detects(said: object, url: str | None) -> bool:
    """By a job's names; an empty list by its total and its host."""
    document = mapping(said)
    if has(first(document.get("jobs")), "snippet", "link"):
        return True
    return document.get("jobs") == [] and has(said, "totalCount") and is_host(url, "jooble.org")


def request(feed_url: str) -> Request:
    """The POST for the first page."""
    return _page(feed_url, 1)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The POST for the next page, until one comes empty or the round's share ends."""
    document = mapping(read_json(body))
    total, count = document.get("totalCount"), len(rows(document.get("jobs")))
    if count == 0 or read >= MOST_PAGES or (isinstance(total, int) and total <= read * count):
        return None
    return _page(feed_url, read + 1)


def _page(feed_url: str, number: int) -> Request:
    parts = urlsplit(feed_url)
    asked = {**dict(parse_qsl(parts.query)), "page": str(number)}
    bare = parts._replace(query="", fragment="").geturl()
    return Request(bare, "POST", json.dumps(asked).encode(), _HEADERS)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page."""
    document = read_json(body)
    jobs = listed(document, "jobs", "Jooble's API")
    entries, skipped = read_each(jobs, _entry)
    total = mapping(document).get("totalCount")
    return Parsed("jooble", entries, skipped, "Jooble", not isinstance(total, int) or total <= len(jobs))


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = line(job.get("company"))
    link = web_link(job.get("link"))
    ad = text(job.get("snippet"))
    pay = line(job.get("salary"))
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(job.get("location")),
        description=as_text(ad),
        description_html=as_html(ad),
        # seven digits of a second, no zone
        posted_at=read_date(job.get("updated")),
        employment_type=joined(job.get("type")),
        salary_raw=pay if pay and re.search(r"[1-9]", pay) else None,
    )
