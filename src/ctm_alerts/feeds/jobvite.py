"""Jobvite career sites: the list as an HTML table, and the page of each posting; neither has a date."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page, postings_in
from ctm_alerts.feeds.shapes import is_host, places
from ctm_alerts.feeds.systems import address, completed, named, read_page, step, steps, words_of

HOST = "jobvite.com"
_MARKS = ("jv-job-list", "jv-job-detail", "jv-page-body")
_LINK = re.compile(r"/([^/]+)/job/([A-Za-z0-9]{6,12})(?:[/?#]|$)")
_LOCATION = "td.jv-job-list-location, div.jv-job-list-location, span.jv-job-list-location"
_NAMED_IN_TITLE = re.compile(r"(.+?) Careers(?: - .*)?")
_SEPARATOR = "\x1f"


def request(feed_url: str) -> Request:
    """The list of a site; any of its pages leads there."""
    parts = steps(feed_url)
    if not is_host(feed_url, HOST) or not parts or parts[1:2] in (["jobs"], ["search"]):
        return Request(feed_url)
    board = parts[1] if parts[0] == "careers" and len(parts) > 1 else parts[0]
    return Request(f"https://jobs.{HOST}/{step(board)}/jobs")


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, which has its text."""
    return Request(entry.url) if entry.url else None


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what its page says, as JSON-LD or in its elements."""
    page = decode(body)
    if postings_in(page) or "jv-job-detail" not in page:
        return merge_page(entry, body)
    return completed(entry, _of_page(read_page(body, *_MARKS), entry.url))


def detects(said: object, url: str | None) -> bool:
    """A page whose elements have Jobvite's class names."""
    return isinstance(said, str) and any(mark in said for mark in _MARKS)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The list of a site, or the page of one posting."""
    tree = read_page(body, *_MARKS)
    if tree.css_first(".jv-job-detail-description") is not None:
        entries, skipped = read_each([tree], lambda page: _of_page(page, url))
        return Parsed("jobvite", entries, skipped)
    anchors = [a for a in tree.css("a") if _LINK.search(a.attributes.get("href") or "")]
    if not anchors and "jv-job-list" not in decode(body):
        raise NotAFeed(f'a Jobvite page without a list of jobs, titled "{words_of(tree.css_first("title"))}"')
    company = _company(tree)
    entries, skipped = read_each(anchors, lambda anchor: _of_anchor(anchor, url, company))
    return Parsed("jobvite", entries, skipped, company)


def _company(tree: LexborHTMLParser) -> str | None:
    match = _NAMED_IN_TITLE.fullmatch(words_of(tree.css_first("title")))
    return one_line(match[1]) if match else None


def _of_anchor(anchor: LexborNode, url: str | None, company: str | None) -> Entry:
    href = anchor.attributes.get("href") or ""
    match = _LINK.search(href)
    assert match is not None
    link = _bare(web_link(href, url or f"https://jobs.{HOST}/"))
    title = titled(words_of(anchor.css_first(".jv-job-list-name")) or words_of(anchor))
    row = anchor
    while row.parent is not None and row.tag not in ("tr", "li"):
        row = row.parent
    where = row.css_first(_LOCATION) if row.tag in ("tr", "li") else None
    name = company or named(match[1])
    return Entry(entry_id(match[2], link, title, name), link, title, name, words_of(where) or None, "", "")


def _bare(link: str | None) -> str | None:
    """The page's address without what says where someone came from ("?nl=1")."""
    return address(link)._replace(query="", fragment="").geturl() if link else None


def _of_page(tree: LexborHTMLParser, url: str | None) -> Entry:
    title = titled(words_of(tree.css_first("h2.jv-header, h1.jv-header")))
    apply = tree.css_first("a.jv-button-apply")
    href = (apply.attributes.get("href") or "") if apply else ""
    match = _LINK.search(href) or _LINK.search(url or "")
    link = web_link(f"https://jobs.{HOST}/{match[1]}/job/{match[2]}") if match else web_link(url)
    company = _company(tree) or (named(match[1]) if match else None)
    body = tree.css_first(".jv-job-detail-description")
    ad = (body.html or "") if body else ""
    return Entry(
        id=entry_id(match[2] if match else "", link, title, company),
        url=link,
        title=title,
        company=company,
        location=_place(tree.css_first(".jv-job-detail-meta")),
        description=as_text(ad),
        description_html=as_html(ad),
        apply_url=web_link(href, f"https://jobs.{HOST}/") if href else None,
    )


def _place(meta: LexborNode | None) -> str | None:
    """The line below the title: the department, then the places, with separators between."""
    if meta is None:
        return None
    words = "".join(
        _SEPARATOR if piece.tag == "span" else piece.text() for piece in meta.iter(include_text=True)
    )
    _department, *where = words.split(_SEPARATOR)
    return places(re.sub(r"\s*,\s*", ", ", part.strip()) for part in where)
