"""BambooHR career pages, through the JSON that they ask for: a list without dates and texts, then one call each."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
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
    listed,
    mapping,
    not_the_kind,
    opened,
    text,
)
from ctm_alerts.feeds.systems import Fields, below, completed, host_of, located, named, place, step

HOST = "bamboohr.com"
#: how the system numbers where the work is done
_REMOTE, _HYBRID = "1", "2"


def request(feed_url: str) -> Request:
    """The list of a career page; any address of the employer's sub-domain leads there."""
    return Request(f"https://{host_of(feed_url)}/careers/list" if below(feed_url, HOST) else feed_url)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's own answer, which has its date and its text."""
    if not below(feed_url, HOST) or not entry.id.isdigit():
        return None
    return Request(f"https://{host_of(feed_url)}/careers/{step(entry.id)}/detail")


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with its date and text; its id and url stay as they are."""
    document = read_json(body)
    opening = mapping(mapping(mapping(document).get("result")).get("jobOpening"))
    if not has(opening, "jobOpeningName"):
        raise not_the_kind(document, "JSON without the jobOpening of a BambooHR career page")
    return completed(entry, _entry(opening, None))


def detects(said: object, url: str | None) -> bool:
    """A list `result` whose members have a `jobOpeningName`; an empty one beside its `meta`."""
    result = mapping(said).get("result")
    return has(first(result), "jobOpeningName") or (result == [] and has(said, "meta") and is_host(url, HOST))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All openings of an employer."""
    openings = listed(read_json(body), "result", "a BambooHR career page")
    entries, skipped = read_each(openings, lambda opening: _entry(opened(opening), url))
    return Parsed("bamboohr", entries, skipped)


def _entry(opening: Fields, url: str | None) -> Entry:
    title = titled(line(opening.get("jobOpeningName")) or "")
    number = text(opening.get("id"))
    link = web_link(opening.get("jobOpeningShareUrl")) or _page_of(url, number)
    company = named(below(link, HOST) or below(url, HOST))
    where = text(opening.get("locationType"))
    said = flag(opening.get("isRemote"))
    ad = text(opening.get("description"))
    return Entry(
        id=entry_id(number, link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(_place(opening), where == _HYBRID),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(opening.get("datePosted")),
        employment_type=line(opening.get("employmentStatusLabel")),
        remote=_is_remote(where) if said is None else said,
        salary_raw=line(opening.get("compensation")),
        workplace="hybrid" if where == _HYBRID else "remote" if where == _REMOTE or said else None,
    )


def _is_remote(where: str) -> bool | None:
    """Only the two that say something: "0" is what is written when nothing was chosen."""
    return True if where == _REMOTE else False if where == _HYBRID else None


def _page_of(url: str | None, number: str) -> str | None:
    return f"https://{host_of(url)}/careers/{step(number)}" if below(url, HOST) and number else None


def _place(opening: Fields) -> str | None:
    """Two records of the place, either of which may be empty."""
    own, shown = mapping(opening.get("location")), mapping(opening.get("atsLocation"))
    country = shown.get("country") or own.get("addressCountry")
    region = shown.get("state") or shown.get("province") or own.get("state")
    return place(shown.get("city") or own.get("city"), region, country)
