"""What nobody should be able to do to us: bodies that are broken off, flipped, of wrong types, deep, or made to cost time."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.jsonld import postings_in
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import parse
from tests.feeds.golden import (
    BOARD_LISTS,
    BOARD_MARKUP,
    DATA,
    SYSTEM_BODIES,
    SYSTEM_LISTS,
    SYSTEMS,
    at,
    paths_in,
    said,
    with_value,
)

# --- employers' own systems

WRONG: tuple[object, ...] = (
    None, True, 0, -1, 10**400, 1e308, "", "x", "\ud800\x00\u202e", "<p>", [], {}, [[[7]]], {"a": {"b": []}}, [None, 7, "x", {}],
)  # fmt: skip
#: fields that decide whether an entry is one, or whether it is for the public
DECIDING = {
    ("isListed",), ("status",), ("jobOpeningName",), ("title",), ("name",), ("text",), ("Title",), ("column",), ("linkedColumn",),
}  # fmt: skip


def rows_at(document: object) -> tuple[str | int, ...]:
    """Where the list of postings stands."""
    found = [
        p for p in paths_in(document) if p[-1:] == (0,) and not any(isinstance(step, int) for step in p[:-1])
    ]
    nested = [p for p in paths_in(document) if p[-2:] == ("requisitionList", 0)]
    return (nested or found)[0][:-1]


@pytest.mark.parametrize("path", SYSTEM_LISTS, ids=lambda path: path.name)
def test_no_field_of_a_wrong_type_loses_its_entry(path: Path) -> None:
    document, expected = json.loads(path.read_text()), said(path)
    place = (*rows_at(document), 0)
    for field in paths_in(at(document, place)):
        if not field or field in DECIDING or (field[:1] in DECIDING and len(field) > 1):
            continue
        for wrong in WRONG:
            broken = json.dumps(with_value(document, (*place, *field), wrong)).encode()
            parsed = parse(broken, expected.kind)
            titles = sorted(entry.title for entry in parsed.entries)
            # a row whose id no longer joins it to another of the same posting stands alone
            assert set(titles) == {entry.title for entry in expected.entries}, (field, wrong)
            assert len(parsed.skipped) == len(expected.skipped), (field, wrong, parsed.skipped)
            assert all(entry.id for entry in parsed.entries)


def survives(hostile: bytes, kind: str) -> None:
    for name in (kind, "auto"):
        refusal, entries = "", tuple[Entry, ...]()
        try:
            entries = parse(hostile, name, "https://careers.example/jobs").entries
        except NotAFeed as e:
            refusal = str(e)
        assert "\n" not in refusal
        assert len({entry.id for entry in entries}) == len(entries)


@given(st.sampled_from(SYSTEM_BODIES), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_body_that_breaks_off_anywhere_is_read_or_refused(path: Path, share: float) -> None:
    whole = path.read_bytes()
    survives(whole[: int(len(whole) * share)], said(path).kind)


@given(
    st.sampled_from(SYSTEM_BODIES),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_a_body_with_flipped_bytes_is_read_or_refused(path: Path, flips: list[tuple[int, int]]) -> None:
    mutable = bytearray(path.read_bytes())
    for place, value in flips:
        mutable[place % len(mutable)] = value
    survives(bytes(mutable), said(path).kind)


@given(st.sampled_from(SYSTEM_LISTS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_body_with_anything_anywhere_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    document = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 4))):
        where = list(paths_in(document))[1:]
        document = with_value(document, data.draw(st.sampled_from(where)), data.draw(st.sampled_from(WRONG)))
        if not isinstance(document, dict | list) or not document:
            break
    survives(json.dumps(document).encode(), said(path).kind)


@pytest.mark.parametrize("kind", SYSTEMS)
@pytest.mark.parametrize("depth", [50, 900, 100_000])
def test_deep_nesting_is_read_or_refused(kind: str, depth: int) -> None:
    survives(b"[" * depth + b"]" * depth, kind)
    survives(b'{"jobs":' * depth + b"[]" + b"}" * depth, kind)
    survives(b'{"error":' + b"[" * depth + b"]" * depth + b"}", kind)
    survives(b'<rss xmlns:tt="https://teamtailor.com/locations"><channel><item><title>x</title>' + b"<b>" * depth, kind)  # fmt: skip
    survives(b"<Job-Listing>" + b"<Job>" * depth + b"</Job>" * depth + b"</Job-Listing>", kind)
    survives(b"<script>window.pageData = " + b'{"Jobs":' * depth, kind)


MARKED = {
    "icims": '<ul class="iCIMS_JobsTable">',
    "jobvite": '<table class="jv-job-list">',
    "smartrecruiters": '<main itemtype="http://schema.org/JobPosting">',
}


@pytest.mark.parametrize("kind", sorted(MARKED))
@pytest.mark.parametrize("piece", ["<div>", "<DIV class='x'></p></x>", "<b>", "<section></div><x></section>"])
@pytest.mark.timeout(20)  # built, this tree takes a minute
def test_a_page_whose_tree_would_take_minutes_is_refused(kind: str, piece: str) -> None:
    with pytest.raises(NotAFeed, match="nested too deeply"):
        parse((MARKED[kind] + piece * 100_000).encode(), kind)


def test_a_long_page_is_not_taken_for_a_deep_one() -> None:
    row = '<li class="iCIMS_JobCardItem"><p><a class="iCIMS_Anchor" href="/jobs/{}/ctm/job"><h3>CTM</h3></a><br>'
    page = MARKED["icims"] + "".join(row.format(number) for number in range(3000))
    assert len(parse(page.encode()).entries) == 3000


def test_entities_of_xml_are_refused() -> None:
    for root in ("workzag-jobs", "Job-Listing", "jobs"):
        bomb = f'<!DOCTYPE {root} [<!ENTITY a "aaaa">]><{root}>&a;</{root}>'.encode()
        kind = {"workzag-jobs": "personio", "Job-Listing": "successfactors", "jobs": "jazzhr"}[root]
        with pytest.raises(NotAFeed, match="DOCTYPE or ENTITY"):
            parse(bomb, kind)


# --- boards, aggregators and general formats

JSON_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["http://[", "\ud800", "9" * 40])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "value", "@id", "@type", "id", "x"]), inner, max_size=3),
    ),
    max_leaves=5,
)  # fmt: skip


DOCUMENTS = {kind: json.loads((DATA / f"{kind}.json").read_text()) for kind in BOARD_LISTS}
DOCUMENTS["jsonld"] = json.loads(json.dumps(postings_in((DATA / "jsonld_page.html").read_text())))


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(sorted(DOCUMENTS)))
def test_a_field_of_any_shape_costs_no_other_entry(data: st.DataObject, kind: str) -> None:
    path = data.draw(st.sampled_from(list(paths_in(DOCUMENTS[kind]))))
    value = data.draw(JSON_VALUES)
    body = json.dumps(with_value(DOCUMENTS[kind], path, value)).encode()
    for asked in (kind, "auto"):
        with contextlib.suppress(NotAFeed):
            parsed = parse(body, asked)
            assert all(entry.id and entry.title for entry in parsed.entries)
            assert not [reason for reason in parsed.skipped if "\n" in reason]
    with contextlib.suppress(NotAFeed):
        KINDS[kind].more("https://x.example/api/search/1?page=1", body, 1)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*BOARD_MARKUP, *(f"{kind}.json" for kind in BOARD_LISTS)]),
    st.integers(0, 1000),
    st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 255)), max_size=6),
)
def test_truncated_and_flipped_bodies_are_read_or_refused(
    name: str, thousandths: int, flips: list[tuple[int, int]]
) -> None:
    body = bytearray((DATA / name).read_bytes())
    del body[len(body) * thousandths // 1000 :]
    for place, value in flips:
        if body:
            body[len(body) * place // 1001] ^= value
    for kind in (said(name).kind, "auto"):
        with contextlib.suppress(NotAFeed):
            assert parse(bytes(body), kind).kind in KINDS


DEEP = 30_000
JOB_POSTING = {"@type": "JobPosting", "title": "Clinical Trial Manager"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("job_xml", f"<jobs><job><title>CTM</title><description>{'<a>' * DEEP}{'</a>' * DEEP}</description></job></jobs>"),
        ("job_xml", f"<jobs>{'<job>' * DEEP}{'</job>' * DEEP}</jobs>"),
        ("job_xml", f"<jobs>&nope;{'<job>' * DEEP}{'</job>' * DEEP}</jobs>"),
        ("job_xml", f"<jobs><job><title>CTM</title><date>{' ' * 200_000}</date></job></jobs>"),
        ("job_xml", f"<jobs><job>{'<x/>' * DEEP}<title>CTM</title></job></jobs>"),
        ("sitemap", f"<urlset><url><loc>https://a.example/jobs/1/{'-a' * 200_000}</loc></url></urlset>"),
        ("jsonld", f"<html>{'<script ' * DEEP}JobPosting"),
        ("jsonld", f'<html>{"<div>" * DEEP}<script type="application/ld+json">{json.dumps(JOB_POSTING)}</script>'),
        ("jsonld", f'<html><script type="application/ld+json">{"[" * DEEP}JobPosting</script>'),
        ("jsonld", f'<html><script type="application/ld+json">{", " * DEEP}JobPosting</script>'),
        ("json_feed", json.dumps({"version": "https://jsonfeed.org/version/1", "items": []})[:-2] + "[" * DEEP),
        ("weworkremotely", f"<rss><channel><title>We Work Remotely</title><item><title>a: b</title><description>{'&lt;p&gt;&lt;strong&gt;URL:' * 5000}</description></item></channel></rss>"),
        ("hackernews", json.dumps({"hits": [{"comment_text": "a|" * DEEP, "objectID": "1"}]})),
        ("remoteok", json.dumps([{"position": "CTM", "epoch": 1, "description": "Please mention the word *" * 5000}])),
    ],
    ids=lambda value: value if len(value) < 20 else "",
)  # fmt: skip
def test_bodies_made_to_cost_time_cost_little(kind: str, body: str) -> None:
    began = time.process_time()
    with contextlib.suppress(NotAFeed):
        parse(body.encode(), kind)
    assert time.process_time() - began < 5
