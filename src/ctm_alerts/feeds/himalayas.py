"""Himalayas' API (https://himalayas.app/api), newest first, 20 at a time; everything there is remote."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, currency, entry_id, joined, period, prettified, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, has, line, listed, mapping, opened, places, rows, text
from ctm_alerts.feeds.systems import with_query

#: entries asked for in one round: the whole holds 100,000, and what is new stands first
MOST = 200


def detects(said: object, url: str | None) -> bool:
    """By its job's names, or the names around an empty list."""
    return has(said, "jobs", "totalCount", "offset") or has(
        first(mapping(said).get("jobs")), "companyName", "locationRestrictions"
    )


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The next page, until the list or the round's share ends."""
    document = mapping(read_json(body))
    offset, total = document.get("offset"), document.get("totalCount")
    count = len(rows(document.get("jobs")))
    if not isinstance(offset, int) or not isinstance(total, int) or count == 0:
        return None
    following = offset + count
    return (
        Request(with_query(feed_url, ("offset", str(following))))
        if 0 < following < min(total, MOST)
        else None
    )


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page."""
    document = read_json(body)
    entries, skipped = read_each(listed(document, "jobs", "Himalayas' API"), _entry)
    total = mapping(document).get("totalCount")
    complete = not isinstance(total, int) or total <= len(entries) + len(skipped)
    return Parsed("himalayas", entries, skipped, "Himalayas", complete)


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("title"))))
    company = line(job.get("companyName")) or prettified(text(job.get("companySlug"))) or None
    link = web_link(job.get("applicationLink")) or web_link(job.get("guid"))
    ad = text(job.get("description")) or text(job.get("excerpt"))
    low, high = amount(job.get("minSalary")), amount(job.get("maxSalary"))
    return Entry(
        id=entry_id(job.get("guid"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=places(map(_country, rows(job.get("locationRestrictions")))),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("pubDate")),
        expires_at=read_date(job.get("expiryDate")),
        employment_type=joined(job.get("employmentType")),
        remote=True,
        salary_min=low,
        salary_max=high,
        salary_currency=currency(job.get("currency")) if low or high else None,
        # told since April 2026; before that every sum was a year's
        salary_period=period(job.get("salaryPeriod", "annual")) if low or high else None,
    )


def _country(value: object) -> object:
    """A country by its name; some versions of the API write {"alpha2", "name", "slug"}."""
    return mapping(value).get("name", value)
