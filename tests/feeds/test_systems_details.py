"""Employers' own systems: the second call for a posting, and what it fills."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.feed import Entry, Request
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import detect, parse
from tests.feeds.golden import DATA, ORACLE, TALEO, body, entry, said

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
                "workplace": "remote",
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
