"""The RSS of WordPress sites with the WP Job Manager plug-in (`?feed=job_feed`).

Its `job_listing:` namespace has the site's own URL for a name, so elements are known by their local names.
"""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import FEED_ROOTS, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.items import Item, read_items

_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[\s_-]*time|contract|freelanc|tempor|\btemp\b|intern(?:ship)?\b|permanent|casual|per diem|volunteer"
    r"|fixed[\s-]*term|seasonal|apprentic|vollzeit|teilzeit|befristet|\bcd[di]\b|temps (?:plein|partiel)|tiempo|jornada",
    re.IGNORECASE,
)
_MARKS = ("job_listing:", "xmlns:job_listing", "post_type=job_listing")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_PIN = "⚲"


def detects(said: object, url: str | None) -> bool:
    """RSS that uses the plug-in's namespace or its post type."""
    return isinstance(said, str) and root_name(said) in FEED_ROOTS and any(mark in said for mark in _MARKS)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The listings of one board."""
    channel = read_items(body, url)
    entries, skipped = read_each(channel.items, read_listing)
    return Parsed("wp_job_manager", entries, skipped, channel.title or None)


def read_listing(item: Item) -> Entry:
    """One item as our entry; the company may stand in dc:creator, with HTML and the place behind it."""
    title = titled(one_line(item.title))
    creator, place = _creator(item.author)
    company = item.first("company", "companyname") or creator
    link = web_link(item.link)
    return Entry(
        id=entry_id(item.guid, link, title, company),
        url=link,
        title=title,
        company=company,
        location=item.first("location", "joblocation", "jobgeo", "region") or place,
        description=as_text(item.html),
        description_html=as_html(item.html),
        posted_at=read_date(item.published),
        expires_at=read_date(item.extra.get("expires") or item.extra.get("jobexpires")),
        employment_type=employment_of(item),
        salary_raw=item.first("salary", "jobsalary"),
    )


def employment_of(item: Item) -> str | None:
    """The job type; some boards (Jobspresso) put the category there and the type where the category belongs."""
    kind = item.first("jobtype", "type", "employmenttype")
    category = item.first("jobcategory", "category")
    if kind and not _EMPLOYMENT.search(kind) and category and _EMPLOYMENT.search(category):
        return category
    return kind


def _creator(text: str) -> tuple[str | None, str | None]:
    """("Hopper", "Various US States") of `Hopper<br>⚲&nbsp;Various US States`; no place without its pin."""
    first, _, rest = _BREAK.sub(_PIN, text, count=1).partition(_PIN)
    place = one_line(rest.replace(_PIN, " "))
    return one_line(first) or None, place or None
