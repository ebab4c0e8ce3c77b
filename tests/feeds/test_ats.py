"""Employers' own systems: their addresses, pages and second calls, and what nobody should be able to do to us."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.icims import read_codes
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import detect, parse
from ctm_alerts.feeds.systems import employer_at, named, read_slashed, slash_order, workplace

DATA = Path(__file__).parent / "data"
SYSTEMS = (
    *(
        "ashby",
        "avature",
        "bamboohr",
        "eightfold",
        "icims",
        "jazzhr",
        "jobvite",
        "lever",
        "oracle",
        "paylocity",
    ),
    *(
        "personio",
        "phenom",
        "pinpoint",
        "recruitee",
        "rippling",
        "smartrecruiters",
        "successfactors",
        "taleo",
    ),
    *("teamtailor", "workable"),
)
BODIES = sorted(
    path for path in DATA.iterdir() if path.name.partition("_")[0] in SYSTEMS and path.suffix != ".py"
)
PAGES = [path for path in BODIES if path.suffix == ".html"]
LISTS = [path for path in BODIES if path.suffix == ".json"]

ORACLE = "https://hcm.marshquill.example/hcmUI/CandidateExperience/en/sites/CX_1"
REST = "https://hcm.marshquill.example/hcmRestApi/resources/latest"
TALEO = "https://marshquill.taleo.net/careersection/2/jobsearch.ftl?lang=en&portal=101430233"


def said(path: Path) -> Parsed:
    parsed: Parsed = runpy.run_path(f"{path}.py")["PARSED"]
    return parsed


def body(name: str) -> bytes:
    return (DATA / name).read_bytes()


def entry(**told: object) -> Entry:
    plain = {"title": "Clinical Trial Manager", "company": "Marsh", "location": "Leeds"}
    empty = {"id": "1", "url": "https://careers.example/1", "description": "", "description_html": ""}
    return Entry(**{**plain, **empty, **told})  # type: ignore[arg-type]  # names and values are both of an Entry


# --- pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_says_what_is_written_beside_it_and_its_kind_is_found_out(path: Path) -> None:
    assert parse(path.read_bytes()) == said(path)
    assert detect(path.read_bytes()) == said(path).kind
    assert parse(path.read_bytes(), said(path).kind) == said(path)


def test_every_system_has_a_body_here() -> None:
    assert {said(path).kind for path in BODIES} == set(SYSTEMS)


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


# --- second calls


@pytest.mark.parametrize(
    ("kind", "address", "told", "asked"),
    [
        ("smartrecruiters", "https://careers.smartrecruiters.com/HaldenBrook", {}, "https://api.smartrecruiters.com/v1/companies/HaldenBrook/postings/1"),
        ("icims", "https://careers-fenwick.icims.com", {"url": "https://careers-fenwick.icims.com/jobs/1/ctm/job"}, "https://careers-fenwick.icims.com/jobs/1/ctm/job?in_iframe=1"),
        ("eightfold", "https://quarry.eightfold.ai/careers", {}, "https://quarry.eightfold.ai/api/pcsx/position_details?position_id=1&domain=quarry.com&hl=en"),
        ("eightfold", "https://quarry.eightfold.ai/api/apply/v2/jobs?domain=q.com", {}, "https://quarry.eightfold.ai/api/apply/v2/jobs/1?domain=q.com"),
        ("bamboohr", "https://pell.bamboohr.com/careers", {}, "https://pell.bamboohr.com/careers/1/detail"),
        ("rippling", "https://ats.rippling.com/brightwater/jobs", {}, "https://ats.rippling.com/api/v2/board/brightwater/jobs/1"),
        ("phenom", "https://careers.tarnwell.example/", {}, "https://careers.example/1"),
        ("jobvite", "https://jobs.jobvite.com/millrace", {}, "https://careers.example/1"),
        ("paylocity", "https://recruiting.paylocity.com/x", {}, "https://careers.example/1"),
        ("avature", "https://careers.hollowell.example/", {}, "https://careers.example/1"),
        ("taleo", TALEO, {}, "https://careers.example/1"),
    ],
)  # fmt: skip
def test_a_posting_without_its_text_is_asked_for_once_more(
    kind: str, address: str, told: dict[str, object], asked: str
) -> None:
    assert KINDS[kind].detail(address, entry(**told)) == Request(asked)


def test_an_oracle_posting_is_asked_for_by_its_number() -> None:
    asked = KINDS["oracle"].detail(f"{ORACLE}/jobs", entry(id="260101"))
    assert asked is not None
    assert parse_qs(urlsplit(asked.url).query)["finder"] == ['ById;Id="260101",siteNumber=CX_1']
    assert KINDS["oracle"].detail(f"{ORACLE}/jobs", entry(id='1",siteNumber=CX_9')) is None


@pytest.mark.parametrize("kind", ["icims", "phenom", "jobvite", "paylocity", "avature", "taleo"])
def test_a_posting_without_an_address_is_not_asked_for(kind: str) -> None:
    assert KINDS[kind].detail("https://careers.example/", entry(url=None)) is None


TEXT = {"description": "Leads trials.", "description_html": "<p>Leads trials.</p>"}
LD = {
    "@type": "JobPosting",
    "title": "CTM",
    "description": "<p>Leads trials.</p>",
    "datePosted": "2026-05-04",
    "hiringOrganization": {"name": "Marsh & Quill"},
}
LD_PAGE = f'<html><script type="application/ld+json">{json.dumps(LD)}</script></html>'
LD_SAID = {**TEXT, "title": "CTM", "company": "Marsh & Quill", "posted_at": datetime(2026, 5, 4, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        (
            "smartrecruiters",
            {
                "id": "9",
                "name": "CTM",
                "jobAd": {
                    "sections": {
                        "jobDescription": {"title": "Job & duties", "text": "<p>Leads trials.</p>"},
                        "qualifications": {"title": "Qualifications", "text": ""},
                    }
                },
                "postingUrl": "https://jobs.smartrecruiters.com/HaldenBrook/9-ctm",
                "applyUrl": "https://jobs.smartrecruiters.com/HaldenBrook/9-ctm/apply",
            },
            {
                "title": "CTM",
                "description": "Job & duties\nLeads trials.",
                "description_html": "<h3>Job &amp; duties</h3><p>Leads trials.</p>",
                "apply_url": "https://jobs.smartrecruiters.com/HaldenBrook/9-ctm/apply",
            },
        ),
        (
            "oracle",
            {
                "items": [
                    {
                        "Id": "9",
                        "Title": "CTM",
                        "ExternalDescriptionStr": "<p>Leads trials.</p>",
                        "ExternalQualificationsStr": "<p>ICH-GCP</p>",
                        "ShortDescriptionStr": "Short.",
                        "ExternalPostedStartDate": "2026-05-04T09:30:00+00:00",
                        "WorkplaceType": "Remote",
                    }
                ]
            },
            {
                "title": "CTM",
                "description": "Leads trials.\nQualifications\nICH-GCP",
                "description_html": "<p>Leads trials.</p><h3>Qualifications</h3><p>ICH-GCP</p>",
                "posted_at": datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
                "remote": True,
            },
        ),
        (
            "eightfold",
            {"id": 9, "name": "CTM", "job_description": "<p>Leads trials.</p>"},
            {**TEXT, "title": "CTM"},
        ),
        (
            "eightfold",
            {"status": 200, "data": {"id": 9, "name": "CTM", "jobDescription": "<p>Leads trials.</p>"}},
            {**TEXT, "title": "CTM"},
        ),
        (
            "bamboohr",
            {
                "result": {
                    "jobOpening": {
                        "jobOpeningName": "CTM",
                        "description": "<p>Leads trials.</p>",
                        "datePosted": "2026-05-04",
                        "compensation": "GBP 55k",
                    }
                }
            },
            {
                **TEXT,
                "title": "CTM",
                "posted_at": datetime(2026, 5, 4, tzinfo=UTC),
                "salary_raw": "GBP 55k",
            },
        ),
        (
            "rippling",
            {
                "uuid": "9",
                "name": "CTM",
                "createdOn": "2026-05-04T05:30:00-04:00",
                "employmentType": {"id": "SALARIED_FT", "label": "Full time"},
                "workLocations": ["Boston, MA", "Leeds"],
                "payRangeDetails": [
                    {"rangeStart": 90000, "rangeEnd": 110000, "currency": "USD", "frequency": "ANNUAL"}
                ],
                "description": {"company": "<p>We are kind.</p>", "role": "<p>Leads trials.</p>"},
            },
            {
                "title": "CTM",
                "location": "Boston, MA; Leeds",
                "description": "We are kind.\nLeads trials.",
                "description_html": "<p>We are kind.</p><p>Leads trials.</p>",
                "posted_at": datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
                "employment_type": "Full time",
                "salary_min": 90000.0,
                "salary_max": 110000.0,
                "salary_currency": "USD",
                "salary_period": "year",
            },
        ),
    ],
)
def test_a_second_call_fills_what_the_list_left_out(
    kind: str, answer: object, told: dict[str, object]
) -> None:
    assert KINDS[kind].merge_detail(entry(), json.dumps(answer).encode()) == entry(**told)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("smartrecruiters", {"id": "9", "name": "CTM", "jobAd": {}}),
        ("oracle", {"Id": "9", "Title": "CTM", "ExternalDescriptionStr": "x"}),
        ("oracle", {"items": [{"Id": "9", "Title": "CTM", "ExternalDescriptionStr": "x"}]}),
        ("rippling", {"uuid": "9", "name": "CTM", "workLocations": []}),
        (
            "lever",
            {"id": "9", "text": "CTM", "hostedUrl": "https://jobs.lever.co/ostrava-bio/9", "categories": {}},
        ),
    ],
)
def test_the_answer_of_a_second_call_alone_is_a_feed_of_one(kind: str, answer: object) -> None:
    parsed = parse(json.dumps(answer).encode())
    assert (parsed.kind, [(e.id, e.title) for e in parsed.entries]) == (kind, [("9", "CTM")])


def test_an_empty_list_on_any_host_is_not_taken_for_levers() -> None:
    with pytest.raises(NotAFeed):
        detect(b"[]", "https://feeds.example/all.json")


@pytest.mark.parametrize("kind", ["icims", "phenom", "jobvite", "paylocity", "avature", "taleo"])
def test_a_postings_page_is_read_by_its_json_ld(kind: str) -> None:
    assert KINDS[kind].merge_detail(entry(), LD_PAGE.encode()) == entry(**LD_SAID)
    assert KINDS[kind].merge_detail(entry(), b"<html><body>Nothing here</body></html>") == entry()


@pytest.mark.parametrize("kind", ["smartrecruiters", "oracle", "eightfold", "bamboohr", "rippling"])
@pytest.mark.parametrize("answer", [b'{"error": "gone"}', b"<html><title>Sign in</title></html>", b""])
def test_a_second_call_that_is_answered_with_an_error_says_so(kind: str, answer: bytes) -> None:
    with pytest.raises(NotAFeed):
        KINDS[kind].merge_detail(entry(), answer)


def test_ranges_of_pay_by_place_are_not_taken_for_the_postings_own() -> None:
    pay = [{"rangeStart": 1, "rangeEnd": 2, "currency": "USD"}, {"rangeStart": 3, "rangeEnd": 4}]
    answer = {"uuid": "9", "name": "CTM", "workLocations": [], "payRangeDetails": pay}
    assert KINDS["rippling"].merge_detail(entry(), json.dumps(answer).encode()) == entry(title="CTM")


def test_phenoms_and_jobvites_own_pages_are_read_where_they_have_no_json_ld() -> None:
    ddo = {"jobDetail": {"data": {"job": {"title": "CTM", "description": "<p>Leads trials.</p>"}}}}
    page = f"<script>phApp.ddo = {json.dumps(ddo)}; phApp.x = 1</script>"
    assert KINDS["phenom"].merge_detail(entry(), page.encode()) == entry(**TEXT, title="CTM")
    expected = said(DATA / "jobvite_posting.html").entries[0]
    merged = KINDS["jobvite"].merge_detail(entry(), body("jobvite_posting.html"))
    assert merged == replace(expected, id="1", url="https://careers.example/1")


def test_the_answer_of_phenoms_widgets_says_what_its_page_says() -> None:
    page = body("phenom_search.html").decode()
    search = json.JSONDecoder().raw_decode(page, page.index("phApp.ddo = ") + 12)[0]["eagerLoadRefineSearch"]
    base = "https://careers.tarnwell.example/global/en/search-results"
    assert parse(json.dumps({"refineSearch": search}).encode(), url=base) == said(DATA / "phenom_search.html")


def test_a_taleo_page_with_percent_encoded_text_is_decoded() -> None:
    page = LD_PAGE.replace("<p>Leads trials.</p>", "%3Cp%3ELeads%20trials.%3C%2Fp%3E")
    assert KINDS["taleo"].merge_detail(entry(), page.encode()) == entry(**LD_SAID)


def test_an_icims_page_of_a_posting_that_is_gone_says_so() -> None:
    page = b'<div id="iCIMS_Header"><h1>Error: The requested job could not be found.</h1></div>'
    with pytest.raises(NotAFeed, match="could not be found"):
        KINDS["icims"].merge_detail(entry(), page)
    with pytest.raises(NotAFeed, match="The requested job could not be found"):
        parse(page)


@pytest.mark.parametrize(
    ("closing", "told"),
    [
        ("2027-05-21T04:00:00.000Z", None),
        ("2026-07-01T04:00:00.000Z", datetime(2026, 7, 1, 4, tzinfo=UTC)),
    ],
)
def test_icims_own_closing_date_of_a_year_is_not_the_employers(closing: str, told: datetime | None) -> None:
    page = body("icims_posting.html").replace(b"2027-05-21T04:00:00.000Z", closing.encode())
    expected = replace(said(DATA / "icims_posting.html").entries[0], expires_at=told)
    assert parse(page).entries == (expected,)
    assert KINDS["icims"].merge_detail(entry(), page).expires_at == told


def test_phenom_says_what_little_it_has() -> None:
    rows = [
        {
            "title": "CTM",
            "reqId": "R-1",
            "structureData": {"hiringOrganization": {"name": "Tarnwell Research"}},
            "applyUrl": "https://tarnwell.example/apply/1",
            "location": "Leeds",
        },
        {"title": "Study Manager", "jobSeqNo": "TARN2EXTERNAL", "state": "Bavaria", "country": "Germany"},
    ]
    answer = json.dumps({"refineSearch": {"totalHits": 2, "data": {"jobs": rows}}}).encode()
    link = "https://tarnwell.example/apply/1"
    applied = Entry("R-1", link, "CTM", "Tarnwell Research", "Leeds", "", "")
    unlinked = Entry("TARN2EXTERNAL", None, "Study Manager", None, "Bavaria, Germany", "", "")
    assert parse(answer).entries == (applied, unlinked)
    site = "https://careers.tarnwell.example/de/de"
    page = f"{site}/job/TARN2EXTERNAL"
    assert parse(answer, url=f"{site}/search-results?keywords=x").entries == (
        applied,
        replace(unlinked, url=page, company="Tarnwell"),
    )
    assert parse(answer, url="https://careers.tarnwell.example/jobs").entries == (
        applied,
        replace(unlinked, company="Tarnwell"),
    )


def test_an_icims_employer_is_named_by_the_host_where_the_page_does_not_name_it() -> None:
    page = body("icims_list.html").replace(b"Job Listings at Fenwick Clinical", b"Search")
    assert [e.company for e in parse(page).entries] == ["Fenwick", None]
    told = parse(page, url="https://us-careers-fenwick-labs.icims.com/jobs/search").entries
    assert [e.company for e in told] == ["Fenwick Labs", "Fenwick Labs"]


def test_an_oracle_posting_without_any_text_is_no_answer_of_a_second_call() -> None:
    with pytest.raises(NotAFeed, match="JSON without the requisitionList of an Oracle career site"):
        KINDS["oracle"].merge_detail(entry(), b'{"Id": "1", "Title": "CTM"}')


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("eightfold", "https://quarry.eightfold.ai/careers"),
        ("bamboohr", "https://pell.bamboohr.com/careers"),
        ("oracle", "https://careers.example/jobs"),
        ("smartrecruiters", "https://careers.example/jobs"),
        ("smartrecruiters", "https://careers.smartrecruiters.com/HaldenBrook"),
        ("rippling", "https://careers.example/"),
        ("rippling", "https://ats.rippling.com/brightwater/jobs"),
    ],
)
def test_a_posting_that_cannot_be_named_is_not_asked_for(kind: str, address: str) -> None:
    assert KINDS[kind].detail(address, entry(id="sha256:0a", url=None)) is None


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


# --- hostile bodies

WRONG: tuple[object, ...] = (
    None, True, 0, -1, 10**400, 1e308, "", "x", "\ud800\x00\u202e", "<p>", [], {}, [[[7]]], {"a": {"b": []}}, [None, 7, "x", {}],
)  # fmt: skip
#: fields that decide whether an entry is one, or whether it is for the public
DECIDING = {
    ("isListed",), ("status",), ("jobOpeningName",), ("title",), ("name",), ("text",), ("Title",), ("column",), ("linkedColumn",),
}  # fmt: skip


def paths(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*above, key)
        yield from paths(inner, (*above, key))


def changed(value: object, path: tuple[str | int, ...], wrong: object) -> object:
    if not path:
        return wrong
    copy: dict[str | int, object] | list[object] = dict(value) if isinstance(value, dict) else list(value)  # type: ignore[call-overload]  # a path leads through objects and lists only
    copy[path[0]] = changed(copy[path[0]], path[1:], wrong)  # type: ignore[index]  # as above
    return copy


def rows_at(document: object) -> tuple[str | int, ...]:
    """Where the list of postings stands."""
    found = [p for p in paths(document) if p[-1] == 0 and not any(isinstance(step, int) for step in p[:-1])]
    nested = [p for p in paths(document) if p[-2:] == ("requisitionList", 0)]
    return (nested or found)[0][:-1]


def at(document: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        document = document[step]  # type: ignore[index]  # a path leads through objects and lists only
    return document


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_no_field_of_a_wrong_type_loses_its_entry(path: Path) -> None:
    document, expected = json.loads(path.read_text()), said(path)
    place = (*rows_at(document), 0)
    for field in paths(at(document, place)):
        if field in DECIDING or (field[:1] in DECIDING and len(field) > 1):
            continue
        for wrong in WRONG:
            broken = json.dumps(changed(document, (*place, *field), wrong)).encode()
            parsed = parse(broken, expected.kind)
            titles = sorted(entry.title for entry in parsed.entries)
            # a row whose id no longer joins it to another of the same posting stands alone
            assert set(titles) == {entry.title for entry in expected.entries}, (field, wrong)
            assert len(parsed.skipped) == len(expected.skipped), (field, wrong, parsed.skipped)
            assert all(entry.id for entry in parsed.entries)


def survives(hostile: bytes, kind: str) -> None:
    for name in (kind, "auto"):
        refusal, entries = "", tuple[Entry, ...]()
        try:
            entries = parse(hostile, name, "https://careers.example/jobs").entries
        except NotAFeed as e:
            refusal = str(e)
        assert "\n" not in refusal
        assert len({entry.id for entry in entries}) == len(entries)


@given(st.sampled_from(BODIES), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_body_that_breaks_off_anywhere_is_read_or_refused(path: Path, share: float) -> None:
    whole = path.read_bytes()
    survives(whole[: int(len(whole) * share)], said(path).kind)


@given(st.sampled_from(BODIES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_body_with_flipped_bytes_is_read_or_refused(path: Path, flips: list[tuple[int, int]]) -> None:
    mutable = bytearray(path.read_bytes())
    for place, value in flips:
        mutable[place % len(mutable)] = value
    survives(bytes(mutable), said(path).kind)


@given(st.sampled_from(LISTS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_body_with_anything_anywhere_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    document = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 4))):
        where = list(paths(document))
        document = changed(document, data.draw(st.sampled_from(where)), data.draw(st.sampled_from(WRONG)))
        if not isinstance(document, dict | list) or not document:
            break
    survives(json.dumps(document).encode(), said(path).kind)


@pytest.mark.parametrize("kind", SYSTEMS)
@pytest.mark.parametrize("depth", [50, 900, 100_000])
def test_deep_nesting_is_read_or_refused(kind: str, depth: int) -> None:
    survives(b"[" * depth + b"]" * depth, kind)
    survives(b'{"jobs":' * depth + b"[]" + b"}" * depth, kind)
    survives(b'{"error":' + b"[" * depth + b"]" * depth + b"}", kind)
    survives(b'<rss xmlns:tt="https://teamtailor.com/locations"><channel><item><title>x</title>' + b"<b>" * depth, kind)  # fmt: skip
    survives(b"<Job-Listing>" + b"<Job>" * depth + b"</Job>" * depth + b"</Job-Listing>", kind)
    survives(b"<script>window.pageData = " + b'{"Jobs":' * depth, kind)


MARKED = {
    "icims": '<ul class="iCIMS_JobsTable">',
    "jobvite": '<table class="jv-job-list">',
    "smartrecruiters": '<main itemtype="http://schema.org/JobPosting">',
}


@pytest.mark.parametrize("kind", sorted(MARKED))
@pytest.mark.parametrize("piece", ["<div>", "<DIV class='x'></p></x>", "<b>", "<section></div><x></section>"])
@pytest.mark.timeout(20)  # built, this tree takes a minute
def test_a_page_whose_tree_would_take_minutes_is_refused(kind: str, piece: str) -> None:
    with pytest.raises(NotAFeed, match="nested too deeply"):
        parse((MARKED[kind] + piece * 100_000).encode(), kind)


def test_a_long_page_is_not_taken_for_a_deep_one() -> None:
    row = '<li class="iCIMS_JobCardItem"><p><a class="iCIMS_Anchor" href="/jobs/{}/ctm/job"><h3>CTM</h3></a><br>'
    page = MARKED["icims"] + "".join(row.format(number) for number in range(3000))
    assert len(parse(page.encode()).entries) == 3000


def test_entities_of_xml_are_refused() -> None:
    for root in ("workzag-jobs", "Job-Listing", "jobs"):
        bomb = f'<!DOCTYPE {root} [<!ENTITY a "aaaa">]><{root}>&a;</{root}>'.encode()
        kind = {"workzag-jobs": "personio", "Job-Listing": "successfactors", "jobs": "jazzhr"}[root]
        with pytest.raises(NotAFeed, match="DOCTYPE or ENTITY"):
            parse(bomb, kind)
