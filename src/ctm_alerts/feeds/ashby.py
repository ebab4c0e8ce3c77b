"""Ashby (https://developers.ashbyhq.com/docs/public-job-posting-api): a board's listed postings in one answer.

Places are the employer's own names ("Leeds HQ"), so the postal address is put beside them; `isRemote` may be null, and is
true of hybrid work.
"""

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
    mappings,
    opened,
    places,
    text,
)
from ctm_alerts.feeds.systems import (
    Fields,
    Pay,
    host_of,
    located,
    named,
    place,
    stated,
    stated_workplace,
    step,
    steps,
    with_query,
    workplace,
)

HOST = "ashbyhq.com"
API = "https://api.ashbyhq.com/posting-api/job-board/{board}"
#: as other sources word them
_TYPES = {"FullTime": "Full-time", "PartTime": "Part-time", "Intern": "Internship"}


def board_of(url: str | None) -> str | None:
    """The board's name in any of its addresses, or None."""
    parts = steps(url)
    if not is_host(url, HOST) or not parts:
        return None
    if parts[:2] == ["posting-api", "job-board"]:
        return parts[2] if len(parts) > 2 else None
    return parts[0] if host_of(url) == f"jobs.{HOST}" else None


def request(feed_url: str) -> Request:
    """The board with its pay; a board's own address is turned into that of the API."""
    board = board_of(feed_url)
    if board is None:
        return Request(feed_url)
    return Request(with_query(API.format(board=step(board)), ("includeCompensation", "true")))


def detects(said: object, url: str | None) -> bool:
    """A list `jobs` whose members have a `jobUrl`; an empty one with Ashby's version (Jobicy's begins with a 2)."""
    jobs = mapping(said).get("jobs")
    empty = jobs == [] and (mapping(said).get("apiVersion") == "1" or is_host(url, HOST))
    return has(first(jobs), "jobUrl", "title") or empty


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The listed postings of a board; what the employer keeps off its list is not read."""
    jobs = listed(read_json(body), "jobs", "an Ashby board")
    public = [job for job in jobs if mapping(job).get("isListed") is not False]
    entries, skipped = read_each(public, lambda job: _entry(opened(job), url))
    return Parsed("ashby", entries, skipped)


def _entry(job: Fields, url: str | None) -> Entry:
    title = titled(line(job.get("title")) or "")
    link = web_link(job.get("jobUrl"))
    company = named(board_of(link) or board_of(url))
    remote, hybrid = workplace(job.get("workplaceType"))
    said = flag(job.get("isRemote"))
    sums, words = _pay(job)
    kind = text(job.get("employmentType"))
    ad = text(job.get("descriptionHtml")) or text(job.get("descriptionPlain"))
    return Entry(
        id=entry_id(job.get("id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(
            places([_place(job), *map(_place, mappings(job.get("secondaryLocations")))]), hybrid
        ),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("publishedAt")),
        employment_type=_TYPES.get(kind) or line(kind),
        # a hybrid job has isRemote too
        remote=said if remote is None else remote,
        workplace=stated_workplace(remote, hybrid),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=sums.period,
        salary_raw=words,
        apply_url=web_link(job.get("applyUrl")),
    )


def _place(where: Fields) -> str | None:
    """The employer's name for the place, and of its address what the name leaves out."""
    name = line(where.get("location")) or ""
    postal = mapping(mapping(where.get("address")).get("postalAddress"))
    parts = [line(postal.get(f"address{part}")) for part in ("Locality", "Region", "Country")]
    return place(name, *(part for part in parts if part and part.lower() not in name.lower()))


def _pay(job: Fields) -> tuple[Pay, str | None]:
    """The one salary that is shown, and all pay in words; several salaries (by place or level) have but words."""
    pay = mapping(job.get("compensation"))
    if job.get("shouldDisplayCompensationOnJobPostings") is False:
        return Pay(), None
    salaries = [
        part for part in mappings(pay.get("summaryComponents")) if part.get("compensationType") == "Salary"
    ]
    one = salaries[0] if len(salaries) == 1 else {}
    sums = stated(one.get("minValue"), one.get("maxValue"), one.get("currencyCode"), one.get("interval"))
    return sums, line(pay.get("compensationTierSummary") or pay.get("scrapeableCompensationSalarySummary"))
