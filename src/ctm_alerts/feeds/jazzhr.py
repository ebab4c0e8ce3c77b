"""JazzHR's XML feed of a job board; no real body was seen, all is from a shape that another reader's tests hold."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree as ET

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.systems import below, inside, named, place, read_tree, said_in, step, steps

PAGES = "applytojob.com"
FEED = "https://app.jazz.co/feeds/export/jobs/{board}"
_DATED_ID = re.compile(r"job_(\d{4})(\d{2})(\d{2})\d{6}_\w+", re.ASCII)


def request(feed_url: str) -> Request:
    """The feed of a board, whose own pages stand on a sub-domain."""
    board = below(feed_url, PAGES)
    return Request(FEED.format(board=step(board)) if board else feed_url)


def detects(said: object, url: str | None) -> bool:
    """The root <jobs> with JazzHR as its publisher, or with its links."""
    if not isinstance(said, str) or root_name(said) != "jobs":
        return False
    return "<publisher>JazzHR" in said[:2000] or f".{PAGES}/apply/" in said


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All open postings of a board."""
    board = read_tree(body, "jobs")
    parts = steps(url)
    slug = below(url, PAGES) or (parts[-1] if parts[:2] == ["feeds", "export"] else None)
    company = one_line(said_in(board, "company")) or named(slug)
    jobs = [job for job in inside(board, "job") if said_in(job, "status").lower() in ("", "open")]
    entries, skipped = read_each(jobs, lambda job: _entry(job, company))
    return Parsed("jazzhr", entries, skipped, company)


def _entry(job: ET.Element, company: str | None) -> Entry:
    title = titled(one_line(said_in(job, "title")))
    link, number = web_link(said_in(job, "url")), one_line(said_in(job, "id"))
    name = one_line(said_in(job, "company")) or company or named(below(link, PAGES))
    ad = said_in(job, "description")
    return Entry(
        id=entry_id(number, link, title, name),
        url=link,
        title=title,
        company=name,
        location=place(said_in(job, "city"), said_in(job, "state"), said_in(job, "country")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=_made_on(number),
        employment_type=one_line(said_in(job, "type")) or None,
    )


def _made_on(number: str) -> datetime | None:
    """The day that an id begins with; the hour behind it is of no stated zone."""
    match = _DATED_ID.fullmatch(number)
    return read_date("-".join(match.groups())) if match else None
