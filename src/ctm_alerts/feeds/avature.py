"""Avature career sites' RSS (`/careers/SearchJobs/feed/`): title, link, date, and a description that is none.

The description is made of what the site shows in its list (" - REQ-0001", "Leeds, United Kingdom - REQ-0001"). The posting's
page is asked for the text, which some sites carry as JSON-LD.
"""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.items import Item, read_items
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.systems import address, employer_at, host_of, steps

HOST = "avature.net"
_PAGE_OF_JOB = "/JobDetail/"
_REQUISITION = re.compile(r"(?:[A-Za-z]{0,5}[-_ ]?)?\d[\w-]*")
#: an employer's site is often called no more than this
_SAYS_NOTHING = re.compile(r"(?:careers?|jobs?|search jobs|job search)", re.IGNORECASE)


def request(feed_url: str) -> Request:
    """The feed of a search; the search's own page has it below."""
    parts = address(feed_url)
    path = parts.path.rstrip("/")
    if not path.endswith("/SearchJobs"):
        return Request(feed_url)
    return Request(parts._replace(path=f"{path}/feed/", fragment="").geturl())


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page."""
    return Request(entry.url) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says as JSON-LD, where it does."""
    return merge_page(entry, body)


def detects(said: object, url: str | None) -> bool:
    """RSS whose links are those of Avature's pages of postings."""
    if not isinstance(said, str) or root_name(said) != "rss":
        return False
    return _PAGE_OF_JOB in said and ("/SearchJobs" in said[:5000] or bool(_linked(said)))


def _linked(said: str) -> re.Match[str] | None:
    return re.search(r"/JobDetail/[^/<\s]{1,200}/\d+\s*<", said)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The postings of one search."""
    channel = read_items(body, url)
    title = channel.title if not _SAYS_NOTHING.fullmatch(channel.title) else ""
    company = re.sub(r"\s+(?:careers?|jobs?)$", "", title, flags=re.IGNORECASE)
    host = host_of(web_link(channel.link) or url)
    name = company or (employer_at(host, HOST) if host else None)
    entries, skipped = read_each(channel.items, lambda item: _entry(item, name))
    return Parsed("avature", entries, skipped, title or None)


def _entry(item: Item, company: str | None) -> Entry:
    title = titled(one_line(item.title))
    link = web_link(item.link)
    parts = steps(link)
    number = parts[-1] if parts and parts[-1].isdigit() else item.guid
    company = company or (employer_at(host_of(link), HOST) if link else None)
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=_place(as_text(item.html)),
        description="",
        description_html="",
        posted_at=read_date(item.published),
    )


def _place(shown: str) -> str | None:
    """What the list shows beside the requisition: the place, where it is shown at all."""
    parts = [part.strip() for part in re.split(r"\s+-\s+|^-\s+", shown.replace("\n", " - "))]
    return one_line("; ".join(part for part in parts if part and not _REQUISITION.fullmatch(part))) or None
