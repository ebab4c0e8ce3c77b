"""JSearch (https://www.openwebninja.com/api/jsearch): what Google for Jobs shows, by a search.

The key is a header; a feed's URL carries it as `rapidapi_key`, which is taken out of the query. The same posting comes
back under the same `job_id` whichever search found it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, currency, entry_id, joined, period, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, flag, has, line, listed, mapping, opened, places, text


def detects(said: object, url: str | None) -> bool:
    """By a job's names, or the frame around an empty answer."""
    jobs = mapping(said).get("data")
    return has(first(jobs), "job_id", "job_title") or (jobs == [] and has(said, "request_id", "parameters"))


def request(feed_url: str) -> Request:
    """The search, with its key as a header."""
    parts = urlsplit(feed_url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    key = next((value for name, value in pairs if name == "rapidapi_key"), None)
    if key is None:
        return Request(feed_url)
    query = urlencode([pair for pair in pairs if pair[0] != "rapidapi_key"])
    headers = {"X-RapidAPI-Key": key, "X-RapidAPI-Host": parts.hostname or ""}
    return Request(parts._replace(query=query, fragment="").geturl(), headers=headers)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one answer."""
    entries, skipped = read_each(listed(read_json(body), "data", "JSearch"), _entry)
    return Parsed("jsearch", entries, skipped, "Google for Jobs")


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("job_title"))))
    company = line(job.get("employer_name"))
    link = web_link(job.get("job_apply_link")) or web_link(first(job.get("apply_options")).get("apply_link"))
    ad = text(job.get("job_description"))
    low, high = amount(job.get("job_min_salary")), amount(job.get("job_max_salary"))
    words = line(job.get("job_salary_string"))
    return Entry(
        id=entry_id(job.get("job_id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=_place(job),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("job_posted_at_datetime_utc"))
        or read_date(job.get("job_posted_at_timestamp")),
        expires_at=read_date(job.get("job_offer_expiration_datetime_utc")),
        employment_type=joined(job.get("job_employment_type") or job.get("job_employment_types")),
        remote=flag(job.get("job_is_remote")),
        salary_min=low,
        salary_max=high,
        salary_currency=currency(job.get("job_salary_currency")) if low or high else None,
        salary_period=period(job.get("job_salary_period")) if low or high else None,
        salary_raw=words if words and not (low or high) and re.search(r"[1-9]", words) else None,
    )


def _place(job: Mapping[str, object]) -> str | None:
    """The place as shown, with the country's code, which stands apart."""
    shown = line(job.get("job_location")) or places([job.get("job_city"), job.get("job_state")], ", ")
    country = line(job.get("job_country"))
    return places([shown, country if country and country not in (shown or "").split(", ") else None], ", ")
