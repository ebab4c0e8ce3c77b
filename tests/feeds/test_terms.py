"""What a source lets us do: unknown pauses, forbidden refuses, and only the right word of an admin changes that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ctm_alerts.errors import SettingsError, UsageError
from ctm_alerts.feeds.kinds import BUILT_IN
from ctm_alerts.feeds.terms import (
    OWN,
    USES,
    Acceptance,
    Bonds,
    Book,
    Evidence,
    May,
    Paused,
    Refused,
    Terms,
    accepted_in,
    bonds,
    is_own,
    standing,
)
from ctm_alerts.feeds.terms_file import make_book
from ctm_alerts.settings import load

ALL_YES = dict.fromkeys(("may_poll", "may_store", "may_quote", "may_email", "commercial"), "yes")
OPEN = Terms("Harbour Jobs", "yes", "yes", "yes", "yes", "yes")
SILENT = Terms("Silent Board")
HARSH = Terms(
    "Harsh Board",
    "yes",
    "yes",
    "yes",
    "no",
    "yes",
    evidence=(Evidence("No mail.", "https://harsh.example/terms"),),
)
ANN = Acceptance("Ann Admin", date(2026, 11, 20))
IN_THE_FILE = Acceptance("Ann Admin", date(2026, 11, 20), configured=True)
REMEDY = 'read its terms and say so with `feeds add` or `feeds pause FEED --resume`: --terms-accepted "read on YYYY-MM-DD by NAME"'


def shipped() -> Book:
    return make_book(load({}).sources.terms)


# -- the decision


def test_what_the_terms_allow_may_be_polled() -> None:
    assert standing(OPEN, None) == May("the terms of Harbour Jobs allow it")


def test_what_nobody_knows_is_paused_until_an_admin_says_that_he_has_read_it() -> None:
    assert standing(SILENT, None) == Paused(
        "whether Silent Board allows polling, storing, quoting, mailing its postings and commercial use is not known here",
        REMEDY,
    )
    assert standing(SILENT, ANN) == May("accepted by Ann Admin, 2026-11-20")


@pytest.mark.parametrize("use", USES)
def test_one_unknown_use_is_enough_to_pause(use: str) -> None:
    field = "commercial" if use == "commercial" else f"may_{use}"
    assert isinstance(standing(Terms("X", **{**ALL_YES, field: "unknown"}), None), Paused)  # type: ignore[arg-type]  # answers


@pytest.mark.parametrize("acceptance", [None, ANN])
def test_what_the_terms_forbid_is_refused_whatever_is_said_beside_the_configuration(
    acceptance: Acceptance | None,
) -> None:
    assert standing(HARSH, acceptance) == Refused(
        "the terms of Harsh Board forbid mailing its postings: “No mail.” (https://harsh.example/terms)",
        'if Harsh Board permits it to you, say so in config/feeds.toml: [[accept]] source = "Harsh Board"',
    )


def test_the_configuration_may_accept_what_the_terms_forbid_and_it_is_still_not_mailed() -> None:
    assert standing(HARSH, IN_THE_FILE) == May("accepted by Ann Admin, 2026-11-20")
    assert bonds(HARSH, IN_THE_FILE) == Bonds("may", may_email=False)


def test_a_permission_that_names_the_use_lifts_it() -> None:
    letter = Acceptance("Ann", date(2026, 11, 20), "a letter", uses=("email",), configured=True)
    assert bonds(HARSH, letter) == Bonds("may", may_email=True)


def test_where_quoting_is_forbidden_no_character_may_be_quoted() -> None:
    mute = Terms("Mute", "yes", "yes", "no", "yes", "yes")
    assert bonds(mute, IN_THE_FILE).quote_limit == 0
    assert bonds(mute, Acceptance("A", date(2026, 1, 1), uses=("quote",), configured=True)).quote_limit == 900


def test_the_bonds_of_a_feed_are_what_its_row_keeps() -> None:
    terms = Terms(
        "Slow",
        floor=timedelta(hours=2),
        delay=timedelta(hours=6),
        credit="Slow Jobs",
        link_back=True,
        quote_limit=200,
    )
    assert bonds(terms, None).as_columns() == {
        "terms": "paused", "floor_minutes": 120, "may_email": True, "quote_limit": 200, "credit": "Slow Jobs",
        "link_back": True, "delay_hours": 6,
    }  # fmt: skip


# -- the admin's word


def test_an_acceptance_says_who_when_and_why() -> None:
    assert accepted_in("read on 2026-11-20 by Ann Admin: a contract") == Acceptance(
        "Ann Admin", date(2026, 11, 20), "a contract"
    )
    assert accepted_in(" read on 2026-11-20 by Bo ") == Acceptance("Bo", date(2026, 11, 20))


@pytest.mark.parametrize(
    "words", ["", "yes", "read by Ann", "read on 2026-13-40 by Ann", "read on 2026-11-20 by "]
)
def test_other_words_are_no_acceptance(words: str) -> None:
    with pytest.raises(UsageError, match='states no acceptance; write "read on YYYY-MM-DD by NAME"'):
        accepted_in(words)


# -- whose terms bind


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("file:///srv/jobs.xml", True),
        ("https://jobs.northlight.example/feed", True),
        ("http://localhost:8000/feed", True),
        ("https://intranet.corp:8443/feed", True),
        ("https://intranet.corp/feed", False),
        ("https://example.com.evil.org/feed", False),
        ("https://myexample.org/feed", False),
        ("https://jobs.northlight.org/feed", False),
        ("http://127.0.0.1:9/feed", False),
        ("http://[::1/feed", False),
    ],
)
def test_files_this_machine_and_example_names_are_ones_own(url: str, own: bool) -> None:
    assert is_own(url, ("intranet.corp:8443",)) is own
    assert (Book((), ("intranet.corp:8443",)).of("rss", url) == OWN) is own


def test_a_host_binds_before_a_kind_and_the_narrowest_name_of_it() -> None:
    wide = Terms("Wide", kinds=("rss",), hosts=("*.jobs.org",))
    narrow = Terms("Narrow", hosts=("uk.jobs.org",))
    book = Book((wide, narrow))
    assert [book.of("greenhouse", f"https://{h}/x").source for h in ("uk.jobs.org", "us.jobs.org", "else.org")] == [
        "Narrow", "Wide", "else.org",
    ]  # fmt: skip
    assert book.of("rss", "https://else.org/x") == wide


def test_a_source_of_which_nothing_is_known_goes_by_its_host() -> None:
    assert shipped().of("rss", "https://careers.harbour.org/feed") == Terms("careers.harbour.org")


@pytest.mark.parametrize(
    ("kind", "url", "source", "word"),
    [
        ("remotive", "https://remotive.com/api/remote-jobs", "Remotive", "refused"),
        ("rss", "https://remotive.com/remote-jobs/feed", "Remotive", "refused"),
        ("weworkremotely", "https://weworkremotely.com/remote-jobs.rss", "We Work Remotely", "refused"),
        ("jobicy_json", "https://jobicy.com/api/v2/remote-jobs", "Jobicy", "paused"),
        (
            "greenhouse",
            "https://boards-api.greenhouse.io/v1/boards/x/jobs",
            "Greenhouse job boards",
            "paused",
        ),
        ("workday", "https://x.wd1.myworkdayjobs.com/X", "Workday career sites", "paused"),
    ],
)
def test_the_shipped_terms_hold_back_what_they_should(kind: str, url: str, source: str, word: str) -> None:
    terms = shipped().of(kind, url)
    assert (terms.source, bonds(terms, None).terms) == (source, word)


def test_jobicy_is_asked_hourly_at_most_credited_linked_and_known_to_be_late() -> None:
    assert bonds(shipped().of("jobicy_rss", "https://jobicy.com/jobs/feed"), None) == Bonds(
        "paused", floor_minutes=60, credit="Jobicy", link_back=True, delay_hours=6
    )


def test_every_kind_has_terms_or_is_read_from_many_hosts() -> None:
    book = shipped()
    assert [name for name in BUILT_IN if book.of_kind(name) is None] == [
        "uk_ats", "json_feed", "jsonld", "job_xml", "sitemap", "wp_job_manager", "rss",
    ]  # fmt: skip
    assert {k for t in book.sources for k in t.kinds} <= set(BUILT_IN)


def test_no_shipped_answer_but_unknown_stands_without_evidence() -> None:
    said = [t for t in shipped().sources if any(t.may(use) != "unknown" for use in USES)]
    assert said
    assert [t.source for t in said if not t.evidence or t.read_on is None] == []


# -- the tables


def test_a_table_says_all_that_there_is_to_say() -> None:
    row: dict[str, Any] = {
        **ALL_YES, "name": "Harbour Jobs", "kinds": ["rss"], "hosts": ["harbour.org"], "floor_minutes": 90,
        "delay_hours": 24, "credit": "Harbour", "link_back": True, "no_rewrite": True, "quote_limit": 120,
        "read_on": date(2026, 11, 1), "note": "ask Bo", "evidence": [{"says": "Welcome.", "where": "its page"}],
    }  # fmt: skip
    assert make_book({"boards": {"source": [row]}}) == Book(
        (
            Terms(
                "Harbour Jobs", "yes", "yes", "yes", "yes", "yes", timedelta(minutes=90), timedelta(hours=24), "Harbour",
                True, True, 120, (Evidence("Welcome.", "its page"),), date(2026, 11, 1), "ask Bo", ("rss",),
                ("harbour.org",),
            ),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "[[source]] 1 () name: is missing"),
        ({"name": "X", "may_poll": True}, '(X) may_poll: must be "yes", "no" or "unknown"'),
        ({"name": "X", "may_fetch": "yes"}, "(X) may_fetch: no such key; it knows commercial, credit"),
        ({"name": "X", "floor_minutes": -1}, "(X) floor_minutes: must be a whole number of 0 or more"),
        ({"name": "X", "floor_minutes": True}, "(X) floor_minutes: must be a whole number of 0 or more"),
        ({"name": "X", "link_back": "yes"}, "(X) link_back: must be true or false"),
        ({"name": "X", "hosts": "x.org"}, "(X) hosts: must be a list of texts"),
        ({"name": "X", "credit": 1}, "(X) credit: must be text in double quotes"),
        ({"name": "X", "read_on": "today"}, "(X) read_on: must be a date: 2026-04-24"),
        ({"name": "X", "evidence": [{"says": "x"}]}, "(X) evidence: must be [[source.evidence]] tables"),
    ],
)
def test_a_wrong_line_says_file_table_key_and_remedy(row: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        make_book({"boards": {"source": [row]}})
    assert says in str(refused.value)
    assert str(refused.value).startswith("config/terms/boards.toml: ")


def test_two_sources_cannot_share_a_name_a_kind_or_a_host() -> None:
    rows = [
        {"name": "A", "kinds": ["rss"], "hosts": ["a.org"]},
        {"name": "B", "kinds": ["rss"], "hosts": ["a.org"]},
    ]
    with pytest.raises(SettingsError) as refused:
        make_book({"boards": {"source": rows}})
    assert str(refused.value).splitlines() == [
        "config/terms: kind rss belongs to A and to B; leave it to one",
        "config/terms: host a.org belongs to A and to B; leave it to one",
    ]
