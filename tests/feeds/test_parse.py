"""The door: what is no feed is said so, and one bad entry costs no other."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import parse

RSS = '<rss version="2.0"><channel><title>Jobs</title>{}</channel></rss>'


def item(title: str, link: str = "https://jobs.example/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def titles(body: bytes | str) -> list[str]:
    return [entry.title for entry in parse(body if isinstance(body, bytes) else body.encode()).entries]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty body"),
        (b" \r\n\x00", "an empty body"),
        (b"<!DOCTYPE html><html><head><title>Welcome</title></head></html>", 'an HTML page titled "Welcome"'),
        (b"<html><title>Just a moment...</title></html>", "a challenge against robots"),
        (b"<html><body><form><input type='password'></form></body></html>", "a login"),
        (b'{"error": "rate limit reached"}', 'JSON that says "rate limit reached"'),
        (b'{"jobs": [{"strange": 1}]}', "JSON, of no kind that is read here"),
        (b"http://127.0.0.1:9/secret", "plain text that begins"),
        (b"/etc/hostname", "plain text that begins"),
        (b"<?xml version='1.0'?><sitemap/>", "XML with the root <sitemap>"),
        (
            b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>',
            "DOCTYPE or ENTITY",
        ),
        (b"<rss><channel><item><title>CTM</title></item>", "truncated XML"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_what_it_looks_like(body: bytes, reason: str) -> None:
    with pytest.raises(NotAFeed) as caught:
        parse(body)
    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html><title>Sign in</title></html>", b'{"message": "blocked"}', b"nope"]
)
def test_a_named_kind_does_not_take_something_else(kind: str, body: bytes) -> None:
    with pytest.raises(NotAFeed):
        parse(body, kind)


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="use one of auto, adzuna"):
        parse(b"<rss/>", "gopher")


@pytest.mark.parametrize("title", ["No new matches this run (2026-05-04)", "No jobs found", "No results"])
def test_a_feed_that_says_nothing_was_found_is_empty(title: str) -> None:
    assert parse(RSS.format(item(title)).encode()) == Parsed("rss", (), (), "Jobs")


def test_empty_feeds_are_feeds() -> None:
    assert parse(RSS.format("").encode()) == Parsed("rss", (), (), "Jobs")
    assert parse(b'{"jobs": [], "apiVersion": "2"}') == Parsed("jobicy_json", (), (), "Jobicy")
    assert parse(b'{"jobs": [], "meta": {"total": 0}}') == Parsed("greenhouse", ())
    assert parse(b'{"total": 0, "jobPostings": []}') == Parsed("workday", ())


def test_a_bad_entry_is_skipped_with_its_reason() -> None:
    parsed = parse(RSS.format(item("CTM") + item("") + item("Lead", "https://jobs.example/2")).encode())
    assert ([e.title for e in parsed.entries], parsed.skipped) == (["CTM", "Lead"], ("entry 2: no title",))


def test_an_entry_without_guid_and_link_still_has_an_id() -> None:
    parsed = parse(RSS.format("<item><title>CTM</title></item>").encode())
    assert parsed.entries[0].id.startswith("sha256:")
    assert parsed.entries[0].url is None


def test_a_repeated_item_is_kept_once() -> None:
    assert titles(RSS.format(item("CTM") * 3)) == ["CTM"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (RSS.format(item("Zürich CTM")).encode("cp1252"), "Zürich CTM"),
        (
            b'<?xml version="1.0" encoding="windows-1250"?>' + RSS.format(item("Łódź CTM")).encode("cp1250"),
            "Łódź CTM",
        ),
        (b"\xef\xbb\xbf" + RSS.format(item("CTM")).encode(), "CTM"),
        (RSS.format(item("Zürich CTM")).encode("utf-16"), "Zürich CTM"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + RSS.format(item("+ADw-b+AD4-")).encode(), "+ADw-b+AD4-"),
        (RSS.format(item("CTM &#0; &#xD800; &#" + "9" * 5000 + ";")).encode(), "CTM"),
        (RSS.format(item("C\x00T\x08M")).encode(), "CTM"),
        (RSS.format(item("&lt;b&gt;CTM&lt;/b&gt; &amp;amp; Lead")).encode(), "CTM & Lead"),
    ],
)
def test_characters_of_every_origin_come_out_right(body: bytes, shown: str) -> None:
    assert titles(body) == [shown]


def test_the_charset_of_the_content_type_counts_where_the_body_names_none() -> None:
    body = RSS.format(item("Łódź CTM")).encode("cp1250")
    parsed = parse(body, content_type="text/xml; charset=windows-1250")
    assert [entry.title for entry in parsed.entries] == ["Łódź CTM"]


def test_companies_before_a_colon_are_believed_to_we_work_remotely_only() -> None:
    theirs = RSS.format(
        "<link>https://weworkremotely.com/x.rss</link>" + item("Merrow Clinical: CTM")
    ).encode()
    other = RSS.format(item("Urgent: CTM")).encode()
    assert [(e.title, e.company, e.remote) for e in parse(theirs).entries] == [
        ("CTM", "Merrow Clinical", True)
    ]
    assert [(e.title, e.company, e.remote) for e in parse(other).entries] == [("Urgent: CTM", None, None)]


def test_places_behind_a_hyphen_are_not_taken_for_companies() -> None:
    items = [
        item(f"CTM - {place}", f"https://jobs.example/{place}")
        for place in ("Boston", "Leeds", "Basel", "Oslo")
    ]
    assert {e.company for e in parse(RSS.format("".join(items)).encode()).entries} == {None}


def test_a_company_behind_a_long_dash_is_taken_when_all_titles_have_one() -> None:
    items = [item(f"CTM {n} — Merrow", f"https://jobs.example/{n}") for n in range(3)]
    assert {(e.title[:3], e.company) for e in parse(RSS.format("".join(items)).encode()).entries} == {
        ("CTM", "Merrow")
    }


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["auto", *KINDS]))
def test_no_bytes_get_anything_but_a_parsed_feed_or_a_reason(body: bytes, kind: str) -> None:
    with contextlib.suppress(NotAFeed):
        assert parse(body, kind).kind in KINDS


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "id",
    "url",
    "jobTitle",
    "companyName",
    "jobType",
    "jobGeo",
    "jobDescription",
    "pubDate",
    "salaryMin",
    "salaryPeriod",
    "title",
    "absolute_url",
    "location",
    "content",
    "metadata",
    "offices",
    "pay_input_ranges",
    "first_published",
    "company_name",
    "externalPath",
    "bulletFields",
    "locationsText",
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES), max_size=4),
    st.sampled_from([("jobs", "jobicy_json"), ("jobs", "greenhouse"), ("jobPostings", "workday")]),
)
def test_entries_of_any_shape_are_read_or_skipped(
    rows: list[dict[str, object]], shape: tuple[str, str]
) -> None:
    key, kind = shape
    parsed = parse(json.dumps({key: rows}).encode(), kind)
    assert len(parsed.entries) + len(parsed.skipped) <= len(rows)
    assert all(isinstance(entry, Entry) and entry.id and entry.title for entry in parsed.entries)
