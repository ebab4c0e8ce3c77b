"""The gazetteer as it is shipped."""

from __future__ import annotations

import re

import pytest

from ctm_alerts.guide import Guide
from ctm_alerts.postings.gazetteer import FILE, gazetteer, homes_of, key_of


def test_each_line_is_a_name_and_its_homes_the_largest_first() -> None:
    towns = {name: value for name, value in gazetteer().items() if value[0] != "!"}
    shape = re.compile(r"(?:(?:US\.)?[A-Z]{2}=\d+ ?)+")
    assert [name for name, value in towns.items() if not shape.fullmatch(value)] == []
    people = {name: [p for _, p in homes_of(value)] for name, value in towns.items()}
    assert [name for name, counts in people.items() if counts != sorted(counts, reverse=True)] == []


def test_names_are_written_as_they_are_looked_up() -> None:
    assert [name for name in gazetteer() if key_of(name) != name] == []


def test_the_lines_are_in_order_so_that_a_new_edition_shows_what_changed() -> None:
    names = [
        line.partition("\t")[0] for line in FILE.read_text(encoding="utf-8").splitlines() if line[0] != "#"
    ]
    assert names == sorted(set(names))


def test_every_country_of_a_name_is_one_of_iso_3166(guide: Guide) -> None:
    # those without a line of their own in the guide are small: the Faroes, Guernsey, Samoa
    codes = {value[1:] for value in gazetteer().values() if value[0] == "!"}
    assert set(guide.places.countries) - codes == set()
    assert [code for code in codes if not re.fullmatch("[A-Z]{2}", code)] == []
    assert codes & {"EU", "UN", "ZZ", "AC", "TA", "IC"} == set()


def test_the_head_names_sources_and_licences() -> None:
    head = [line for line in FILE.read_text(encoding="utf-8").splitlines()[:6] if line.startswith("#")]
    said = " ".join(head)
    assert [
        w for w in ("geonames.org", "CC BY 4.0", "cldr.unicode.org", "Unicode License") if w not in said
    ] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("St. Gallen", "st gallen"),
        ("Saint-Étienne", "st etienne"),
        ("L'Aquila", "laquila"),
        ("Łódź", "lodz"),
        ("Fort Worth", "fort worth"),
        ("Ft. Worth", "fort worth"),
        ("ÅRHUS", "arhus"),
        ("U.S.", "us"),
        ("Tyne & Wear", "tyne wear"),
        ("東京都", "東京都"),
    ],
)
def test_a_name_is_looked_up_without_accents_and_points(name: str, key: str) -> None:
    assert key_of(name) == key
