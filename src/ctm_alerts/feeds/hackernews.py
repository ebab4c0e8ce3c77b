"""Hacker News' "Who is hiring?" threads through Algolia (https://hn.algolia.com/api): one comment is one ad.

By custom its first line is "Company | Role | Place | REMOTE | Full-time"; answers to ads are comments too, and are
none. A comment whose first line has no "|" names no role, and is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, entry_id, read_each
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, line, listed, mapping, opened, rows, text
from ctm_alerts.feeds.systems import with_query

PAGE = "https://news.ycombinator.com/item?id={}"

_REMOTE = re.compile(r"\bremote\b", re.IGNORECASE)
_ONSITE = re.compile(r"\bon-?site\b", re.IGNORECASE)
_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[- ]?time\b|\bcontract(?:or)?\b|\bintern(?:ship)?s?\b|\bpermanent\b|\bfreelance\b",
    re.IGNORECASE,
)
_PAY = re.compile(r"[$€£]\s?\d|\d\s?k\b|\bsalary\b", re.IGNORECASE)
_LINK = re.compile(r"https?://|\bwww\.|^\S+\.(?:com|io|ai|co|org)/?$", re.IGNORECASE)
# "Acme (https://acme.example)"
_ADDRESS = re.compile(r"\s*\((?:https?://|www\.)[^)]*\)?")
_OTHER = re.compile(r"\bvisa\b|\bequity\b|\bhybrid\b|\bin[- ]office\b", re.IGNORECASE)
# the words of roles, to tell them from places; the thread is one of software people
_ROLE = re.compile(
    r"engineer|develop|manager|scientist|design|analyst|lead\b|head\b|director|specialist|sre\b|devops|architect|research|"
    r"product|founder|cto\b|associate|consultant|technic|support|sales|marketing|advocate|operations|nurse|physician|monitor|roles?\b|positions?\b",
    re.IGNORECASE,
)


def detects(said: object, url: str | None) -> bool:
    """Hits that are comments."""
    return has(first(mapping(said).get("hits")), "comment_text", "objectID")


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page; pages are counted from 0."""
    document = mapping(read_json(body))
    page, count = document.get("page"), document.get("nbPages")
    if (
        not isinstance(page, int)
        or not isinstance(count, int)
        or not 0 <= page < count - 1
        or not rows(document.get("hits"))
    ):
        return None
    return Request(with_query(feed_url, ("page", str(page + 1))))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The ads among the comments of a thread."""
    document = read_json(body)
    hits = [hit for hit in listed(document, "hits", "Algolia's Hacker News") if not _is_answer(hit)]
    entries, skipped = read_each(hits, _entry)
    count = mapping(document).get("nbPages")
    title = line(mapping(document).get("story_title")) or line(first(hits).get("story_title"))
    return Parsed("hackernews", entries, skipped, title, not isinstance(count, int) or count <= 1)


def _is_answer(hit: object) -> bool:
    return has(hit, "parent_id", "story_id") and mapping(hit)["parent_id"] != mapping(hit)["story_id"]


def _entry(hit: object) -> Entry:
    hit = opened(hit)
    comment = text(hit.get("comment_text"))
    head, _, _ = comment.partition("<p>")
    parts = [part for part in map(one_line, re.split(r"[|\n]", as_text(head))) if part]
    if "|" not in head or len(parts) < 2:
        raise Unreadable("a comment whose first line names no role")
    company, told = _ADDRESS.sub("", parts[0]), _told(parts[1:])
    return Entry(
        id=entry_id(hit.get("objectID"), None, told["title"], company),
        url=PAGE.format(number) if (number := text(hit.get("objectID"))).isdecimal() else None,
        title=told["title"],
        company=company,
        location=told.get("place"),
        description=as_text(comment),
        description_html=as_html(comment),
        posted_at=read_date(hit.get("created_at")) or read_date(hit.get("created_at_i")),
        employment_type=told.get("employment"),
        remote=True if "remote" in told else None,
        salary_raw=told.get("pay"),
    )


def _told(parts: list[str]) -> Mapping[str, str]:
    """What each part of the first line is; roles are joined, and of two places the first with a name counts."""
    said: dict[str, str] = {}
    roles = [part for part in parts if _ROLE.search(part) and not _LINK.search(part)]
    rest = [part for part in parts if part not in roles]
    for part in rest:
        for name, pattern in (
            ("employment", _EMPLOYMENT),
            ("pay", _PAY),
            ("remote", _REMOTE),
            ("onsite", _ONSITE),
        ):
            if pattern.search(part):
                said.setdefault(name, part)
    places = [
        part
        for part in rest
        if part not in said.values() and not _LINK.search(part) and not _OTHER.search(part)
    ]
    if not roles and len(places) > 1:
        roles = [places.pop(0)]
    if not roles:
        raise Unreadable("a comment whose first line names no role")
    said["title"] = one_line(" / ".join(roles))
    if place := next(iter(places), None) or said.get("remote"):
        said["place"] = place
    return said
