"""The keyed client: a real server sees the key, and nobody else does."""

from __future__ import annotations

import pytest

from ctm_alerts.errors import FetchError, UsageError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.keys import Keyring, with_keys
from ctm_alerts.net.client import Client
from ctm_alerts.net.keyed import Keyed
from tests.net.origin import Origin

RING = Keyring({"harbour": "s3cret+Key/1"})


def named(url: str) -> Request:
    """The request of a feed whose address names its keys."""
    return with_keys(Request(url), url)


def test_the_source_gets_the_key_and_the_answer_shows_its_name(client: Client, source: Origin) -> None:
    answer = Keyed(client, RING).fetch(
        Request(source.url("/feed/x?k={harbour}"), headers={"X-Key": "{harbour}"}, keys=("harbour",))
    )
    ((_, path, headers, _),) = source.asked
    assert (path, headers["X-Key"]) == ("/feed/x?k=s3cret%2BKey%2F1", "s3cret+Key/1")
    assert answer.final_url == source.url("/feed/x?k={harbour}")


def test_an_error_names_the_key_and_does_not_tell_it(client: Client, source: Origin) -> None:
    with pytest.raises(FetchError) as failed:
        Keyed(client, RING).fetch(named(source.url("/to/302/ftp://else.example/{harbour}")))
    assert "{harbour}" in failed.value.reason
    assert "s3cret" not in f"{failed.value} {failed.value.reason} {failed.value.args}"


def test_where_a_source_moved_is_kept_with_the_name_of_the_key(client: Client, source: Origin) -> None:
    answer = Keyed(client, RING).fetch(named(source.url("/to/301/feed/{harbour}")))
    assert answer.moved_to == source.url("/feed/{harbour}")


def test_a_key_that_is_not_set_asks_nobody(client: Client, source: Origin) -> None:
    with pytest.raises(UsageError, match="set CTM_ALERTS_KEYS_OTHER"):
        Keyed(client, RING).fetch(named(source.url("/feed/x?k={other}")))
    assert source.asked == []


def test_braces_that_name_no_key_of_the_feed_are_sent_as_they_are(client: Client, source: Origin) -> None:
    Keyed(client, RING).fetch(Request(source.url("/feed/x?k={harbour}")))
    assert source.asked[0][1] == "/feed/x?k={harbour}"
