"""Pinpoint career sites (`/postings.json`): all postings, their texts in four sections under the employer's headings."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, is_host, line, listed, mapping, opened, text
from ctm_alerts.feeds.systems import (
    Fields,
    Pay,
    address,
    below,
    headed,
    host_of,
    located,
    named,
    place,
    stated,
    stated_workplace,
    workplace,
)

HOST = "pinpointhq.com"
_SECTIONS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


def request(feed_url: str) -> Request:
    """The site's postings; any page of the site leads there."""
    if address(feed_url).path.endswith("/postings.json") or not is_host(feed_url, HOST):
        return Request(feed_url)
    return Request(f"https://{host_of(feed_url)}/postings.json")


def detects(said: object, url: str | None) -> bool:
    """A list `data` of postings that have a `workplace_type` or a section of Pinpoint's."""
    data = mapping(said).get("data")
    one = first(data)
    own = has(one, "title", "path") and ("workplace_type" in one or _SECTIONS[0] in one)
    return own or (data == [] and is_host(url, HOST))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of a site."""
    postings = listed(read_json(body), "data", "a Pinpoint career site")
    entries, skipped = read_each(postings, lambda posting: _entry(opened(posting), url))
    return Parsed("pinpoint", entries, skipped)


def _entry(posting: Fields, url: str | None) -> Entry:
    title = titled(line(posting.get("title")) or "")
    base = f"https://{host_of(url)}/" if host_of(url) else None
    link = web_link(posting.get("url")) or web_link(posting.get("path"), base)
    company = named(below(link, HOST) or below(url, HOST))
    remote, hybrid = workplace(posting.get("workplace_type"))
    sums, words = _pay(posting)
    ad = _ad(posting)
    return Entry(
        id=entry_id(posting.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(_place(mapping(posting.get("location"))), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        expires_at=read_date(posting.get("deadline_at")),
        employment_type=line(posting.get("employment_type_text") or posting.get("employment_type")),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=sums.period,
        salary_raw=words,
    )


def _place(where: Fields) -> str | None:
    return line(where.get("name")) or place(where.get("city"), where.get("province"))


def _pay(posting: Fields) -> tuple[Pay, str | None]:
    """The pay, unless the employer keeps it off the page."""
    if posting.get("compensation_visible") is False:
        return Pay(), None
    low, high = posting.get("compensation_minimum"), posting.get("compensation_maximum")
    sums = stated(low, high, posting.get("compensation_currency"), posting.get("compensation_frequency"))
    return sums, line(posting.get("compensation"))


def _ad(posting: Fields) -> str:
    sections = "".join(headed(posting.get(f"{name}_header"), posting.get(name)) for name in _SECTIONS)
    return text(posting.get("description")) + sections
