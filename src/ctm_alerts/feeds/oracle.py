"""Oracle Recruiting Cloud career sites, through the REST answers that their own pages ask for: a list, then one call each.

A feed's URL is the site's own (https://HOST/hcmUI/CandidateExperience/en/sites/CX_1/jobs?keyword=clinical+trial) or that
of its list. The employer is named only by `LegalEmployer`, which many sites keep to themselves, and by a host of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, line, mapping, mappings, not_the_kind, opened, places, text
from ctm_alerts.feeds.systems import (
    Fields,
    asked_for,
    completed,
    employer_at,
    headed,
    host_of,
    located,
    no_site,
    stated_workplace,
    step,
    steps,
    workplace,
)

PAGE = 20
_REST = "https://{host}/hcmRestApi/resources/latest"
_SITE_IN_FINDER = re.compile(r"siteNumber=([\w-]+)")
_KEYWORD_IN_FINDER = re.compile(r'keyword="?([^",;]*)"?')
_SECTIONS = (
    (None, "ExternalDescriptionStr"),
    ("Responsibilities", "ExternalResponsibilitiesStr"),
    ("Qualifications", "ExternalQualificationsStr"),
    (None, "CorporateDescriptionStr"),
    (None, "OrganizationDescriptionStr"),
)
_HEADERS = {"Accept": "application/json"}


@dataclass(frozen=True)
class Site:
    """Where a career site lives, and what it is searched for."""

    host: str
    name: str
    search: str = ""

    def page(self, number: str) -> str:
        """The page of one posting."""
        return f"https://{self.host}/hcmUI/CandidateExperience/en/sites/{step(self.name)}/job/{step(number)}"

    def listed(self, offset: int) -> Request:
        """One page of the list, newest first."""
        # the words go into a list that is split at commas and semicolons
        words = re.sub(r'[",;]+', " ", self.search).strip()
        keyword = f',keyword="{words}"' if words else ""
        finder = (
            f"findReqs;siteNumber={self.name},limit={PAGE},offset={offset}{keyword},sortBy=POSTING_DATES_DESC"
        )
        query = f"onlyData=true&expand=requisitionList.secondaryLocations&finder={quote(finder, safe=';=,')}"
        return Request(
            f"{_REST.format(host=self.host)}/recruitingCEJobRequisitions?{query}", headers=_HEADERS
        )


def site_of(url: str | None) -> Site | None:
    """The site that a URL belongs to, its own page's or its list's; None when it is no such address."""
    host, parts = host_of(url), steps(url)
    if not host or not parts:
        return None
    if "CandidateExperience" in parts and "sites" in parts[:-1]:
        name = parts[parts.index("sites") + 1]
        return Site(host, name, asked_for(url, "keyword")) if re.fullmatch(r"[\w-]+", name) else None
    finder = asked_for(url, "finder")
    if parts[0] == "hcmRestApi" and (named := _SITE_IN_FINDER.search(finder)):
        keyword = _KEYWORD_IN_FINDER.search(finder)
        return Site(host, named[1], keyword[1] if keyword else "")
    return None


def request(feed_url: str) -> Request:
    """The first page of the list. Raises UsageError when the URL names no site."""
    return _page(feed_url, 0)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, by what the answer itself says of its place in the whole."""
    following = _following(read_json(body), (read - 1) * PAGE)
    return None if following is None else _page(feed_url, following)


def _following(document: object, offset: int = 0) -> int | None:
    """Where the next page begins, and `offset` is where this one did, should it not say so itself."""
    found = first(mapping(document).get("items"))
    postings, total, own = found.get("requisitionList"), found.get("TotalJobsCount"), found.get("Offset")
    if not isinstance(postings, list) or not postings or not isinstance(total, int):
        return None
    following = max(own if isinstance(own, int) else offset, 0) + len(postings)
    return following if following < total else None


def _page(feed_url: str, offset: int) -> Request:
    site = site_of(feed_url)
    if site is None:
        example = "https://acme.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/jobs"
        raise no_site(feed_url, "Oracle Recruiting", example)
    return site.listed(offset)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's own answer, which has its text."""
    site = site_of(feed_url)
    if site is None or not re.fullmatch(r"[\w.-]+", entry.id):
        return None
    finder = quote(f'ById;Id="{entry.id}",siteNumber={site.name}', safe=";=,")
    url = f"{_REST.format(host=site.host)}/recruitingCEJobRequisitionDetails?expand=all&onlyData=true&finder={finder}"
    return Request(url, headers=_HEADERS)


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its text, dates and places; its id and url stay as they are."""
    return completed(entry, _entry(_one(read_json(body)), None))


def detects(said: object, url: str | None) -> bool:
    """A `requisitionList` in the first of `items`, or one posting with its external text."""
    found = first(mapping(said).get("items"))
    return "requisitionList" in found or _is_posting(found) or _is_posting(said)


def _is_posting(said: object) -> bool:
    return has(said, "Id", "Title") and any(name in mapping(said) for _, name in _SECTIONS)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of the list, or one posting."""
    document, site = read_json(body), site_of(url)
    postings = first(mapping(document).get("items")).get("requisitionList")
    if isinstance(postings, list):
        entries, skipped = read_each(postings, lambda posting: _entry(opened(posting), site))
        return Parsed("oracle", entries, skipped, complete=_following(document) is None)
    entries, skipped = read_each([_one(document)], lambda posting: _entry(posting, site))
    return Parsed("oracle", entries, skipped)


def _one(document: object) -> Fields:
    found = first(mapping(document).get("items")) or mapping(document)
    if not _is_posting(found):
        raise not_the_kind(document, "JSON without the requisitionList of an Oracle career site")
    return found


def _entry(posting: Fields, site: Site | None) -> Entry:
    title = titled(line(posting.get("Title")) or "")
    number = text(posting.get("Id"))
    company = line(posting.get("LegalEmployer")) or (
        employer_at(site.host) if site and _is_own(site) else None
    )
    remote, hybrid = workplace(posting.get("WorkplaceType") or posting.get("WorkplaceTypeCode"))
    link = site.page(number) if site and number else None
    ad = _ad(posting)
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(_places(posting), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(posting.get("ExternalPostedStartDate") or posting.get("PostedDate")),
        expires_at=read_date(posting.get("ExternalPostedEndDate") or posting.get("PostingEndDate")),
        employment_type=_employment(posting),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _is_own(site: Site) -> bool:
    """A tenant's name on Oracle's own hosts ("ebwh.fa.us2") says nothing."""
    return not site.host.endswith(".oraclecloud.com")


def _places(posting: Fields) -> str | None:
    secondary = [row.get("Name") for row in mappings(posting.get("secondaryLocations"))]
    return places([posting.get("PrimaryLocation"), *secondary])


def _employment(posting: Fields) -> str | None:
    return places(
        [posting.get(name) for name in ("JobSchedule", "ContractType", "JobType", "WorkerType")], ", "
    )


def _ad(posting: Fields) -> str:
    """The text; in the list there is at most a teaser."""
    whole = "".join(headed(heading, posting.get(name)) for heading, name in _SECTIONS)
    return whole or text(posting.get("ShortDescriptionStr"))
