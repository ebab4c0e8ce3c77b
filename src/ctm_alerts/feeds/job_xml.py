"""Indeed-style XML: a <job> (or <ad>) per posting below <source> or <jobs>, read as a stream.

The dialects of Indeed, Adzuna, Jobrapido, LinkedIn, Jooble, Careerjet, Trovit and ZipRecruiter differ in the names of
their elements and in how they write dates; all of them are read by whichever names stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.entries import amount, entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, StatedWorkplace
from ctm_alerts.feeds.shapes import flag, line, places
from ctm_alerts.feeds.streamed import Fields, read_elements
from ctm_alerts.feeds.systems import (
    Pay,
    located,
    read_slashed,
    slash_order,
    stated,
    workplace,
)

ROOTS = ("source", "jobs", "trovit", "joblist", "jobfeed", "vacancies")
JOBS = frozenset({"job", "ad", "vacancy"})
#: where the dialects write dates; those of Jobrapido, Jooble and Trovit write the day first by their specifications
POSTED = (
    "date",
    "pubdate",
    "publishdate",
    "dateposted",
    "datecreated",
    "created",
    "posteddate",
    "published",
    "listdate",
)
EXPIRES = (
    "expirationdate",
    "expirydate",
    "expire",
    "expires",
    "expirationdatetime",
    "enddate",
    "validthrough",
)
_DAY_FIRST_BY_SPEC = frozenset({"publishdate", "expirydate", "pubdate", "expire"})

_REGIONS = ("state", "region", "province")
_JOB = re.compile(r"<(?:job|ad|vacancy)[\s>/]", re.IGNORECASE)
_HEAD = re.compile(r"<(publisher|expectedJobCount)>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200})", re.IGNORECASE)
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_WEEKDAY = re.compile(r"\A\s*[A-Za-z]{3,9},\s*")
_NUMBERS = re.compile(r"[\d.,\s]+")


def detects(said: object, url: str | None) -> bool:
    """By its root, with a job in it or nothing at all."""
    if not isinstance(said, str) or root_name(said) not in ROOTS:
        return False
    return bool(_JOB.search(said)) or len(said) < 2000


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of a feed; incomplete when the feed itself expects more than it holds."""
    orders = _Orders(body)
    entries, skipped = read_each(read_elements(body, ROOTS, JOBS), lambda job: _entry(job, orders))
    head = {
        name.lower(): one_line(said) for name, said in _HEAD.findall(body[:4000].decode("utf-8", "replace"))
    }
    expected = head.get("expectedjobcount", "")
    complete = not expected.isdecimal() or int(expected[:9]) <= len(entries) + len(skipped)
    return Parsed("job_xml", entries, skipped, head.get("publisher") or None, complete)


class _Orders:
    """Whether day or month comes first in a feed's slashed dates: by the name of the element, else by all of them."""

    def __init__(self, body: bytes) -> None:
        dates = re.findall(rb"(?<=[>\[])\s*(\d{1,2}/\d{1,2}/\d{4})\s*(?=[<\]])", body)
        self._told = slash_order(date.decode() for date in dates)

    def read(self, job: Fields, names: tuple[str, ...]) -> datetime | None:
        """The first date that the job has under these names."""
        found = (self._date(name, said) for name in names if (said := job.first(name)))
        return next((date for date in found if date), None)

    def _date(self, name: str, said: str) -> datetime | None:
        if _DOTTED.fullmatch(said):
            return read_slashed(said.replace(".", "/"), "day first")
        # no time follows: "Mon, 08 Nov 2021"
        said = _WEEKDAY.sub("", said) if ":" not in said else said
        return read_slashed(said, self._told or ("day first" if name in _DAY_FIRST_BY_SPEC else None))


