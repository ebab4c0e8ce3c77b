"""How feeds are and what they see, on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.house import LATER, Shell, board


def test_a_healthy_feed_is_said_to_be_so_with_its_figures(lived: Shell) -> None:
    said = lived.ok("feeds", "health", "--json", "--now", LATER).json
    (feed,) = said["feeds"]
    assert (feed["name"], feed["state"], feed["faults"], said["faults"]) == ("Board", "healthy", [], [])
    assert "Board" in lived.ok("feeds", "health", "Board", "--now", LATER).out


@pytest.mark.slow
def test_a_feed_that_went_silent_is_named_with_the_evidence_and_the_command_fails(
    lived: Shell, tmp_path: Path
) -> None:
    shutil.copytree(lived.home, tmp_path / "home")
    home = Shell(tmp_path / "home")
    path = home.write("news.json", board(*range(10, 25)))
    home.ok("feeds", "add", path, "--name", "News", "--now", LATER)
    for day in range(5):
        home.write("news.json", board(*range(10, 25 + day)))
        home.ok("round", "ingest", "--now", f"2026-12-0{day + 1}T08:00:00Z")
    home.write("news.json", board())
    home.ok("round", "ingest", "--now", "2026-12-06T08:00:00Z")
    said = home("feeds", "health", "News", "--now", "2026-12-06T09:00:00Z")
    assert said.code == 1
    says = "answered well and held nothing; it used to hold 17 entries"
    assert f"News: no items. {says}" in said.out
    (feed,) = home("feeds", "health", "News", "--json", "--now", "2026-12-06T09:00:00Z").json["feeds"]
    assert (feed["state"], feed["faults"]) == ("suspect", [{"name": "no items", "evidence": says}])


def test_a_feed_whose_source_says_that_it_is_gone_needs_a_look_until_somebody_stops_it(
    lived: Shell, tmp_path: Path
) -> None:
    shutil.copytree(lived.home, tmp_path / "home")
    home = Shell(tmp_path / "home")
    for reason, code in (("gone for good (410) on 2026-12-01", 1), ("by hand", 0)):
        home.ok("feeds", "pause", "Board", "--reason", reason)
        assert home("feeds", "health", "--now", LATER).code == code


def test_coverage_says_what_was_seen_and_that_it_is_too_little_to_tell(lived: Shell) -> None:
    said = lived.ok("coverage", "--json", "--now", LATER).json
    assert [(e["country"], e["share"]) for e in said["estimates"]] == [("all", None), ("US", None)]
    assert said["estimates"][0]["method"].startswith("too few to tell: ")
    assert [f["feed"] for f in said["feeds"]] == ["Board"]
    assert "not known" in lived.ok("coverage", "--country", "us", "--now", LATER).out


def test_coverage_of_nothing_says_where_to_look(shell: Shell) -> None:
    assert "feeds health" in shell.ok("coverage").out
