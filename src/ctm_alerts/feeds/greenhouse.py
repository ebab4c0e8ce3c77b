"""Greenhouse job boards (https://developers.greenhouse.io/job-board.html): the list with content, or one job."""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import error_in, read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import (
    Unreadable,
    amount,
    currency,
    entry_id,
    joined,
    prettified,
    read_each,
    titled,
)
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.forwarded import is_forwarded, read_forwarded
from ctm_alerts.feeds.shapes import first, has, mapping

API = "https://boards-api.greenhouse.io/v1/boards/{slug}/jobs"
_BOARD_HOSTS = (
    "boards.greenhouse.io",
    "job-boards.greenhouse.io",
    "boards.eu.greenhouse.io",
    "job-boards.eu.greenhouse.io",
)


def request(feed_url: str) -> Request:
    """The list with its content; the address of a board's own page is turned into that of the API."""
    parts = urlsplit(feed_url)
    if parts.hostname in _BOARD_HOSTS and (slug := board_of(feed_url)):
        parts = urlsplit(API.format(slug=slug))
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "content"]
    return Request(urlunsplit(parts._replace(query=urlencode([*query, ("content", "true")]), fragment="")))


def board_of(url: str | None) -> str | None:
    """The board's slug in any of its addresses; None when the address is no board's."""
    parts = urlsplit(url or "")
    steps = [step for step in parts.path.split("/") if step]
    if "boards" in steps[:-1]:
        return steps[steps.index("boards") + 1]
    if parts.hostname not in _BOARD_HOSTS or not steps:
        return None
    if steps[0] == "embed":
        return next(iter(parse_qs(parts.query).get("for", [])), None)
    return steps[0]


def detects(said: object, url: str | None) -> bool:
    """A board's list, one of its jobs, or one that an aggregator hands on; a bare empty list of jobs is a board's too."""
    if not isinstance(said, Mapping):
        return False
    jobs = said.get("jobs")
    forwarded = mapping(said.get("data")).get("source") == "greenhouse"
    return forwarded or has(said, "absolute_url") or has(first(jobs), "absolute_url") or jobs == []


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of a board, or the one job of a detail answer."""
    document = read_json(body)
    if is_forwarded(document):
        return Parsed("greenhouse", *read_each([document], read_forwarded))
    entries, skipped = read_each(_jobs(document), lambda job: _entry(job, url))
    return Parsed("greenhouse", entries, skipped, None, complete=True)


def _jobs(document: object) -> list[object]:
    if isinstance(document, Mapping):
        jobs = document.get("jobs")
        if isinstance(jobs, list):
            return jobs
        if "absolute_url" in document and "title" in document:
            return [document]
    said = error_in(document)
    raise NotAFeed(
        f'a JSON error: "{said}"' if said else 'JSON without the list "jobs" of a Greenhouse board'
    )


def _entry(job: object, url: str | None) -> Entry:
    if not isinstance(job, Mapping):
        raise Unreadable("not an object")
    title = titled(one_line(job.get("title")))
    link = web_link(job.get("absolute_url"))
    company = _company(job, url, link)
    # HTML that was escaped to be text; the entities of the HTML itself are escaped once more
    ad = html.unescape(job.get("content") or "")
    pay: Mapping[str, object] = next(iter(job.get("pay_input_ranges") or []), {})
    low, high = _of_cents(pay.get("min_cents")), _of_cents(pay.get("max_cents"))
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=_place(job),
        description=as_text(ad),
        description_html=as_html(ad),
        # updated_at moves without a change that anyone would see: 63% of the jobs in seven weeks
        posted_at=read_date(job.get("first_published")),
        expires_at=read_date(job.get("application_deadline")),
        employment_type=_metadata(job, "employment type", "job type", "time type", "employment"),
        remote=True
        if (_metadata(job, "workplace type", "work type", "remote") or "").lower() == "remote"
        else None,
        salary_min=low,
        salary_max=high,
        salary_currency=currency(pay.get("currency_type")) if low or high else None,
    )


def _company(job: Mapping[str, object], url: str | None, link: str | None) -> str | None:
    given = job.get("company_name")
    if isinstance(given, str) and one_line(given):
        return one_line(given)
    slug = board_of(link) or board_of(url)
    return prettified(slug) or None if slug else None


def _place(job: Mapping[str, object]) -> str | None:
    location = job.get("location")
    name = location.get("name") if isinstance(location, Mapping) else location
    if isinstance(name, str) and one_line(name):
        return one_line(name)
    offices = job.get("offices")
    return joined([office.get("name") for office in offices]) if isinstance(offices, list) else None


def _metadata(job: Mapping[str, object], *names: str) -> str | None:
    rows = job.get("metadata")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and str(row.get("name", "")).strip().lower() in names:
            return joined(row.get("value"))
    return None


def _of_cents(value: object) -> float | None:
    cents = amount(value)
    return None if cents is None else cents / 100
