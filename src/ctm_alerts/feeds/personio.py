"""Personio's XML (https://developer.personio.de/docs/retrieving-open-job-positions): all positions of a career page.

A position repeats, under one `id`, for each of its offices: it is one posting. Pages of it are not named; they are made
from the id and the employer's sub-domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import places
from ctm_alerts.feeds.systems import (
    address,
    asked_for,
    below,
    headed,
    host_of,
    inside,
    named,
    place,
    read_tree,
    said_in,
    step,
)

HOSTS = ("jobs.personio.de", "jobs.personio.com")
_ROOT = "workzag-jobs"


def request(feed_url: str) -> Request:
    """The XML in English, or in the language that the address asks for; any page of the employer's leads there."""
    if below(feed_url, *HOSTS) is None or address(feed_url).path.rstrip("/") == "/xml":
        return Request(feed_url)
    return Request(
        f"https://{host_of(feed_url)}/xml?language={step(asked_for(feed_url, 'language') or 'en')}"
    )


def detects(said: object, url: str | None) -> bool:
    """The root that Personio's earlier name left behind."""
    return isinstance(said, str) and root_name(said) == _ROOT


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All positions, each once."""
    positions = inside(read_tree(body, _ROOT), "position")
    entries, skipped = read_each(_by_id(positions), lambda offices: _entry(offices, url))
    return Parsed("personio", entries, skipped)


def _by_id(positions: Iterable[ET.Element]) -> list[list[ET.Element]]:
    groups: dict[str, list[ET.Element]] = {}
    for number, position in enumerate(positions):
        groups.setdefault(said_in(position, "id") or f"without {number}", []).append(position)
    return list(groups.values())


def _entry(offices: list[ET.Element], url: str | None) -> Entry:
    position = offices[0]
    title = titled(one_line(said_in(position, "name")))
    number = one_line(said_in(position, "id"))
    slug = below(url, *HOSTS)
    link = f"https://{host_of(url)}/job/{step(number)}" if slug and number else None
    company = one_line(said_in(position, "subcompany")) or named(slug)
    ad = next((said for office in offices if (said := _ad(office))), "")
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=places(name for office in offices for name in _offices(office)),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(said_in(position, "createdat")),
        employment_type=place(said_in(position, "employmenttype"), said_in(position, "schedule")),
    )


def _offices(position: ET.Element) -> list[str]:
    more = inside(position, "additionaloffices", "office")
    return [said_in(position, "office"), *("".join(office.itertext()) for office in more)]


def _ad(position: ET.Element) -> str:
    parts = inside(position, "jobdescriptions", "jobdescription")
    return "".join(headed(said_in(part, "name"), said_in(part, "value")) for part in parts)
