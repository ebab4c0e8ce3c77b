"""Lists of feeds: what one writes the other reads, and a list of a stranger's can do no harm."""

from __future__ import annotations

import time
import tomllib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.declared import BY_TERMS, Declared
from ctm_alerts.feeds.declared_file import make_lists
from ctm_alerts.feeds.kinds import BUILT_IN
from ctm_alerts.feeds.opml import (
    DEEPEST,
    MOST_BYTES,
    MOST_FEEDS,
    Unlisted,
    as_opml,
    as_toml,
    listed,
    read_list,
)
from ctm_alerts.feeds.terms import Book, Terms
from tests.feeds.test_declared import OPEN, SILENT, kept

BOOK = Book((Terms("Lever job sites", kinds=("lever",), hosts=("jobs.lever.co",)),))
FULL = Declared(
    "A & B <“Ärzte”>", "https://open.org/feed?a=1&b=2", "rss", 7, 30, False, "read on 2026-11-20 by Ann"
)
READERS = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<OPML version="1.0"><head><title>My feeds</title></head><body>
  <outline text="Jobs">
    <outline text="Pharma"><outline type="rss" text="Harbour \xfc" xmlUrl=" https://jobs.harbour.org/feed "/></outline>
    <outline type="rss" title="Oak" xmlUrl="https://jobs.lever.co/oak" htmlUrl="https://oak.org"/>
  </outline>
  <outline text="no feed" url="https://else.org"/>
  <outline type="rss" XMLURL="https://bare.org/feed"/>
