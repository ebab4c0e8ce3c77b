"""The client against a real server: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ctm_alerts.errors import BlockedAddress, FetchError, NoAnswer, TooLarge
from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.client import Client, Response, read_local
from tests.net.origin import FEED, Origin

HASH = hashlib.sha256(FEED).hexdigest()


def get(client: Client, source: Origin, path: str, **limits: float) -> Response:
    return client.fetch(Request(source.url(path)), deadline=limits.get("deadline", 10.0))


def test_a_feed_is_fetched_with_its_validators(client: Client, source: Origin) -> None:
    assert get(client, source, "/feed") == Response(
        status=200,
        body=FEED,
        not_modified=False,
        etag='"v1"',
        last_modified="Mon, 04 May 2026 10:00:00 GMT",
        content_type="application/rss+xml",
        final_url=source.url("/feed"),
        body_hash=HASH,
        moved_to=None,
    )


def test_an_unchanged_feed_is_not_sent_again(client: Client, source: Origin) -> None:
    answer = client.fetch(
        Request(source.url("/feed")), etag='"v1"', last_modified="Mon, 04 May 2026 10:00:00 GMT"
    )
    assert (answer.status, answer.not_modified, answer.body, answer.body_hash) == (304, True, b"", "")
    assert source.asked[0][2]["If-None-Match"] == '"v1"'
    assert source.asked[0][2]["If-Modified-Since"] == "Mon, 04 May 2026 10:00:00 GMT"


def test_it_gives_its_name_and_keeps_no_cookies(client: Client, source: Origin) -> None:
    get(client, source, "/feed")
    get(client, source, "/feed")
    headers = source.asked[1][2]
    assert headers["User-Agent"].startswith("ctm-alerts/")
    assert headers["Accept-Encoding"] == "gzip, deflate"
    assert "Cookie" not in headers


def test_a_post_carries_its_body(client: Client, source: Origin) -> None:
    client.fetch(Request(source.url("/feed"), "POST", b'{"limit": 20}', {"Content-Type": "application/json"}))
    method, path, headers, body = source.asked[0]
    assert (method, path, headers["Content-Type"], body) == (
        "POST",
        "/feed",
        "application/json",
        b'{"limit": 20}',
    )


@pytest.mark.parametrize("path", ["/gzip", "/deflate/zlib", "/deflate/bare"])
def test_a_packed_body_is_unpacked(client: Client, source: Origin, path: str) -> None:
    assert get(client, source, path).body == FEED


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ("/to/301/feed", "/feed"),
        ("/to/308/to/301/feed", "/feed"),
        ("/to/302/feed", None),
        ("/to/307/to/301/feed", None),
        ("/to/301/to/302/feed", "/to/302/feed"),
    ],
)
def test_only_permanent_redirects_move_a_feed(
    client: Client, source: Origin, hops: str, moved_to: str | None
) -> None:
    answer = get(client, source, hops)
    assert (answer.body, answer.final_url) == (FEED, source.url("/feed"))
    assert answer.moved_to == (moved_to and source.url(moved_to))


def test_six_redirects_are_too_many(client: Client, source: Origin) -> None:
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(client, source, "/to/302" * 6 + "/feed")


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:7f00:1]/",
        "http://10.0.0.1/",
    ],
)
def test_a_redirect_to_a_private_address_is_never_dialled(
    client: Client, source: Origin, target: str
) -> None:
    with pytest.raises(BlockedAddress, match="non-public address"):
        get(client, source, f"/to/302/{target}")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/hostname", "not an http or https address"),
        ("ftp://feeds.example/", "not an http or https address"),
        ("http://eve:pw@feeds.example/", "user name or password"),
    ],
)
def test_a_redirect_to_no_web_address_is_refused(
    client: Client, source: Origin, target: str, reason: str
) -> None:
    with pytest.raises(FetchError, match=reason):
        get(client, source, f"/to/302/{target}")


def test_loopback_needs_the_operators_word(source: Origin) -> None:
    with (
        Client() as client,
        pytest.raises(BlockedAddress, match=f"add {source.place} to CTM_ALERTS_ALLOW_HOSTS"),
    ):
        get(client, source, "/feed")
    assert source.asked == []


def test_a_name_that_changes_its_address_is_dialled_where_it_was_checked(source: Origin) -> None:
    answers = iter([["127.0.0.1"], ["93.184.215.14"]])
    with Client(resolver=lambda host, port: next(answers)) as client, pytest.raises(BlockedAddress):
        client.fetch(Request(f"http://feeds.example:{source.port}/feed"))
    assert source.asked == []


def test_one_private_address_among_public_ones_spoils_the_name(source: Origin) -> None:
    with (
        Client(resolver=lambda host, port: ["93.184.215.14", "127.0.0.1"]) as client,
        pytest.raises(BlockedAddress, match=r"127\.0\.0\.1"),
    ):
        client.fetch(Request(f"http://feeds.example:{source.port}/feed"))
    assert source.asked == []


def test_an_allowed_name_is_dialled_at_the_address_that_was_resolved(source: Origin) -> None:
    place = f"intranet.example:{source.port}"
    with Client(allow_hosts=(place,), resolver=lambda host, port: ["127.0.0.1"]) as client:
        assert client.fetch(Request(f"http://{place}/feed")).body == FEED
    assert source.asked[0][2]["Host"] == place


def test_proxies_of_the_environment_are_not_used(
    source: Origin, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Client(allow_hosts=(source.place,)) as fresh:
        assert get(fresh, source, "/feed").body == FEED


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/encoded/gzip+gzip", "packed more than once"),
        ("/encoded/br", "not asked for"),
        ("/badgzip/short", "truncated"),
        ("/badgzip/wrong", "not the gzip that it says"),
        ("/lying", "truncated"),
        ("/chunks", "truncated"),
        ("/headers", "does not speak proper HTTP"),
        ("/reset", "does not speak proper HTTP"),
    ],
)
def test_a_body_that_cannot_be_trusted_is_an_error(
    client: Client, source: Origin, path: str, reason: str
) -> None:
    with pytest.raises(FetchError, match=reason):
        get(client, source, path)


@pytest.mark.parametrize("path", ["/huge", "/gzbomb"])
def test_a_body_beyond_the_cap_is_cut_off(client: Client, source: Origin, path: str) -> None:
    with pytest.raises(TooLarge, match="larger than 1,000,000 bytes"):
        client.fetch(Request(source.url(path)), max_bytes=1_000_000)


@pytest.mark.parametrize("path", ["/drip", "/slowhead"])
def test_a_drip_meets_the_deadline_of_the_whole(client: Client, source: Origin, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(FetchError, match="no whole answer"):
        get(client, source, path, deadline=0.5)
    assert time.monotonic() - began < 2


def test_a_resolver_that_hangs_meets_the_deadline_too() -> None:
    with (
        Client(resolver=lambda host, port: time.sleep(3) or []) as client,  # type: ignore[func-returns-value] # sleep gives None
        pytest.raises(NoAnswer, match=r"no connection to feeds\.example in time"),
    ):
        client.fetch(Request("http://feeds.example/"), deadline=0.2)


def test_a_name_without_an_address_is_said_so() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with Client(resolver=nowhere) as client, pytest.raises(FetchError, match=r"no such host: feeds\.example"):
        client.fetch(Request("http://feeds.example/"))


@pytest.mark.parametrize(
    ("path", "status", "permanent", "retry_after"),
    [
        ("/403", 403, False, None),
        ("/404", 404, False, None),
        ("/410", 410, True, None),
        ("/418", 418, False, None),
        ("/429/Retry-After=120", 429, False, 120.0),
        ("/503/Retry-After=soon", 503, False, None),
        ("/503/Retry-After=-5", 503, False, None),
        ("/204", 204, False, None),
    ],
)
def test_a_bad_status_is_an_error_with_its_wait(
    client: Client, source: Origin, path: str, status: int, permanent: bool, retry_after: float | None
) -> None:
    with pytest.raises(FetchError) as caught:
        get(client, source, path)
    error = caught.value
    assert (error.status, error.permanent, error.retry_after) == (status, permanent, retry_after)
    assert str(status) in error.reason


def test_a_retry_after_date_counts_from_the_sources_own_date(client: Client, source: Origin) -> None:
    with pytest.raises(FetchError) as caught:
        get(client, source, "/laterdate")
    assert caught.value.retry_after == 3600.0


def test_a_host_gets_one_request_at_a_time(client: Client, source: Origin) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: get(client, source, "/slow").body, range(6)))
    assert answers == [FEED] * 6
    assert source.most_at_once == 1


def test_a_file_is_read_as_if_it_had_been_fetched(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    assert read_local(path) == Response(200, FEED, False, None, None, None, path.as_uri(), HASH)
    with pytest.raises(TooLarge):
        read_local(path, 10)
    with pytest.raises(FetchError, match="no such file"):
        read_local(tmp_path)


def test_a_packed_file_is_unpacked_as_a_packed_body_is(client: Client, source: Origin) -> None:
    assert get(client, source, "/packedfile").body == FEED


def test_the_pause_that_a_host_wants_lies_between_two_requests(client: Client, source: Origin) -> None:
    began = time.monotonic()
    for _ in range(3):
        client.fetch(Request(source.url("/feed"), pause=0.2))
    assert 0.4 <= time.monotonic() - began < 2


def test_a_request_says_how_much_may_come_and_how_long_it_may_take(client: Client, source: Origin) -> None:
    with pytest.raises(TooLarge, match="larger than 10 bytes"):
        client.fetch(Request(source.url("/feed"), most_bytes=10))
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="no whole answer"):
        client.fetch(Request(source.url("/drip"), seconds=0.3))
    assert time.monotonic() - began < 2


def test_who_refuses_after_a_redirect_is_named(client: Client, source: Origin) -> None:
    with pytest.raises(FetchError) as caught:
        get(client, source, "/to/302/429/Retry-After=5")
    assert (caught.value.host, caught.value.retry_after) == (source.place, 5.0)
