"""Which entries are the same real position."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.postings.identity import (
    Keys,
    canonical_url,
    employer_words,
    keys_of,
    place_words,
    position_key,
    text_fingerprint,
    title_words,
)
from tests.people import entry

#: what urls are made of, so that most texts get past the scheme
URL_TEXT = st.text(alphabet=st.sampled_from(list("abwW.:/?&=#%!@[]~ +;1\t\nä\u0130\ud800é")), max_size=30)
URLS = st.one_of(
    st.text(max_size=40),
    URL_TEXT.map(lambda rest: f"https://{rest}"),
    URL_TEXT.map(lambda r: f"https://a.example/{r}"),
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.jobs.example/a/41/", "https://jobs.example/a/41"),
        ("HTTPS://Jobs.Example:443//a///41", "https://jobs.example/a/41"),
        ("https://jobs.example:8443/a", "https://jobs.example:8443/a"),
        ("https://jobs.example/a?b=2&a=1", "https://jobs.example/a?a=1&b=2"),
        ("https://jobs.example/a?utm_source=x&UTM_Medium=y&gh_src=z&id=7", "https://jobs.example/a?id=7"),
        ("https://jobs.example/a?ref=newsletter&cid=x", "https://jobs.example/a"),
        ("https://jobs.example/a?ref=JR-20418&cid=4711", "https://jobs.example/a?cid=4711&ref=JR-20418"),
        ("https://jobs.example/a?id=", "https://jobs.example/a?id="),
        ("https://jobs.example/a#apply", "https://jobs.example/a"),
        ("https://jobs.example/#/job/41", "https://jobs.example#/job/41"),
        ("  https://jobs.example/a ", "https://jobs.example/a"),
        ("https://www.www.example/a", "https://example/a"),
        ("https://jobs.example/caf\u00e9", "https://jobs.example/caf%C3%A9"),
        ("https://jobs.example/caf%C3%A9", "https://jobs.example/caf%C3%A9"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://jobs.example", None),
        ("https://jobs.example/?utm_source=x", None),
        ("mailto:hr@jobs.example", None),
        ("https:///a", None),
        ("https://jobs.example:port/a", None),
        ("https://[jobs/a", None),
        ("", None),
        (None, None),
    ],
)
def test_the_same_page_has_the_same_url(url: str | None, canonical: str | None) -> None:
    assert canonical_url(url) == canonical


@given(URLS)
def test_any_text_has_a_canonical_url_or_none_and_it_is_its_own(text: str) -> None:
    once = canonical_url(text)
    assert once is None or canonical_url(once) == once


@given(st.from_regex(r"utm_[a-z]{1,8}", fullmatch=True), st.text(max_size=20))
def test_utm_parameters_never_matter(name: str, value: str) -> None:
    tracked = urlencode({name: value}, errors="replace")
    assert canonical_url(f"https://jobs.example/a?id=7&{tracked}") == "https://jobs.example/a?id=7"


@pytest.mark.parametrize(
    "company",
    [
        "Northlight Bio",
        "Northlight Bio, Inc.",
        "NORTHLIGHT BIO LLC",
        "Northlight Bio GmbH & Co. KG",
        "Nörthlight  Bio",
    ],
)
def test_an_employer_is_the_same_whatever_its_legal_form(company: str) -> None:
    assert employer_words(company) == "northlight bio"


@pytest.mark.parametrize(
    "title",
    [
        "Clinical Trial Manager",
        "Clinical Trial Manager (m/w/d)",
        "Clinical Trial Manager (f/m/x)",
        "Clinical Trial Manager m/w/d",
        "Clinical Trial Manager - R-12345",
        "CLINICAL TRIAL MANAGER (Req 20418)",
        "Clinical Trial Manager #4711",
        "JR-204181 Clinical Trial Manager",
    ],
)
def test_a_title_is_the_same_without_its_marks_and_numbers(title: str) -> None:
    assert title_words(title) == "clinical trial manager"


def test_a_title_keeps_what_tells_two_roles_apart() -> None:
    assert title_words("Clinical Trial Manager II, Oncology") == "clinical trial manager ii oncology"


@pytest.mark.parametrize(
    "place",
    [
        "US",
        "USA",
        "U.S.A.",
        "Remote - US",
        "United States (Remote)",
        "Hybrid, United States of America",
        "in the U.S.",
    ],
)
def test_one_country_has_one_name(place: str) -> None:
    assert place_words(place) == "us"


def test_a_position_is_employer_title_and_place() -> None:
    one = position_key("Northlight Bio, Inc.", "Clinical Trial Manager (m/w/d)", "Remote - US")
    same = position_key("Northlight Bio LLC", "Clinical Trial Manager R-12345", "USA")
    elsewhere = position_key("Northlight Bio LLC", "Clinical Trial Manager", "UK")
    assert one is not None
    assert one == same != elsewhere


@pytest.mark.parametrize(
    ("company", "title", "place"),
    [(None, "CTM", "US"), ("Inc.", "CTM", "US"), ("Northlight", "(m/w/d)", "US"), ("Northlight", "CTM", None),
     ("Northlight", "CTM", " - ")],
)  # fmt: skip
def test_a_position_without_employer_title_or_place_has_no_name(
    company: str | None, title: str, place: str | None
) -> None:
    assert position_key(company, title, place) is None


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_words_have_a_position_or_none(company: str, title: str, place: str) -> None:
    assert position_key(company, title, place) == position_key(
        company.swapcase().swapcase(), f" {title} ", place
    )


def test_an_entry_is_looked_up_by_link_first_then_by_position() -> None:
    said = entry(url="https://www.jobs.example/a?utm_source=x")
    keys = keys_of(said)
    position = position_key(said.company, said.title, said.location)
    assert keys == Keys(said.id, "url:https://jobs.example/a", position)
    assert keys.shared == ("url:https://jobs.example/a", position)


def test_an_entry_without_link_and_employer_is_known_by_its_source_alone() -> None:
    keys = keys_of(entry(url=None, company=None))
    assert keys == Keys("northlight-41", None, None)
    assert keys.shared == ()


def test_a_text_is_the_same_whatever_its_spaces_case_and_punctuation() -> None:
    assert text_fingerprint("You own two trials.\n\n- Phase 2") == text_fingerprint(
        "YOU OWN two trials: phase 2!"
    )
    assert text_fingerprint("Phase 2") != text_fingerprint("Phase 3")