</body></OPML>"""


def test_opml_holds_all_of_a_feed() -> None:
    assert as_opml([OPEN, FULL]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0" xmlns:ctm="https://ctm-alerts.example/opml">\n'
        "  <head>\n    <title>Feeds of ctm-alerts</title>\n  </head>\n  <body>\n"
        '    <outline text="Open" title="Open" type="rss" xmlUrl="https://open.org/feed" ctm:kind="rss"'
        ' ctm:pollMinutes="60"/>\n'
        '    <outline text="A &amp; B &lt;“Ärzte”&gt;" title="A &amp; B &lt;“Ärzte”&gt;" type="rss"'
        ' xmlUrl="https://open.org/feed?a=1&amp;b=2" ctm:kind="rss" ctm:backfill="7" ctm:pollMinutes="30"'
        ' ctm:enabled="false" ctm:termsAccepted="read on 2026-11-20 by Ann"/>\n'
        "  </body>\n</opml>\n"
    )


def test_toml_is_that_of_the_configuration() -> None:
    text = as_toml([OPEN, FULL])
    assert make_lists(tomllib.loads(text), BOOK).feeds == (OPEN, FULL)


SAFE = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"), max_size=30).map(
    lambda t: " ".join(t.split()) or "x"
)


@given(
    st.lists(
        st.builds(
            Declared,
            name=SAFE,
            url=SAFE.map(lambda t: f"https://{len(t)}.org/{t}"),
            kind=st.sampled_from(["rss", "jsonld", "sitemap"]),
            backfill_days=st.integers(0, 30),
            poll_minutes=st.integers(1, 9999),
            enabled=st.booleans(),
            accepted=st.sampled_from(["", "read on 2026-11-20 by Ann: “why” & how"]),
        ),
        max_size=5,
        unique_by=(lambda d: d.name, lambda d: d.url),
    )
)
def test_written_read_and_written_again_gives_the_same(feeds: list[Declared]) -> None:
    for write in (as_opml, as_toml):
        text = write(feeds)
        again = read_list(text.encode(), BOOK)
        assert again == feeds
        assert write([d for d in again if isinstance(d, Declared)]) == text


def test_what_a_feed_reader_wrote_is_read_with_its_nested_outlines() -> None:
    assert read_list(READERS, BOOK) == [
        Declared("Harbour ü", "https://jobs.harbour.org/feed", "rss"),
        Declared("Oak", "https://jobs.lever.co/oak", "lever"),
        Declared("https://bare.org/feed", "https://bare.org/feed", "rss"),
    ]


def test_a_stored_feed_is_listed_as_it_would_be_declared() -> None:
    assert listed(kept(FULL, state="paused", paused_reason="by hand")) == FULL
    held_back = kept(SILENT, state="paused", paused_reason=BY_TERMS + "unknown")
    assert listed(held_back) == SILENT
    assert listed(kept(OPEN, name="two\nlines\x00")).name == "two lines"


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ('ctm:kind="nothing"', "no kind 'nothing'; `ctm-alerts feeds kinds` lists them"),
        ('ctm:pollMinutes="often"', "backfill and pollMinutes must be whole numbers"),
        ('ctm:pollMinutes="0"', "backfill and pollMinutes must be whole numbers"),
        (f'title="{"x" * 5000}"', "longer than 4000 characters"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why_and_the_others_stay(attributes: str, reason: str) -> None:
    first, _, rest = as_opml([OPEN]).partition("  <body>\n")
    bad = f'    <outline xmlUrl="https://b.org/f" {attributes}/>\n'
    taken = read_list(f"{first}  <body>\n{bad}{rest}".encode(), BOOK)
    assert [line.reason for line in taken if isinstance(line, Unlisted)] == [reason]
    assert taken[1:] == [OPEN]


def test_a_table_that_cannot_be_taken_says_why_and_the_others_stay() -> None:
    text = '[[feed]]\nname = "Bad"\nurl = "jobs.xml"\nkind = "rss"\n\n' + as_toml([OPEN])
    assert read_list(text.encode(), BOOK) == [
        Unlisted("Bad", "jobs.xml", "url: 'jobs.xml' is no address; write https://... or file:///path"),
        OPEN,
    ]


def deep(levels: int) -> bytes:
    return b"<opml>" + b"<outline>" * levels + b"</outline>" * levels + b"</opml>"


HOSTILE = {
    "a DOCTYPE": (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "declares a DOCTYPE or entities"),
    "entities": (
        b'<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><opml><outline xmlUrl="&b;"/></opml>',
        "declares a DOCTYPE or entities",
    ),
    "an entity that is not declared": (b'<opml><outline xmlUrl="&x;"/></opml>', "undefined entity"),
    "deep": (deep(DEEPEST + 1), "nested more than 40 deep"),
    "very deep": (deep(100_000), "nested more than 40 deep"),
    "huge": (b"<opml>" + b" " * MOST_BYTES + b"</opml>", "bytes, and 5,000,000 is the most"),
    "many": (
        b"<opml>" + b'<outline xmlUrl="https://a.org/"/>' * (MOST_FEEDS + 1) + b"</opml>",
        "more than 20,000 feeds",
    ),
    "cut off": (b"<opml><outline", "broken XML: unclosed token, line 1"),
    "other XML": (b"<rss><channel/></rss>", "XML and no OPML"),
    "no XML": (b"PK\x03\x04\xff", "neither OPML nor TOML"),
    "TOML of something else": (b"[site]\nname = 'x'", "may hold [[feed]] tables and nothing else"),
    "TOML that accepts": (
        b"[[accept]]\nfeed='x'\nwho='x'\nwhen=2026-01-01",
        "counts in config/feeds.toml alone",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_refused_at_once_with_the_reason(name: str) -> None:
    body, says = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(UsageError) as refused:
        read_list(body, BOOK)
    assert says in str(refused.value)
    assert time.process_time() - began < 5


def test_many_attributes_on_one_outline_are_read_in_time() -> None:
    body = (
        b"<opml><outline "
        + b" ".join(b'a%d="x"' % n for n in range(200_000))
        + b' xmlUrl="https://a.org/"/></opml>'
    )
    assert len(body) < MOST_BYTES
    began = time.process_time()
    assert read_list(body, BOOK) == [Declared("https://a.org/", "https://a.org/", "rss")]
    assert time.process_time() - began < 5


def test_our_opml_is_well_formed_for_others() -> None:
    root = ElementTree.fromstring(as_opml([OPEN, FULL]))
    outlines = root.findall("body/outline")
    assert [o.get("xmlUrl") for o in outlines] == [OPEN.url, FULL.url]
    assert {o.get("{https://ctm-alerts.example/opml}kind") for o in outlines} <= set(BUILT_IN)
