"""Real bodies of boards, aggregators and general formats: each is found out without its URL, and says what it carries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields

import pytest

from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.parse import parse
from tests.feeds.samples import NEEDS_SAMPLES, bodies, share

#: the kind of each folder's bodies
KIND_OF = {
    "adzuna": "adzuna",
    "amazon_jobs": "amazon_jobs",
    "arbeitnow": "arbeitnow",
    "google_careers_xml": "google_careers",
    "hackernews_whoishiring": "hackernews",
    "himalayas": "himalayas",
    "hrmdirect": "hrmdirect",
    "job_sitemap": "sitemap",
    "jooble": "jooble",
    "jsearch": "jsearch",
    "jsonld_html": "jsonld",
    "neogov": "neogov",
    "remoteok": "remoteok",
    "remotive": "remotive",
    "the_muse": "the_muse",
    "uk_ats_xml": "uk_ats",
    "usajobs": "usajobs",
    "weworkremotely": "weworkremotely",
    "workingnomads": "workingnomads",
    "xml_feed_specs": "job_xml",
}
#: a page of another kind, which lies among them
ELSEWHERE = ("jobwatch_avature_job.html",)
BASIC = {"id": 1.0, "url": 1.0, "title": 1.0}
FULL = {**BASIC, "company": 1.0, "location": 1.0, "description": 1.0, "posted_at": 1.0}
#: the share of a folder's entries that have the field, to two places; what is not named is in none of them
SHARES: dict[str, dict[str, float]] = {
    # five sums of six are guesses
    "adzuna": {**FULL, "employment_type": 0.83, "salary_min": 0.17, "salary_max": 0.17, "salary_currency": 0.17, "salary_period": 0.17},
    "amazon_jobs": {**FULL, "remote": 1.0, "apply_url": 1.0},
    # half of the lists of types are empty
    "arbeitnow": {**FULL, "employment_type": 0.49, "remote": 1.0},
    "google_careers_xml": {**FULL, "employment_type": 1.0, "remote": 1.0},
    "hackernews_whoishiring": {**FULL, "employment_type": 1.0, "remote": 0.8, "salary_raw": 0.4},
    "himalayas": {**FULL, "expires_at": 1.0, "employment_type": 1.0, "remote": 1.0, "salary_min": 0.4, "salary_max": 0.4, "salary_currency": 0.4, "salary_period": 0.4},
    # links are relative to a page whose address is not known here, and the ad is on its own page
    "hrmdirect": {"id": 1.0, "title": 1.0, "company": 1.0, "posted_at": 1.0},
    "job_sitemap": BASIC,
    "jooble": {**FULL, "employment_type": 0.03, "salary_raw": 0.43},
    "jsearch": {**FULL, "posted_at": 0.85, "employment_type": 0.95, "remote": 1.0, "salary_min": 0.3, "salary_max": 0.3, "salary_period": 0.3},
    "jsonld_html": {**FULL, "expires_at": 1.0, "employment_type": 1.0, "remote": 0.12, "salary_raw": 0.28},
    "neogov": {**FULL, "expires_at": 0.5, "salary_min": 1.0, "salary_max": 1.0, "salary_currency": 1.0, "salary_period": 1.0},
    # one employer is empty; two ads are nothing but the sentence against robots; zero sums are none
    "remoteok": {**FULL, "company": 0.99, "location": 0.54, "description": 0.98, "remote": 1.0, "salary_min": 0.16, "salary_max": 0.16},
    # two ads were cut by their publisher in the middle of a tag
    "remotive": {**FULL, "description": 0.96, "employment_type": 1.0, "remote": 1.0, "salary_raw": 0.6},
    # "Flexible / Remote" among the places
    "the_muse": {**FULL, "remote": 0.38},
    "uk_ats_xml": {**FULL, "company": 0.25, "location": 0.25, "posted_at": 0.5, "expires_at": 1.0, "employment_type": 1.0, "salary_raw": 1.0},
    "usajobs": {**FULL, "expires_at": 1.0, "employment_type": 1.0, "remote": 1.0, "salary_min": 1.0, "salary_max": 1.0, "salary_currency": 1.0, "salary_period": 1.0, "apply_url": 0.68},
    # 25 of 29 are of 2014, without type and end
    "weworkremotely": {**FULL, "expires_at": 0.14, "employment_type": 0.14, "remote": 1.0},
    "workingnomads": {**FULL, "remote": 1.0},
    "xml_feed_specs": {**FULL, "posted_at": 0.67, "expires_at": 0.67, "employment_type": 0.67, "remote": 0.33, "workplace": 0.33, "salary_min": 0.33, "salary_max": 0.33, "salary_currency": 0.33, "salary_period": 0.33, "salary_raw": 0.67},
}  # fmt: skip

pytestmark = NEEDS_SAMPLES


def parsed(folder: str) -> dict[str, Parsed]:
    return {path.name: parse(path.read_bytes()) for path in bodies([folder], without=ELSEWHERE)}


def shares(entries: list[Entry]) -> dict[str, float]:
    told = {f.name: share(entries, f.name) for f in fields(Entry) if f.name != "description_html"}
    return {name: round(part, 2) for name, part in told.items() if part}


@pytest.mark.parametrize("folder", sorted(KIND_OF))
def test_a_real_body_is_found_out_and_fills_what_its_format_carries(folder: str) -> None:
    read = parsed(folder)
    assert {name: told.kind for name, told in read.items()} == dict.fromkeys(read, KIND_OF[folder])
    entries = [entry for told in read.values() for entry in told.entries]
    assert shares(entries) == SHARES[folder]
    assert all(len(entry.title) <= 200 and "\n" not in entry.title for entry in entries)
    assert all(len({e.id for e in told.entries}) == len(told.entries) for told in read.values())


def test_what_is_skipped_says_nothing_that_could_be_read() -> None:
    skipped: dict[str, list[str]] = defaultdict(list)
    for folder in KIND_OF:
        for name, told in parsed(folder).items():
            skipped[name] += told.skipped
    assert {name: reasons for name, reasons in skipped.items() if reasons} == {
        # elements with nothing but dots in them
        "adzuna_doc_example_2.xml": ["entry 1: no title", "entry 2: no title"],
        "jobrapido_doc_example_1.xml": [f"entry {n}: no title" for n in (2, 3, 4)],
        "linkedin_doc_example_1.xml": ["entry 2: no title"],
        # "Open roles: ..." in the text below the employer's name
        "ikevinxie_hn.json": ["entry 6: a comment whose first line names no role"],
    }


def test_exactly_the_pages_of_postings_are_taken_from_a_real_sitemap() -> None:
    (body,) = (p.read_bytes() for p in bodies(["job_sitemap"]) if p.name == "neobankbeat_sitemap.xml")
    assert [entry.url for entry in parse(body).entries] == [
        line.split("<loc>")[1].split("</loc>")[0]
        for line in body.decode().splitlines()
        if "<loc>" in line and "/jobs/j/" in line
    ]
