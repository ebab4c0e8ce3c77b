"""The door of the folder: bytes of any feed in, entries out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.bodies import FEED_ROOTS, decode, describe, root_name
from ctm_alerts.feeds.feed import Parsed
from ctm_alerts.feeds.kinds import KINDS

#: the kinds that are read as XML
_XML_KINDS = frozenset({"rss", "wp_job_manager", "jobicy_rss"})
_JOB_LISTING = ("job_listing:", "xmlns:job_listing", "post_type=job_listing")


def parse(body: bytes, kind: str = "auto", url: str | None = None, content_type: str | None = None) -> Parsed:
    """All that one body says, as entries.

    Args:
        kind: a name in `KINDS`, or "auto" to find it out.
        url: where the body came from; relative links are joined to it, and it tells Workday and Greenhouse apart.
        content_type: as the source sent it; only its charset matters.

    Raises:
        NotAFeed: the body is no feed of that kind; the reason says on one line what it looks like.
        UsageError: there is no such kind.
    """
    if kind == "auto":
        kind = detect(body, url, content_type)
    if kind not in KINDS:
        raise UsageError(f'no such kind of feed: "{kind}"; use one of {", ".join(["auto", *sorted(KINDS)])}')
    text = decode(body, content_type)
    if not text.strip("\ufeff \t\r\n\x00"):
        raise NotAFeed("an empty body")
    return KINDS[kind].parse(_as_utf_8(text, kind), url)


def _as_utf_8(text: str, kind: str) -> bytes:
    """The body in one charset, so that kinds need not ask; XML must not go on naming another one."""
    if kind in _XML_KINDS and text.lstrip().startswith("<?xml"):
        text = text.lstrip().partition("?>")[2]
    return text.encode("utf-8", "replace")


def detect(body: bytes, url: str | None = None, content_type: str | None = None) -> str:
    """The kind of a body; raises NotAFeed, with what it looks like, when it is none that we read."""
    text = decode(body, content_type)
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        return _detect_json(text, url)
    if start[:1] == "<" and root_name(start) in FEED_ROOTS:
        return _detect_xml(text, url)
    raise NotAFeed(f"{describe(text)}, which is no feed")


def _detect_xml(text: str, url: str | None) -> str:
    if not any(mark in text for mark in _JOB_LISTING):
        return "rss"
    jobicy = 'xmlns:job_listing="https://jobicy.com' in text or _host(url).endswith("jobicy.com")
    return "jobicy_rss" if jobicy else "wp_job_manager"


def _detect_json(text: str, url: str | None) -> str:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        # whichever kind it was meant to be, its reader says best what is wrong
        return _by_host(url) or "jobicy_json"
    kind = _by_shape(document) or _by_host(url)
    if kind is None:
        raise NotAFeed(f"{describe(text)}, of no kind that is read here")
    return kind


def _by_host(url: str | None) -> str | None:
    host = _host(url)
    hosts = {"jobicy.com": "jobicy_json", "greenhouse.io": "greenhouse", "myworkdayjobs.com": "workday"}
    return next((kind for end, kind in hosts.items() if host == end or host.endswith("." + end)), None)


def _by_shape(document: object) -> str | None:
    if not isinstance(document, Mapping):
        return None
    if "jobPostings" in document or "jobPostingInfo" in document:
        return "workday"
    if "absolute_url" in document:
        return "greenhouse"
    data = document.get("data")
    if isinstance(data, Mapping) and data.get("source") in ("greenhouse", "workday"):
        return str(data["source"])
    jobs = document.get("jobs")
    return _by_first(jobs, document) if isinstance(jobs, list) else None


def _by_first(jobs: list[object], document: Mapping[str, object]) -> str | None:
    first = next((job for job in jobs if isinstance(job, Mapping)), {})
    if "absolute_url" in first:
        return "greenhouse"
    if "jobTitle" in first or "apiVersion" in document or "appliedFilters" in document:
        return "jobicy_json"
    return "greenhouse" if not jobs else None  # a board with nothing open


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
