"""Boards, aggregators and general formats: what golden pairs cannot show, such as pages, links and walls."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode
from ctm_alerts.feeds.entries import Unreadable
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import entry_of, postings_in
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import detect, parse
from ctm_alerts.feeds.sitemap import is_posting
from ctm_alerts.feeds.streamed import read_elements
from tests.feeds.golden import BOARD_LISTS, DATA, said

PAGES = ("jsonld_page.html", "hrmdirect_list.html")
POSTING = {"@type": "JobPosting", "title": "Clinical Trial Manager"}
STUB = Entry("7", "https://halden.example/jobs/7", "Ctm", "Halden", None, "", "")


def page(*scripts: str) -> bytes:
    elements = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<!DOCTYPE html><html><head>{elements}</head><body>Careers</body></html>".encode()


def only(body: bytes, kind: str = "auto", url: str | None = None) -> Entry:
    (entry,) = parse(body, kind, url).entries
    return entry


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


# --- pages of HTML


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_is_written_beside_it(name: str) -> None:
    body = (DATA / name).read_bytes()
    assert parse(body) == said(name)
    assert parse(body, said(name).kind) == said(name)


def test_links_of_a_page_are_joined_to_its_address() -> None:
    body = (DATA / "jsonld_page.html").read_bytes()
    entries = parse(body, url="https://merrow.example/careers?x=1").entries
    own, ours = "https://merrow.example/careers/", "https://merrow.example/careers?x=1"
    assert [entry.url for entry in entries] == [
        f"{own}30417-clinical-trial-manager?src=list",
        *[ours] * 3,
        f"{own}30420",
    ]
    # of several postings on one page its address tells none from the others
    assert len({entry.id for entry in entries}) == 5
    assert [entry.id for entry in entries] == [entry.id for entry in said("jsonld_page.html").entries]


def test_links_of_a_table_of_openings_lead_to_their_pages() -> None:
    body = (DATA / "hrmdirect_list.html").read_bytes()
    url = "https://tarn.hrmdirect.com/employment/job-openings.php?search=true"
    entries = parse(body, url=url).entries
    there = "https://tarn.hrmdirect.com/employment/job-opening.php"
    assert [entry.url for entry in entries] == [
        f"{there}?req=4000001&req_loc=2000001",
        f"{there}?req=4000002&req_loc=2000002",
    ]
    assert KINDS["hrmdirect"].detail(url, entries[0]) == Request(f"{there}?req=4000001&req_loc=2000001")
    assert KINDS["hrmdirect"].merge_detail(
        entries[0], page(json.dumps({**POSTING, "description": "Lead."}))
    ) == replace(entries[0], description="Lead.", description_html="<p>Lead.</p>")


def test_an_employer_without_a_name_on_its_page_is_named_by_its_address() -> None:
    body = (DATA / "hrmdirect_list.html").read_bytes().replace(b"Careers At Tarn Foundation", b"Careers")
    parsed = parse(body, url="https://tarn-vale.hrmdirect.com/employment/job-openings.php")
    assert {entry.company for entry in parsed.entries} == {"Tarn Vale"}


# --- JSON-LD


@pytest.mark.parametrize(
    "script",
    [
        json.dumps(POSTING),
        json.dumps([POSTING]),
        json.dumps({"@graph": [{"@type": "WebSite"}, POSTING]}),
        json.dumps({"@type": "WebPage", "mainEntity": POSTING}),
        json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": POSTING}]}),
        json.dumps(POSTING).replace('"', "&quot;"),
        f"<!-- {json.dumps(POSTING)} -->",
        f"//<![CDATA[\n{json.dumps(POSTING)}\n//]]>",
        json.dumps(POSTING)[:-1] + ",}",
        json.dumps(POSTING) + ";",
        json.dumps({"@type": "WebSite"}) + json.dumps(POSTING),
        '{"@type": "JobPosting", "title": "Clinical\nTrial\tManager"}',
        '{"@type": "https://schema.org/JobPosting", "name": "Clinical Trial Manager"}',
    ],
)
def test_a_posting_is_found_however_its_script_is_written(script: str) -> None:
    body = page('{"@type": "WebSite"}', script)
    assert len(postings_in(body.decode())) == 1
    assert detect(body) == "jsonld"
    assert only(body, url="https://halden.example/jobs/7") == Entry(
        "https://halden.example/jobs/7",
        "https://halden.example/jobs/7",
        "Clinical Trial Manager",
        None,
        None,
        "",
        "",
    )


def test_json_ld_may_be_a_body_of_its_own() -> None:
    body = json.dumps({"@context": "https://schema.org", "@graph": [{**POSTING, "identifier": 7}]}).encode()
    assert (detect(body), only(body).id) == ("jsonld", "7")


def test_a_page_without_a_posting_is_no_feed() -> None:
    body = page('{"@type": "WebSite", "name": "JobPosting"}')
    for kind in ("auto", "jsonld"):
        with pytest.raises(NotAFeed, match="an HTML page"):
            parse(body, kind)


def test_a_posting_that_breaks_off_is_told_with_its_place() -> None:
    with pytest.raises(
        NotAFeed, match=r"without a schema.org JobPosting; JSON-LD script 2: Unterminated string"
    ):
        parse(page('{"@type": "WebSite"}', '{"@type": "JobPosting", "title": "Cli'), "jsonld")


def test_a_posting_without_a_title_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no title"):
        entry_of({"@type": "JobPosting"}, None)


@pytest.mark.parametrize(
    ("base", "pay"),
    [
        ({"currency": "EUR", "value": {"minValue": 60000, "maxValue": 70000, "unitText": "YEAR"}}, (60000, 70000, "EUR", "year", None)),
        ({"currency": "EUR", "value": {"value": "60.5", "unitText": "HOUR"}}, (60.5, 60.5, "EUR", "hour", None)),
        ({"currency": "EUR", "value": "60,000", "unitText": "per annum"}, (60000, 60000, "EUR", "year", None)),
        ({"currency": "EUR", "value": [{"minValue": 1, "unitCode": "MON"}]}, (1, None, "EUR", "month", None)),
        ({"minValue": 5, "maxValue": 6, "currency": "usd"}, (5, 6, "USD", None, None)),
        ({"price": "8000", "priceCurrency": "CHF"}, (8000, 8000, "CHF", None, None)),
        (90000, (90000, 90000, "GBP", None, None)),
        ("£50k plus bonus", (None, None, None, None, "£50k plus bonus")),
        ({"currency": "EUR", "value": {"value": "$150K - $170K"}}, (None, None, None, None, "$150K - $170K")),
        ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}, (None, None, None, None, None)),
        ("0", (None, None, None, None, None)),
        ("n/a", (None, None, None, None, None)),
        (None, (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_pay_is_read_in_every_shape_and_only_as_stated(base: object, pay: tuple[object, ...]) -> None:
    posting = {**POSTING, "baseSalary": base, "salaryCurrency": "GBP", "estimatedSalary": {"value": 1}}
    entry = entry_of(posting, None)
    assert pay == (
        entry.salary_min,
        entry.salary_max,
        entry.salary_currency,
        entry.salary_period,
        entry.salary_raw,
    )


@pytest.mark.parametrize(
    ("given_place", "place"),
    [
        ("Leeds", "Leeds"),
        ({"address": "Leeds, UK"}, "Leeds, UK"),
        ({"name": "Leeds office", "address": {}}, "Leeds office"),
        ({"address": {"addressLocality": "Singapore", "addressCountry": {"name": "Singapore"}}}, "Singapore"),
        ({"address": {"addressLocality": "UNAVAILABLE", "addressCountry": "US"}}, "US"),
        ({"addressLocality": "Leeds", "addressCountry": "GB"}, "Leeds, GB"),
        ({"address": {"addressLocality": ["Leeds", "York"]}}, "Leeds, York"),
        ([{"address": {"addressLocality": "Leeds"}}, "York", None, {"address": {"addressLocality": "Leeds"}}], "Leeds; York"),
        (None, None),
    ],
)  # fmt: skip
def test_places_are_read_in_every_shape(given_place: object, place: str | None) -> None:
    assert entry_of({**POSTING, "jobLocation": given_place}, None).location == place


def test_where_remote_work_may_be_done_from_stands_before_the_office() -> None:
    allowed = [{"@type": "Country", "name": "USA"}, "Canada"]
    posting = {**POSTING, "jobLocation": "Leeds", "applicantLocationRequirements": allowed}
    remote = entry_of({**posting, "jobLocationType": "TELECOMMUTE"}, None)
    assert (remote.remote, remote.location) == (True, "USA; Canada; Leeds")
    # a requirement without remote work is no place of work
    assert (entry_of(posting, None).remote, entry_of(posting, None).location) == (None, "Leeds")


# --- sitemaps


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/jobs/j/halden-8100001/", True),
        ("/en_US/careers/JobDetail/Senior-CTM/15001", True),
        ("/job/clinical-trial-manager", True),
        ("/vacancies/4711/", True),
        ("/stellen/123456.html", True),
        ("/jobs/", False),
        ("/en_US/careers/JobDetail", False),
        ("/en_US/careers/SearchJobs", False),
        ("/jobs/search", False),
        ("/jobs/location/new-york", False),
        ("/company/jobs-at-halden-2026", False),
        ("/blog/jobs/ten-rules-for-trials-2026", False),
        ("/positions/login.aspx", False),
        ("/", False),
    ],
)
def test_addresses_of_postings_are_told_from_those_of_lists(path: str, is_one: bool) -> None:
    assert is_posting(f"https://careers.halden.example{path}") is is_one


def test_an_index_leads_to_its_maps_of_postings_and_of_several_languages_to_the_english_one() -> None:
    url = "https://careers.halden.example/sitemap.xml"
    index, urlset = ((DATA / f"sitemap_{name}.xml").read_bytes() for name in ("index", "urlset"))
    kind = KINDS["sitemap"]
    assert kind.following(url, index, 1) == (
        Request("https://careers.halden.example/en_US/jobs-sitemap.xml"),
    )
    assert kind.following(url, urlset, 2) == ()
    parts = "".join(f"<sitemap><loc>/jobs-{n}.xml</loc></sitemap>" for n in range(3))
    elsewhere = "<sitemap><loc>https://other.example/jobs.xml</loc></sitemap>"
    several = f"<sitemapindex>{parts}{elsewhere}</sitemapindex>".encode()
    assert kind.following(url, several, 1) == tuple(
        Request(f"https://careers.halden.example/jobs-{n}.xml") for n in range(3)
    )


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", ["R10233", "41001", "8100001", "studienmanager"]),
        ("#clinical", ["R10233"]),
        ("#Trial+CTM", ["R10233", "41001"]),
        ("#pr%C3%BCfung", ["studienmanager"]),
        ("#astronaut", []),
    ],
)
def test_words_behind_the_address_keep_the_postings_that_have_one(words: str, kept: list[str]) -> None:
    body = (DATA / "sitemap_urlset.xml").read_bytes()
    url = "https://careers.halden.example/sitemap.xml"
    entries = parse(body, url=url + words).entries
    assert [mark for entry in entries for mark in kept if mark in entry.id] == kept
    assert len(entries) == len(kept)
    assert KINDS["sitemap"].request(url + words) == Request(url)


def test_a_posting_of_a_sitemap_is_read_on_its_own_page() -> None:
    kind, url = KINDS["sitemap"], "https://www.halden.example/sitemap.xml"
    assert kind.detail(url, STUB) == Request("https://halden.example/jobs/7")
    assert kind.detail(url, replace(STUB, url="https://elsewhere.example/jobs/7")) is None
    assert kind.detail(url, replace(STUB, description="Known.")) is None
    posting = {
        **POSTING,
        "identifier": "R-7",
        "url": "https://halden.example/other",
        "datePosted": "2026-05-04",
        "description": "Lead.",
    }
    assert kind.merge_detail(STUB, page(json.dumps(posting))) == replace(
        STUB,
        title="Clinical Trial Manager",
        description="Lead.",
        description_html="<p>Lead.</p>",
        posted_at=datetime(2026, 5, 4, tzinfo=UTC),
    )


def test_of_several_postings_on_a_page_the_one_with_its_address_is_meant() -> None:
    similar = {**POSTING, "title": "Study Lead", "url": "https://halden.example/jobs/8"}
    own = {**POSTING, "url": "/jobs/7"}
    told = KINDS["sitemap"].merge_detail(STUB, page(json.dumps([similar, own])))
    assert told == replace(STUB, title="Clinical Trial Manager")


def test_a_page_without_a_posting_leaves_the_stub_and_a_wall_is_no_answer() -> None:
    kind = KINDS["sitemap"]
    assert kind.merge_detail(STUB, b"<html><title>Careers</title></html>") == STUB
    assert kind.merge_detail(STUB, page('{"@type": "JobPosting"}')) == STUB
    with pytest.raises(NotAFeed, match="a challenge against robots"):
        kind.merge_detail(STUB, b"<html><title>Just a moment...</title></html>")
    with pytest.raises(NotAFeed, match="a login"):
        kind.merge_detail(STUB, b"<html><form><input type=password></form></html>")


# --- long XML


@pytest.mark.parametrize("root", ["source", "jobs", "urlset"])
def test_entities_are_refused(root: str) -> None:
    body = f'<!DOCTYPE {root} [<!ENTITY a "b">]><{root}><job><title>&a;</title></job></{root}>'.encode()
    with pytest.raises(NotAFeed, match="DOCTYPE or ENTITY"):
        parse(body)


def test_empty_lists_of_jobs_are_feeds() -> None:
    assert parse(b"<source><publisher>Halden</publisher></source>") == Parsed("job_xml", (), (), "Halden")
    assert parse(b"<jobs/>") == Parsed("job_xml", ())
    assert parse(b"<urlset/>") == Parsed("sitemap", ())


def jobs(count: int, words: str = "Lead trials. " * 40) -> bytes:
    job = "<job><title>CTM {}</title><url>https://halden.example/{}</url><description>{}</description></job>"
    return f"<source>{''.join(job.format(n, n, words) for n in range(count))}</source>".encode()


def test_a_long_list_needs_no_more_room_than_its_text() -> None:
    body = jobs(3_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_elements(body, ("source",), frozenset({"job"})))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 3_000
    # the text and little else; a tree of it all takes as much again and more
    assert peak < 1.5 * len(body)


def test_what_breaks_in_the_middle_is_mended_and_nothing_comes_twice() -> None:
    body = (
        jobs(300, "short")
        .replace(b"<job><title>CTM 200<", b"<job><title>R&D &eacute; 200<")
        .replace(b"CTM 250</title>", b"CTM 250</TITLE>")
    )
    titles = [job.first("title") for job in read_elements(body, ("source",), frozenset({"job"}))]
    assert titles == [f"CTM {n}" if n != 200 else "R&D &eacute; 200" for n in range(300)]
    assert len(parse(body).entries) == 300


def test_a_job_within_a_job_is_a_part_of_it() -> None:
    body = b"<jobs><job><title>CTM</title><similar><job><title>Lead</title></job></similar></job></jobs>"
    assert [entry.title for entry in parse(body).entries] == ["CTM"]


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (("04/05/2026", "23/05/2026"), (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 23, tzinfo=UTC))),
        (("04/05/2026", "05/23/2026"), (datetime(2026, 4, 5, tzinfo=UTC), datetime(2026, 5, 23, tzinfo=UTC))),
        (("04/05/2026", "03/05/2026"), (None, None)),
        (("04.05.2026", "05/23/2026"), (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 23, tzinfo=UTC))),
    ],
)
def test_slashed_dates_are_read_when_the_feed_shows_which_way(
    dates: tuple[str, str], told: tuple[datetime | None, datetime | None]
) -> None:
    rows = "".join(
        f"<job><title>CTM</title><id>{n}</id><date>{date}</date></job>" for n, date in enumerate(dates)
    )
    entries = parse(f"<jobs>{rows}</jobs>".encode()).entries
    assert tuple(entry.posted_at for entry in entries) == told


def test_predicted_pay_is_no_stated_pay_in_xml_either() -> None:
    job = "<title>CTM</title><salary>50000</salary><salary_min>50000</salary_min><salary_is_predicted>{}</salary_is_predicted>"
    guessed, stated = (only(f"<jobs><job>{job.format(n)}</job></jobs>".encode()) for n in (1, 0))
    assert (guessed.salary_min, guessed.salary_raw) == (None, None)
    assert stated.salary_min == 50000


# --- pages and requests


@pytest.mark.parametrize(
    ("kind", "url", "body", "read", "following"),
    [
        ("himalayas", "https://himalayas.app/jobs/api?limit=20", answer(offset=0, totalCount=90, jobs=[{}] * 20), 1, "https://himalayas.app/jobs/api?limit=20&offset=20"),
        ("himalayas", "https://himalayas.app/jobs/api", answer(offset=180, totalCount=900, jobs=[{}] * 20), 10, None),
        ("himalayas", "https://himalayas.app/jobs/api", answer(offset=80, totalCount=90, jobs=[{}] * 10), 1, None),
        ("arbeitnow", "https://www.arbeitnow.com/api/job-board-api?page=1", (DATA / "arbeitnow.json").read_bytes(), 1, "https://www.arbeitnow.com/api/job-board-api?page=2"),
        ("arbeitnow", "https://www.arbeitnow.com/api/job-board-api", answer(data=[{}], links={"next": None}, meta={"current_page": 1}), 1, None),
        ("arbeitnow", "https://www.arbeitnow.com/api/job-board-api", answer(data=[{}], links={"next": "x"}, meta={"current_page": 4}), 4, None),
        ("the_muse", "https://www.themuse.com/api/public/jobs?page=0&level=Senior", answer(page=0, page_count=2, results=[]), 1, "https://www.themuse.com/api/public/jobs?level=Senior&page=1"),
        ("the_muse", "https://www.themuse.com/api/public/jobs?page=0", answer(page=1, page_count=2, results=[]), 2, None),
        ("adzuna", "https://api.adzuna.com/v1/api/jobs/gb/search/1?what=ctm&results_per_page=2", answer(count=90, results=[{}] * 2), 1, "https://api.adzuna.com/v1/api/jobs/gb/search/2?what=ctm&results_per_page=2"),
        ("adzuna", "https://api.adzuna.com/v1/api/jobs/gb/search/1?what=ctm", answer(count=90, results=[{}] * 10), 2, "https://api.adzuna.com/v1/api/jobs/gb/search/3?what=ctm"),
        ("adzuna", "https://api.adzuna.com/v1/api/jobs/gb/search/1", answer(count=20, results=[{}] * 10), 2, None),
        ("adzuna", "https://api.adzuna.com/v1/api/jobs/gb/search/1", answer(count=900, results=[{}] * 10), 4, None),
        ("hackernews", "https://hn.algolia.com/api/v1/search?tags=comment", answer(page=0, nbPages=2, hits=[{}]), 1, "https://hn.algolia.com/api/v1/search?tags=comment&page=1"),
        ("hackernews", "https://hn.algolia.com/api/v1/search?tags=comment", answer(page=1, nbPages=2, hits=[{}]), 2, None),
        ("amazon_jobs", "https://www.amazon.jobs/en/search?base_query=ctm", answer(hits=250, jobs=[{}]), 2, "https://www.amazon.jobs/en/search.json?base_query=ctm&result_limit=100&offset=200"),
        ("amazon_jobs", "https://www.amazon.jobs/en/search?base_query=ctm", answer(hits=250, jobs=[{}]), 3, None),
        ("json_feed", "https://merrow.example/jobs.json", answer(items=[{}], next_url="/jobs.json?page=2"), 1, "https://merrow.example/jobs.json?page=2"),
        ("json_feed", "https://merrow.example/jobs.json", answer(items=[{}], next_url="https://merrow.example/jobs.json"), 1, None),
    ],
)  # fmt: skip
def test_pages_go_on_until_the_last_or_the_rounds_share(
    kind: str, url: str, body: bytes, read: int, following: str | None
) -> None:
    assert KINDS[kind].more(url, body, read) == (Request(following) if following else None)


def test_usajobs_gets_its_key_as_a_header_on_every_page() -> None:
    url = "https://data.usajobs.gov/api/search?Keyword=ctm&authorization_key=k3y&user_agent=a%40b.example"
    headers = {"Authorization-Key": "k3y", "User-Agent": "a@b.example"}
    kind, body = KINDS["usajobs"], (DATA / "usajobs.json").read_bytes()
    asked = "https://data.usajobs.gov/api/search?Keyword=ctm"
    assert kind.request(url) == Request(asked, headers=headers)
    assert kind.more(url, body, 1) == Request(f"{asked}&Page=2", headers=headers)
    assert kind.more(url, body, 3) is None


def test_jsearch_gets_its_key_as_a_header() -> None:
    url = "https://jsearch.p.rapidapi.com/search?query=ctm&rapidapi_key=k3y"
    assert KINDS["jsearch"].request(url) == Request(
        "https://jsearch.p.rapidapi.com/search?query=ctm",
        headers={"X-RapidAPI-Key": "k3y", "X-RapidAPI-Host": "jsearch.p.rapidapi.com"},
    )


def test_jooble_is_asked_by_posts_that_carry_the_words() -> None:
    url = "https://jooble.org/api/k3y?keywords=clinical+trial+manager&location=Leeds"
    kind, words = KINDS["jooble"], {"keywords": "clinical trial manager", "location": "Leeds"}

    def request(page_number: str) -> Request:
        body = json.dumps({**words, "page": page_number}).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return Request("https://jooble.org/api/k3y", "POST", body, headers)

    assert kind.request(url) == request("1")
    assert kind.more(url, answer(totalCount=90, jobs=[{}] * 30), 1) == request("2")
    assert kind.more(url, answer(totalCount=60, jobs=[{}] * 30), 2) is None
    assert kind.more(url, answer(totalCount=900, jobs=[]), 1) is None
    assert kind.more(url, answer(totalCount=900, jobs=[{}]), 5) is None


# --- boards


@pytest.mark.parametrize(
    ("body", "url", "kind"),
    [
        (answer(**{"0-legal-notice": "Link back.", "job-count": 0, "jobs": []}), None, "remotive"),
        (answer(offset=0, limit=20, totalCount=0, jobs=[]), None, "himalayas"),
        (b'[{"last_updated": 1, "legal": "Link back."}]', None, "remoteok"),
        (answer(data=[], links={}, meta={"path": "https://www.arbeitnow.com/api/job-board-api"}), None, "arbeitnow"),
        (answer(data=[], links={}), "https://www.arbeitnow.com/api/job-board-api", "arbeitnow"),
        (b"[]", "https://www.workingnomads.com/api/exposed_jobs/", "workingnomads"),
        (answer(page=0, page_count=0, results=[]), None, "the_muse"),
        (answer(__CLASS__="Adzuna::API::Response::JobSearchResults", count=0, results=[]), None, "adzuna"),
        (answer(totalCount=0, jobs=[]), "https://jooble.org/api/k3y", "jooble"),
        (answer(SearchResult={"SearchResultCount": 0, "SearchResultItems": []}), None, "usajobs"),
        (answer(status="OK", request_id="1", parameters={}, data=[]), None, "jsearch"),
        (answer(hits=0, facets={}, jobs=[]), None, "amazon_jobs"),
        (answer(version="https://jsonfeed.org/version/1", items=[]), None, "json_feed"),
    ],
)  # fmt: skip
def test_an_answer_without_jobs_is_still_known(body: bytes, url: str | None, kind: str) -> None:
    parsed = parse(body, url=url)
    assert (parsed.kind, parsed.entries, parsed.skipped) == (kind, (), ())


@pytest.mark.parametrize(
    "body", [b"[]", b"[1, 2]", b'[{"title": "CTM"}]', b'{"data": []}', b'{"results": []}']
)
def test_what_could_be_anything_is_nobodys(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="of no kind that is read here"):
        parse(body)


@pytest.mark.parametrize("kind", BOARD_LISTS)
def test_an_error_in_json_is_told_as_one(kind: str) -> None:
    with pytest.raises(NotAFeed, match="rate limit"):
        parse(b'{"error": "rate limit"}', kind)


def test_remote_ok_reads_the_same_whichever_word_was_made_for_the_request() -> None:
    body = (DATA / "remoteok.json").read_text()
    other = body.replace("LANTERN", "MERIDIAN").replace("RMTkyLjAuMi43", "RMTk4LjUxLjEwMC43")
    assert other != body
    assert parse(other.encode()) == said("remoteok.json")


@pytest.mark.parametrize(
    ("url", "link", "code"),
    [
        ("https://api.adzuna.com/v1/api/jobs/de/search/1", "https://www.adzuna.co.uk/1", "EUR"),
        (None, "https://www.adzuna.co.uk/1", "GBP"),
        (None, "https://www.adzuna.com/1", "USD"),
        (None, "https://employer.example/1", None),
    ],
)
def test_the_currency_of_adzuna_is_that_of_the_country(url: str | None, link: str, code: str | None) -> None:
    job = {
        "title": "CTM",
        "id": "1",
        "adref": "x",
        "salary_min": 5,
        "salary_is_predicted": "0",
        "redirect_url": link,
    }
    assert only(answer(results=[job]), url=url).salary_currency == code


def test_we_work_remotely_is_known_by_its_channel_and_not_by_a_link_in_an_item() -> None:
    other = (
        b"<rss><channel><title>Jobs</title><item><title>Urgent: CTM</title>"
        b"<link>https://weworkremotely.com/remote-jobs/1</link></item></channel></rss>"
    )
    assert parse(other).kind == "rss"


#: these take whatever is RSS, a JSON Feed, a page with a posting or a list of jobs, and are asked last
GENERAL = {"json_feed", "jsonld", "job_xml", "wp_job_manager", "rss"}


@pytest.mark.parametrize(
    "path",
    sorted(p for p in DATA.iterdir() if p.suffix in (".json", ".xml", ".html")),
    ids=lambda path: path.name,
)
def test_no_two_kinds_take_the_same_body_for_their_own(path: Path) -> None:
    text = decode(path.read_bytes())
    value = json.loads(text) if path.suffix == ".json" else text
    own = said(path.name).kind
    takers = {name for name, kind in KINDS.items() if kind.detects(value)}
    # both have a list of jobs and a version, so Ashby is asked before
    other = {"jobicy_json"} if own == "ashby" else set()
    assert own in takers
    assert takers - GENERAL - other <= {own}
