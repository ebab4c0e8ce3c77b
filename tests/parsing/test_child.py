"""The parser child: the same entries as in this process, limits that hold, and a successor at once."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ctm_alerts.errors import FeedError, NotAFeed, ParseTimeout, UsageError
from ctm_alerts.feeds.feed import Entry, Request
from ctm_alerts.feeds.parse import parse
from ctm_alerts.parsing import wire
from ctm_alerts.parsing.child import Parser

DATA = Path(__file__).parents[1] / "feeds" / "data"
GOOD = (DATA / "jobicy_v2.json").read_bytes()
RSS = b"<rss><channel><item><title>CTM</title>%s</item></channel></rss>"
# ill-formed, so that feedparser gets it: 100,000 attributes take it more than a minute
BOMB = RSS % (b"<b " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b">&nope;")


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(cpu_seconds=1, memory_mb=400, deadline=10) as it:
        yield it


@pytest.mark.parametrize(
    "path", sorted(p for p in DATA.iterdir() if p.suffix in (".json", ".xml")), ids=lambda p: p.name
)
def test_a_feed_says_the_same_in_the_child(parser: Parser, path: Path) -> None:
    assert parser.parse(path.read_bytes()) == parse(path.read_bytes())


def test_values_come_back_whole_from_the_wire() -> None:
    entry = replace(parse(GOOD).entries[0], expires_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert Entry.from_row(json.loads(json.dumps(entry.as_row()))) == entry
    asked = wire.Question("merge_detail", "workday", "https://a.example/", "text/html", 3, entry, 2, 100)
    assert wire.as_asked(wire.ask(asked, b"")[wire.LENGTH.size :]) == asked
    requests = (Request("https://a.example/", "POST", b"\xff{}", {"A": "b"}), Request("https://b.example/"))
    assert wire.as_requests(json.loads(json.dumps(wire.requests_as_rows(requests)))) == requests


def test_a_refusal_comes_back_as_one(parser: Parser) -> None:
    with pytest.raises(NotAFeed, match='JSON that says "no"'):
        parser.parse(b'{"error": "no"}')
    with pytest.raises(UsageError, match="no such kind"):
        parser.parse(GOOD, "gopher")


def test_a_bomb_ends_in_time_and_the_next_feed_is_served_at_once(parser: Parser) -> None:
    with pytest.raises(ParseTimeout, match="too slow to read"):
        parser.parse(BOMB)
    began = time.monotonic()
    assert parser.parse(GOOD) == parse(GOOD)
    assert time.monotonic() - began < 5


def test_comments_without_end_are_no_bomb(parser: Parser) -> None:
    body = RSS % (b"<description><![CDATA[" + b"<!--" * 100_000 + b"]]></description>")
    assert [entry.title for entry in parser.parse(body).entries] == ["CTM"]


def test_a_body_that_spells_an_address_opens_nothing(parser: Parser, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(RSS % b"")
    for body in (str(secret).encode(), secret.as_uri().encode(), b"http://127.0.0.1:9/x"):
        with pytest.raises(NotAFeed, match="plain text"):
            parser.parse(body)


def test_a_child_that_was_killed_between_feeds_costs_nothing() -> None:
    with Parser() as parser:
        assert parser._child is not None
        os.kill(parser._child.pid, 9)
        parser._child.wait()
        assert parser.parse(GOOD) == parse(GOOD)


def test_memory_is_bounded() -> None:
    body = ('{"jobs": [{' + ",".join(f'"name{n:013}":1' for n in range(620_000)) + "}]}").encode()
    with Parser(memory_mb=165, deadline=30) as parser:
        with pytest.raises(ParseTimeout, match=r"too (large|heavy) to read"):
            parser.parse(body, "jobicy_json")
        assert parser.parse(GOOD) == parse(GOOD)


def test_threads_take_turns(parser: Parser) -> None:
    bodies = [RSS % (b"<guid>%d</guid>" % n) for n in range(20)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda body: parser.parse(body).entries[0].id, bodies))
    assert found == [str(n) for n in range(20)]


def test_the_child_does_not_get_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTM_ALERTS_SECRET_KEY", "hush")
    with Parser() as parser:
        assert parser._child is not None
        assert b"hush" not in Path(f"/proc/{parser._child.pid}/environ").read_bytes()


def test_further_pages_and_second_calls_are_read_in_the_child_too(parser: Parser) -> None:
    index = b"<sitemapindex><sitemap><loc>/jobs-1.xml</loc></sitemap><sitemap><loc>/jobs-2.xml</loc></sitemap></sitemapindex>"
    url = "https://careers.example/sitemap.xml"
    assert parser.following(index, "sitemap", url, 1) == tuple(
        Request(f"https://careers.example/jobs-{n}.xml") for n in (1, 2)
    )
    stub = replace(parse(GOOD).entries[0], description="", posted_at=datetime(2026, 5, 4, tzinfo=UTC))
    posting = {"@type": "JobPosting", "title": "CTM", "description": "You lead."}
    page = f'<html><script type="application/ld+json">{json.dumps(posting)}</script></html>'.encode()
    told = parser.merge_detail(stub, page, "sitemap")
    assert (told.title, told.description, told.posted_at) == ("CTM", "You lead.", stub.posted_at)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff" * 1000,
        b"<html>" * 20_000,
        b"[" * 100_000,
        b"<html><title>Just a moment...</title></html>",
    ],
)
def test_hostile_pages_and_second_calls_are_read_or_refused(parser: Parser, body: bytes) -> None:
    stub = parse(GOOD).entries[0]
    for kind in ("sitemap", "workday", "icims", "oracle", "himalayas"):
        with contextlib.suppress(FeedError):
            assert isinstance(parser.following(body, kind, "https://careers.example/x", 1), tuple)
        with contextlib.suppress(FeedError):
            assert parser.merge_detail(stub, body, kind).id
    assert parser.parse(GOOD) == parse(GOOD)


def test_an_answer_of_many_entries_comes_whole(parser: Parser) -> None:
    body = RSS % b"".join(b"</item><item><guid>%d</guid><title>CTM</title>" % n for n in range(1234))
    assert [entry.id for entry in parser.parse(body).entries[1:]] == [str(n) for n in range(1234)]


@pytest.mark.slow
def test_a_kind_that_may_cost_more_gets_more_and_the_next_one_no_more_than_before() -> None:
    body = b"<source>" + b"<job><title>CTM</title><description>x</description></job>" * 150_000 + b"</source>"
    with Parser(cpu_seconds=10, memory_mb=300, deadline=60) as parser:
        first = parser._child
        assert len(parser.parse(body, "job_xml").entries) == 1  # all the same, so one
        assert parser._child is not first  # what it had taken is given back
        assert parser.parse(GOOD) == parse(GOOD)
