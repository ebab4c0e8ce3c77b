"""Teamtailor career sites: their JSON Feed, with a schema.org JobPosting beside each item, and their RSS with `tt:` names."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from ctm_alerts.feeds.bodies import decode, read_json, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import entry_of
from ctm_alerts.feeds.shapes import first, has, is_host, line, listed, mapping, opened, places, text
from ctm_alerts.feeds.systems import (
    Fields,
    address,
    below,
    host_of,
    inside,
    located,
    named,
    place,
    read_tree,
    said_in,
    stated_workplace,
    workplace,
)

HOST = "teamtailor.com"
_POSTING = "_jobposting"
_NAMESPACE = "teamtailor.com/locations"


def request(feed_url: str) -> Request:
    """The site's JSON Feed; its RSS is asked for where the address names it."""
    if address(feed_url).path.endswith((".json", ".rss")) or not is_host(feed_url, HOST):
        return Request(feed_url)
    return Request(f"https://{host_of(feed_url)}/jobs.json")


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, where the JSON Feed names one on the same host."""
    following = _following(body)
    return Request(following) if following and host_of(following) == host_of(feed_url) else None


def _following(body: bytes) -> str | None:
    if _is_xml(body):
        return None
    return web_link(mapping(read_json(body)).get("next_url"))


def detects(said: object, url: str | None) -> bool:
    """A JSON Feed whose items have a `_jobposting`, or RSS with Teamtailor's names of places."""
    if isinstance(said, str):
        return root_name(said) == "rss" and _NAMESPACE in said[:5000]
    feed = mapping(said)
    items = feed.get("items")
    return has(first(items), _POSTING) or (items == [] and is_host(text(feed.get("feed_url")), HOST))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of either form."""
    if _is_xml(body):
        return _parse_rss(body, url)
    feed = read_json(body)
    items = listed(feed, "items", "a Teamtailor career site")
    site = line(mapping(feed).get("title"))
    home = web_link(mapping(feed).get("home_page_url")) or url
    entries, skipped = read_each(items, lambda item: _of_item(opened(item), home, site))
    return Parsed("teamtailor", entries, skipped, site, complete=_following(body) is None)


def _is_xml(body: bytes) -> bool:
    return decode(body).lstrip("\ufeff \t\r\n").startswith("<")


def _of_item(item: Fields, home: str | None, site: str | None) -> Entry:
    """The posting as schema.org has it, under the item's own id, which its RSS has too."""
    link = web_link(item.get("url"), home)
    posting = mapping(item.get(_POSTING))
    posting = {**posting, "title": line(item.get("title")) or posting.get("title")}
    told = entry_of(posting, link)
    ad = text(item.get("content_html")) or text(item.get("content_text"))
    return replace(
        told,
        id=entry_id(item.get("id"), link, told.title, told.company or site),
        url=link or told.url,
        company=told.company or site or named(below(link, HOST)),
        description=told.description or as_text(ad),
        description_html=told.description_html or as_html(ad),
        posted_at=told.posted_at or read_date(item.get("date_published")),
    )


# --- RSS


def _parse_rss(body: bytes, url: str | None) -> Parsed:
    channel = next(iter(inside(read_tree(body, "rss"), "channel")), ET.Element("channel"))
    title = one_line(said_in(channel, "title"))
    company = title.removesuffix(" jobs") or named(below(url, HOST))
    entries, skipped = read_each(inside(channel, "item"), lambda item: _of_element(item, company))
    return Parsed("teamtailor", entries, skipped, title or None)


def _of_element(item: ET.Element, company: str | None) -> Entry:
    title = titled(one_line(said_in(item, "title")))
    link = web_link(said_in(item, "link"))
    if link is None and not said_in(item, "guid"):
        raise Unreadable(f'neither id nor address of "{title}"')
    remote, hybrid = workplace(said_in(item, "remotestatus"))
    ad = said_in(item, "description")
    return Entry(
        id=entry_id(said_in(item, "guid"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(places(map(_place, inside(item, "locations", "location"))), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(said_in(item, "pubdate")),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _place(where: ET.Element) -> str | None:
    """Town and country, else the office's own name."""
    town, country = said_in(where, "city"), said_in(where, "country")
    return place(town, country) if town else place(said_in(where, "name"), country)
