"""Employers' own systems: their golden pages, any address of a board, and the pages of a list."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import detect, parse
from tests.feeds.golden import ORACLE, REST, SYSTEM_BODIES, SYSTEM_PAGES, SYSTEMS, TALEO, body, said

# --- pages


@pytest.mark.parametrize("path", SYSTEM_PAGES, ids=lambda path: path.name)
def test_a_page_says_what_is_written_beside_it_and_its_kind_is_found_out(path: Path) -> None:
    assert parse(path.read_bytes()) == said(path)
    assert detect(path.read_bytes()) == said(path).kind
    assert parse(path.read_bytes(), said(path).kind) == said(path)


def test_every_system_has_a_body_here() -> None:
    assert {said(path).kind for path in SYSTEM_BODIES} == set(SYSTEMS)


# --- addresses


@pytest.mark.parametrize(
    ("kind", "address", "asked"),
    [
        ("smartrecruiters", "https://careers.smartrecruiters.com/HaldenBrook?search=trial", "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings?q=trial&limit=100&offset=0"),
        ("smartrecruiters", "https://jobs.smartrecruiters.com/HaldenBrook/744-ctm", "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings?limit=100&offset=0"),
        ("smartrecruiters", "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings?q=trial&limit=10", "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings?q=trial&limit=100&offset=0"),
        ("lever", "https://jobs.lever.co/ostrava-bio", "https://api.lever.co/v0/postings/ostrava-bio?mode=json"),
        ("lever", "https://jobs.eu.lever.co/ostrava-bio/", "https://api.eu.lever.co/v0/postings/ostrava-bio?mode=json"),
        ("lever", "https://api.lever.co/v0/postings/ostrava-bio?mode=html&team=Clinical", "https://api.lever.co/v0/postings/ostrava-bio?team=Clinical&mode=json"),
        ("ashby", "https://jobs.ashbyhq.com/Pell%20Worth/3b0a", "https://api.ashbyhq.com/posting-api/job-board/Pell%20Worth?includeCompensation=true"),
        ("ashby", "https://api.ashbyhq.com/posting-api/job-board/pell", "https://api.ashbyhq.com/posting-api/job-board/pell?includeCompensation=true"),
        ("icims", "https://careers-fenwick.icims.com", "https://careers-fenwick.icims.com/jobs/search?ss=1&pr=0&in_iframe=1"),
        ("icims", "https://careers-fenwick.icims.com/jobs/4711/x/job", "https://careers-fenwick.icims.com/jobs/search?ss=1&pr=0&in_iframe=1"),
        ("icims", "https://jobs.fenwick.example/jobs/search?searchKeyword=trial&pr=7", "https://jobs.fenwick.example/jobs/search?searchKeyword=trial&pr=0&in_iframe=1"),
        ("phenom", "https://careers.tarnwell.example/global/en/search-results?keywords=trial", "https://careers.tarnwell.example/global/en/search-results?keywords=trial&from=0&s=1"),
        ("eightfold", "https://quarry.eightfold.ai/careers?query=trial", "https://quarry.eightfold.ai/api/pcsx/search?domain=quarry.com&query=trial&start=0&sort_by=most_recent"),
        ("eightfold", "https://careers.quarry.example/careers", "https://careers.quarry.example/api/pcsx/search?domain=quarry.example&query=&start=0&sort_by=most_recent"),
        ("eightfold", "https://quarry.eightfold.ai/api/apply/v2/jobs?domain=quarry.co.uk&query=trial", "https://quarry.eightfold.ai/api/apply/v2/jobs?domain=quarry.co.uk&query=trial&start=0&sort_by=timestamp"),
        ("successfactors", "https://jobs.lindenau.example/search/?q=clinical+trial&locale=en_GB", "https://jobs.lindenau.example/services/rss/job/?locale=en_GB&keywords=%28clinical+trial%29"),
        ("successfactors", "https://jobs.lindenau.example/", "https://jobs.lindenau.example/services/rss/job/?locale=en_US"),
        ("successfactors", "https://jobs.lindenau.example/sitemal.xml", "https://jobs.lindenau.example/sitemal.xml"),
        ("successfactors", "https://career5.successfactors.eu/career?company=lindenau&lang=de_DE", "https://career5.successfactors.eu/career?company=lindenau&career_ns=job_listing_summary&resultType=XML&rcm_site_locale=de_DE"),
        ("workable", "https://apply.workable.com/copperfield/", "https://apply.workable.com/api/v1/widget/accounts/copperfield?details=true"),
        ("workable", "https://copperfield.workable.com", "https://apply.workable.com/api/v1/widget/accounts/copperfield?details=true"),
        ("workable", "https://apply.workable.com/api/v1/widget/accounts/copperfield", "https://apply.workable.com/api/v1/widget/accounts/copperfield?details=true"),
        ("recruitee", "https://veenhof.recruitee.com/o/ctm", "https://veenhof.recruitee.com/api/offers/"),
        ("recruitee", "https://jobs.veenhof.example/api/offers/", "https://jobs.veenhof.example/api/offers/"),
        ("personio", "https://gruenwald.jobs.personio.de/job/410001?language=de", "https://gruenwald.jobs.personio.de/xml?language=de"),
        ("personio", "https://gruenwald.jobs.personio.com/xml?language=de", "https://gruenwald.jobs.personio.com/xml?language=de"),
        ("teamtailor", "https://sollenby.teamtailor.com/", "https://sollenby.teamtailor.com/jobs.json"),
        ("teamtailor", "https://sollenby.teamtailor.com/jobs.rss", "https://sollenby.teamtailor.com/jobs.rss"),
        ("bamboohr", "https://pell.bamboohr.com/careers/51", "https://pell.bamboohr.com/careers/list"),
        ("pinpoint", "https://stonebridge.pinpointhq.com/en/postings/1", "https://stonebridge.pinpointhq.com/postings.json"),
        ("rippling", "https://ats.rippling.com/brightwater/jobs", "https://ats.rippling.com/api/v2/board/brightwater/jobs?page=0&pageSize=20"),
        ("rippling", "https://ats.rippling.com/brightwater", "https://ats.rippling.com/api/v2/board/brightwater/jobs?page=0&pageSize=20"),
        ("rippling", "https://api.rippling.com/platform/api/ats/v1/board/brightwater/jobs", "https://api.rippling.com/platform/api/ats/v1/board/brightwater/jobs"),
        ("avature", "https://careers.hollowell.example/careers/SearchJobs/?3_5=1", "https://careers.hollowell.example/careers/SearchJobs/feed/?3_5=1"),
        ("jazzhr", "https://larkspur.applytojob.com/apply", "https://app.jazz.co/feeds/export/jobs/larkspur"),
        ("jobvite", "https://jobs.jobvite.com/millrace/job/oAaBbCcD", "https://jobs.jobvite.com/millrace/jobs"),
        ("jobvite", "https://jobs.jobvite.com/careers/millrace", "https://jobs.jobvite.com/millrace/jobs"),
        ("paylocity", "https://recruiting.paylocity.com/recruiting/jobs/All/211e", "https://recruiting.paylocity.com/recruiting/jobs/All/211e"),
    ],
)  # fmt: skip
def test_any_address_of_a_board_leads_to_what_can_be_read(kind: str, address: str, asked: str) -> None:
    assert KINDS[kind].request(address) == Request(asked)


@pytest.mark.parametrize(
    "kind",
    [
        *("ashby", "avature", "bamboohr", "jazzhr", "jobvite", "lever", "personio", "pinpoint", "recruitee"),
        *("rippling", "smartrecruiters", "teamtailor", "workable"),
    ],
)
def test_an_address_on_another_host_is_asked_as_it_is(kind: str) -> None:
    address = "https://feeds.example/export/all?key=1"
    assert KINDS[kind].request(address) == Request(address)


@pytest.mark.parametrize(
    "address",
    [
        f"{ORACLE}/jobs?keyword=clinical%20trial",
        f"{ORACLE}/job/260101?keyword=clinical+trial",
        f'{REST}/recruitingCEJobRequisitions?finder=findReqs;siteNumber=CX_1,limit=25,keyword="clinical trial"',
    ],
)
def test_an_oracle_site_is_searched_through_its_finder(address: str) -> None:
    asked = urlsplit(KINDS["oracle"].request(address).url)
    assert (asked.hostname, asked.path.rpartition("/")[2]) == (
        "hcm.marshquill.example",
        "recruitingCEJobRequisitions",
    )
    assert parse_qs(asked.query) == {
        "onlyData": ["true"],
        "expand": ["requisitionList.secondaryLocations"],
        "finder": [
            'findReqs;siteNumber=CX_1,limit=20,offset=0,keyword="clinical trial",sortBy=POSTING_DATES_DESC'
        ],
    }


def test_words_to_search_for_do_not_leave_their_place_in_oracles_finder() -> None:
    asked = KINDS["oracle"].request(f'{ORACLE}/jobs?keyword=trial"%2CsiteNumber%3DCX_9%3Bx').url
    assert 'siteNumber=CX_1,limit=20,offset=0,keyword="trial siteNumber=CX_9 x",' in parse_qs(urlsplit(asked).query)["finder"][0]  # fmt: skip


def test_a_taleo_section_is_searched_by_a_post_that_names_a_time_zone() -> None:
    asked = KINDS["taleo"].request(f"{TALEO}&keyword=clinical+trial")
    assert (asked.url, asked.method) == (
        "https://marshquill.taleo.net/careersection/rest/jobboard/searchjobs?lang=en&portal=101430233",
        "POST",
    )
    search = json.loads(asked.body or b"")
    assert (search["fieldData"]["fields"]["KEYWORD"], search["pageNo"]) == ("clinical trial", 1)
    assert {"tz", "tzname"} <= set(asked.headers)


@pytest.mark.parametrize(
    ("kind", "address", "remedy"),
    [
        ("oracle", "https://careers.example/jobs", "names no Oracle Recruiting site; give its address"),
        ("oracle", "https://x.example/hcmUI/CandidateExperience/en/sites/a;b/jobs", "names no Oracle Recr"),
        ("taleo", "https://careers.example/jobs", "names no Taleo site; give its address"),
        (
            "taleo",
            "https://marshquill.taleo.net/careersection/2/jobsearch.ftl",
            r"add \?portal=NUMBER, which the page's own source has",
        ),
        ("icims", "https://careers.example/", "names no iCIMS site; give its address"),
        ("phenom", "careers", "names no Phenom site; give its address"),
        ("eightfold", "https://quarry.eightfold.ai", "names no Eightfold site; give its address"),
        ("successfactors", "http://[", "names no SuccessFactors site; give its address"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_with_the_remedy(
    kind: str, address: str, remedy: str
) -> None:
    with pytest.raises(UsageError, match=remedy):
        KINDS[kind].request(address)


@pytest.mark.parametrize("kind", SYSTEMS)
@pytest.mark.parametrize(
    "address", ["http://[::1", "https://a:b@c:99999/", "", "mailto:x@y", "https://x.example/%ff/%2e%2e/"]
)
def test_an_odd_address_is_asked_as_it_is_or_refused(kind: str, address: str) -> None:
    refusal = ""
    try:
        KINDS[kind].request(address)
    except UsageError as e:
        refusal = str(e)
    assert not refusal or "; give its address" in refusal


# --- pages of a list


def test_a_list_goes_on_where_the_body_says_so() -> None:
    def following(kind: str, address: str, page: bytes, read: int = 1) -> str | None:
        request = KINDS[kind].more(address, page, read)
        return None if request is None else request.url

    board = "https://careers.smartrecruiters.com/HaldenBrook"
    page = json.dumps({"offset": 100, "limit": 100, "totalFound": 240, "content": [{}]}).encode()
    api = "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings?limit=100"
    assert following("smartrecruiters", board, page) == f"{api}&offset=200"
    assert following("smartrecruiters", board, page.replace(b"240", b"200")) is None
    assert following("smartrecruiters", board, page.replace(b"[{}]", b"[]")) is None

    search = "https://careers-fenwick.icims.com/jobs/search?ss=1"
    assert following("icims", search, body("icims_list.html")) == f"{search}&in_iframe=1&pr=2"
    assert following("icims", search, body("icims_list.html").replace(b"of 3", b"of 2")) is None
    assert following("icims", search, body("icims_posting.html")) is None

    assert "offset=23," in (following("oracle", f"{ORACLE}/jobs", body("oracle_list.json")) or "")
    assert following("oracle", f"{ORACLE}/jobs", body("oracle_list.json").replace(b"45", b"23")) is None
    silent = body("oracle_list.json").replace(b'"Offset": 20', b'"Offset": null')
    assert "offset=43," in (following("oracle", f"{ORACLE}/jobs", silent, 3) or "")

    search = "https://careers.tarnwell.example/global/en/search-results"
    assert following("phenom", search, body("phenom_search.html"), 1) == f"{search}?from=10&s=1"
    assert following("phenom", search, body("phenom_search.html"), 3) is None

    site = "https://quarry.eightfold.ai/api/apply/v2/jobs?domain=quarry.com"
    assert "start=10&" in (following("eightfold", site, body("eightfold_older.json"), 1) or "")
    assert following("eightfold", site, body("eightfold_older.json"), 2) is None

    feed = "https://career.sollenby.example/jobs.json"
    assert following("teamtailor", feed, body("teamtailor_feed.json")) == f"{feed}?page=2"
    assert following("teamtailor", "https://other.example/jobs.json", body("teamtailor_feed.json")) is None
    assert following("teamtailor", feed, body("teamtailor_rss.xml")) is None

    board = "https://ats.rippling.com/brightwater/jobs"
    assert "page=1&" in (following("rippling", board, body("rippling_page.json")) or "")
    assert (
        following("rippling", board, body("rippling_page.json").replace(b'"page": 0', b'"page": 1')) is None
    )
    assert following("rippling", board, body("rippling_rows.json")) is None


def test_taleos_next_page_is_asked_for_by_number() -> None:
    page = body("taleo_search.json")
    following = KINDS["taleo"].more(TALEO, page, 1)
    assert following is not None
    assert json.loads(following.body or b"")["pageNo"] == 2
    assert KINDS["taleo"].more(TALEO, page.replace(b'"totalCount": 29', b'"totalCount": 25'), 1) is None
