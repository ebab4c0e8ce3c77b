"""Employers' own systems: what only the address tells, and single facts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.icims import read_codes
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import parse
from ctm_alerts.feeds.systems import employer_at, named, read_slashed, slash_order, workplace
from tests.feeds.golden import DATA, ORACLE, SYSTEMS, TALEO, body, said

# --- what only the address tells


@pytest.mark.parametrize(
    ("name", "address", "url", "company"),
    [
        ("oracle_list.json", f"{ORACLE}/jobs", f"{ORACLE}/job/260102", "Hcm Marshquill"),
        ("oracle_list.json", ORACLE.replace("hcm.marshquill.example", "ebwh.fa.us2.oraclecloud.com"), "https://ebwh.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/260102", None),
        ("taleo_search.json", TALEO, "https://marshquill.taleo.net/careersection/2/jobdetail.ftl?job=2600102", "Marshquill"),
        ("personio_positions.xml", "https://gruenwald.jobs.personio.de/xml", "https://gruenwald.jobs.personio.de/job/410002", "Gruenwald"),
        ("bamboohr_list.json", "https://pell-devices.bamboohr.com/careers/list", "https://pell-devices.bamboohr.com/careers/52", "Pell Devices"),
        ("pinpoint_postings.json", "https://stonebridge.pinpointhq.com/postings.json", "https://stonebridge.pinpointhq.com/postings/810002", "Stonebridge"),
        ("eightfold_newer.json", "https://careers.quarry.example/api/pcsx/search", "https://careers.quarrypharma.example/careers/job/790400000002", "Quarrypharma"),
        ("icims_list.html", "https://careers-fenwick.icims.com/jobs/search", "https://careers-fenwick.icims.com/jobs/4713/study-manager/job?mode=view", "Fenwick Clinical"),
        ("successfactors_portal.xml", "https://career5.successfactors.eu/career?company=lindenau", "https://career5.successfactors.eu/career?career_ns=job_listing&company=lindenau&career_job_req_id=31002", "Lindenau GmbH"),
    ],
)  # fmt: skip
def test_an_address_fills_what_its_body_leaves_out(
    name: str, address: str, url: str, company: str | None
) -> None:
    without = said(DATA / name).entries[1]
    assert parse(body(name), url=address).entries[1] == replace(without, url=url, company=company)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("careers.acme-bio.com", "Acme Bio"),
        ("jobs.bms.example", "Bms"),
        ("careers.acme.co.uk", "Acme"),
        ("www.acme.example", "Acme"),
        ("careers-fenwick.icims.com", "Fenwick"),
        ("us-careers-fenwick.icims.com", "Fenwick"),
        ("icims.com", None),
    ],
)
def test_an_employer_is_named_by_its_host_as_a_last_resort(host: str, name: str | None) -> None:
    assert employer_at(host, "icims.com") == name


def test_a_domain_in_a_slug_is_no_part_of_the_name() -> None:
    assert [named(slug) for slug in ("pell.health", "acme.com.au", "Acme%20Bio", "", None)] == [
        "Pell",
        "Acme",
        "Acme Bio",
        None,
        None,
    ]


def test_an_avature_employer_is_named_by_its_site_or_its_host() -> None:
    feed = body("avature_feed.xml").decode()
    named_site = feed.replace("<title>careers</title>", "<title>Hollowell Labs Careers</title>")
    parsed = parse(named_site.encode())
    assert (parsed.title, {e.company for e in parsed.entries}) == (
        "Hollowell Labs Careers",
        {"Hollowell Labs"},
    )
    unlinked = feed.replace("<link>https://careers.hollowell.example/en_US/careers</link>", "")
    assert {e.company for e in parse(unlinked.encode()).entries} == {"Hollowell"}
    told = parse(unlinked.encode(), url="https://pell.avature.net/careers/SearchJobs/feed/").entries
    assert {e.company for e in told} == {"Pell"}


def test_a_jobvite_link_outside_of_a_table_has_the_sites_name_and_no_place() -> None:
    page = b'<div class="jv-job-list"><a href="/mill-race/job/oAaBbCcD">CTM</a></div><td class="jv-job-list-location">x'
    link = "https://jobs.jobvite.com/mill-race/job/oAaBbCcD"
    assert parse(page).entries == (Entry("oAaBbCcD", link, "CTM", "Mill Race", None, "", ""),)


# --- single facts


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("ORA_REMOTE", (True, False)),
        ("Fully remote", (True, False)),
        ("on_site", (False, False)),
        ("ON_SITE", (False, False)),
        ("Hybrid Remote", (False, True)),
        ("unspecified", (None, False)),
        (7, (None, False)),
    ],
)
def test_a_word_for_the_workplace_is_understood(word: object, told: tuple[bool | None, bool]) -> None:
    assert workplace(word) == told


def test_codes_of_places_become_places() -> None:
    assert read_codes("US-MA-Boston | US-Remote | GB-Newcastle-upon-Tyne | DE |") == (
        "Boston, MA, US; Remote, US; Newcastle-upon-Tyne, GB; DE"
    )


RSS = '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>{}<item>{}</item></channel></rss>'


@pytest.mark.parametrize(
    ("channel", "item", "address", "kind", "company"),
    [
        ("", "<link>https://jobs.lindenau.example/job/x/1/?utm_source=J2WRSS</link>", None, "successfactors", "Lindenau"),
        ("<title>Lindenau Careers</title>", "<g:employer/><guid>1?utm_source=J2WRSS</guid>", None, "successfactors", "Lindenau"),
        ("<title>Jobs in Mainz</title>", "<guid>utm_source=J2WRSS</guid>", "https://jobs.linden-au.example/services/rss/job/", "successfactors", "Linden Au"),
        ("<link>https://x.example/services/rss/job/</link>", "<g:employer>Linden</g:employer>", None, "successfactors", "Linden"),
        ("", "<g:location>Mainz</g:location>", None, "rss", None),
    ],
)  # fmt: skip
def test_a_career_sites_rss_is_known_by_its_links_or_its_employer(
    channel: str, item: str, address: str | None, kind: str, company: str | None
) -> None:
    parsed = parse(RSS.format(channel, f"<title>CTM</title>{item}").encode(), url=address)
    assert (parsed.kind, [entry.company for entry in parsed.entries]) == (kind, [company])


@pytest.mark.parametrize(
    ("title", "given", "told"),
    [
        ("CTM (Remote)", "Remote", ("CTM", "Remote")),
        ("CTM (Remote)", "", ("CTM (Remote)", None)),
        ("CTM (m/w/d) (Mainz, DE)", "", ("CTM (m/w/d)", "Mainz, DE")),
        ("CTM (Dallas, TX, US, 75001)", "Austin, TX, US, 73301", ("CTM", "Austin, TX, US")),
        ("(Mainz, DE)", "Mainz, DE", ("(Mainz, DE)", "Mainz, DE")),
    ],
)
def test_a_place_that_ends_a_title_is_told_apart(
    title: str, given: str, told: tuple[str, str | None]
) -> None:
    item = f"<title>{title}</title><g:employer>Linden</g:employer><g:location>{given}</g:location>"
    entries = parse(RSS.format("", item).encode(), "successfactors").entries
    assert [(entry.title, entry.location) for entry in entries] == [told]


def test_slashed_dates_are_read_in_the_order_that_the_whole_body_shows() -> None:
    assert slash_order(["05/04/2026", "04/28/2026"]) == "month first"
    assert slash_order(["05/04/2026", "28/04/2026 10:00"]) == "day first"
    assert slash_order(["05/04/2026", "2026-04-28", None]) is None
    assert slash_order(["28/04/2026", "04/28/2026"]) is None
    assert read_slashed("05/04/2026", "month first") == datetime(2026, 5, 4, tzinfo=UTC)
    assert read_slashed("05/04/2026", "day first") == datetime(2026, 4, 5, tzinfo=UTC)
    assert read_slashed("05/04/2026", None) is None
    assert read_slashed("31/02/2026", "day first") is None
    assert read_slashed("2026-05-04", "day first") == datetime(2026, 5, 4, tzinfo=UTC)


def test_an_office_more_does_not_make_another_posting() -> None:
    document = json.loads(body("workable_account.json"))
    fewer = {**document, "jobs": document["jobs"][:2]}
    assert [e.id for e in parse(json.dumps(fewer).encode()).entries] == [
        e.id for e in parse(json.dumps(document).encode()).entries
    ]


@pytest.mark.parametrize(
    ("empty", "address", "kind"),
    [
        ('{"jobs": [], "apiVersion": "1"}', None, "ashby"),
        ("[]", "https://api.lever.co/v0/postings/ostrava-bio?mode=json", "lever"),
        ('{"name": "Copperfield", "description": null, "jobs": []}', None, "workable"),
        ('{"offset": 0, "limit": 100, "totalFound": 0, "content": []}', None, "smartrecruiters"),
        ('{"items": [{"TotalJobsCount": 0, "requisitionList": []}]}', None, "oracle"),
        ('{"domain": "quarry.com", "count": 0, "positions": []}', None, "eightfold"),
        ('{"requisitionList": [], "pagingData": {"totalCount": 0}}', None, "taleo"),
        ('{"items": [], "page": 0, "totalItems": 0, "totalPages": 0}', None, "rippling"),
        ('{"offers": []}', "https://veenhof.recruitee.com/api/offers/", "recruitee"),
        ('{"meta": {}, "result": []}', "https://pell.bamboohr.com/careers/list", "bamboohr"),
        ('{"data": []}', "https://stonebridge.pinpointhq.com/postings.json", "pinpoint"),
        ("<workzag-jobs/>", None, "personio"),
        ("<Job-Listing></Job-Listing>", None, "successfactors"),
        ("<jobs><publisher>JazzHR</publisher></jobs>", None, "jazzhr"),
        ('<ul class="container-fluid iCIMS_JobsTable"></ul>', None, "icims"),
        ('<table class="jv-job-list"></table>', None, "jobvite"),
        ('<script>window.pageData = {"Jobs": []}</script>', None, "paylocity"),
        ('<script>phApp.ddo = {"eagerLoadRefineSearch": {"totalHits": 0, "data": {}}}</script>', None, "phenom"),
    ],
)  # fmt: skip
def test_a_board_with_nothing_open_is_a_feed(empty: str, address: str | None, kind: str) -> None:
    parsed = parse(empty.encode(), url=address)
    assert (parsed.kind, parsed.entries, parsed.complete) == (kind, (), True)


@pytest.mark.parametrize(
    "near",
    [
        {"data": [{"title": "CTM", "path": "/1"}]},
        {"positions": [{"id": 1, "name": "CTM"}]},
        {"positions": []},
        {"items": [{"id": "1", "name": "CTM"}]},
        {"items": [{"id": "1", "title": "CTM"}]},
        {"items": []},
        {"result": []},
        {"result": [], "meta": {}},
        {"offers": [{"title": "CTM"}]},
        {"content": [{"name": "CTM"}], "totalFound": 1},
        {"content": [{"name": "CTM", "ref": "1"}]},
        {"requisitionList": []},
        {"pagingData": {}},
        {"jobs": [{"title": "CTM"}]},
        {"jobs": [], "name": "Acme"},
        [{"uuid": "1", "name": "CTM"}],
        [{"text": "CTM"}],
        [],
        {"uuid": "1", "name": "CTM"},
        {"Id": "1", "Title": "CTM"},
        {"eagerLoadRefineSearch": {"status": 200}},
        "<rss><channel><item><link>https://acme.example/JobDetail/</link></item></channel></rss>",
        '<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item/></channel></rss>',
        "<jobs><job><title>CTM</title></job></jobs>",
        '<html><script>pageData = {"Jobs": []}</script></html>',
        '<html><script>window.pageData = {"Roles": []}</script></html>',
        '<html><script>phApp.ddo = {"other": 1}</script></html>',
        '<html><main itemtype="http://schema.org/JobPosting" itemprop="x"></main></html>',
    ],
    ids=str,
)
def test_what_is_only_alike_is_taken_by_none(near: object) -> None:
    assert [kind for kind in SYSTEMS if KINDS[kind].detects(near)] == []
