"""The catalogue: every entry can be added as it stands, and comes in paused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.feeds.catalogue import Board, Catalogue, make_catalogue
from ctm_alerts.feeds.declared import Declared, Lists, enrolled
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.terms import Book
from ctm_alerts.feeds.terms_file import make_book
from ctm_alerts.settings import data_dir, load
from ctm_alerts.settings.sources import read_folder

BOOK: Book = make_book(load({}).sources.terms)
SHIPPED = make_catalogue(read_folder(data_dir("config") / "feeds.d"), BOOK)
BOARDS = SHIPPED.boards
ROW: dict[str, Any] = {
    "name": "Harbour", "kind": "lever", "url": "https://jobs.lever.co/harbour", "terms": "Lever job sites",
    "why": "2 CTM-family titles of 9 in clinical research, June 2026", "countries": ["GB"],
}  # fmt: skip


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.name)
def test_an_entry_is_of_a_kind_that_takes_its_address_and_comes_in_held_back(board: Board) -> None:
    asked = KINDS[board.kind].request(board.url)
    assert urlsplit(asked.url).scheme == "https"
    assert BOOK.of(board.kind, board.url).source == board.terms
    columns = enrolled(board.declared(), "catalogue", Lists(), BOOK).columns
    assert (columns["state"], columns["terms"]) == ("paused", "paused")


def test_no_entry_stands_there_twice() -> None:
    assert len({b.name.casefold() for b in BOARDS}) == len({b.url.casefold() for b in BOARDS}) == len(BOARDS)


def test_what_was_counted_is_told_with_n_and_date_and_what_was_not_says_so() -> None:
    counted = re.compile(r"\d+ CTM-family titles? of \d+ in clinical research, June 2026")
    assert [
        b.name for b in BOARDS if not counted.fullmatch(b.why) and not b.why.endswith("was not counted")
    ] == []
    assert sum(bool(counted.fullmatch(b.why)) for b in BOARDS) > 100


def test_every_file_says_that_nobody_here_ever_polled_these() -> None:
    for path in (data_dir("config") / "feeds.d").glob("*.toml"):
        assert "ever polled" in path.read_text(encoding="utf-8").split("[[board]]")[0]


def test_an_entry_is_found_by_its_name_in_any_case() -> None:
    made = make_catalogue({"x": {"board": [ROW]}}, BOOK)
    assert made == Catalogue((Board("Harbour", "lever", ROW["url"], ROW["terms"], ROW["why"], ("GB",)),))
    assert made.named("harbour").declared("read on 2026-11-20 by Ann") == Declared(
        "Harbour", ROW["url"], "lever", accepted="read on 2026-11-20 by Ann"
    )
    with pytest.raises(NotFound, match="the catalogue has no 'arbo'; near it: Harbour"):
        made.named("arbo")
    with pytest.raises(NotFound, match=r"`ctm-alerts feeds catalogue` lists all"):
        made.named("x")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["Harbour", "Oak"]),
        ({"country": "gb"}, ["Harbour"]),
        ({"kind": "ashby"}, ["Oak"]),
        ({"words": "OAK"}, ["Oak"]),
        ({"country": "GB", "kind": "ashby"}, []),
    ],
)
def test_it_can_be_searched(wanted: dict[str, str], found: list[str]) -> None:
    oak = {
        **ROW,
        "name": "Oak",
        "kind": "ashby",
        "url": "https://jobs.ashbyhq.com/oak",
        "terms": "Ashby job boards",
    }
    made = make_catalogue({"x": {"board": [ROW, {**oak, "countries": []}]}}, BOOK)
    assert [b.name for b in made.search(**wanted)] == found


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "nothing"}, "kind: no kind 'nothing'"),
        ({"kind": "workday"}, "url: https://jobs.lever.co/harbour names no Workday site"),
        ({"terms": "Nobody"}, "terms: 'Nobody' is no source of config/terms"),
        ({"terms": "Jobicy"}, "terms: its address is bound by those of Lever job sites"),
        ({"why": ""}, "why: is missing or no text"),
        ({"countries": ["Germany"]}, "countries: must list ISO 3166 codes"),
        ({"extra": 1}, "extra: no such key"),
    ],
)
def test_a_wrong_entry_says_file_number_key_and_remedy(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        make_catalogue({"x": {"board": [{**ROW, **changes}]}}, BOOK)
    assert str(refused.value).startswith("config/feeds.d/x.toml: [[board]] 1 (Harbour) ")
    assert says in str(refused.value)


def test_two_entries_of_one_address_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"'https://jobs.lever.co/harbour' stands there twice; keep one"):
        make_catalogue({"x": {"board": [ROW, {**ROW, "name": "Other"}]}}, BOOK)
