"""The parser child: the same entries as in this process, limits that hold, and a successor at once."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ctm_alerts.errors import NotAFeed, ParseTimeout, UsageError
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
    parsed = parse(GOOD)
    assert wire.from_json(json.loads(json.dumps(wire.as_json(parsed)))) == parsed


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
    body = b'{"jobs": [' + b"{}," * 4_900_000 + b"{}]}"
    with Parser(memory_mb=300, deadline=30) as parser:
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
