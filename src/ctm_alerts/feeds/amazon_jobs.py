"""Amazon's job search (https://www.amazon.jobs/en/search.json), up to 100 at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, line, mapping, not_the_kind, opened, places, rows, text
from ctm_alerts.feeds.systems import headed, with_query

SITE = "https://www.amazon.jobs"
PER_PAGE = 100
#: the search answers nothing beyond
LAST_OFFSET = 10_000

_SEARCH = re.compile(r"/search/?\Z")
# "Amazon Web Services, Inc. - A97": the legal entity's number is no part of the name
_ENTITY = re.compile(r"\s+-\s+[A-Z]\d{1,3}\Z")


def detects(said: object, url: str | None) -> bool:
    """A list of jobs, bare or below "jobs", with the names that only this one has."""
    jobs = said if isinstance(said, list) else mapping(said).get("jobs")
    return has(first(jobs), "id_icims", "job_path") or (jobs == [] and has(said, "hits", "facets"))


def request(feed_url: str) -> Request:
    """The JSON behind a search page's address."""
    parts = urlsplit(feed_url)
    asked = parts._replace(path=_SEARCH.sub("/search.json", parts.path)).geturl()
    return Request(with_query(asked, ("result_limit", str(PER_PAGE)), ("offset", "0")))


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page by its offset, until all hits were asked for."""
    document = mapping(read_json(body))
    hits, offset = document.get("hits"), read * PER_PAGE
    if not isinstance(hits, int) or not rows(document.get("jobs")) or not offset < min(hits, LAST_OFFSET):
        return None
    return Request(with_query(request(feed_url).url, ("offset", str(offset))))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page, or of a bare list."""
    document = read_json(body)
    jobs = document if isinstance(document, list) else mapping(document).get("jobs")
    if not isinstance(jobs, list):
        raise not_the_kind(document, 'JSON without the list "jobs" of Amazon\'s search')
    entries, skipped = read_each(jobs, _entry)
    hits = mapping(document).get("hits")
    return Parsed("amazon_jobs", entries, skipped, "Amazon", not isinstance(hits, int) or hits <= len(jobs))


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = _ENTITY.sub("", one_line(text(job.get("company_name")))) or "Amazon"
    link = web_link(job.get("job_path"), SITE)
    sections = (
        ("basic_qualifications", "Basic qualifications"),
        ("preferred_qualifications", "Preferred qualifications"),
    )
    ad = text(job.get("description")) + "".join(headed(heading, job.get(name)) for name, heading in sections)
    return Entry(
        id=entry_id(job.get("id_icims") or job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=_places(job),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("posted_date")),
        employment_type=joined(job.get("job_schedule_type")),
        remote=_is_virtual(job),
        apply_url=web_link(job.get("url_next_step")),
    )


def _offices(job: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The places of a job, each of which is JSON written as text."""
    offices = []
    for written in rows(job.get("locations")):
        try:
            offices.append(mapping(json.loads(text(written)) if isinstance(written, str) else written))
        except (ValueError, RecursionError):
            continue
    return offices


def _places(job: Mapping[str, object]) -> str | None:
    named = places(office.get("normalizedLocation") or office.get("location") for office in _offices(job))
    return named or line(job.get("normalized_location")) or line(job.get("location"))


def _is_virtual(job: Mapping[str, object]) -> bool | None:
    """True when every place is virtual, False when none is; some are, and then nobody can say."""
    kinds = {text(office.get("type")).upper() for office in _offices(job)} - {""}
    if kinds == {"VIRTUAL"}:
        return True
    return False if kinds == {"ONSITE"} else None
