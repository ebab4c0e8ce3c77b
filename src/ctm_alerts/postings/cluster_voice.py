"""Which copy of a posting speaks for it: the employer's own page before a board's copy, a walled or anonymous one last."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.cluster import employer_name
from ctm_alerts.postings.identity import employer_words

#: what each rank means, for an admin; the lower one speaks
RANKS = (
    "the employer's own page or hiring system",
    "neither the employer's system nor a known board",
    "a board's copy",
    "a copy behind a wall, or without the employer's name",
)
OWN, OTHER, BOARD, LAST = range(len(RANKS))

#: kinds of feed that an employer fills itself
_SYSTEMS = frozenset({
    "amazon_jobs", "ashby", "avature", "bamboohr", "eightfold", "google_careers", "greenhouse", "hrmdirect", "icims",
    "jazzhr", "jobvite", "lever", "neogov", "oracle", "paylocity", "personio", "phenom", "pinpoint", "recruitee",
    "rippling", "smartrecruiters", "successfactors", "taleo", "teamtailor", "uk_ats", "usajobs", "workable", "workday",
})  # fmt: skip
#: kinds of feed that carry other people's postings
_BOARDS = frozenset({
    "adzuna", "arbeitnow", "hackernews", "himalayas", "jobicy_json", "jobicy_rss", "jooble", "jsearch", "remoteok",
    "remotive", "the_muse", "weworkremotely", "workingnomads", "wp_job_manager",
})  # fmt: skip
_SYSTEM_HOSTS = re.compile(
    r"(^|\.)(greenhouse\.io|lever\.co|ashbyhq\.com|myworkdayjobs\.com|icims\.com|oraclecloud\.com|successfactors\.(com|eu)"
    r"|taleo\.net|smartrecruiters\.com|workable\.com|recruitee\.com|jobs\.personio\.(de|com)|teamtailor\.com|bamboohr\.com"
    r"|pinpointhq\.com|rippling\.com|jazz\.co|applytojob\.com|jobvite\.com|paylocity\.com|avature\.net|eightfold\.ai"
    r"|usajobs\.gov)$"
)
#: they show a posting only to those who sign in, or lead round by their own pages
_WALL_HOSTS = re.compile(
    r"(^|\.)(linkedin|glassdoor|indeed|ziprecruiter|adzuna|jooble|talent|jobgether|lensa|bebee|jobrapido|neuvoo|learn4good"
    r"|whatjobs|trabajo|jora)\.[a-z.]{2,6}$"
)
#: parts of a host that name no employer
_COMMON = frozenset(
    {"www", "jobs", "job", "careers", "career", "boards", "board", "apply", "feed", "feeds", "work"}
)


def rank_of(entry: Entry, kind: str, *, agency: bool) -> int:
    """How near to the employer a copy stands: an index of `RANKS`; `agency` when its employer recruits for others."""
    host = _host(entry.url or entry.apply_url)
    if agency or not employer_name(entry.company) or _WALL_HOSTS.search(host):
        return LAST
    if kind in _SYSTEMS or _SYSTEM_HOSTS.search(host) or _is_of(host, entry.company):
        return OWN
    return BOARD if kind in _BOARDS else OTHER


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""


def _is_of(host: str, company: str | None) -> bool:
    """Whether a host bears the employer's name: jobs.northlight.example for Northlight Bio."""
    name = employer_words(company).replace(" ", "")
    parts = [p for label in host.split(".")[:-1] for p in label.split("-") if p not in _COMMON]
    return any(len(part) > 4 and name.startswith(part) for part in parts)
