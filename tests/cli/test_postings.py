"""The commands about postings: what stands about one, and an admin's word on which are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.house import LATER, Said, Shell

AFTER = "2026-11-26T15:00:00Z"


@pytest.fixture
def home(lived: Shell, tmp_path: Path) -> Shell:
    """A copy of the home where Ann was told of posting 2, to be changed."""
    shutil.copytree(lived.home, tmp_path / "home")
    return Shell(tmp_path / "home")


def refused(said: Said) -> str:
    """Exit 2, one line on standard error, no trace; that line."""
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    return said.err.removeprefix("ctm-alerts: ").strip()


def test_show_tells_all_that_stands_about_a_posting(lived: Shell) -> None:
    shown = lived.ok("postings", "show", "2", "--json").json
    assert lived.ok("postings", "show", "https://boards.example/jobs/2", "--json").json == shown
    assert {name: shown[name] for name in ("id", "title", "company", "origin", "closed", "merged_into", "told")} == {
        "id": "2", "title": "Clinical Trial Manager", "company": "Sponsor 2 Biotech", "origin": "new", "closed": "",
        "merged_into": None, "told": 1,
    }  # fmt: skip
    assert (shown["verdict"]["role"], shown["inherited"]) == ("ctm", [])
    assert shown["sightings"] == [
        {
            "id": "2", "feed": "Board", "source_id": "2", "url": "https://boards.example/jobs/2",
            "first_seen_at": LATER, "last_seen_at": LATER, "absences": 0,
            "location": "Boston, MA, United States", "joined_by": "", "because": "",
            "stands": "the employer's own page or hiring system", "speaks": True,
        }
    ]  # fmt: skip
    assert [key.partition(":")[0] for key in shown["keys"]] == ["position", "url"]


def test_show_says_it_in_words(lived: Shell) -> None:
    said = lived.ok("postings", "show", "2").out
    for words in (
        "posting 2: Clinical Trial Manager, Sponsor 2 Biotech, Boston, MA, United States",
        "open; first seen 2026-11-26 14:00 UTC (new), revision 1",
        "told to 1 subscriber\n",
        "found by url:https://boards.example/jobs/2",
    ):
        assert words in said
    assert [line.split()[:3] for line in said.splitlines() if line.startswith("2 ")] == [["2", "Board", "2"]]


def test_merge_and_split_undo_each_other_and_say_why(home: Shell) -> None:
    done = home.ok(
        "postings", "merge", "1", "2", "--because", "one requisition", "--now", AFTER, "--json"
    ).json
    assert done == {"kept": "1", "gone": "2", "because": "one requisition"}
    kept, gone = (home.ok("postings", "show", i, "--json").json for i in ("1", "2"))
    assert ([s["id"] for s in kept["sightings"]], kept["told"]) == (["1", "2"], 1)
    assert kept["inherited"] == [
        {"from_id": "2", "how": "merge", "at": AFTER, "because": "one requisition (it brought sightings 2)"}
    ]
    assert (gone["closed"], gone["merged_into"], gone["sightings"]) == ("merged into 1", "1", [])
    assert "merged from 2 on 2026-11-26 15:00 UTC: one requisition" in home.ok("postings", "show", "1").out
    parted = home.ok("postings", "split", "1", "2", "--because", "two teams", "--now", AFTER, "--json").json
    assert parted == {"posting": "1", "new": "3", "sightings": ["2"], "because": "two teams"}
    half = home.ok("postings", "show", "3", "--json").json
    assert ([s["id"] for s in half["sightings"]], half["told"]) == (["2"], 1)
    assert [i["because"] for i in half["inherited"]] == [
        "two teams",
        "by way of 1: one requisition (it brought sightings 2)",
    ]
    assert home("prove", "--now", AFTER).code == 0


def test_postings_are_named_by_their_link_too_and_the_way_back_is_said(home: Shell) -> None:
    one, two = "https://boards.example/jobs/1", "https://boards.example/jobs/2"
    assert home.ok("postings", "merge", one, two).out == (
        "posting 2 is merged into 1; `postings split 1 SIGHTING...` parts its sightings again\n"
    )
    assert home.ok("postings", "split", one, "2").out == (
        "sightings 2 are posting 3 now; its words come with the next look at its feeds\n"
    )
    home.ok("round", "ingest", "--now", "2026-11-28T14:00:00Z")
    assert home.ok("postings", "show", "3", "--json").json["company"] == "Sponsor 2 Biotech"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "9"), "no posting '9'; give the number that mails and `feeds preview` show, or its URL"),
        (("merge", "1", "9"), "no posting '9'; give the number that mails and `feeds preview` show, or its URL"),
        (("merge", "1", "1"), "posting 1 cannot be merged into itself; name two postings"),
        (("split", "1", "1"), "posting 1 stays as it is: all sightings were named; name some of them and leave some: `postings show 1` lists its sightings"),
        (("split", "1", "7"), "posting 1 has no sighting 7; `postings show 1` lists its sightings"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_the_remedy(
    lived: Shell, words: tuple[str, ...], says: str
) -> None:
    assert refused(lived("postings", *words)) == says


def test_what_is_printed_for_machines_is_json_alone(lived: Shell) -> None:
    assert isinstance(json.loads(lived.ok("postings", "show", "1", "--json").out), dict)
