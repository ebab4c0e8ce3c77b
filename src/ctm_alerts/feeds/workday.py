"""Workday career sites, through the JSON ("CXS") that their own pages ask for: a list, then one call per job.

A feed's URL is the site's own (https://acme.wd5.myworkdayjobs.com/en-US/Careers?q=clinical+trial+manager) or that of
its CXS list; the query `q` is the text to search for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.bodies import error_in, read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, joined, prettified, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request, StatedWorkplace
from ctm_alerts.feeds.forwarded import is_forwarded, read_forwarded
from ctm_alerts.feeds.shapes import has, mapping

#: the most that the list gives at once; more is answered with an error
PAGE = 20
#: Workday answers no offset beyond this
LAST_OFFSET = 2000

_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_REQUISITION = re.compile(r"(?=[^/]*\d)[A-Za-z0-9][A-Za-z0-9._-]{1,39}")
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


@dataclass(frozen=True)
class Site:
    """Where a career site lives."""

    host: str
    tenant: str
    name: str
    #: where its pages begin, without a "/" at the end
    pages: str
    search: str = ""

    @property
    def cxs(self) -> str:
        """Where its JSON begins."""
        return f"https://{self.host}/wday/cxs/{self.tenant}/{self.name}"


def site_of(url: str | None) -> Site | None:
    """The site that a URL belongs to, whichever of its addresses that is; None when it is no Workday address."""
    parts = urlsplit(url or "")
    host = parts.hostname or ""
    steps = [step for step in parts.path.split("/") if step]
    search = next(iter(parse_qs(parts.query).get("q", [])), "")
    if steps[:2] == ["wday", "cxs"] and len(steps) >= 4:
        tenant, name = steps[2], steps[3]
        return Site(host, tenant, name, _pages(host, "", tenant, name), search)
    if not host.endswith((".myworkdayjobs.com", ".myworkdaysite.com", ".myworkdayjobs-impl.com")):
        return None
    language = steps.pop(0) if steps and _LANGUAGE.fullmatch(steps[0]) and len(steps) > 1 else ""
    if steps[:1] == ["recruiting"] and len(steps) >= 3:
        return Site(host, steps[1], steps[2], _pages(host, language, steps[1], steps[2]), search)
    tenant = host.partition(".")[0]
    return Site(host, tenant, steps[0], _pages(host, language, tenant, steps[0]), search) if steps else None


def _pages(host: str, language: str, tenant: str, name: str) -> str:
    shared = f"recruiting/{tenant}/" if host.endswith(".myworkdaysite.com") else ""
    return f"https://{host}/{language + '/' if language else ''}{shared}{name}"


def request(feed_url: str) -> Request:
    """The POST for the first page of the list. Raises UsageError when the URL names no site."""
    return _page(feed_url, 0)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The POST for the next page; None after the last. Only the first page tells a true total, so full pages go on."""
    document = read_json(body)
    postings = document.get("jobPostings") if isinstance(document, Mapping) else None
    total = document.get("total") if isinstance(document, Mapping) else None
    start = read * PAGE
    if not isinstance(postings, list) or len(postings) < PAGE or start >= LAST_OFFSET:
        return None
    if isinstance(total, int) and 0 < total <= start:
        return None
    return _page(feed_url, start)


def _page(feed_url: str, offset: int) -> Request:
    site = site_of(feed_url)
    if site is None:
        raise UsageError(
            f"{one_line(feed_url)} names no Workday site; give its address, such as https://acme.wd5.myworkdayjobs.com/Careers"
        )
    asked = {"limit": PAGE, "offset": offset, "searchText": site.search, "appliedFacets": {}}
    return Request(f"{site.cxs}/jobs", "POST", json.dumps(asked).encode(), _HEADERS)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The GET for one job's own JSON; None when the entry's page is not one of the site's."""
    site, page = site_of(feed_url), entry.url or ""
    if site is None or not page.startswith(site.pages + "/"):
        return None
    return Request(site.cxs + page.removeprefix(site.pages), headers={"Accept": "application/json"})


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its description, dates and places; its id and url stay as they are."""
    info, company = _info(read_json(body))
    told = _from_detail(info, company, None)
    return replace(
        told,
        id=entry.id,
        url=entry.url or told.url,
        title=told.title or entry.title,
        company=told.company or entry.company,
        location=told.location or entry.location,
        description=told.description or entry.description,
        description_html=told.description_html or entry.description_html,
        posted_at=told.posted_at or entry.posted_at,
        remote=entry.remote if told.remote is None else told.remote,
        workplace=told.workplace or entry.workplace,
    )


def detects(said: object, url: str | None) -> bool:
    """A page of the list, a detail answer, or a job that an aggregator hands on."""
    if has(said, "jobPostings") or has(said, "jobPostingInfo"):
        return True
    return mapping(mapping(said).get("data")).get("source") == "workday"


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of the list, or the one job of a detail answer; incomplete when the total says that more is to come."""
    document = read_json(body)
    if is_forwarded(document):
        return Parsed("workday", *read_each([document], read_forwarded))
    if isinstance(document, Mapping) and isinstance(document.get("jobPostings"), list):
        return _parse_list(document, url)
    _info(document)
    entries, skipped = read_each([document], lambda it: _from_detail(*_info(it), url))
    return Parsed("workday", entries, skipped)


