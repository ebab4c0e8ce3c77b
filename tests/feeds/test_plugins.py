"""Kinds that others add: a real distribution in a folder of its own, read by a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctm_alerts.feeds.kinds import BUILT_IN, KINDS, UnknownKind
from tests.cli.house import Shell

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
MODULE = PAGE.split("```python\n# trialboard_kind.py\n")[1].split("```")[0]
ENTRY_POINT = re.findall(r'^(trialboard = "trialboard_kind")$', PAGE, re.MULTILINE)[0].replace('"', "")
BODY = json.dumps(
    {
        "trialboard": [
            {"ref": 7, "title": "Clinical Trial Manager", "employer": "Halden Biotech", "place": "Leeds, UK",
             "link": "https://trialboard.example/7", "text": "<p>You run trials.</p>", "since": "2026-11-20"},
            {"ref": 8},
        ]
    }
)  # fmt: skip


def install(folder: Path, points: dict[str, str], **modules: str) -> Path:
    """A distribution with these entry points and modules, as an installer leaves it; the folder for PYTHONPATH."""
    info = folder / "trialboard_kind-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trialboard-kind\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[ctm_alerts.kinds]\n{lines}")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def shell(tmp_path: Path, site: Path) -> Shell:
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    (tmp_path / "home").mkdir(exist_ok=True)
    return Shell(tmp_path / "home", {"PYTHONPATH": path})


@pytest.fixture
def trialboard(tmp_path: Path) -> Shell:
    """A home beside the plug-in that the page shows."""
    name, _, value = ENTRY_POINT.partition(" = ")
    return shell(tmp_path, install(tmp_path / "site", {name: value}, trialboard_kind=MODULE))


def test_the_plug_in_of_the_page_is_a_kind_like_ours(trialboard: Shell) -> None:
    said = trialboard.ok("feeds", "kinds", "--json")
    (line,) = [row for row in said.json if row["kind"] == "trialboard"]
    assert line == {
        "kind": "trialboard", "what it reads": "Trial Board: a JSON list of openings", "listing": "whole",
        "least interval": "2 h", "entries a look": "500", "pages": "", "second call": "", "credit": "Trial Board",
    }  # fmt: skip
    names = [row["kind"] for row in said.json]
    assert names.index("paylocity") < names.index("trialboard") < names.index("json_feed")
    assert (len(names), said.err) == (len(BUILT_IN) + 1, "")


def test_it_is_found_out_parsed_in_the_child_and_stored(trialboard: Shell) -> None:
    board = trialboard.write("board.json", BODY)
    added = trialboard.ok("feeds", "add", board, "--name", "Trial Board", "--json").json
    assert added["kind"] == "trialboard"
    (looked,) = trialboard.ok("round", "ingest", "--json").json["ingest"]
    assert (looked["outcome"], looked["entries"], looked["skipped"], looked["new"]) == ("ok", 1, 1, 1)


def test_a_feed_whose_plug_in_is_gone_says_so_and_the_others_go_on(trialboard: Shell) -> None:
    trialboard.ok(
        "feeds",
        "add",
        trialboard.write("board.json", BODY),
        "--name",
        "Trial Board",
        "--now",
        "2026-11-25T08:00:00Z",
    )
    other = trialboard.write("plain.xml", '<rss version="2.0"><channel><title>Plain</title></channel></rss>')
    trialboard.ok("feeds", "add", other, "--name", "Plain", "--now", "2026-11-25T08:00:00Z")
    bare = Shell(trialboard.home)
    looks = {
        r["feed"]: r
        for r in bare.ok("round", "ingest", "--now", "2026-11-25T08:00:00Z", "--json").json["ingest"]
    }
    assert looks["Plain"]["outcome"] == "ok"
    assert looks["Trial Board"]["outcome"] == "error"
    assert "trialboard" in looks["Trial Board"]["reason"]
    assert "plug-in" in looks["Trial Board"]["reason"]
    assert bare("feeds", "list").code == 0


BROKEN = {
    "that cannot be imported": ("broken_kind", "import nothing_like_this", "ModuleNotFoundError: No module named 'nothing_like_this'"),
    "that ends the process": ("broken_kind", "raise SystemExit(3)", "SystemExit: 3"),
    "that has no parse": ("broken_kind", "LABEL = 'x'", "broken_kind has no function parse(body, url)"),
    "that names something else": ("broken_kind:LABEL", "LABEL = 'x'", "it names a str; name a module or a ctm_alerts.feeds.kinds.Kind"),
    "whose floor is a number": (
        "broken_kind", "FLOOR = 3600\ndef parse(body, url=None): ...\n",
        "FLOOR is 3600; it must be a datetime.timedelta of 0 or more",
    ),
    "that takes no entries": (
        "broken_kind", "MAX_ENTRIES = 0\ndef parse(body, url=None): ...\n",
        "MAX_ENTRIES is 0; it must be a whole number of 1 or more",
    ),
    "whose listing is none that we know": (
        "broken_kind", "LISTING = 'all'\ndef parse(body, url=None): ...\n",
        "LISTING is 'all'; it must be \"whole\" or \"recent\"",
    ),
    "whose credit is no text": (
        "broken_kind", "CREDIT = None\ndef parse(body, url=None): ...\n", "LABEL and CREDIT must be texts",
    ),
    "whose kind has another name": (
        "broken_kind:KIND",
        ("from datetime import timedelta\nfrom ctm_alerts.feeds.kinds import Kind\n"
         "KIND = Kind('other', 'x', 'broken_kind', 'whole', 1, timedelta(hours=1))\ndef parse(body, url=None): ...\n"),
        "the entry point is called 'broken' and its kind 'other'; give both one name",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_plug_in_is_left_out_with_the_reason(tmp_path: Path, name: str) -> None:
    value, text, says = BROKEN[name]
    points = {"broken": value, "trialboard": "trialboard_kind"}
    made = shell(tmp_path, install(tmp_path / "site", points, broken_kind=text, trialboard_kind=MODULE))
    said = made.ok("feeds", "kinds", "--json")
    assert said.err == f"plug-in broken of trialboard-kind is left out: {says}\n"
    assert [r["kind"] for r in said.json if r["kind"] in ("broken", "trialboard")] == ["trialboard"]
    (finding,) = [f for f in made.ok("check", "--json").json if f["name"] == "plug-in broken"]
    assert (finding["level"], finding["says"]) == ("warning", f"left out (trialboard-kind): {says}")


def test_no_plug_in_takes_the_name_of_ours_or_a_name_that_no_column_holds(tmp_path: Path) -> None:
    points = {"rss": "trialboard_kind", "Trial-Board": "trialboard_kind"}
    made = shell(tmp_path, install(tmp_path / "site", points, trialboard_kind=MODULE))
    said = made.ok("feeds", "kinds", "--json")
    assert said.err.splitlines() == [
        "plug-in Trial-Board of trialboard-kind is left out: its name must be of small letters, digits and _, 2 to 39 of them",
        "plug-in rss of trialboard-kind is left out: the kind 'rss' is there already and is not replaced; give it another name",
    ]  # fmt: skip
    assert [r["what it reads"] for r in said.json if r["kind"] == "rss"] == ["RSS 2.0, RSS 1.0 or Atom"]


def test_a_plug_in_that_fails_on_an_address_costs_its_own_feed_a_look_and_nobody_else(tmp_path: Path) -> None:
    text = MODULE.replace(
        "def parse(", "def request(feed_url):\n    raise RuntimeError('no')\n\n\ndef parse("
    )
    made = shell(
        tmp_path, install(tmp_path / "site", {"trialboard": "trialboard_kind"}, trialboard_kind=text)
    )
    made.ok("feeds", "add", made.write("board.json", BODY), "--name", "Trial Board")
    plain = made.write("plain.xml", '<rss version="2.0"><channel><title>Plain</title></channel></rss>')
    made.ok("feeds", "add", plain, "--name", "Plain")
    looks = {r["feed"]: r["outcome"] for r in made.ok("round", "ingest", "--json").json["ingest"]}
    assert looks == {"Trial Board": "error", "Plain": "ok"}


def test_a_plug_in_that_fails_on_a_strange_body_keeps_nobody_from_being_found(tmp_path: Path) -> None:
    text = MODULE.replace(
        'return isinstance(said, dict) and "trialboard" in said', "raise RuntimeError('no')"
    )
    made = shell(
        tmp_path, install(tmp_path / "site", {"trialboard": "trialboard_kind"}, trialboard_kind=text)
    )
    feed = made.write("plain.xml", '<rss version="2.0"><channel><title>Plain</title></channel></rss>')
    assert made.ok("feeds", "add", feed, "--json").json["kind"] == "rss"


def test_a_plug_in_that_hangs_or_opens_a_line_costs_its_own_look_alone(tmp_path: Path) -> None:
    text = MODULE.replace(
        "    document = json.loads(body)\n",
        "    import socket\n    socket.socket().connect(('127.0.0.1', 9))\n",
    )
    made = shell(
        tmp_path, install(tmp_path / "site", {"trialboard": "trialboard_kind"}, trialboard_kind=text)
    )
    refused = made("feeds", "preview", made.write("board.json", BODY), "--kind", "trialboard")
    assert refused.code == 2
    assert "PermissionError" in refused.err


def test_a_name_that_no_kind_has_is_missed_with_the_remedy() -> None:
    with pytest.raises(
        UnknownKind, match="there is no kind 'nothing' here; install its plug-in, or pause the feed"
    ):
        KINDS["nothing"]
    assert KINDS.get("nothing") is None
    assert "nothing" not in KINDS


def test_plug_ins_are_looked_for_only_when_the_kinds_are_asked(tmp_path: Path) -> None:
    site = install(
        tmp_path / "site",
        {"loud": "loud_kind"},
        loud_kind="print('loaded')\ndef parse(body, url=None): ...\n",
    )
    script = "import ctm_alerts.feeds.kinds as k; k.KINDS['rss']; print('asked'); 'loud' in k.KINDS"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout.split(), done.stderr) == (["asked", "loaded"], "")


RAW = """
from ctm_alerts.feeds.feed import Entry, Parsed

def detects(said, url):
    return "trialboard" in said

def parse(body, url=None):
    link = "https://trialboard.example/" + "x" * 4000
    return Parsed("raw", (Entry("r" * 4000, link, "Clinical Trial Manager", "Halden", None, "", "", apply_url=link),))
"""


def test_a_plug_in_may_give_names_of_any_length(tmp_path: Path) -> None:
    made = shell(tmp_path, install(tmp_path / "site", {"raw": "raw_kind"}, raw_kind=RAW))
    made.ok("feeds", "add", made.write("board.json", BODY), "--name", "Trial Board")
    (look,) = made.ok("round", "ingest", "--json").json["ingest"]
    assert (look["outcome"], look["new"]) == ("ok", 1)
    (sighting,) = made.ok("postings", "show", "1", "--json").json["sightings"]
    assert (sighting["url"], len(sighting["source_id"])) == (None, len("sha256:") + 32)
