"""Workable's widget (https://help.workable.com/hc/en-us/articles/115012771647): all postings of an account.

A posting that is open in several places stands there once for each, under one `shortcode`: it is one posting.
"""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, flag, has, is_host, line, listed, mapping, mappings, places, text
from ctm_alerts.feeds.systems import (
    Fields,
    by_id,
    host_of,
    located,
    named,
    place,
    stated_workplace,
    step,
    steps,
    with_query,
    workplace,
)

HOST = "workable.com"
API = "https://apply.workable.com/api/v1/widget/accounts/{board}"


def board_of(url: str | None) -> str | None:
    """The account's name in any of its addresses, or None; a posting's short link ("/j/...") has none."""
    parts = steps(url)
    if not is_host(url, HOST):
        return None
    if "accounts" in parts[:-1]:
        return parts[parts.index("accounts") + 1]
    tenant = host_of(url).removesuffix(f".{HOST}")
    if tenant not in ("apply", "www", "jobs", HOST):
        return tenant
    return parts[0] if parts and parts[0] not in ("j", "api") and tenant == "apply" else None


def request(feed_url: str) -> Request:
    """All postings with their text; a board's own address is turned into that of the widget."""
    board = board_of(feed_url)
    return (
        Request(with_query(API.format(board=step(board)), ("details", "true")))
        if board
        else Request(feed_url)
    )


def detects(said: object, url: str | None) -> bool:
    """A list `jobs` whose members have a `shortcode`; an empty one beside the account's name."""
    jobs = mapping(said).get("jobs")
    return has(first(jobs), "shortcode", "title") or (jobs == [] and has(said, "name", "description"))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of an account, each once."""
    document = read_json(body)
    jobs = listed(document, "jobs", "a Workable account")
    company = line(mapping(document).get("name")) or named(board_of(url))
    entries, skipped = read_each(by_id(jobs, "shortcode"), lambda group: _entry(group, company))
    return Parsed("workable", entries, skipped, company)


def _entry(group: object, company: str | None) -> Entry:
    offices = mappings(group)
    if not offices:
        raise Unreadable("not an object")
    job = offices[0]
    title = titled(line(job.get("title")) or "")
    link = web_link(job.get("shortlink")) or web_link(job.get("url"))
    remote, hybrid = workplace(job.get("workplace_type"))
    ad = "".join(text(job.get(name)) for name in ("description", "requirements", "benefits"))
    return Entry(
        id=entry_id(job.get("shortcode"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(places(where for office in offices for where in _places(office)), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("published_on") or job.get("created_at")),
        employment_type=line(job.get("employment_type")),
        remote=flag(job.get("telecommuting")) if remote is None else remote,
        workplace=stated_workplace(remote, hybrid),
        apply_url=web_link(job.get("application_url")),
    )


def _places(office: Fields) -> list[str | None]:
    several = [where for where in mappings(office.get("locations")) if where.get("hidden") is not True]
    named = [place(where.get("city"), where.get("region"), where.get("country")) for where in several]
    return [*filter(None, named)] or [place(office.get("city"), office.get("state"), office.get("country"))]
