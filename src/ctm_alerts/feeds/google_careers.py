"""Google's career feed (https://www.google.com/about/careers/applications/jobs/feed.xml): <jobs>, streamed."""

from __future__ import annotations

import re

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.job_xml import JOBS, place_of
from ctm_alerts.feeds.shapes import flag, line
from ctm_alerts.feeds.streamed import Fields, read_elements
from ctm_alerts.feeds.systems import located

_OWN = re.compile(r"<jobid>|<employer>|<isHybrid>")


def detects(said: object, url: str | None) -> bool:
    """A list of jobs with the names that only this one has."""
    return isinstance(said, str) and root_name(said) == "jobs" and len(set(_OWN.findall(said[:50_000]))) == 3


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of the feed."""
    entries, skipped = read_each(read_elements(body, ("jobs",), JOBS), _entry)
    return Parsed("google_careers", entries, skipped)


def _entry(job: Fields) -> Entry:
    title = titled(one_line(job.first("title")))
    company = line(job.first("employer"))
    link = web_link(job.first("url"))
    ad = job.first("description")
    return Entry(
        id=entry_id(job.first("jobid"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(place_of(job), bool(flag(job.first("ishybrid")))),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.first("published")),
        employment_type=joined(job.first("jobtype")),
        remote=flag(job.first("isremote")),
    )
