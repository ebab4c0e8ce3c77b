"""Keys are named in addresses and never told."""

from __future__ import annotations

import pytest

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.feed import Entry, Request
from ctm_alerts.feeds.keys import Keyring, bare_key, names_in
from ctm_alerts.feeds.kinds import KINDS

RING = Keyring({"usajobs": "s3cret+Key/1", "usajobs_owner": "ann@people.example", "tiny": "abc"})
USAJOBS = (
    "https://data.usajobs.gov/api/search?Keyword=trial&authorization_key={usajobs}&user_agent={usajobs_owner}"
)


def test_a_key_takes_its_place_in_the_header_that_its_kind_makes() -> None:
    asked = RING.filled(KINDS["usajobs"].request(USAJOBS))
    assert asked == Request(
        "https://data.usajobs.gov/api/search?Keyword=trial",
        headers={"Authorization-Key": "s3cret+Key/1", "User-Agent": "ann@people.example"},
    )


@pytest.mark.parametrize("named", ["{usajobs}", "%7Busajobs%7D", "%7busajobs%7d"])
def test_a_key_in_an_address_is_quoted(named: str) -> None:
    asked = Request(f"https://x.example/{named}?q=1", keys=("usajobs",))
    assert RING.filled(asked) == Request("https://x.example/s3cret%2BKey%2F1?q=1")


@pytest.mark.parametrize("named", ["{usajobs}", "%7Busajobs%7D"])
def test_a_body_that_names_a_key_of_another_feed_gets_nothing_for_it(named: str) -> None:
    link = f"https://x.example/jobs/{named}"
    entry = Entry("1", link, "Clinical Trial Manager", None, None, "", "")
    for feed, keys in (("https://x.example/jobs?k={tiny}", ("tiny",)), ("https://x.example/jobs", ())):
        asked = KINDS["paylocity"].detail(feed, entry)
        assert asked is not None
        assert (RING.filled(asked).url, asked.keys) == (link, keys)


def test_a_link_to_another_place_gets_no_key_although_the_feeds_own_address_names_it() -> None:
    feed = "https://x.example/feed.json?k={usajobs}"
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}], "next_url": "%s"}'
    for following, keys in (
        (b"https://x.example/feed.json?k={usajobs}&page=2", ("usajobs",)),
        (b"https://elsewhere.example/feed.json?k={usajobs}", ()),
        (b"http://x.example/feed.json?k={usajobs}", ()),
    ):
        (asked,) = KINDS["json_feed"].following(feed, body % following, 1)
        assert (asked.url, asked.keys) == (following.decode(), keys)


def test_a_second_page_of_the_same_source_has_its_key() -> None:
    feed = "https://api.adzuna.com/v1/api/jobs/gb/search/1?app_id=us&app_key={usajobs}&results_per_page=1"
    (asked,) = KINDS["adzuna"].following(feed, b'{"count": 9, "results": [{"id": "1"}]}', 1)
    assert RING.filled(asked).url.endswith("/search/2?app_id=us&app_key=s3cret%2BKey%2F1&results_per_page=1")


def test_a_body_is_sent_as_it_is() -> None:
    asked = Request("https://x.example/", "POST", b'{"q": "{usajobs}"}', keys=("usajobs",))
    assert RING.filled(asked).body == asked.body


def test_a_key_that_is_not_set_is_missed_by_name() -> None:
    with pytest.raises(UsageError, match=r"wants the key \{jooble\}; set CTM_ALERTS_KEYS_JOOBLE or _FILE"):
        Keyring().filled(KINDS["jooble"].request("https://jooble.org/api/{jooble}"))


def test_no_text_keeps_a_keys_value() -> None:
    assert (
        RING.hidden("GET /a?k=s3cret%2BKey%2F1 as s3cret+Key/1 failed")
        == "GET /a?k={usajobs} as {usajobs} failed"
    )
    assert RING.hidden("abc of the alphabet") == "abc of the alphabet"  # too short to be told from words
    assert "s3cret" not in repr(RING)


def test_the_keys_that_an_address_names_are_known() -> None:
    assert names_in(USAJOBS) == ("usajobs", "usajobs_owner")
    assert names_in("https://x.example/plain") == ()


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("usajobs", "https://data.usajobs.gov/api/search?authorization_key=abc"),
        ("jsearch", "https://jsearch.p.rapidapi.com/search?query=x&rapidapi_key=abc"),
        ("adzuna", "https://api.adzuna.com/v1/api/jobs/gb/search/1?app_id=1&app_key=abc"),
        ("jooble", "https://jooble.org/api/abc?keywords=x"),
    ],
)
def test_a_key_in_the_open_is_found_with_the_remedy(kind: str, url: str) -> None:
    assert bare_key(kind, url) == (
        f"the URL holds a key in the open; write {{{kind}}} in its place and set CTM_ALERTS_KEYS_{kind.upper()}"
    )
    assert bare_key(kind, url.replace("abc", f"{{{kind}}}")) is None
    assert bare_key("rss", url) is None
