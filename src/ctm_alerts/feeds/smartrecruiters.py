"""SmartRecruiters (https://developers.smartrecruiters.com/docs/posting-api): the list, one call per posting, or its page.

The list has no text; `jobAd.sections` of the posting's own answer has it. The page of a posting carries the same as
schema.org microdata, and goes on to say so when the posting has expired.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from ctm_alerts.feeds.bodies import decode, read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import (
    first,
    flag,
    has,
    is_host,
    line,
    mapping,
    not_the_kind,
    opened,
    places,
    text,
)
from ctm_alerts.feeds.systems import (
    Fields,
    asked_for,
    completed,
    headed,
    host_of,
    located,
    named,
    place,
    read_page,
    stated_workplace,
    step,
    steps,
    with_query,
    words_of,
    workplace,
)

HOST = "smartrecruiters.com"
API = "https://api.smartrecruiters.com/v1/companies/{board}/postings"
#: the most that the list gives at once
PAGE = 100
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
_MICRODATA = "schema.org/JobPosting"


def board_of(url: str | None) -> str | None:
    """The employer's identifier in any of its addresses, or None."""
    parts = steps(url)
    if not is_host(url, HOST) or not parts:
        return None
    if "companies" in parts[:-1]:
        return parts[parts.index("companies") + 1]
    return parts[0] if host_of(url) != f"api.{HOST}" else None


def request(feed_url: str) -> Request:
    """The first page of the list; a board's own address is turned into that of the API, its `search` into `q`."""
    board = board_of(feed_url)
    if board is None:
        return Request(feed_url)
    search = asked_for(feed_url, "q", "search")
    url = feed_url if host_of(feed_url) == f"api.{HOST}" else API.format(board=step(board))
    given = [("q", search)] if search else []
    return Request(with_query(url, *given, ("limit", str(PAGE)), ("offset", "0")))


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, by what the answer itself says of its place in the whole."""
    following = _following(read_json(body))
    return (
        None if following is None else Request(with_query(request(feed_url).url, ("offset", str(following))))
    )


def _following(document: object) -> int | None:
    said = mapping(document)
    offset, limit, total = said.get("offset"), said.get("limit"), said.get("totalFound")
    if not isinstance(offset, int) or not isinstance(limit, int) or not isinstance(total, int):
        return None
    return offset + limit if limit > 0 and said.get("content") and offset + limit < total else None


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's own answer, which has its text."""
    board = board_of(feed_url) or board_of(entry.url)
    # without an id of its own an entry is known by its link or a hash
    if not board or not re.fullmatch(r"[\w-]+", entry.id):
        return None
    return Request(f"{API.format(board=step(board))}/{entry.id}")


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its text; its id and url stay as they are."""
    return completed(entry, _entry(_one(read_json(body))))


def detects(said: object, url: str | None) -> bool:
    """A list in `content` with its `totalFound`, one posting with its `jobAd`, or the page of one."""
    if isinstance(said, str):
        return _MICRODATA in said and "spl-" in said and "itemprop" in said
    return (has(said, "totalFound", "content") and _is_posting_or_none(said)) or has(said, "jobAd", "name")


def _is_posting_or_none(said: object) -> bool:
    content = mapping(said).get("content")
    return content == [] or has(first(content), "name", "releasedDate") or has(first(content), "name", "ref")


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of the list, one posting, or the page of one."""
    if decode(body).lstrip("\ufeff \t\r\n").startswith("<"):
        return _parse_page(body, url)
    document = read_json(body)
    content = mapping(document).get("content")
    if not isinstance(content, list):
        entries, skipped = read_each([_one(document)], _entry)
        return Parsed("smartrecruiters", entries, skipped)
    entries, skipped = read_each(content, lambda posting: _entry(opened(posting)))
    return Parsed("smartrecruiters", entries, skipped, complete=_following(document) is None)


def _one(document: object) -> Fields:
    if has(document, "name") and (has(document, "jobAd") or has(document, "releasedDate")):
        return mapping(document)
    raise not_the_kind(document, 'JSON without the list "content" of a SmartRecruiters board')


def _entry(posting: Fields) -> Entry:
    """One posting, from the list or by itself; `ref` is the API's address and none for people."""
    title = titled(line(posting.get("name")) or "")
    company = mapping(posting.get("company"))
    link = web_link(posting.get("postingUrl")) or _page_of(company, posting)
    where = mapping(posting.get("location"))
    hybrid = flag(where.get("hybrid")) is True
    name = line(company.get("name")) or named(text(company.get("identifier")))
    ad = _ad(mapping(mapping(posting.get("jobAd")).get("sections")))
    return Entry(
        id=entry_id(posting.get("id") or posting.get("uuid"), link, title, name),
        url=link,
        title=title,
        company=name,
        location=located(_place(where), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(posting.get("releasedDate")),
        employment_type=line(mapping(posting.get("typeOfEmployment")).get("label")),
        remote=flag(where.get("remote")),
        workplace="hybrid" if hybrid else "remote" if flag(where.get("remote")) else None,
        apply_url=web_link(posting.get("applyUrl")),
    )


def _page_of(company: Fields, posting: Fields) -> str | None:
    board, number = text(company.get("identifier")), text(posting.get("id"))
    return f"https://jobs.{HOST}/{step(board)}/{step(number)}" if board and number else None


def _place(where: Fields) -> str | None:
    full = line(where.get("fullLocation"))
    return full or place(where.get("city"), where.get("region"), text(where.get("country")).upper())


def _ad(sections: Fields) -> str:
    parts = [mapping(sections.get(name)) for name in _SECTIONS]
    return "".join(headed(part.get("title"), part.get("text")) for part in parts)


def _parse_page(body: bytes, url: str | None) -> Parsed:
    tree = read_page(body, _MICRODATA)
    own = tree.css_first('meta[property="og:url"]')
    address = web_link(own.attributes.get("content")) if own else None
    found = tree.css(f'[itemtype$="{_MICRODATA}"]')
    entries, skipped = read_each(found[:1], lambda posting: _from_page(posting, address or url))
    return Parsed("smartrecruiters", entries, skipped)


def _from_page(posting: LexborNode, url: str | None) -> Entry:
    """The microdata of a page; only what hangs on the posting itself."""
    title = titled(words_of(posting.css_first('[itemprop="title"]')))
    where = posting.css_first("spl-job-location")
    remote, hybrid = workplace(where.attributes.get("workplacetype") if where else None)
    region = [_content(posting, name) for name in ("addressLocality", "addressRegion", "addressCountry")]
    company = _content(posting, "name")
    ad = posting.css_first('[itemprop="description"]')
    html = (ad.html or "") if ad else ""
    return Entry(
        id=entry_id(_number_in(url), web_link(url), title, company),
        url=web_link(url),
        title=title,
        company=company or named(board_of(url)),
        location=located(places(region, ", "), hybrid),
        description=as_text(html),
        description_html=as_html(html),
        posted_at=read_date(_content(posting, "datePosted")),
        expires_at=read_date(_content(posting, "validThrough")),
        employment_type=words_of(posting.css_first('[itemprop="employmentType"]')) or None,
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _content(posting: LexborNode, name: str) -> str | None:
    node = posting.css_first(f'meta[itemprop="{name}"]')
    return line(node.attributes.get("content")) if node else None


def _number_in(url: str | None) -> str:
    parts = steps(url)
    return parts[1].partition("-")[0] if is_host(url, HOST) and len(parts) > 1 else ""
