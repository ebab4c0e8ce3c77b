"""Remote OK's API (https://remoteok.com/api): a bare list whose first element is a legal notice.

Every ad ends in a sentence against robots with a word and a tag made for each request, so that the same ad never reads
the same twice; it goes.
"""

from __future__ import annotations

import re

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import describe, read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.shapes import has, line, opened, text

_TAG_SENTENCE = re.compile(
    r"(?:<br\s*/?>\s*)*Please mention the word \*{0,2}[^*]{1,60}\*{0,2} and tag [A-Za-z0-9=+/_-]{4,200} when applying.{0,400}?"
    r"(?:see they\S{1,12}re human\.?|\(#[A-Za-z0-9=+/_.-]{4,200}\)\.?)",
    re.DOTALL,
)
_BETA = re.compile(r"\s*This is a beta feature to avoid spam applicants\..{0,200}?human\.", re.DOTALL)


def detects(said: object, url: str | None) -> bool:
    """A list that begins with the notice, or with a job that has a position and an epoch."""
    return isinstance(said, list) and any(
        has(row, "legal", "last_updated") or has(row, "position", "epoch") for row in said[:2]
    )


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All jobs of an answer; the notice is none."""
    document = read_json(body)
    if not detects(document, url):
        raise NotAFeed(f"{describe(body.decode('utf-8', 'replace'))}, not the list of Remote OK")
    assert isinstance(document, list)
    jobs = [row for row in document if not has(row, "legal")]
    entries, skipped = read_each(jobs, _entry)
    return Parsed("remoteok", entries, skipped, "Remote OK")


def _entry(job: object) -> Entry:
    job = opened(job)
    title = titled(one_line(text(job.get("position")) or text(job.get("title"))))
    company = line(job.get("company"))
    link = web_link(job.get("url"))
    ad = without_tag(text(job.get("description")))
    apply_link = web_link(job.get("apply_url"))
    return Entry(
        id=entry_id(job.get("id") or job.get("slug"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=line(job.get("location")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("date")) or read_date(job.get("epoch")),
        remote=True,
        # neither currency nor period is told, and sums of 30 stand beside sums of 250,000
        salary_min=amount(job.get("salary_min")),
        salary_max=amount(job.get("salary_max")),
        apply_url=apply_link if apply_link != link else None,
    )


def without_tag(ad: str) -> str:
    """The ad without the sentence that differs with each request."""
    return _BETA.sub("", _TAG_SENTENCE.sub("", ad)).rstrip()
