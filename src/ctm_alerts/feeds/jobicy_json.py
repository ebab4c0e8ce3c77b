"""Jobicy's JSON API, version 2 (https://jobi.cy/apidocs), with the field names it had before mid-2025."""

from __future__ import annotations

from collections.abc import Mapping

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import error_in, read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, amount, currency, entry_id, joined, period, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, SalaryPeriod
from ctm_alerts.feeds.shapes import first, has, is_host, mapping


def detects(said: object, url: str | None) -> bool:
    """By Jobicy's own names, which an answer without jobs has too."""
    jobs = mapping(said).get("jobs")
    if not isinstance(jobs, list):
        return False
    own = has(first(jobs), "jobTitle") or has(said, "apiVersion") or has(said, "appliedFilters")
    return own or (not jobs and is_host(url, "jobicy.com"))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one answer of the API; every job there is remote."""
    document = read_json(body)
    jobs = document.get("jobs") if isinstance(document, dict) else None
    if not isinstance(jobs, list):
        said = error_in(document)
        raise NotAFeed(f'a JSON error: "{said}"' if said else 'JSON without the list "jobs" of Jobicy\'s API')
    entries, skipped = read_each(jobs, _entry)
    return Parsed("jobicy_json", entries, skipped, "Jobicy")


def _entry(job: object) -> Entry:
    if not isinstance(job, Mapping):
        raise Unreadable("not an object")
    title = titled(one_line(job.get("jobTitle") or job.get("title")))
    company = one_line(job.get("companyName")) or None
    link = web_link(job.get("url"))
    ad = job.get("jobDescription") or job.get("jobExcerpt") or ""
    low, high, per = _pay(job)
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=one_line(job.get("jobGeo")) or None,
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("pubDate")),
        employment_type=joined(job.get("jobType")),
        remote=True,
        salary_min=low,
        salary_max=high,
        salary_currency=currency(job.get("salaryCurrency")) if low or high else None,
        salary_period=per if low or high else None,
    )


def _pay(job: Mapping[str, object]) -> tuple[float | None, float | None, SalaryPeriod | None]:
    """Least, most and period; 0 means unknown, and the old names always meant a year."""
    low, high = amount(job.get("salaryMin")), amount(job.get("salaryMax"))
    if low or high:
        return low, high, period(job.get("salaryPeriod"))
    return amount(job.get("annualSalaryMin")), amount(job.get("annualSalaryMax")), "year"
