"""Text from strangers, made harmless."""

from __future__ import annotations

import re
import unicodedata

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.feeds.clean import HTML_CUT, SCHEMES, TAGS, as_html, as_text, one_line, web_link

SCRAPS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "<ul><li>",
                "</li></ul>",
                "<a\thref=javascript:x>",
                "<a\thref='//h.example'>",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "<img\tsrc=x\tonerror=y>",
                "&lt;p&gt;",
                "&amp;nbsp;",
                "<svg>",
                "<math><mi>",
                "<style>",
                "<br/>",
                "=?utf-8?q?a?=",
                "&#0;",
                "&#xD800;",
                "<textarea>",
            ]
        ),
    ),
    max_size=25,
).map("".join)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Clinical Trial Manager\n Location: Leeds ", "Clinical Trial Manager Location: Leeds"),
        ("R&#038;D &amp;amp; Ops", "R&D & Ops"),
        ("Nestl\u00c3\u00a9 don\u00e2\u20ac\u2122t", "Nestlé don’t"),
        ("2019\u201a\u00c4\u00ec2021", "2019–2021"),
        ("a\u202eb\u200bc\u00a0d\x00e\ufefff", "abc def"),
        ("Cafe\u0301", "Café"),
        ("<b>Senior</b> <em>CTM</em>", "Senior CTM"),
        ("<script>alert(1)</script>CTM", "<script>alert(1)</script>CTM"),
        ("{{ 7*7 }} {% x %}", "{{ 7*7 }} {% x %}"),
        ("=?utf-8?q?a=0D=0ABcc:x?=", "= ?utf-8?q?a=0D=0ABcc:x? ="),
        ("CTM\r\nBcc: eve@mail.example", "CTM Bcc: eve@mail.example"),
        ("\ud800CTM\udfff", "CTM"),
        ("Überfahrt Ã", "Überfahrt Ã"),
        (None, ""),
    ],
)
def test_one_line_shows_the_words_and_nothing_that_acts(said: str | None, shown: str) -> None:
    assert one_line(said) == shown


def test_one_line_is_cut_at_its_limit() -> None:
    assert one_line("a" * 10_000, 200) == "a" * 199 + "…"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "<p>Lead trials.</p>Run sites<ul><li>Plan <b>budgets</b></li><li><p>Report</p></li></ul>",
            "Lead trials.\nRun sites\n- Plan budgets\n- Report",
        ),
        ("<script>var a</script><style>b{}</style><p>Words</p>", "Words"),
        ("&lt;p&gt;Plan &amp;amp; run&amp;nbsp;it&lt;/p&gt;", "Plan & run it"),
        ("One line\nanother &amp; a < b", "One line\nanother & a < b"),
        ("<p>wrapped\n in the source</p>", "wrapped in the source"),
        ("<table><tr><td>Pay</td><td>Good</td></tr></table>", "Pay\nGood"),
        ("", ""),
        (None, ""),
    ],
)
def test_html_becomes_lines(said: str | None, shown: str) -> None:
    assert as_text(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            '<div class="x" onclick="y()"><h2>Tasks</h2><img src="t.gif"><a href="https://a.example/?b=1&c=2">More</a></div>',
            '<h3>Tasks</h3><a href="https://a.example/?b=1&amp;c=2" rel="nofollow noopener">More</a>',
        ),
        ('<a href="java&#10;script:x()">l</a>', '<a rel="nofollow noopener">l</a>'),
        ('<a href="//evil.example">l</a>', '<a rel="nofollow noopener">l</a>'),
        ("First\nSecond & third", "<p>First</p><p>Second &amp; third</p>"),
        ("<p>a</p><p> </p><p><b></b></p>", "<p>a</p>"),
    ],
)
def test_html_keeps_only_what_is_safe(said: str, shown: str) -> None:
    assert re.sub(r"</?p>", "", as_html(said)) == re.sub(r"</?p>", "", shown)


@settings(max_examples=200, deadline=None)
@given(SCRAPS)
def test_no_html_lets_another_tag_attribute_or_scheme_through(said: str) -> None:
    safe = as_html(said)
    assert len(safe.encode()) <= HTML_CUT
    for element in html5lib.parseFragment(safe, namespaceHTMLElements=False).iter():
        if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT":
            assert element.tag in TAGS
            assert set(element.attrib) <= {"href", "rel"}
            assert element.get("href", "https:").partition(":")[0] in SCHEMES


@settings(max_examples=200, deadline=None)
@given(SCRAPS)
def test_lines_hold_no_control_characters_and_are_normal(said: str) -> None:
    for shown in (one_line(said), as_text(said).replace("\n", "")):
        assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cs")} - {"\t"}
        assert unicodedata.is_normalized("NFC", shown)
    assert "=?" not in one_line(said)
    assert "?=" not in one_line(said)


@pytest.mark.parametrize(
    "bomb", ["<div>" * 100_000, "<ul><li>" * 50_000, "<!--" * 100_000, "&" * 500_000, "<b " * 100_000]
)
def test_a_bomb_is_read_in_seconds(bomb: str) -> None:
    assert len(as_html(bomb).encode()) <= HTML_CUT
    assert len(as_text(bomb)) <= len(bomb)


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("https://jobs.example/1?a=1&amp;b=2", "https://jobs.example/1?a=1&b=2"),
        (" https://jobs.example/\n1 ", "https://jobs.example/1"),
        ("/1", "https://board.example/1"),
        ("javascript:alert(1)", None),
        ("https://eve:pw@jobs.example/", None),
        ("https://[", None),
        ("mailto:a@b.example", None),
        (7, None),
    ],
)
def test_only_web_links_are_links(said: object, link: str | None) -> None:
    assert web_link(said, "https://board.example/feed") == link
