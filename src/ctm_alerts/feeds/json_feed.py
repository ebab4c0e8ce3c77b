"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/); what it has of JobPosting in extensions is read too.

Teamtailor's career sites write a whole schema.org JobPosting as `_jobposting` into each item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import entry_of, is_posting
from ctm_alerts.feeds.shapes import first, is_host, line, listed, mapping, opened, rows, text


def detects(said: object, url: str | None) -> bool:
    """By the address that is its version; without one, by items with a title and a JobPosting."""
    document = mapping(said)
    return is_host(text(document.get("version")), "jsonfeed.org") and isinstance(document.get("items"), list)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The page that the feed names as its next."""
    document = mapping(read_json(body))
    following = web_link(document.get("next_url"), feed_url)
    return Request(following) if following and following != feed_url and rows(document.get("items")) else None


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The items of one page."""
    document = read_json(body)
    items = listed(document, "items", "a JSON Feed")
    feed = mapping(document)
    entries, skipped = read_each(items, lambda item: _entry(opened(item), feed, url))
    return Parsed("json_feed", entries, skipped, line(feed.get("title")), not feed.get("next_url"))


def _entry(item: Mapping[str, object], feed: Mapping[str, object], url: str | None) -> Entry:
    own = _plain(item, feed, url)
    postings = [value for value in item.values() if isinstance(value, Mapping) and is_posting(value)]
    if not postings:
        return replace(own, title=titled(own.title))
    try:
        told = entry_of(postings[0], own.url or url)
    except Unreadable:
        return replace(own, title=titled(own.title))
    # the item says nothing that its posting does not say better, but for its id, its address and its text
    said = {
        name: value for name, value in vars(own).items() if name in ("id", "url") or not getattr(told, name)
    }
    return replace(told, **said)


def _plain(item: Mapping[str, object], feed: Mapping[str, object], url: str | None) -> Entry:
    title = one_line(text(item.get("title")))
    link = web_link(item.get("url"), text(feed.get("home_page_url")) or url)
    company = _author(item) or _author(feed) or line(feed.get("title"))
    ad = text(item.get("content_html")) or text(item.get("content_text")) or text(item.get("summary"))
    return Entry(
        id=entry_id(item.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(item.get("location")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(item.get("date_published")),
        apply_url=web_link(item.get("external_url")),
    )


def _author(of: Mapping[str, object]) -> str | None:
    """The author's name, as 1.1 and as 1.0 write it."""
    return line(first(of.get("authors")).get("name")) or line(mapping(of.get("author")).get("name"))