def _parse_list(document: Mapping[str, object], url: str | None) -> Parsed:
    postings, total = document["jobPostings"], document.get("total")
    assert isinstance(postings, list)
    site = site_of(url)
    entries, skipped = read_each(postings, lambda posting: _from_list(posting, site))
    # pages after the first tell a total of 0
    complete = total <= len(postings) if isinstance(total, int) and total > 0 else len(postings) < PAGE
    return Parsed("workday", entries, skipped, complete=complete)


def _from_list(posting: object, site: Site | None) -> Entry:
    """The list has no description and no date: "Posted 3 Days Ago" is none."""
    if not isinstance(posting, Mapping):
        raise Unreadable("not an object")
    title = titled(one_line(posting.get("title")))
    path = posting.get("externalPath")
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise Unreadable(f'the path of "{title}" leads off the site')
    return Entry(
        id=entry_id(_requisition(posting.get("bulletFields"), path), path, title, None),
        url=web_link(site.pages + path) if site else None,
        title=title,
        company=prettified(site.tenant) if site else None,
        location=one_line(posting.get("locationsText")) or None,
        description="",
        description_html="",
        employment_type=joined(posting.get("timeType")),
        remote=_remote(posting.get("remoteType")),
        workplace=_workplace(posting.get("remoteType")),
    )


def _requisition(bullets: object, path: str) -> str:
    """The first bullet where it is the requisition; some tenants show a place there, and the path ends in the number."""
    first = bullets[0] if isinstance(bullets, list) and bullets else None
    if isinstance(first, str) and _REQUISITION.fullmatch(first.strip()):
        return first.strip()
    _, mark, tail = path.rpartition("_")
    return tail if mark and _REQUISITION.fullmatch(tail) else path


def _info(document: object) -> tuple[Mapping[str, object], str | None]:
    if not isinstance(document, Mapping) or not isinstance(document.get("jobPostingInfo"), Mapping):
        said = error_in(document)
        raise NotAFeed(
            f'a JSON error: "{said}"' if said else "JSON without the jobPostings of a Workday site"
        )
    hiring = document.get("hiringOrganization")
    company = one_line(hiring.get("name")) if isinstance(hiring, Mapping) else ""
    info: Mapping[str, object] = document["jobPostingInfo"]
    return info, company or None


def _from_detail(info: Mapping[str, object], company: str | None, url: str | None) -> Entry:
    title = titled(one_line(_text(info.get("title"))))
    link = web_link(info.get("externalUrl"))
    site = site_of(link) or site_of(url)
    ad = _text(info.get("jobDescription"))
    company = company or (prettified(site.tenant) if site else None)
    return Entry(
        id=entry_id(info.get("jobReqId") or info.get("jobPostingId"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=_places(info),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(info.get("startDate")),
        expires_at=read_date(info.get("endDate")),
        employment_type=joined(info.get("timeType")),
        remote=_remote(info.get("remoteType")),
        workplace=_workplace(info.get("remoteType")),
    )


def _places(info: Mapping[str, object]) -> str | None:
    additional = info.get("additionalLocations")
    places = [info.get("location"), *(additional if isinstance(additional, list) else [])]
    named = [one_line(place) for place in places if isinstance(place, str)]
    return one_line("; ".join(dict.fromkeys(name for name in named if name))) or None


def _remote(value: object) -> bool | None:
    said = one_line(value).lower() if isinstance(value, str) else ""
    if said in ("remote", "fully remote", "100% remote", "remote work", "home based", "home-based"):
        return True
    return False if said in ("on-site", "onsite", "on site", "office") else None


def _workplace(value: object) -> StatedWorkplace | None:
    """Each tenant writes labels of its own; "Flexible" and "Field" say nothing."""
    if isinstance(value, str) and "hybrid" in value.lower():
        return "hybrid"
    remote = _remote(value)
    return None if remote is None else "remote" if remote else "onsite"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
