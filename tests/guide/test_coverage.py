"""Each thing of the career guide is carried by something named, or left out for a stated reason."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.guide.coverage import Carrier, Coverage, carrier_at, make_coverage

Tables = dict[str, dict[str, Any]]
CONFIG = Path(__file__).parents[2] / "config"
PLANS = tomllib.loads((CONFIG / "plans.toml").read_text(encoding="utf-8"))
SAMPLES = os.environ.get("CTM_ALERTS_SAMPLES")
#: the least share of a thing's own words that must be found in what carries it
ENOUGH = 0.6
#: the same for what names a line of the guide; a name of ours may hold a word beside the guide's
ENOUGH_NAMED = 0.5
IDLE = frozenset(("and", "the", "for", "with", "from", "label", "secti", "seed", "value", "their"))


@pytest.fixture
def guide(tables: Tables) -> Guide:
    return make_guide(tables)


@pytest.fixture
def coverage(tables: Tables) -> Coverage:
    return make_coverage(tables["coverage"])


def carriers(guide: Guide, coverage: Coverage, row: str) -> list[Carrier]:
    return [carrier_at(guide, PLANS, path) for path in coverage.carried.get(row, ())]


def stems(thing: str) -> set[str]:
    """The words of a thing that mean something, cut so that endings do not count."""
    own = re.sub(r"\((?:section|group|abbreviation)\)|\bas written\b", "", thing)
    return {w for w in cut(own) if len(w) > 2 and w not in IDLE}


def cut(text: str) -> set[str]:
    return {w[:5] for w in re.findall(r"[^\W_]+", re.sub(r"(?<=\d),(?=\d)", "", text).lower())}


def share(thing: str, text: str) -> float:
    """How much of a thing's words stand in a text."""
    sought, there = stems(thing), cut(text)
    return len(sought & there) / len(sought) if sought else 1.0


def stated(value: object) -> Iterator[tuple[str, frozenset[int], tuple[str, ...]]]:
    """Everything that names a line, wherever it stands: what it is, its lines, its text or else its names."""
    if isinstance(value, tuple | list):
        for inner in value:
            yield from stated(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        line = getattr(value, "line", None)
        said = [str(w) for n in ("text", "title") if (w := getattr(value, n, None))]
        names = [str(w) for n in ("name", "full_name", "id") if (w := getattr(value, n, None))]
        if line and (said or names):
            named = f"{type(value).__name__} {(names or said)[0]}"
            yield named, frozenset((line, *getattr(value, "also", ()))), tuple(said or names)
        for part in fields(value):
            yield from stated(getattr(value, part.name))


def rows() -> Iterator[dict[str, str]]:
    assert SAMPLES
    with (Path(SAMPLES) / "guide" / "coverage.tsv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def test_every_path_leads_to_something(guide: Guide, coverage: Coverage) -> None:
    empty = [
        c.path
        for row in coverage.carried
        for c in carriers(guide, coverage, row)
        if c.value in ("", (), None)
    ]
    assert empty == []


def test_every_row_that_is_left_out_says_why(coverage: Coverage) -> None:
    assert [row for row, why in coverage.left_out.items() if len(why.split()) < 3] == []


def test_the_rows_are_numbered_without_a_gap(coverage: Coverage) -> None:
    rows = sorted({*coverage.carried, *coverage.left_out})
    assert rows == [f"S{n:03d}" for n in range(1, len(rows) + 1)]


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("skills.T05", {109}),
        ("tiers.senior.years", {176}),
        ("tiers.senior.asks.2", {178}),
        ("cases.C1", {326}),
        ("cases.C1.story", {328}),
        ("tools.Veeva Vault", {76}),
        ("certifications.CCRP.conflict", {99, 138, 152, 372}),
        ("plans.free.label", set()),
    ],
)
def test_a_value_has_the_lines_of_the_nearest_thing_that_states_one(
    guide: Guide, path: str, lines: set[int]
) -> None:
    assert carrier_at(guide, PLANS, path).lines == lines


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("skills.T99", "there is no 'T99'; use one of T01, T02"),
        ("skill", "there is no 'skill'; use one of tiers"),
        ("tiers.senior.scope.99", "there is no '99'"),
        ("tiers.senior.scope.0", "there is no '0'"),
        ("tiers.senior.name.more", "the path ends before it"),
        ("plans.gold", "use one of free, plus"),
        ("tier", "there is no 'tier'"),
        ("_skills", "there is no '_skills'"),
        ("role_labels.boss", "use one of ctm"),
    ],
)
def test_a_path_that_leads_nowhere_says_how_far_it_goes(guide: Guide, path: str, says: str) -> None:
    with pytest.raises(NotFound, match=re.escape(says)):
        carrier_at(guide, PLANS, path)


