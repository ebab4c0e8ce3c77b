"""Oracle Taleo career sections, through the JSON that their own pages ask for; no real body was seen, all is from
documented shapes.

A row has `column`s without names: `linkedColumn` is the title, `locationsColumns` hold lists of places as JSON in a text,
and what else is there (category, dates) differs by section. The answer comes only to a POST that names a time zone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.shapes import line, listed, mapping, opened, places, rows, text
from ctm_alerts.feeds.systems import (
    Fields,
    Order,
    asked_for,
    employer_at,
    host_of,
    no_site,
    read_slashed,
    slash_order,
    step,
    steps,
    with_query,
)

HOST = "taleo.net"
#: fixed by the system
PAGE = 25
_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "X-Requested-With": "XMLHttpRequest",
    # without them the answer is an error 500
    "tz": "GMT+00:00",
    "tzname": "UTC",
}
_WORDED_WITH_SLASHES = re.compile(r"(\d{1,2})/([A-Za-z]{3,9})/(\d{4})(?:,.*)?", re.DOTALL)


def request(feed_url: str) -> Request:
    """The POST for the first page. Raises UsageError when the URL names no section or no portal."""
    return _page(feed_url, 1)


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The POST for the next page, by what the answer says of its place."""
    following = _following(read_json(body))
    return None if following is None else _page(feed_url, following)


def _following(document: object) -> int | None:
    paging = mapping(mapping(document).get("pagingData"))
    number, size, total = (paging.get(name) for name in ("currentPageNo", "pageSize", "totalCount"))
    if not isinstance(number, int) or not isinstance(size, int) or not isinstance(total, int):
        return None
    # the total may count more than is ever listed, so an empty page is the last
    return (
        number + 1 if rows(mapping(document).get("requisitionList")) and 0 < number * size < total else None
    )


def section_of(url: str | None) -> str | None:
    """The career section that a page's address names, or None."""
    parts = steps(url)
    if len(parts) < 2 or parts[0] != "careersection" or parts[1] == "rest":
        return None
    return parts[1]


def _page(feed_url: str, number: int) -> Request:
    portal = asked_for(feed_url, "portal")
    if "careersection" not in steps(feed_url):
        raise no_site(
            feed_url, "Taleo", "https://acme.taleo.net/careersection/2/jobsearch.ftl?portal=101430233"
        )
    if not portal.isdigit():
        raise UsageError(
            f"{one_line(feed_url)} names no portal; add ?portal=NUMBER, which the page's own source has as portal=NUMBER"
        )
    search = {
        "multilineEnabled": False,
        "sortingSelection": {"sortBySelectionParam": "3", "ascendingSortingOrder": "false"},
        "fieldData": {"fields": {"KEYWORD": asked_for(feed_url, "keyword"), "LOCATION": ""}, "valid": True},
        "filterSelectionParam": {"searchFilterSelections": []},
        "advancedSearchFiltersSelectionParam": {"searchFilterSelections": []},
        "pageNo": number,
    }
    url = with_query(
        f"https://{host_of(feed_url)}/careersection/rest/jobboard/searchjobs",
        ("lang", asked_for(feed_url, "lang") or "en"),
        ("portal", portal),
    )
    return Request(url, "POST", json.dumps(search).encode(), _HEADERS)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, which may have its text as JSON-LD."""
    return Request(entry.url) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says; some sections write their text percent-encoded."""
    told = merge_page(entry, body)
    if not re.match(r"%3C\w", told.description, re.IGNORECASE):
        return told
    ad = unquote(told.description)
    return replace(told, description=as_text(ad), description_html=as_html(ad))


def detects(said: object, url: str | None) -> bool:
    """A `requisitionList` beside its `pagingData`."""
    document = mapping(said)
    return isinstance(document.get("requisitionList"), list) and "pagingData" in document


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of the list; incomplete when the total says that more is to come."""
    document = read_json(body)
    requisitions = listed(document, "requisitionList", "a Taleo career section")
    order = slash_order(text(column) for row in requisitions for column in rows(mapping(row).get("column")))
    entries, skipped = read_each(requisitions, lambda row: _entry(opened(row), url, order))
    return Parsed("taleo", entries, skipped, complete=_following(document) is None)


def _entry(row: Fields, url: str | None, order: Order | None) -> Entry:
    columns = rows(row.get("column"))
    linked = row.get("linkedColumn")
    at = linked if isinstance(linked, int) and 0 <= linked < len(columns) else 0
    title = titled(line(columns[at]) or "" if columns else "")
    number = text(row.get("contestNo")) or text(row.get("jobId"))
    link = _page_of(url, text(row.get("contestNo")))
    company = (employer_at(host_of(url), HOST) or None) if host_of(url) else None
    where = [n for n in rows(row.get("locationsColumns")) if isinstance(n, int) and 0 <= n < len(columns)]
    others = [column for n, column in enumerate(columns) if n != at and n not in where]
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=places(_readable(name) for n in where for name in _names(columns[n])),
        description="",
        description_html="",
        posted_at=next((day for other in others if (day := _date(other, order))), None),
    )


def _page_of(url: str | None, number: str) -> str | None:
    section = section_of(url)
    if section is None or not number:
        return None
    return f"https://{host_of(url)}/careersection/{step(section)}/jobdetail.ftl?job={step(number)}"


def _names(column: object) -> Iterator[object]:
    """The places of a column: a list as JSON in a text, or the text itself."""
    said = text(column)
    try:
        found: object = json.loads(said) if said.lstrip().startswith("[") else [said]
    except (ValueError, RecursionError):
        found = [said]
    yield from rows(found)


def _readable(name: object) -> str:
    """ "US-Massachusetts-Boston" -> "Boston, Massachusetts, US"; a name with a space beside its hyphen stays."""
    said = text(name)
    parts = said.split("-")
    return ", ".join(reversed(parts)) if all(part and part == part.strip() for part in parts) else said


def _date(column: object, order: Order | None) -> datetime | None:
    """The first date of a row is that of its posting; a bare number is none, but a requisition's."""
    said = text(column).strip()
    if said.isdigit():
        return None
    match = _WORDED_WITH_SLASHES.fullmatch(said)
    return read_date(f"{match[1]} {match[2]} {match[3]}") if match else read_slashed(said, order)
