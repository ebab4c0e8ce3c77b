"""Each kind reads its own format; what it says is written down beside each body."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.items import _forgiven, _well_formed
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import detect, parse
from tests.feeds.golden import DATA, said

BODIES = sorted(path for path in DATA.iterdir() if path.suffix in (".json", ".xml"))

SITE = "https://halden.wd5.myworkdayjobs.com/en-US/Careers?q=clinical+trial+manager"
CXS = "https://halden.wd5.myworkdayjobs.com/wday/cxs/halden/Careers"
WORKDAY_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_a_body_says_what_is_written_beside_it(path: Path) -> None:
    assert parse(path.read_bytes()) == said(path)


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_its_kind_is_found_out_and_may_as_well_be_named(path: Path) -> None:
    kind = said(path).kind
    assert detect(path.read_bytes()) == kind
    assert parse(path.read_bytes(), kind) == said(path)


@pytest.mark.parametrize(
    "path", [path for path in BODIES if path.suffix == ".json"], ids=lambda path: path.name
)
def test_truncated_json_is_an_error(path: Path) -> None:
    body = path.read_bytes()
    with pytest.raises(NotAFeed, match="truncated JSON"):
        parse(body[: len(body) // 2].rstrip(), said(path).kind)


@pytest.mark.parametrize(
    "path", [path for path in BODIES if path.suffix == ".xml"], ids=lambda path: path.name
)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated_xml_is_an_error(path: Path, share: float) -> None:
    body = path.read_bytes()
    with pytest.raises(NotAFeed, match="truncated XML"):
        parse(body[: int(len(body) * share)])


@pytest.mark.parametrize("name", ["wp_board.xml", "jobicy_feed.xml"])
def test_an_ill_formed_feed_says_the_same_as_a_well_formed_one(name: str) -> None:
    body = (DATA / name).read_text().replace("</channel>", "<ttl>60 & more</ttl></channel>")
    assert parse(body.encode()) == said(DATA / name)


def test_every_kind_has_its_module_and_its_terms() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.floor.total_seconds() >= 1800
        assert kind.max_entries > 0
        with pytest.raises(NotAFeed):
            kind.parse(b"")


@pytest.mark.parametrize("kind", ["jobicy_json", "jobicy_rss", "wp_job_manager", "rss"])
def test_simple_kinds_ask_for_the_feeds_own_url_unchanged(kind: str) -> None:
    url = "https://jobicy.com/api/v2/remote-jobs?count=50&tag=clinical%20trial"
    entry = Entry("1", "https://jobicy.com/jobs/1", "CTM", None, None, "", "")
    assert KINDS[kind].request(url) == Request(url)
    assert KINDS[kind].more(url, b"{}", 1) is None
    assert KINDS[kind].detail(url, entry) is None
    assert KINDS[kind].merge_detail(entry, b"{}") == entry


@pytest.mark.parametrize(
    "url",
    [
        "https://boards-api.greenhouse.io/v1/boards/halden/jobs",
        "https://boards-api.greenhouse.io/v1/boards/halden/jobs?content=false",
        "https://boards.greenhouse.io/halden",
        "https://job-boards.greenhouse.io/halden/",
        "https://boards.greenhouse.io/embed/job_board?for=halden",
    ],
)
def test_any_address_of_a_greenhouse_board_leads_to_its_list_with_content(url: str) -> None:
    asked = KINDS["greenhouse"].request(url).url
    assert asked.startswith("https://boards-api.greenhouse.io/v1/boards/halden/jobs?")
    assert asked.endswith("content=true")


def test_a_greenhouse_detail_is_one_entry() -> None:
    document = json.loads((DATA / "greenhouse_board.json").read_text())["jobs"][0]
    document["pay_input_ranges"] = [
        {"min_cents": 9000000, "max_cents": 11000000, "currency_type": "GBP", "title": "UK"}
    ]
    expected = replace(
        said(DATA / "greenhouse_board.json").entries[0],
        salary_min=90000.0,
        salary_max=110000.0,
        salary_currency="GBP",
    )
    assert parse(json.dumps(document).encode()) == Parsed("greenhouse", (expected,))


@pytest.mark.parametrize("url", [SITE, f"{CXS}/jobs?q=clinical+trial+manager"])
def test_a_workday_site_is_asked_for_its_list(url: str) -> None:
    asked = {"limit": 20, "offset": 0, "searchText": "clinical trial manager", "appliedFacets": {}}
    assert KINDS["workday"].request(url) == Request(
        f"{CXS}/jobs", "POST", json.dumps(asked).encode(), WORKDAY_HEADERS
    )


def test_a_shared_workday_host_names_its_tenant_in_the_path() -> None:
    url = "https://wd3.myworkdaysite.com/en-US/recruiting/halden/Careers"
    assert KINDS["workday"].request(url).url == "https://wd3.myworkdaysite.com/wday/cxs/halden/Careers/jobs"


def test_what_is_no_workday_site_is_refused_with_an_example() -> None:
    with pytest.raises(UsageError, match="names no Workday site; give its address"):
        KINDS["workday"].request("https://jobs.example/careers")


@pytest.mark.parametrize(
    ("count", "total", "read", "goes_on"),
    [(20, 45, 1, True), (20, 0, 2, True), (20, 40, 2, False), (5, 45, 2, False), (20, 9000, 100, False)],
)
def test_workday_pages_go_on_until_the_last(count: int, total: int, read: int, goes_on: bool) -> None:
    body = json.dumps({"total": total, "jobPostings": [{"title": "CTM"}] * count}).encode()
    following = KINDS["workday"].more(SITE, body, read)
    assert (following is not None) == goes_on
    if following is not None:
        assert json.loads(following.body or b"")["offset"] == 20 * read


@pytest.mark.parametrize(
    ("count", "total", "complete"),
    [(3, 3, True), (20, 20, True), (20, 45, False), (20, 0, False), (5, 0, True)],
)
def test_a_workday_page_says_whether_there_is_more(count: int, total: int, complete: bool) -> None:
    rows = [{"title": "CTM", "externalPath": f"/job/CTM_R{n}"} for n in range(count)]
    parsed = parse(json.dumps({"total": total, "jobPostings": rows}).encode())
    assert (len(parsed.entries), parsed.complete) == (count, complete)


def test_a_workday_entry_gets_its_description_from_a_second_call() -> None:
    kind = KINDS["workday"]
    entry = kind.parse((DATA / "workday_list.json").read_bytes(), SITE).entries[0]
    page = "https://halden.wd5.myworkdayjobs.com/en-US/Careers/job/Leeds/Clinical-Trial-Manager_R1042"
    assert entry == Entry("R1042", page, "Clinical Trial Manager", "Halden", "2 Locations", "", "")
    assert kind.detail(SITE, entry) == Request(
        f"{CXS}/job/Leeds/Clinical-Trial-Manager_R1042", headers={"Accept": "application/json"}
    )
    info = {
        "title": "Clinical Trial Manager",
        "location": "Leeds",
        "additionalLocations": ["Remote, UK", "Leeds"],
        "startDate": "2026-05-04",
        "endDate": "2026-06-01",
        "timeType": "Full time",
        "jobReqId": "R1042",
        "remoteType": "Remote",
        "jobDescription": "<p>Run trials.</p>",
    }
    body = json.dumps({"jobPostingInfo": info, "hiringOrganization": {"name": "Halden Ltd"}}).encode()
    assert kind.merge_detail(entry, body) == Entry(
        id="R1042",
        url=page,
        title="Clinical Trial Manager",
        company="Halden Ltd",
        location="Leeds; Remote, UK",
        description="Run trials.",
        description_html="<p>Run trials.</p>",
        posted_at=datetime(2026, 5, 4, tzinfo=UTC),
        expires_at=datetime(2026, 6, 1, tzinfo=UTC),
        employment_type="Full time",
        remote=True,
        workplace="remote",
    )


def test_both_readers_of_xml_find_the_same_items() -> None:
    text = (DATA / "wp_board.xml").read_text().partition("?>")[2]
    strict, lenient = _well_formed(text), _forgiven(text)
    assert strict is not None
    assert [(i.guid, i.title, i.html, i.author) for i in strict.items] == [
        (i.guid, i.title, i.html, i.author) for i in lenient.items
    ]