def _both(coverage: dict[str, Any]) -> None:
    coverage["left_out"]["S001"] = "for no reason at all"


def _idle_words(coverage: dict[str, Any]) -> None:
    coverage["words"]["S999"] = "it says it otherwise"


def _no_path(coverage: dict[str, Any]) -> None:
    coverage["carried"]["S001"] = 7


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_both, "S001 is both carried and left out; keep one"),
        (_idle_words, r"\[words\] explains S999, not in \[carried\]"),
        (_no_path, r"\[carried\]: S001 must be list"),
    ],
)
def test_a_wrong_entry_is_named_with_its_remedy(tables: Tables, spoil: Any, says: str) -> None:
    spoil(tables["coverage"])
    with pytest.raises(SettingsError, match=says):
        make_coverage(tables["coverage"])


@pytest.mark.real
@pytest.mark.skipif(not SAMPLES, reason="CTM_ALERTS_SAMPLES names no folder")
def test_the_list_and_the_coverage_have_the_same_rows(coverage: Coverage) -> None:
    assert [row["id"] for row in rows()] == sorted({*coverage.carried, *coverage.left_out})


@pytest.mark.real
@pytest.mark.skipif(not SAMPLES, reason="CTM_ALERTS_SAMPLES names no folder")
def test_what_carries_a_row_is_of_the_rows_line(guide: Guide, coverage: Coverage) -> None:
    elsewhere = {}
    for row in rows():
        lines = [c.lines for c in carriers(guide, coverage, row["id"]) if c.lines]
        if lines and not any(int(row["line"]) in of for of in lines):
            elsewhere[row["id"]] = (row["line"], row["thing"], lines)
    assert elsewhere == {}


@pytest.mark.real
@pytest.mark.skipif(not SAMPLES, reason="CTM_ALERTS_SAMPLES names no folder")
def test_a_row_is_recognised_in_what_carries_it_unless_the_coverage_says_why_not(
    guide: Guide, coverage: Coverage
) -> None:
    strange, needless = {}, []
    for row in rows():
        found = carriers(guide, coverage, row["id"])
        if not found:
            continue
        known = share(row["thing"], " ".join(c.text for c in found)) >= ENOUGH
        if not known and row["id"] not in coverage.words:
            strange[row["id"]] = row["thing"]
        if known and row["id"] in coverage.words:
            needless.append(row["id"])
    assert (strange, needless) == ({}, [])


@pytest.mark.real
@pytest.mark.skipif(not SAMPLES, reason="CTM_ALERTS_SAMPLES names no folder")
def test_each_text_is_found_in_the_lines_that_it_names(guide: Guide) -> None:
    assert SAMPLES
    text = (Path(SAMPLES) / "guide" / "career-guide.txt").read_text(encoding="utf-8").split("\n")
    elsewhere = {
        named: (sorted(lines), words)
        for named, lines, words in stated(guide)
        if max(share(w, " ".join(text[n - 1] for n in lines)) for w in words) < ENOUGH_NAMED
    }
    assert elsewhere == {}
