"""Eightfold career sites, through the JSON that their own pages ask for: ten positions at a time, then one call each.

There are two interfaces: the older `/api/apply/v2/jobs` and the newer `/api/pcsx/search`, which has other names. A feed's
URL is that of one of them, or the site's own page (https://acme.eightfold.ai/careers?domain=acme.com&query=clinical),
which is asked through the newer one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import (
    first,
    has,
    is_host,
    line,
    mapping,
    not_the_kind,
    opened,
    places,
    rows,
    text,
)
from ctm_alerts.feeds.systems import (
    Fields,
    asked_for,
    below,
    completed,
    employer_at,
    host_of,
    located,
    named,
    no_site,
    stated_workplace,
    step,
    steps,
    with_query,
    workplace,
)

HOST = "eightfold.ai"
#: fixed by the interface
PAGE = 10
OLDER, NEWER = "/api/apply/v2/jobs", "/api/pcsx/search"


@dataclass(frozen=True)
class Site:
    """Where a career site lives, whose it is, and what it is searched for."""

    host: str
    domain: str
    search: str
    older: bool


def site_of(url: str | None) -> Site | None:
    """The site that a URL belongs to; None when it is no such address."""
    host = host_of(url)
    if not host or not steps(url):
        return None
    tenant = below(url, HOST)
    domain = asked_for(url, "domain") or (f"{tenant}.com" if tenant else ".".join(host.split(".")[-2:]))
    older = "/".join(steps(url)[:4]) == OLDER.strip("/")
    return Site(host, domain, asked_for(url, "query"), older)


def request(feed_url: str) -> Request:
    """The first ten positions, newest first. Raises UsageError when the URL names no site."""
    return _page(feed_url, 0)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next ten; None after the last."""
    found = _positions(read_json(body))
    total, start = found.get("count"), read * PAGE
    if not found.get("positions") or (isinstance(total, int) and total <= start):
        return None
    return _page(feed_url, start)


def _page(feed_url: str, start: int) -> Request:
    site = site_of(feed_url)
    if site is None:
        raise no_site(feed_url, "Eightfold", "https://acme.eightfold.ai/careers?domain=acme.com")
    order = "timestamp" if site.older else "most_recent"
    asked = [("domain", site.domain), ("query", site.search), ("start", str(start)), ("sort_by", order)]
    return Request(with_query(f"https://{site.host}{OLDER if site.older else NEWER}", *asked))


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The position's own answer, which has its text."""
    site = site_of(feed_url)
    if site is None or not entry.id.isdigit():
        return None
    if site.older:
        return Request(with_query(f"https://{site.host}{OLDER}/{step(entry.id)}", ("domain", site.domain)))
    url = f"https://{site.host}/api/pcsx/position_details"
    return Request(with_query(url, ("position_id", entry.id), ("domain", site.domain), ("hl", "en")))


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its text; its id and url stay as they are."""
    document = read_json(body)
    found = mapping(mapping(document).get("data")) or mapping(document)
    if not has(found, "name"):
        raise not_the_kind(document, "JSON without the position of an Eightfold career site")
    return completed(entry, _entry(found, None, None))


def detects(said: object, url: str | None) -> bool:
    """A list `positions`, bare or in `data`, whose members have Eightfold's names."""
    found = mapping(_positions(said))
    one = first(found.get("positions"))
    own = has(one, "id", "name") and (
        "locations" in one or "canonicalPositionUrl" in one or "positionUrl" in one
    )
    return own or (found.get("positions") == [] and (is_host(url, HOST) or has(said, "domain")))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of positions; incomplete when the count says that more is to come."""
    document = read_json(body)
    found = _positions(document)
    positions = found.get("positions")
    if not isinstance(positions, list):
        raise not_the_kind(document, "JSON without the positions of an Eightfold career site")
    company = named(text(mapping(document).get("domain")))
    entries, skipped = read_each(positions, lambda position: _entry(opened(position), url, company))
    total = found.get("count")
    return Parsed(
        "eightfold", entries, skipped, complete=not isinstance(total, int) or total <= len(positions)
    )


def _positions(document: object) -> Fields:
    data = mapping(mapping(document).get("data"))
    return data if "positions" in data else mapping(document)


def _entry(position: Fields, url: str | None, company: str | None) -> Entry:
    """One position; `t_update` moves without a change that anyone would see, and is not read."""
    title = titled(line(position.get("name")) or "")
    base = f"https://{host_of(url)}/" if host_of(url) else None
    link = web_link(position.get("canonicalPositionUrl")) or web_link(
        position.get("publicUrl") or position.get("positionUrl"), base
    )
    company = company or named(below(link, HOST)) or _at(link) or _at(url)
    where = rows(position.get("locations")) or rows(position.get("standardizedLocations"))
    remote, hybrid = workplace(position.get("work_location_option") or position.get("workLocationOption"))
    ad = text(position.get("job_description") or position.get("jobDescription"))
    return Entry(
        id=entry_id(position.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(places(where) or line(position.get("location")), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(
            position.get("t_create") or position.get("postedTs") or position.get("creationTs")
        ),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _at(url: str | None) -> str | None:
    return employer_at(host_of(url), HOST) if host_of(url) else None
