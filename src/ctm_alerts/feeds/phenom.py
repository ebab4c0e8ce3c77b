"""Phenom career sites: the results that a search page (or the site's /widgets) carries as JSON, and each posting's page.

A feed's URL is the site's own search (https://careers.acme.example/global/en/search-results?keywords=clinical+trial). The
JSON stands in a script as `phApp.ddo = {...}`.
"""

from __future__ import annotations

import json
import re

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode, read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.shapes import has, line, mapping, mappings, opened, places, text
from ctm_alerts.feeds.systems import (
    Fields,
    completed,
    employer_at,
    host_of,
    no_site,
    place,
    step,
    steps,
    with_query,
)

#: what a search page shows
PAGE = 10
_SEARCHES = ("eagerLoadRefineSearch", "refineSearch")
_DDO = re.compile(r"phApp\.ddo\s*=\s*(?=\{)")
_OWN_BASE = re.compile(r'"baseUrl"\s*:\s*"(https?:[^"\s]{4,300})"')


def request(feed_url: str) -> Request:
    """The first page of the site's own search."""
    return _page(feed_url, 0)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page; None after the last."""
    search = _search(_document(body))
    total, jobs = search.get("totalHits"), mapping(search.get("data")).get("jobs")
    start = read * PAGE
    if not isinstance(total, int) or not jobs or not start < total:
        return None
    return _page(feed_url, start)


def _page(feed_url: str, start: int) -> Request:
    if not host_of(feed_url):
        raise no_site(feed_url, "Phenom", "https://careers.acme.example/global/en/search-results")
    return Request(with_query(feed_url, ("from", str(start)), ("s", "1")))


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, which has its text."""
    return Request(entry.url) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says, in Phenom's own JSON or as JSON-LD."""
    page = decode(body)
    job = mapping(mapping(mapping(_ddo(page).get("jobDetail")).get("data")).get("job"))
    return completed(entry, _entry(job, None, None)) if has(job, "title") else merge_page(entry, body)


def detects(said: object, url: str | None) -> bool:
    """A page with Phenom's script, or the answer of its /widgets."""
    if isinstance(said, str):
        return "phApp" in said and bool(_search(_ddo(said)))
    return bool(_search(said)) and "data" in _search(said)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of results; incomplete when there are more hits than it has."""
    document = _document(body)
    search = _search(document)
    data = mapping(search.get("data"))
    jobs = data.get("jobs", [] if "totalHits" in search else None)
    if not isinstance(jobs, list):
        raise NotAFeed("a Phenom page without the jobs of a search")
    site = _site(decode(body), url)
    company = employer_at(host_of(site or url)) if site or url else None
    entries, skipped = read_each(jobs, lambda job: _entry(opened(job), site, company))
    total = search.get("totalHits")
    return Parsed("phenom", entries, skipped, complete=not isinstance(total, int) or total <= len(jobs))


def _document(body: bytes) -> Fields:
    page = decode(body).lstrip("\ufeff \t\r\n")
    document = mapping(read_json(body)) if page[:1] in ("{", "[", "") else _ddo(page)
    if not _search(document):
        raise NotAFeed("a body without the search of a Phenom career site")
    return document


def _ddo(page: str) -> Fields:
    """The value that the page's script is given; an empty one where it is none."""
    match = _DDO.search(page)
    if match is None:
        return {}
    try:
        return mapping(json.JSONDecoder().raw_decode(page, match.end())[0])
    except (ValueError, RecursionError):
        return {}


def _search(document: object) -> Fields:
    return next((found for name in _SEARCHES if (found := mapping(mapping(document).get(name)))), {})


def _site(page: str, url: str | None) -> str | None:
    """Where the site's pages begin: as it says itself, or before its search."""
    match = _OWN_BASE.search(page)
    if match and (own := web_link(match[1].replace("\\/", "/"))):
        return own.rstrip("/")
    parts = steps(url)
    if not host_of(url) or "search-results" not in parts:
        return None
    kept = "".join(f"/{step(part)}" for part in parts[: parts.index("search-results")])
    return f"https://{host_of(url)}{kept}"


def _entry(job: Fields, site: str | None, company: str | None) -> Entry:
    title = titled(line(job.get("title")) or "")
    number = text(job.get("jobSeqNo") or job.get("jobId"))
    link = f"{site}/job/{step(number)}" if site and number else None
    apply = web_link(job.get("applyUrl"))
    company = line(job.get("companyName")) or _company(job) or company
    ad = text(job.get("description") or job.get("descriptionTeaser"))
    return Entry(
        # reqId is what the employer's system behind it calls the posting, and jobSeqNo has the language in it
        id=entry_id(
            text(job.get("jobId")) or text(job.get("reqId")) or number, link or apply, title, company
        ),
        url=link or apply,
        title=title,
        company=company,
        location=_places(job),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("postedDate") or job.get("dateCreated")),
        employment_type=line(job.get("type")),
        apply_url=apply if link else None,
    )


def _company(job: Fields) -> str | None:
    return line(mapping(mapping(job.get("structureData")).get("hiringOrganization")).get("name"))


def _places(job: Fields) -> str | None:
    several = [row.get("location") for row in mappings(job.get("multi_location_array"))]
    one = line(job.get("cityStateCountry")) or line(job.get("location"))
    return places([one or place(job.get("city"), job.get("state"), job.get("country")), *several])
