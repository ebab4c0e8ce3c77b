"""iCIMS career sites: the list as HTML, and JSON-LD on the page of each posting.

Both come only with `in_iframe=1`; without it the answer is the employer's frame around them. Places are codes
("US-MA-Boston | US-TX-Austin"). A closing date of exactly a year after the posting is the system's own, not the employer's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import entry_of, merge_page, postings_in
from ctm_alerts.feeds.shapes import is_host, places
from ctm_alerts.feeds.systems import (
    Order,
    employer_at,
    host_of,
    no_site,
    read_page,
    read_slashed,
    slash_order,
    steps,
    with_query,
    without_query,
    words_of,
)

HOST = "icims.com"
_MARKS = ("iCIMS_JobCardItem", "iCIMS_JobsTable", "iCIMS_Header", "iCIMS_JobContent")
_CARD = "li.iCIMS_JobCardItem, div.iCIMS_JobsTable > div.row"
_PAGE_OF = re.compile(r"Page\s+(\d{1,4})\s+of\s+(\d{1,4})", re.IGNORECASE)
_OF_SITE = re.compile(r"(?:Job Listings|Careers|Jobs) at (.{2,100})", re.IGNORECASE)
_CODE = re.compile(r"([A-Z]{2})-(?:([A-Z]{2,3})-)?(.+)")
_NUMBER = re.compile(r"/jobs/(\d{1,12})(?:/|$)", re.ASCII)
_GONE = re.compile(r"could not be found|no longer (?:available|accepting)", re.IGNORECASE)
_DEFAULT_LIFE = (timedelta(days=365), timedelta(days=366))


def request(feed_url: str) -> Request:
    """The first page of the list; the site's bare address is turned into that of its search."""
    if not is_host(feed_url, HOST) and not _is_search(feed_url):
        raise no_site(feed_url, "iCIMS", "https://careers-acme.icims.com/jobs/search")
    url = feed_url if _is_search(feed_url) else f"https://{host_of(feed_url)}/jobs/search?ss=1"
    return Request(with_query(url, ("pr", "0"), ("in_iframe", "1")))


def _is_search(url: str) -> bool:
    return steps(url)[:2] == ["jobs", "search"]


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, by what the page itself says of its place ("Page 1 of 2")."""
    number, last = _pages(decode(body))
    return None if number >= last else Request(with_query(request(feed_url).url, ("pr", str(number))))


def _pages(page: str) -> tuple[int, int]:
    """The page's number, counted from one, and the last; `pr` counts from zero."""
    words = re.sub(r"<[^>]{0,200}>", " ", page[_paging(page) :][:2000])
    match = _PAGE_OF.search(words)
    return (int(match[1]), int(match[2])) if match else (1, 1)


def _paging(page: str) -> int:
    found = [at for mark in ("iCIMS_SubHeader_Jobs", "iCIMS_PagingBatch") if (at := page.find(mark)) >= 0]
    return page.find(">", min(found)) + 1 if found else len(page)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, which has its text."""
    return Request(with_query(entry.url, ("in_iframe", "1"))) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says. Raises NotAFeed when the page says that the posting is gone."""
    page = decode(body)
    if not postings_in(page) and "iCIMS_Header" in page and _GONE.search(page):
        raise NotAFeed("the posting is gone: its page says that it could not be found")
    return _own_closing_date(merge_page(entry, body))


def detects(said: object, url: str | None) -> bool:
    """A page whose elements have iCIMS' class names."""
    return isinstance(said, str) and any(mark in said for mark in _MARKS)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """One page of the list, or the page of one posting; incomplete when the page says that there are more."""
    tree = read_page(body, *_MARKS)
    page = decode(body)
    if postings := postings_in(page):
        entries, skipped = read_each(postings[:1], lambda posting: _of_posting(entry_of(posting, url)))
        return Parsed("icims", entries, skipped)
    if "iCIMS_JobCardItem" not in page and "iCIMS_JobsTable" not in page:
        header = words_of(tree.css_first("h1.iCIMS_Header, h1"))
        raise NotAFeed(f'an iCIMS page without a list of jobs, which says "{header}"')
    company = _company(tree, url)
    cards = [card for card in tree.css(_CARD) if card.css_first("a.iCIMS_Anchor")]
    order = slash_order(said for card in cards for said in _labelled(card).values())
    entries, skipped = read_each(cards, lambda card: _of_card(card, url, company, order))
    number, last = _pages(page)
    return Parsed("icims", entries, skipped, company, complete=number >= last)


def _company(tree: LexborHTMLParser, url: str | None) -> str | None:
    match = _OF_SITE.search(words_of(tree.css_first("title")))
    return one_line(match[1]) if match else employer_at(host_of(url), HOST) if url else None


def _of_card(card: LexborNode, url: str | None, company: str | None, order: Order | None) -> Entry:
    anchor = card.css_first("a.iCIMS_Anchor")
    href = (anchor.attributes.get("href") or "") if anchor else ""
    link = web_link(href, url)
    title = titled(words_of(card.css_first("h3, h2")) or _without_label(anchor))
    said = _labelled(card)
    summary = card.css_first("div.description")
    html = summary.html if summary else ""
    return Entry(
        id=entry_id(_number_in(href) or said.get("id"), link, title, company),
        url=without_query(link, "in_iframe"),
        title=title,
        company=company or (employer_at(host_of(link), HOST) if link else None),
        location=read_codes(next((value for name, value in said.items() if "location" in name), "")),
        description=as_text(html),
        description_html=as_html(html),
        posted_at=read_slashed(said.get("posted date") or said.get("date posted"), order),
        employment_type=said.get("position type") or said.get("type"),
    )


def _without_label(anchor: LexborNode | None) -> str:
    if anchor is None:
        return ""
    return words_of(anchor).removeprefix(words_of(anchor.css_first(".field-label"))).strip()


def _labelled(card: LexborNode) -> dict[str, str]:
    """The card's fields by their labels in lower case, which stand before them for those who cannot see."""
    fields: dict[str, str] = {}
    for label in card.css("span.field-label, dt"):
        value = label.next
        while value is not None and value.tag not in ("span", "dd"):
            value = value.next
        if value is not None and (said := words_of(value)):
            fields.setdefault(words_of(label).lower(), said)
    return fields


def read_codes(codes: str) -> str | None:
    """iCIMS' codes of places as places: "US-MA-Boston | US-TX-Austin" -> "Boston, MA, US; Austin, TX, US"."""
    return places([_place(code) for code in codes.split("|")])


def _place(code: str) -> str:
    code = code.strip()
    match = _CODE.fullmatch(code)
    return ", ".join(part for part in (match[3], match[2], match[1]) if part) if match else code


def _number_in(link: str | None) -> str:
    match = _NUMBER.search(link or "")
    return match[1] if match else ""


def _of_posting(entry: Entry) -> Entry:
    """The same id and address as in the list."""
    link = without_query(entry.url, "in_iframe")
    return _own_closing_date(replace(entry, id=_number_in(link) or entry.id, url=link))


def _own_closing_date(entry: Entry) -> Entry:
    if entry.posted_at and entry.expires_at and entry.expires_at - entry.posted_at in _DEFAULT_LIFE:
        return replace(entry, expires_at=None)
    return entry
