"""Lever (https://github.com/lever/postings-api): all postings of a board in one list; no employer's name but the board's.

What a posting asks for stands in `lists`, not in its description; `createdAt` counts milliseconds.
"""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_html_of_text, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import (
    first,
    has,
    is_host,
    line,
    mapping,
    mappings,
    not_the_kind,
    opened,
    places,
    rows,
    text,
)
from ctm_alerts.feeds.systems import (
    Fields,
    headed,
    host_of,
    located,
    named,
    stated,
    stated_workplace,
    step,
    steps,
    with_query,
    workplace,
)

_PAGES = {"jobs.lever.co": "api.lever.co", "jobs.eu.lever.co": "api.eu.lever.co"}


def board_of(url: str | None) -> str | None:
    """The board's name in any of its addresses, or None."""
    if not is_host(url, "lever.co"):
        return None
    parts = steps(url)
    if host_of(url) in _PAGES:
        return parts[0] if parts else None
    return parts[2] if parts[:2] == ["v0", "postings"] and len(parts) > 2 else None


def request(feed_url: str) -> Request:
    """The whole list as JSON; a board's own address is turned into that of the API."""
    board, api = board_of(feed_url), _PAGES.get(host_of(feed_url))
    if board is None:
        return Request(feed_url)
    url = f"https://{api}/v0/postings/{step(board)}" if api else feed_url
    return Request(with_query(url, ("mode", "json")))


def detects(said: object, url: str | None) -> bool:
    """A bare list of postings, or one, with a `hostedUrl`; an empty list only where the address says so."""
    own = has(said, "text", "hostedUrl") or has(first(rows(said)), "text", "hostedUrl")
    return own or (said == [] and is_host(url, "lever.co"))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of a board, or one."""
    document = read_json(body)
    if has(document, "text", "hostedUrl"):
        document = [document]
    if not isinstance(document, list):
        raise not_the_kind(document, "JSON without the list of a Lever board")
    entries, skipped = read_each(document, lambda posting: _entry(opened(posting), url))
    return Parsed("lever", entries, skipped)


def _entry(posting: Fields, url: str | None) -> Entry:
    title = titled(line(posting.get("text")) or "")
    link = web_link(posting.get("hostedUrl"))
    company = named(board_of(link) or board_of(url))
    where = mapping(posting.get("categories"))
    remote, hybrid = workplace(posting.get("workplaceType"))
    pay = mapping(posting.get("salaryRange"))
    sums = stated(pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("interval"))
    ad = _ad(posting)
    return Entry(
        id=entry_id(posting.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(places(rows(where.get("allLocations"))) or line(where.get("location")), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(posting.get("createdAt")),
        employment_type=line(where.get("commitment")),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=sums.period,
        salary_raw=line(
            as_text(text(posting.get("salaryDescriptionPlain") or posting.get("salaryDescription")))
        ),
        apply_url=web_link(posting.get("applyUrl")),
    )


def _ad(posting: Fields) -> str:
    """Opening, description, lists and closing; the plain texts only where there is no HTML."""
    opening = _html(posting, "description") or _html(posting, "opening") + _html(posting, "descriptionBody")
    lists = "".join(
        headed(
            part.get("text"), f"<ul>{content}</ul>" if (content := text(part.get("content")).strip()) else ""
        )
        for part in mappings(posting.get("lists"))
    )
    return opening + lists + _html(posting, "additional")


def _html(posting: Fields, name: str) -> str:
    html = text(posting.get(name)).strip()
    return f"<div>{html}</div>" if html else as_html_of_text(text(posting.get(f"{name}Plain")))
