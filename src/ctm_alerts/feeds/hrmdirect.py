"""HRMDirect (ClearCompany) career pages: a table of openings, each row with its requisition; the ad is on its page."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ctm_alerts.feeds.clean import one_line, web_link
from ctm_alerts.feeds.entries import entry_id, prettified, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.systems import Order, below, read_page, read_slashed, slash_order, words_of

_ROW = "tr[data-req-id]"
_PAGE_TITLE = re.compile(
    r"\s*(?:careers|jobs|openings|employment)\s+(?:at|with)\s+|\s*[-|]?\s*(?:careers|jobs)\s*\Z",
    re.IGNORECASE,
)


def detects(said: object, url: str | None) -> bool:
    """A page whose table has the rows of openings."""
    return isinstance(said, str) and "data-req-id" in said and "job-opening.php" in said


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The openings of one page; the dates' order is that which the page itself shows."""
    page = read_page(body, "data-req-id")
    found = page.css(_ROW)
    order = slash_order(words_of(cell) for row in found for cell in row.css("td")) or "month first"
    company = _company(page, url)
    entries, skipped = read_each(found, lambda row: _entry(row, company, order, url))
    return Parsed("hrmdirect", entries, skipped, company)


def _company(page: LexborHTMLParser, url: str | None) -> str | None:
    """From the page's title ("Careers At Acme"), else from the address."""
    named = _PAGE_TITLE.sub("", words_of(page.css_first("title")))
    return named or prettified(below(url, "hrmdirect.com") or "") or None


def _entry(row: LexborNode, company: str | None, order: Order, url: str | None) -> Entry:
    link = row.css_first("a[href]")
    title = titled(words_of(link))
    address = web_link(link.attributes.get("href"), url) if link else None
    number = row.attributes.get("data-req-id")
    cells = [words_of(cell) for cell in row.css("td")]
    dates = [date for cell in cells if "/" in cell and (date := read_slashed(cell, order))]
    return Entry(
        id=entry_id(number, address, title, company),
        url=_plain(address),
        title=title,
        company=company,
        location=_labelled(row, "cities", "city", "state", "states", "location", "offices"),
        description="",
        description_html="",
        posted_at=dates[0] if dates else None,
    )


def _plain(address: str | None) -> str | None:
    """The address of an opening by its requisition alone; the other parameters are those of the list."""
    parts = urlsplit(address or "")
    asked = parse_qs(parts.query)
    kept = [(name, asked[name][0]) for name in ("req", "req_loc") if name in asked]
    return parts._replace(query=urlencode(kept), fragment="").geturl() if address and kept else address


def _labelled(row: LexborNode, *names: str) -> str | None:
    """The cells whose class says what they are; which of them a table has is the employer's choice."""
    found = [words_of(cell) for name in names for cell in row.css(f"td.{name}")]
    return one_line(", ".join(dict.fromkeys(said for said in found if said))) or None


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The opening's own page."""
    return Request(entry.url) if entry.url and not entry.description else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what the JSON-LD of its page says."""
    return merge_page(entry, body)
