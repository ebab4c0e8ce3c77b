"""Paylocity's recruiting pages: the list as JSON in a script (`window.pageData = {...}`), the text on each posting's page."""

from __future__ import annotations

import json
import re

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode, describe
from ctm_alerts.feeds.clean import as_html, as_text, one_line
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.shapes import flag, line, listed, mapping, opened, text
from ctm_alerts.feeds.systems import Fields, located, place, stated_workplace, step, workplace

PAGE = "https://recruiting.paylocity.com/Recruiting/Jobs/Details/{number}"
_DATA = re.compile(r"window\.pageData\s*=\s*(?=\{)")


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, which has its text."""
    return Request(entry.url) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says as JSON-LD."""
    return merge_page(entry, body)


def detects(said: object, url: str | None) -> bool:
    """A page with Paylocity's script, which has a list `Jobs`."""
    return isinstance(said, str) and "pageData" in said and "Jobs" in _data(said)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings that an employer shows to the public."""
    page = decode(body)
    data = _data(page)
    if not data:
        raise NotAFeed(f"{describe(page)} without the pageData of a Paylocity page")
    jobs = [
        job for job in listed(data, "Jobs", "a Paylocity page") if mapping(job).get("IsInternal") is not True
    ]
    company = line(data.get("ModuleTitle"))
    entries, skipped = read_each(jobs, lambda job: _entry(opened(job), company))
    return Parsed("paylocity", entries, skipped, company)


def _data(page: str) -> Fields:
    """The value that the page's script is given; an empty one where it is none."""
    match = _DATA.search(page)
    if match is None:
        return {}
    try:
        return mapping(json.JSONDecoder().raw_decode(page, match.end())[0])
    except (ValueError, RecursionError):
        return {}


def _entry(job: Fields, company: str | None) -> Entry:
    title = titled(line(job.get("JobTitle")) or "")
    number = text(job.get("JobId"))
    link = PAGE.format(number=step(number)) if number else None
    remote, hybrid = workplace(job.get("LocationName"))
    ad = text(job.get("Description"))
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(_place(job), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("PublishedDate")),
        remote=True if flag(job.get("IsRemote")) else remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _place(job: Fields) -> str | None:
    """The address; where it has none, the employer's name for the place."""
    where = mapping(job.get("JobLocation"))
    told = place(where.get("City"), where.get("State"), where.get("Country"))
    return told or one_line(text(job.get("LocationName"))) or None
