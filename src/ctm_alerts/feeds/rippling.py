"""Rippling's job boards: the older list (a row for each place of work), the newer one with pages, and a call per posting."""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import (
    first,
    has,
    is_host,
    line,
    mapping,
    mappings,
    not_the_kind,
    places,
    rows,
    text,
)
from ctm_alerts.feeds.systems import (
    Fields,
    Pay,
    by_id,
    completed,
    headed,
    located,
    named,
    stated,
    stated_workplace,
    step,
    steps,
    with_query,
    workplace,
)

HOST = "rippling.com"
API = "https://ats.rippling.com/api/v2/board/{board}/jobs"
PAGE = 20


def board_of(url: str | None) -> str | None:
    """The board's name in any of its addresses, also on a host of the employer's own; None when there is none."""
    parts = steps(url)
    if "board" in parts[:-1]:
        return parts[parts.index("board") + 1]
    if "jobs" not in parts or parts.index("jobs") == 0:
        return parts[0] if is_host(url, HOST) and len(parts) == 1 else None
    return parts[parts.index("jobs") - 1]


def request(feed_url: str) -> Request:
    """The first page of the list; a board's own address is turned into that of the newer list."""
    if "board" in steps(feed_url):
        return Request(feed_url)
    board = board_of(feed_url)
    return Request(feed_url) if board is None else _page(board, 0)


def _page(board: str, number: int) -> Request:
    return Request(with_query(API.format(board=step(board)), ("page", str(number)), ("pageSize", str(PAGE))))


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page of the newer list, by what the answer says of its place; the older has but one."""
    following, board = _following(read_json(body)), board_of(feed_url)
    return None if following is None or board is None else _page(board, following)


def _following(document: object) -> int | None:
    number, last = mapping(document).get("page"), mapping(document).get("totalPages")
    if not isinstance(number, int) or not isinstance(last, int) or not mapping(document).get("items"):
        return None
    return number + 1 if 0 <= number < last - 1 else None


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's own answer, which has its date, its pay and its text."""
    board = board_of(feed_url) or board_of(entry.url)
    # without an id of its own an entry is known by its link or a hash
    if not board or not re.fullmatch(r"[\w-]+", entry.id):
        return None
    return Request(f"{API.format(board=step(board))}/{entry.id}")


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its date, pay and text; its id and url stay as they are."""
    document = read_json(body)
    if not _is_posting(document):
        raise not_the_kind(document, "JSON without the posting of a Rippling board")
    return completed(entry, _entry([mapping(document)], None))


def _is_posting(said: object) -> bool:
    return has(said, "uuid", "name") and (has(said, "workLocations") or has(said, "description"))


def detects(said: object, url: str | None) -> bool:
    """A bare list of rows with a `workLocation`, a list `items` with `locations`, or one posting."""
    older, newer = first(rows(said)), first(mapping(said).get("items"))
    empty = mapping(said).get("items") == [] and has(said, "totalPages", "totalItems")
    own = has(older, "uuid", "name", "workLocation") or has(newer, "id", "name", "url", "locations")
    return own or empty or _is_posting(said) or (said == [] and is_host(url, HOST))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """A page of the newer list, all of the older, or one posting; a posting in several places is one."""
    document = read_json(body)
    postings = [document] if _is_posting(document) else document
    postings = mapping(document).get("items", postings)
    if not isinstance(postings, list):
        raise not_the_kind(document, "JSON without the list of a Rippling board")
    entries, skipped = read_each(by_id(postings, "uuid", "id"), lambda group: _entry(mappings(group), url))
    return Parsed("rippling", entries, skipped, complete=_following(document) is None)


def _entry(rows_of_one: list[Fields], url: str | None) -> Entry:
    if not rows_of_one:
        raise Unreadable("not an object")
    posting = rows_of_one[0]
    title = titled(line(posting.get("name")) or "")
    link = web_link(posting.get("url"))
    company = line(posting.get("companyName")) or named(board_of(link) or board_of(url))
    kinds = [workplace(where.get("workplaceType")) for where in mappings(posting.get("locations"))]
    remote = _is_remote([said for said, _ in kinds])
    sums = _pay(posting)
    about = mapping(posting.get("description"))
    ad = headed("", about.get("company")) + headed("", about.get("role")) or text(posting.get("description"))
    return Entry(
        id=entry_id(posting.get("uuid") or posting.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(places(_places(rows_of_one)), not remote and any(hybrid for _, hybrid in kinds)),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(posting.get("createdOn")),
        employment_type=line(mapping(posting.get("employmentType")).get("label")),
        remote=remote,
        workplace=stated_workplace(remote, not remote and any(hybrid for _, hybrid in kinds)),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=sums.period,
    )


def _is_remote(said: list[bool | None]) -> bool | None:
    """Remote where any of its places is; not remote only where all are said not to be."""
    if any(said):
        return True
    return False if said and None not in said else None


def _places(rows_of_one: list[Fields]) -> list[object]:
    older = [mapping(row.get("workLocation")).get("label") for row in rows_of_one]
    newer = [where.get("name") for where in mappings(rows_of_one[0].get("locations"))]
    return [*older, *newer, *rows(rows_of_one[0].get("workLocations"))]


def _pay(posting: Fields) -> Pay:
    """The one range that is stated; ranges by place are several truths, and none is taken for the posting's."""
    ranges = mappings(posting.get("payRangeDetails"))
    if len(ranges) != 1:
        return Pay()
    low, high = ranges[0].get("rangeStart"), ranges[0].get("rangeEnd")
    return stated(low, high, ranges[0].get("currency"), ranges[0].get("frequency"))
