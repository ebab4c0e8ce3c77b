"""NEOGOV's RSS of public agencies (governmentjobs.com, schooljobs.com): the ad in four elements of `joblisting:`.

Their names carry the namespace http://www.neogov.com/namespaces/JobListing; the employer is the channel.
"""

from __future__ import annotations

import re
from datetime import datetime

from ctm_alerts.feeds.bodies import FEED_ROOTS, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.items import Channel, Item, read_items
from ctm_alerts.feeds.systems import headed, stated

_NAMESPACE = "neogov.com/namespaces/joblisting"
# "Sun, 20 Sep 2026 04:59:00:0": milliseconds behind a colon
_ODD_END = re.compile(r"(\d{2}:\d{2}:\d{2}):\d{1,4}\s*\Z")
_SECTIONS = (
    ("examplesofduties", "Examples of duties"),
    ("qualifications", "Qualifications"),
    ("supplementalinformation", "Supplemental information"),
)
_TITLE_NOISE = re.compile(
    r"\s*(?:job opportunities|jobs|employment opportunities|rss feed)\s*\Z", re.IGNORECASE
)


def detects(said: object, url: str | None) -> bool:
    """RSS with the namespace."""
    return isinstance(said, str) and root_name(said) in FEED_ROOTS and _NAMESPACE in said[:5000].lower()


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The openings of one agency."""
    channel = read_items(body, url)
    entries, skipped = read_each(channel.items, lambda item: _entry(item, channel))
    return Parsed("neogov", entries, skipped, channel.title or None)


def _entry(item: Item, channel: Channel) -> Entry:
    title = titled(one_line(item.title))
    link = web_link(item.link)
    company = item.first("agency", "company", "employer") or _TITLE_NOISE.sub("", channel.title) or None
    parts = [item.summary, *(headed(heading, item.extra.get(name)) for name, heading in _SECTIONS)]
    ad = "\n".join(part for part in parts if part)
    pay = stated(
        item.extra.get("minimumsalary"),
        item.extra.get("maximumsalary"),
        item.extra.get("salarycurrency"),
        item.extra.get("salaryinterval"),
    )
    return Entry(
        id=entry_id(item.first("jobid") or item.guid, link, title, company),
        url=link,
        title=title,
        company=company,
        location=item.first("location"),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(item.published) or _utc(item.extra.get("advertisefromdateutc")),
        expires_at=_utc(item.extra.get("advertisetodatetimeutc")),
        employment_type=item.first("jobtype", "positiontype", "employmenttype"),
        salary_min=pay.low,
        salary_max=pay.high,
        salary_currency=pay.currency,
        salary_period=pay.period,
    )


def _utc(value: str | None) -> datetime | None:
    """A date of a field whose name says that it is UTC."""
    return read_date(_ODD_END.sub(r"\1 +0000", value)) if value else None
