"""The Muse's public API (https://www.themuse.com/developers/api/v2), 20 at a time, by the number of the page."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, prettified, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, line, listed, mapping, mappings, opened, places, text
from ctm_alerts.feeds.systems import with_query

#: the API answers no page beyond
LAST_PAGE = 99


def detects(said: object, url: str | None) -> bool:
    """By its pages' names or a job's."""
    return has(said, "results", "page_count") or has(first(mapping(said).get("results")), "refs", "contents")


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page; pages are counted from 0."""
    document = mapping(read_json(body))
    page, count = document.get("page"), document.get("page_count")
    if not isinstance(page, int) or not isinstance(count, int) or not 0 <= page < min(count - 1, LAST_PAGE):
        return None
    return Request(with_query(feed_url, ("page", str(page + 1))))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page."""
    document = read_json(body)
    entries, skipped = read_each(listed(document, "results", "The Muse's API"), _entry)
    count = mapping(document).get("page_count")
    return Parsed("the_muse", entries, skipped, "The Muse", not isinstance(count, int) or count <= 1)


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("name"))))
    employer = mapping(job.get("company"))
    company = line(employer.get("name")) or prettified(text(employer.get("short_name"))) or None
    link = web_link(mapping(job.get("refs")).get("landing_page"))
    named = [line(place.get("name")) or "" for place in mappings(job.get("locations"))]
    ad = text(job.get("contents"))
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=places(named),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("publication_date")),
        # "Flexible / Remote" stands among the towns: the work may be done there, or anywhere
        remote=True if any("remote" in name.lower() for name in named) else None,
    )
