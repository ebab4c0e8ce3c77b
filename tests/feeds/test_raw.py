"""What a source really said of one entry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctm_alerts.feeds.parse import parse
from ctm_alerts.feeds.raw import raw_of
from tests.feeds.golden import DATA, said


def test_of_json_the_object_that_names_the_entry() -> None:
    jobs = [
        {"id": n, "title": "Clinical Trial Manager", "absolute_url": f"https://b.example/{n}", "content": "x"}
        for n in (1, 2)
    ]
    body = json.dumps({"jobs": jobs, "meta": {"total": 2}}).encode()
    entry = parse(body, "greenhouse", "https://b.example").entries[1]
    assert json.loads(raw_of(body, None, entry)) == jobs[1]


def test_of_xml_the_element_around_it_however_it_spells_the_link() -> None:
    item = "<item><title>Clinical Trial Manager</title><link>https://b.example/?a=1&amp;b=2</link></item>"
    other = item.replace("a=1", "a=9")
    body = f"<rss><channel><title>News</title>{other}{item}</channel></rss>".encode()
    entry = parse(body, "rss", None).entries[1]
    assert raw_of(body, None, entry) == item


def test_it_is_cut_to_the_room_there_is() -> None:
    body = json.dumps({"jobs": [{"id": 1, "title": "CTM", "content": "x" * 5000}]}).encode()
    entry = parse(body, "greenhouse", "https://b.example").entries[0]
    assert len(raw_of(body, None, entry, 300)) == 300


BODIES = sorted(path for path in DATA.iterdir() if path.suffix in (".json", ".xml", ".html"))


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_every_entry_of_a_golden_body_is_found_in_it(path: Path) -> None:
    body = path.read_bytes()
    entries = said(path).entries
    assert [e.id for e in entries if not raw_of(body, None, e)] == []