def _entry(job: Fields, orders: _Orders) -> Entry:
    title = titled(one_line(job.first("title", "jobtitle", "name", "position")))
    company = line(
        job.first("company", "companyname", "company.name", "employer", "advertiser", "sourcename")
    )
    link = web_link(job.first("url", "link", "joburl", "detailurl", "applyurl"))
    apply_link = web_link(job.first("applyurl", "applicationurl"))
    ad = _ad(job)
    pay = pay_of(job)
    remote, hybrid = _workplace(job)
    return Entry(
        id=entry_id(_id(job), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(place_of(job), hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=orders.read(job, POSTED),
        expires_at=orders.read(job, EXPIRES),
        employment_type=_employment(job),
        remote=remote,
        workplace="hybrid" if hybrid else "remote" if remote else _on_site(job),
        salary_min=pay.low,
        salary_max=pay.high,
        salary_currency=pay.currency,
        salary_period=pay.period,
        salary_raw=None if pay.low or pay.high else _pay_words(job),
        apply_url=apply_link if apply_link != link else None,
    )


def _id(job: Fields) -> str:
    return job.first(
        "referencenumber",
        "partnerjobid",
        "referenceid",
        "id",
        "jobid",
        "guid",
        "jobreference",
        "reference",
        "@id",
    )


def _ad(job: Fields) -> str:
    """The description, and what some dialects tell in elements of their own."""
    ad = job.first("description", "content", "jobdescription", "body", "post")
    more = [job.first(name) for name in ("responsibilities", "requirements", "qualifications", "skills")]
    return "\n".join([ad, *(f"<div>{said}</div>" for said in more if said and said not in ad)])


def _employment(job: Fields) -> str | None:
    named = ("jobtype", "employmenttype", "contracttype", "contracttime", "contract", "workinghours", "type")
    return joined([said for name in named for said in job.all(name)])


# --- the place


def place_of(job: Fields) -> str | None:
    """Every place that the job names, each as "town, region, country"."""
    groups = [group for path in ("location", "locations.location") for group in job.groups.get(path, [])]
    if groups:
        return places(filter(None, map(_of_group, groups)))
    town = places(job.all("location")) or line(job.first("city", "town", "locality"))
    more = [job.first(*names) for names in (_REGIONS, ("country", "countrycode"))]
    return _with(town, more)


def _of_group(group: Mapping[str, str]) -> str | None:
    """One <location> with elements of its own."""
    town = line(group.get("city") or group.get("town") or group.get("name"))
    region = next((said for name in _REGIONS if (said := group.get(name))), "")
    return _with(town, [region, group.get("country", "")])


def _with(town: str | None, more: list[str]) -> str | None:
    """A place with region and country behind it, unless it names them already."""
    named = [town or ""]
    for part in filter(None, map(one_line, more)):
        known = re.split(r"\s*[,;]\s*", ", ".join(named).casefold())
        if part.casefold() not in known:
            named.append(part)
    return places(named, ", ")


def _on_site(job: Fields) -> StatedWorkplace | None:
    """Only where a word says so: that it is not remote leaves hybrid open."""
    word = job.first("remotetype", "workplacetypes", "workplacetype", "workplace")
    return "onsite" if workplace(word) == (False, False) else None


def _workplace(job: Fields) -> tuple[bool | None, bool]:
    """Indeed's remotetype ("COVID-19" means nothing now), LinkedIn's workplaceTypes and isRemote."""
    remote, hybrid = workplace(
        job.first("remotetype", "workplacetypes", "workplacetype", "workplace", "remote")
    )
    if flag(job.first("ishybrid")):
        return False, True
    if remote is None and not hybrid:
        remote = flag(job.first("isremote", "remote"))
    return remote, hybrid


# --- the pay


def pay_of(job: Fields) -> Pay:
    """The pay as numbers; a sum that the feed itself calls predicted is no stated pay."""
    if flag(job.first("salaryispredicted", "salarypredicted")):
        return Pay()
    base = "salaries.salary."
    low = job.first("salarymin", "minsalary", "salary.min", "salaryfrom", base + "lowend.amount")
    high = job.first("salarymax", "maxsalary", "salary.max", "salaryto", base + "highend.amount")
    words = job.first("salary")
    if not low and not high and _NUMBERS.fullmatch(words):
        low = high = words if amount(words) else ""
    code = job.first(
        "salarycurrency",
        "currency",
        "salary.currency",
        base + "lowend.currencycode",
        base + "highend.currencycode",
    )
    per = job.first("salaryperiod", "salarytype", "salaryinterval", "salary.period", base + "period")
    return stated(low, high, code, per)


def _pay_words(job: Fields) -> str | None:
    words = line(job.first("salary", "salarytext", "compensation"))
    predicted = flag(job.first("salaryispredicted", "salarypredicted"))
    return words if words and re.search(r"[1-9]", words) and not predicted else None
