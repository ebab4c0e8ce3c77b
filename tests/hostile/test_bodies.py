"""What a body says may be wrong, hostile or turn around: what is stored of it, look after look, and what people are told."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.flows.house import DAY, HOUR
from tests.hostile.scene import LATER, scene
from tests.people import NOW


@pytest.mark.parametrize("body", ["http://127.0.0.1:{port}/secret", "file:///etc/hostname", "/etc/hostname"])
def test_a_body_that_spells_an_address_opens_nothing(tmp_path: Path, body: str) -> None:
    """P3."""
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/bodyurl?of={quote(body.format(port=on.web.good), safe='')}"))
        looked = on.round(NOW)["bad"]
        assert looked.outcome == "error"
        assert "this is plain text that begins" in looked.reason
        assert on.web.asked(on.web.good) == []


def test_what_is_beyond_the_cap_waits_and_is_never_dropped(tmp_path: Path) -> None:
    """P4."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/items?n=2300"))
        looks = [on.round(NOW + n * HOUR)["bad"] for n in range(3)]
        assert [(r.new, r.deferred) for r in looks] == [(2000, 300), (300, 0), (0, 0)]
        rows = on.home.sql("SELECT count(*), count(DISTINCT title), min(origin), max(origin) FROM postings")
        assert rows == [(2300, 2300, "baseline", "baseline")]


@pytest.mark.slow
def test_a_hundred_thousand_items_take_less_than_a_minute(tmp_path: Path) -> None:
    """P4."""
    with scene(tmp_path, seconds=20) as on:
        on.add(on.web.url("/items?n=100000"))
        on.add_good()
        looks = on.round(NOW)
        assert (looks["bad"].entries, looks["bad"].new, looks["bad"].deferred) == (100_000, 2000, 98_000)
        assert [looks[name].new for name in on.names] == [1, 1, 1]
        assert on.home.sql("SELECT max(milliseconds) < 60000 FROM fetches") == [(1,)]


@pytest.mark.parametrize("path", ["newids", "moved"])
def test_new_ids_and_new_addresses_bring_nothing_new(tmp_path: Path, path: str) -> None:
    """P5, P6."""
    with scene(tmp_path) as on:
        person = on.home.person(plan="plus", wishes=({"countries": []},))
        on.add(on.web.url(f"/{path}"))
        on.home.round(NOW)
        before = on.stored()
        assert len(before) == 2
        for hours in (2, 4, 6):
            assert on.round(NOW + hours * HOUR)["bad"].new == 0
        on.home.round(NOW + DAY)
        on.home.round(NOW + 2 * DAY)
        after = on.stored()
        assert [(i, seen, closed) for i, _, seen, closed in after] == [
            (i, seen, closed) for i, _, seen, closed in before
        ]
        assert on.home.told(person) == sorted(str(i) for i, *_ in before)


def test_two_items_with_one_guid_are_two_and_stay_two(tmp_path: Path) -> None:
    """P7."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/dupguid"))
        looks = [on.round(NOW)["bad"]]
        on.home.sql("UPDATE feeds SET body_hash = NULL, etag = NULL")
        looks += [on.round(NOW + n * HOUR)["bad"] for n in (1, 2)]
        assert [(r.entries, r.new, r.changed) for r in looks] == [(2, 2, 0), (2, 0, 0), (0, 0, 0)]
        assert [title for _, title, *_ in on.stored()] == [
            "Clinical Trial Manager 81",
            "Clinical Trial Manager 82",
        ]


def test_no_date_of_a_source_decides_what_is_new_or_lies_ahead(tmp_path: Path) -> None:
    """P8."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/same"))
        on.round(NOW)
        on.home.sql("UPDATE feeds SET url = :url, kind = 'rss'", url=on.web.url("/dates"))
        assert on.round(LATER)["bad"].new == 6
        rows = on.home.sql("SELECT origin, first_seen_at, posted_at FROM postings WHERE id > 1 ORDER BY id")
        assert {(origin, str(seen)[:16]) for origin, seen, _ in rows} == {("new", f"{LATER:%Y-%m-%d %H:%M}")}
        shown = [p.posted_at for p in on.home.app.postings.of_ids(str(n) for n in range(2, 8)).values()]
        assert [str(moment)[:10] for moment in shown] == [
            "None",
            "None",
            "None",
            "None",
            "2026-05-04",
            "2026-05-04",
        ]
        assert on.round(LATER + HOUR)["bad"].new == 0


def test_text_of_any_charset_becomes_valid_text(tmp_path: Path) -> None:
    """P9."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/charset"))
        assert on.round(NOW)["bad"].new == 1
        ((title, words),) = on.home.sql("SELECT title, description FROM postings")
        assert str(title).startswith("Leiter klinische Prüfung – CTM")
        for text in (str(title), str(words)):
            assert unicodedata.is_normalized("NFC", text)
            text.encode()
            assert "\x00" not in text


def test_titles_are_text_on_one_line_and_nothing_else(tmp_path: Path) -> None:
    """P10."""
    with scene(tmp_path) as on:
        on.home.person(plan="plus", wishes=({"countries": []},))
        on.add(on.web.url("/titles"))
        on.home.round(NOW)
        titles = [str(title) for _, title, *_ in on.stored()]
        assert len(titles) == 6
        assert max(map(len, titles)) <= 300
        assert not [t for t in titles if set(t) & set("\r\n\u202e\u2066")]
        assert any("{{ 7 * 7 }}" in t for t in titles)
        assert on.home.breaches(NOW) == []


def test_an_entry_closes_after_two_whole_listings_without_it_and_never_by_an_error(tmp_path: Path) -> None:
    """P11."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/vanish"), kind="greenhouse")
        closed = []
        for looks in range(6):
            looked = on.round(NOW + looks * DAY)["bad"]
            closed.append((looked.outcome, looked.closed))
        assert [c for _, c in closed[:3]] == [0, 0, 0]
        assert closed[2][0] == "error"
        assert closed[3] == ("ok", 1)
        assert len(on.stored()) == 2


def test_what_a_feed_held_before_we_knew_it_is_new_to_nobody(tmp_path: Path) -> None:
    """P12."""
    with scene(tmp_path) as on:
        on.add(on.web.url("/same"), "first")
        on.round(NOW)
        person = on.home.person(plan="plus", wishes=({"countries": []},))
        on.home.round(NOW)
        before = on.home.told(person)
        on.home.app.feeds.add(on.web.url("/items?n=300"), "rss", "bad", NOW + HOUR)
        assert on.round(NOW + HOUR)["bad"].new == 300
        on.home.round(NOW + DAY)
        assert on.home.told(person) == before
