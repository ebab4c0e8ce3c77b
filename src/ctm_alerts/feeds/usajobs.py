"""USAJOBS' search API (https://developer.usajobs.gov/api-reference/get-api-search), the posts of the United States.

It wants the key and the owner's address as headers; a feed's URL carries them as `authorization_key` and `user_agent`,
which are taken out of the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request, SalaryPeriod
from ctm_alerts.feeds.shapes import (
    first,
    flag,
    has,
    line,
    listed,
    mapping,
    mappings,
    not_the_kind,
    opened,
    places,
    rows,
    text,
)
from ctm_alerts.feeds.systems import headed, stated

#: the codes of https://data.usajobs.gov/api/codelist/remunerationrateintervalcodes that are a period
_PERIODS: dict[str, SalaryPeriod] = {"PA": "year", "PM": "month", "PD": "day", "PH": "hour"}
_SECTIONS = (
    ("JobSummary", "Summary"),
    ("MajorDuties", "Duties"),
    ("Requirements", "Requirements"),
    ("KeyRequirements", "Conditions of employment"),
    ("Education", "Education"),
)


def detects(said: object, url: str | None) -> bool:
    """By the frame around every answer."""
    return has(mapping(said).get("SearchResult"), "SearchResultItems")


def request(feed_url: str) -> Request:
    """The first page, with the key and the owner's address as the headers that the API asks for."""
    return _page(feed_url, None)


def _page(feed_url: str, number: int | None) -> Request:
    parts = urlsplit(feed_url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    secret = {"authorization_key": "Authorization-Key", "user_agent": "User-Agent"}
    headers = {secret[name.lower()]: value for name, value in pairs if name.lower() in secret}
    kept = [pair for pair in pairs if pair[0].lower() not in secret and (number is None or pair[0] != "Page")]
    query = urlencode([*kept, *([("Page", str(number))] if number else [])])
    return Request(parts._replace(query=query, fragment="").geturl(), headers=headers)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, until the number of pages that the answer tells."""
    found = mapping(mapping(read_json(body)).get("SearchResult"))
    pages = text(mapping(found.get("UserArea")).get("NumberOfPages"))
    page = read + 1
    known = pages.isascii() and pages.isdigit() and len(pages) < 6
    return (
        _page(feed_url, page)
        if known and page <= int(pages) and rows(found.get("SearchResultItems"))
        else None
    )


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The posts of one page."""
    document = read_json(body)
    found = mapping(document).get("SearchResult")
    if not isinstance(found, Mapping):
        raise not_the_kind(document, "JSON without the SearchResult of USAJOBS")
    items = listed(found, "SearchResultItems", "USAJOBS")
    entries, skipped = read_each(items, _entry)
    total = found.get("SearchResultCountAll")
    return Parsed("usajobs", entries, skipped, "USAJOBS", not isinstance(total, int) or total <= len(items))


def _entry(item: object) -> Entry:
    item = opened(item)
    post = item.get("MatchedObjectDescriptor")
    if not isinstance(post, Mapping):
        raise Unreadable("no MatchedObjectDescriptor")
    details = mapping(mapping(post.get("UserArea")).get("Details"))
    title = titled(one_line(text(post.get("PositionTitle"))))
    company = line(post.get("OrganizationName")) or line(post.get("DepartmentName"))
    link = web_link(text(post.get("PositionURI")).replace(":443/", "/"))
    ad = _ad(post, details)
    pay = first(post.get("PositionRemuneration"))
    sums = stated(pay.get("MinimumRange"), pay.get("MaximumRange"), "USD", None)
    told = sums.low or sums.high
    return Entry(
        id=entry_id(item.get("MatchedObjectId") or post.get("PositionID"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=_place(post),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(post.get("PublicationStartDate")),
        expires_at=read_date(post.get("ApplicationCloseDate")),
        employment_type=joined([_schedule(row) for row in mappings(post.get("PositionSchedule"))]),
        remote=flag(details.get("RemoteIndicator")),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=_PERIODS.get(text(pay.get("RateIntervalCode"))) if told else None,
        apply_url=web_link(details.get("ApplyOnlineUrl")),
    )


def _schedule(row: Mapping[str, object]) -> str:
    """The name of a schedule; it is mostly empty, and the code is then all that is told."""
    codes = {"1": "Full-time", "2": "Part-time", "3": "Shift work", "4": "Intermittent", "5": "Job sharing"}
    return text(row.get("Name")) or codes.get(text(row.get("Code")), "")


def _place(post: Mapping[str, object]) -> str | None:
    """Each place by name; "Multiple Locations" only where they are not told."""
    named = [place.get("LocationName") for place in mappings(post.get("PositionLocation"))]
    return places(named) or line(post.get("PositionLocationDisplay"))


def _ad(post: Mapping[str, object], details: Mapping[str, object]) -> str:
    parts = [headed(heading, _paragraphs(details.get(name))) for name, heading in _SECTIONS]
    parts.insert(2, headed("Qualifications", _paragraphs(post.get("QualificationSummary"))))
    return "\n".join(part for part in parts if part)


def _paragraphs(value: object) -> str:
    """A text, or a list of them, as paragraphs."""
    texts = [text(said) for said in rows(value)] if isinstance(value, list) else [text(value)]
    return "".join(as_html(said) for said in texts if said.strip())
