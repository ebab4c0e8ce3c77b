"""We Work Remotely's RSS (https://weworkremotely.com/remote-job-rss-feed): "Company: Role" titles, everything remote.

`region` and `country` say from where the work may be done; `state` and "Headquarters" are the employer's seat and no
place of work. Feeds of 2014 have none of them, and a line "Location:" in their text.
"""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import FEED_ROOTS, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.items import Item, read_items

_CHANNEL = re.compile(
    r"<link>\s*(?:<!\[CDATA\[)?\s*https?://(?:www\.)?weworkremotely\.com[/<\]\s]|<title>We Work Remotely\b"
)
_LOCATION = re.compile(r"^Location:\s*(.{2,200})$", re.MULTILINE)
#: the block above the ad: logo, seat, address
_HEAD = re.compile(r"\A(?:(?:Headquarters|URL|Location):[^\n]*\n?)+")
_HEAD_MARKUP = re.compile(
    r"\A\s*(?:<img\b[^>]{0,500}>\s*)?<p>\s*<strong>\s*(?:Headquarters|Location|URL):.{0,1500}?</p>",
    re.DOTALL | re.IGNORECASE,
)


def detects(said: object, url: str | None) -> bool:
    """RSS whose channel leads to the site, or is named after it."""
    if not isinstance(said, str) or root_name(said) not in FEED_ROOTS:
        return False
    head = said[: said.find("<item")] if "<item" in said else said
    return bool(_CHANNEL.search(head[:5000]))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The items of one feed."""
    channel = read_items(body, url)
    entries, skipped = read_each(channel.items, _entry)
    return Parsed("weworkremotely", entries, skipped, channel.title or None)


def _entry(item: Item) -> Entry:
    company, title = _heading(titled(one_line(item.title)))
    link = web_link(item.link)
    described = as_text(item.html)
    labelled = _LOCATION.search(described[:1000])
    region = item.first("country") or item.first("region")
    return Entry(
        id=entry_id(item.guid, link, title, company),
        url=link,
        title=title,
        company=company,
        location=region or (one_line(labelled[1]) or None if labelled else None),
        description=_HEAD.sub("", described),
        description_html=as_html(_HEAD_MARKUP.sub("", item.html)),
        posted_at=read_date(item.published),
        expires_at=read_date(item.extra.get("expiresat")),
        employment_type=item.first("type"),
        remote=True,
    )


def _heading(full: str) -> tuple[str | None, str]:
    company, mark, role = full.partition(": ")
    return (company.strip(), role.strip()) if mark and company.strip() and role.strip() else (None, full)
