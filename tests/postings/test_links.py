"""Whether the page behind a link still offers its position."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.postings.links import (
    Finding,
    Link,
    believed,
    closing_words,
    is_fresh,
    is_listed,
    judge_page,
    judge_status,
    visible,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=timezone.utc)
URL = "https://careers.northmere.example/jobs/48213-clinical-trial-manager"


def page(words: str, head: str = "", final: str = URL, asked: str = URL) -> Finding:
    html = f"<!doctype html><html><head><title>Careers</title>{head}</head><body><p>{words}</p></body></html>"
    return judge_page(asked, final, html.encode(), NOW)


@pytest.mark.parametrize(
    ("says", "quoted"),
    [
        ("Sorry, this job is no longer available.", "this job is no longer available"),
        ("We are no longer accepting applications for it.", "no longer accepting applications"),
        ("The position has been filled. See our other openings.", "The position has been filled"),
        ("This vacancy has now expired", "This vacancy has now expired"),
        (
            "The job posting you are looking for has been removed",
            "The job posting you are looking for has been removed",
        ),
        ("Job not found", "Job not found"),
        ("Applications for this role are now closed", "Applications for this role are now closed"),
        ("Diese Stelle ist leider nicht mehr verfügbar.", "Stelle ist leider nicht mehr verfügbar"),
        ("Cette offre n’est plus disponible", "offre n’est plus disponible"),
        ("Esta oferta ya no está disponible", "oferta ya no está disponible"),
        ("Deze vacature is gesloten", "vacature is gesloten"),
        ("この求人の募集は終了しました", "募集は終了"),
    ],
)
def test_a_page_that_says_so_closes_its_posting(says: str, quoted: str) -> None:
    assert page(says) == Finding("dead", f"its page says “{quoted}”")


@pytest.mark.parametrize(
    "says",
    [
        "Apply now for Clinical Trial Manager, Oncology",
        "Applications are accepted until the position is filled.",
        "This job posting will close once the position is filled.",
        "We may withdraw the advert before the closing date if the vacancy is filled.",
        "You manage closed sites and the trial's expired supplies.",
        "Sign in to apply with the documents of an earlier application.",
    ],
)
def test_a_page_that_offers_it_or_says_nothing_of_it_closes_nothing(says: str) -> None:
    assert page(says) == Finding("alive")


def test_a_page_whose_words_a_script_writes_tells_nothing() -> None:
    shell = '<div id="root"></div><script src="/app.js"></script><noscript>Enable JavaScript.</noscript>'
    assert page(shell) == Finding("unknown", "its page holds no words; a script may write them")
    data = '<script type="application/ld+json">{"@type": "JobPosting"}</script>'
    assert page(shell, head=data) == Finding("alive")


def test_what_stands_in_a_script_a_style_or_a_comment_is_not_said() -> None:
    hidden = "this job is no longer available"
    for html in (
        f"<script>const texts = {{gone: '{hidden}'}}</script>",
        f"<style>.x::after {{content: '{hidden}'}}</style>",
        f"<!-- {hidden} -->",
        f"<template><p>{hidden}</p></template>",
        f"<SCRIPT type=x>if (a < b) '{hidden}'</SCRIPT >",
    ):
        assert page("Apply here", head=html) == Finding("alive"), html


def test_a_page_that_carries_the_position_as_data_offers_it_whatever_its_help_texts_say() -> None:
    data = '<script type="application/ld+json">{"@type": "JobPosting", "validThrough": "2026-12-31"}</script>'
    assert page("What if the job is no longer available?", head=data) == Finding("alive")


def test_a_closing_date_in_the_page_that_is_over_closes_it_a_day_later() -> None:
    data = '<script type="application/ld+json">{{"@type": "JobPosting", "validThrough": "{}"}}</script>'
    assert page("Apply", head=data.format("2026-11-12")) == Finding(
        "dead", "its page gives 12 November 2026 as the closing date"
    )
    # the day itself may be meant in any zone
    assert page("Apply", head=data.format("2026-11-19T20:00:00Z")) == Finding("alive")
    # a list of jobs says nothing of this one
    assert page("Apply", head=data.format("2026-11-12") * 2) == Finding("alive")


LOGIN = Finding("wall", "its address leads to a login")
LED_AWAY = Finding("dead", "its address leads to a list or an error page of the site now")


@pytest.mark.parametrize(
    ("final", "finding"),
    [
        ("https://careers.northmere.example/jobs", LED_AWAY),
        ("https://careers.northmere.example/", LED_AWAY),
        ("https://careers.northmere.example/en/job-not-found", LED_AWAY),
        ("https://boards.northmere.example/northmere?error=true", LED_AWAY),
        ("https://careers.northmere.example/en-us/jobs/48213", Finding("alive")),
        ("https://careers.northmere.example/clinical-trial-manager", Finding("alive")),
        ("https://apply.northmere.example/search?job=48213", Finding("alive")),
        ("https://careers.northmere.example/en", LED_AWAY),
        ("https://careers.northmere.example/de-de/", LED_AWAY),
        ("https://careers.northmere.example/login?next=/jobs/48213", LOGIN),
        ("https://login.northmere.example/", LOGIN),
        ("https://www.network.example/authwall?trk=48213", LOGIN),
        (
            "https://consent.northmere.example/m?continue=x",
            Finding("unknown", "its address leads to a question of consent"),
        ),
    ],
)
def test_a_redirect_away_from_the_posting_closes_it_and_one_to_its_new_place_does_not(
    final: str, finding: Finding
) -> None:
    assert page("All our openings", final=final) == finding


@pytest.mark.parametrize(
    ("final", "finding"),
    [
        ("https://careers.northmere.example/careers?gh_jid=7", Finding("alive")),
        ("https://northmere.boards.example/jobs/?id=45&source=board", Finding("alive")),
        ("https://careers.northmere.example/jobs?source=board", LED_AWAY),
        ("https://board.example/jobs?id=45", LED_AWAY),
    ],
)
def test_a_boards_own_link_may_lead_to_the_employers_page_of_that_posting(
    final: str, finding: Finding
) -> None:
    assert page("Apply", asked="https://board.example/land/991827", final=final) == finding


def test_letters_that_are_two_in_lower_case_do_not_move_the_words() -> None:
    assert (
        visible(f"<p>{'İ' * 40}</p><script>this job has expired</script><p>Apply</p>") == f"{'İ' * 40} Apply"
    )


def test_a_wall_is_told_apart_from_a_closed_posting() -> None:
    assert page("Sign in to view this job") == Finding("wall", "its page says “Sign in to view”")
    assert judge_status(401, "it wants a login (401)") == Finding("wall", "its page wants a login (401)")


def test_only_a_plain_status_closes() -> None:
    assert judge_status(404, "nothing is there (404)") == Finding("dead", "its page is gone (404)")
    assert judge_status(410, "gone") == Finding("dead", "its page is gone for good (410)")
    for status in (403, 429, 500, 503, None):
        assert judge_status(status, "so it is") == Finding("unknown", "so it is")


def test_an_answer_is_good_for_a_day_and_one_that_told_nothing_for_six_hours() -> None:
    alive, unknown, hour = Finding("alive"), Finding("unknown"), timedelta(hours=1)
    assert [is_fresh(alive, NOW - hours * hour, NOW) for hours in (0, 24, 25, -1)] == [
        True,
        True,
        False,
        False,
    ]
    assert [is_fresh(unknown, NOW - hours * hour, NOW) for hours in (0, 6, 7)] == [True, True, False]


def test_what_its_own_source_listed_within_a_day_need_not_be_asked() -> None:
    ages = [timedelta(hours=1), timedelta(hours=24), timedelta(hours=25)]
    assert [is_listed(Link("1", URL, NOW - age), NOW) for age in ages] == [True, True, False]
    assert is_listed(Link("1", URL), NOW) is False


@settings(max_examples=200)
@given(st.text(alphabet="<>!-/ scriptyle\"'=&amp;x", max_size=400))
def test_any_page_is_read_to_its_end(text: str) -> None:
    assert judge_page(URL, URL, text.encode("utf-8", "surrogatepass"), NOW).state in (
        "alive",
        "dead",
        "wall",
        "unknown",
    )


def test_the_words_of_a_page_are_what_its_reader_sees() -> None:
    html = "<h1>Clinical&nbsp;Trial<br>Manager</h1><script>x</script><p>Apply &amp; go<!-- soon --> now"
    assert visible(html) == "Clinical Trial Manager Apply & go now"


@pytest.mark.parametrize("piece", ["<", "<!--", "<script>", "&", '"@type"    ', "if the job is ", "&#x27;<p"])
def test_pages_made_to_cost_time_are_cut_short(piece: str) -> None:
    body = (piece * (1_000_000 // len(piece))).encode()
    assert judge_page(URL, URL, body, NOW).state in ("alive", "unknown")


def test_a_host_is_believed_as_long_as_some_page_of_it_lives() -> None:
    dead = Finding("dead", "its page is gone (404)")
    doubted = Finding("unknown", "not believed, since its host says so of every page: its page is gone (404)")
    assert [believed(dead, shown) for shown in ({}, {"dead": 3}, {"dead": 4}, {"dead": 9, "alive": 1})] == [
        dead, dead, doubted, dead,
    ]  # fmt: skip
    assert believed(Finding("alive"), {"dead": 9}) == Finding("alive")


def test_words_of_a_condition_are_passed_over_for_those_that_count() -> None:
    assert closing_words("Open until the position is filled. This job is closed.") == "This job is closed"
