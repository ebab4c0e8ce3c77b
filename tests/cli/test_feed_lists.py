"""Feeds as lists on the command line: terms, declared feeds, the catalogue, lists that come and go, keys."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ctm_alerts.settings import data_dir
from tests.cli.house import NOW, Shell, board, free_port
from tests.cli.test_commands import refused

WORD = "read on 2026-11-20 by Ann Admin"
REMOTIVE = "https://remotive.com/api/remote-jobs"


@pytest.fixture
def configured(tmp_path: Path) -> Shell:
    """A home with a configuration of its own."""
    config = shutil.copytree(data_dir("config"), tmp_path / "config")
    (tmp_path / "home").mkdir()
    return Shell(tmp_path / "home", {"CTM_ALERTS_CONFIG": str(config)})


def declare(shell: Shell, text: str) -> None:
    Path(shell.environment["CTM_ALERTS_CONFIG"], "feeds.toml").write_text(text, encoding="utf-8")


def states(shell: Shell) -> list[tuple[str, str, str]]:
    return [(f["name"], f["state"], f["terms"]) for f in shell.ok("feeds", "list", "--json").json]


# -- terms


def test_a_source_that_forbids_it_is_refused_with_its_own_words_and_the_remedy(shell: Shell) -> None:
    for options in ((), ("--kind", "remotive"), ("--terms-accepted", WORD)):
        said = shell("feeds", "add", REMOTIVE, *options)
        assert refused(said)
        assert "Displaying our jobs in order to collect signups/email addresses" in said.err
        assert '[[accept]] source = "Remotive"' in said.err
    assert refused(shell("feeds", "preview", REMOTIVE))
    assert shell.ok("feeds", "list", "--json").json == []


def test_an_acceptance_in_the_configuration_lets_it_in(configured: Shell) -> None:
    declare(
        configured, '[[accept]]\nsource = "Remotive"\nwho = "Ann"\nwhen = 2026-11-20\nwhy = "a contract"\n'
    )
    configured.ok("feeds", "sync")
    # nothing is asked: the door is open now, and the network is not there
    assert refused(configured("feeds", "add", "http://127.0.0.1:9/jobs"))
    terms = configured.ok("feeds", "terms", "Remotive", "--json").json
    assert (terms["email"], terms["floor"], terms["delay"], terms["credit"]) == (
        "no",
        "360 min",
        "24 h",
        "Remotive",
    )


def test_terms_are_shown_with_their_evidence(shell: Shell) -> None:
    rows = shell.ok("feeds", "terms", "--json").json
    (jobicy,) = [row for row in rows if row["source"] == "Jobicy"]
    assert jobicy == shell.ok("feeds", "terms", "jobicy_rss", "--json").json
    assert {k: jobicy[k] for k in ("poll", "store", "email", "floor", "delay", "read on", "comes to")} == {
        "poll": "yes", "store": "unknown", "email": "unknown", "floor": "60 min", "delay": "6 h",
        "read on": "2026-04-24", "comes to": "paused",
    }  # fmt: skip
    said = shell.ok("feeds", "terms", "Jobicy").out
    assert "“Please make sure Jobicy is clearly credited as the source" in said
    assert "friendlyNotice of https://jobicy.com/api/v2/remote-jobs" in said
    assert "We Work Remotely" in shell.ok("feeds", "terms").out


def test_the_terms_of_a_feed_say_who_accepted_them(shell: Shell) -> None:
    shell.ok("feeds", "add", "--from-catalogue", "IQVIA", "--terms-accepted", WORD)
    shown = shell.ok("feeds", "terms", "IQVIA", "--json").json
    assert (shown["feed"], shown["standing"], shown["because"], shown["poll"]) == (
        "IQVIA", "may", "accepted by Ann Admin, 2026-11-20", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["rss", "nobody"])
def test_terms_of_what_has_none_are_refused(shell: Shell, name: str) -> None:
    assert refused(shell("feeds", "terms", name))


@pytest.mark.slow
def test_a_paused_feed_goes_on_only_with_the_word_of_an_admin(shell: Shell) -> None:
    shell.ok("feeds", "add", "--from-catalogue", "IQVIA")
    assert states(shell) == [("IQVIA", "paused", "paused")]
    assert refused(shell("feeds", "pause", "IQVIA", "--resume"))
    assert refused(shell("feeds", "pause", "IQVIA", "--resume", "--terms-accepted", "fine"))
    shell.ok("feeds", "pause", "IQVIA", "--resume", "--terms-accepted", WORD)
    assert states(shell) == [("IQVIA", "active", "may")]


# -- declared feeds


@pytest.mark.slow
def test_sync_shows_its_plan_does_it_and_loses_nothing(configured: Shell) -> None:
    oak = configured.write("oak.json", board(1)).as_uri()
    declare(configured, f'[[feed]]\nname = "Oak"\nurl = "{oak}"\nkind = "greenhouse"\n')
    (step,) = configured.ok("feeds", "sync", "--dry-run", "--json").json
    assert step == {"what": "added", "feed": "Oak", "id": None, "says": "due at once"}
    assert states(configured) == []
    assert "added" in configured.ok("feeds", "sync", "--now", NOW).out
    configured.ok("round", "ingest", "--now", NOW)
    declare(configured, "")
    (gone,) = configured.ok("feeds", "sync", "--json").json
    assert (gone["what"], gone["id"]) == ("gone", "1")
    assert states(configured) == [("Oak", "paused", "may")]
    assert configured.ok("postings", "show", "1", "--json").json["title"] == "Clinical Trial Manager"
    assert configured.ok("feeds", "sync").out == "all feeds are as declared and as their terms say\n"


def test_the_service_brings_its_feeds_to_what_is_declared_when_it_starts(configured: Shell) -> None:
    oak = configured.write("oak.json", board(1)).as_uri()
    declare(configured, f'[[feed]]\nname = "Oak"\nurl = "{oak}"\nkind = "greenhouse"\n')
    started = Shell(
        configured.home, {**configured.environment, "CTM_ALERTS_BIND": f"127.0.0.1:{free_port()}"}
    )
    process = started.start("run", "--only", "worker")
    assert process.stdout is not None
    with process:
        first = process.stdout.readline()
        process.terminate()
    assert first == "feeds: added: Oak: due at once\n"
    assert states(configured) == [("Oak", "active", "may")]


def test_a_wrong_file_is_told_by_check_and_stops_every_command(configured: Shell) -> None:
    declare(configured, '[[feed]]\nname = "Oak"\nkind = "greenhous"\n')
    said = configured("check", "--json")
    (wrong,) = [f for f in said.json if f["level"] == "error"]
    assert said.code == 2
    assert wrong["says"] == (
        "config/feeds.toml: [[feed]] 1 (Oak) url: is missing; it must be text in double quotes:"
        ' "https://..." or "file:///path"'
    )
    assert configured("feeds", "list").code == 2


# -- keys


@pytest.mark.slow
def test_a_key_is_named_in_the_feed_and_shown_nowhere(configured: Shell, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret-value\n")
    port = free_port()
    keyed = Shell(
        configured.home,
        {
            **configured.environment,
            "CTM_ALERTS_KEYS_HARBOUR_FILE": str(tmp_path / "key"),
            "CTM_ALERTS_ALLOW_HOSTS": f"127.0.0.1:{port}",
        },
    )
    declare(keyed, f'[[feed]]\nname = "Harbour"\nurl = "http://127.0.0.1:{port}/{{harbour}}"\nkind = "rss"\n')
    said = [
        keyed("feeds", "sync"),
        keyed("round", "ingest"),
        keyed("feeds", "list", "--json"),
        keyed("check"),
    ]
    said += [
        keyed("feeds", "export"),
        keyed("feeds", "terms", "Harbour"),
        keyed("feeds", "preview", "Harbour"),
    ]
    assert [s.code for s in said] == [0, 0, 0, 0, 0, 0, 2]
    assert "s3cret" not in "".join(s.out + s.err for s in said)
    assert "{harbour}" in said[2].out
    stored = b"".join(p.read_bytes() for p in keyed.home.glob("ctm-alerts.db*"))
    assert b"s3cret" not in stored


def test_a_defect_in_a_command_is_told_without_the_values_that_were_at_hand() -> None:
    code = (
        "import structlog\nfrom ctm_alerts.cli.shared import quiet_logs\nquiet_logs()\n"
        "def fails(url):\n    raise RuntimeError('no')\n"
        "try:\n    fails('https://x.example/?k=s3' + 'cret')\n"
        "except RuntimeError:\n    structlog.get_logger().exception('fetch', feed='Oak')\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stderr
    assert "fetch" in said
    assert "feed=Oak" in said
    assert "RuntimeError: no" in said
    assert "s3cret" not in said


def test_a_key_that_is_missing_is_told_by_check(configured: Shell) -> None:
    declare(configured, '[[feed]]\nname = "H"\nurl = "https://h.org/{harbour}"\nkind = "rss"\n')
    (finding,) = [f for f in configured.ok("check", "--json").json if "KEYS" in f["name"]]
    assert (finding["name"], finding["level"]) == ("CTM_ALERTS_KEYS_HARBOUR", "warning")


def test_a_key_in_the_open_does_not_come_in(shell: Shell) -> None:
    said = shell("feeds", "add", "https://jooble.org/api/abc?keywords=x", "--kind", "jooble")
    assert refused(said)
    assert "write {jooble} in its place and set CTM_ALERTS_KEYS_JOOBLE" in said.err


# -- the catalogue


def test_the_catalogue_can_be_searched_and_says_that_nobody_polled_it(shell: Shell) -> None:
    found = shell.ok("feeds", "catalogue", "--search", "parexel", "--json").json
    assert [(b["name"], b["kind"], b["terms"]) for b in found] == [
        ("Parexel", "workday", "Workday career sites")
    ]
    assert {b["kind"] for b in shell.ok("feeds", "catalogue", "--kind", "lever", "--json").json} == {"lever"}
    assert "None was ever polled by this project." in shell.ok("feeds", "catalogue", "--country", "DE").out


@pytest.mark.slow
def test_boards_of_the_catalogue_come_in_paused_and_unasked(shell: Shell) -> None:
    added = shell.ok(
        "feeds", "add", "--from-catalogue", "parexel", "--from-catalogue", "IQVIA", "--json"
    ).json
    assert [(f["name"], f["origin"], f["state"]) for f in added] == [
        ("Parexel", "catalogue", "paused"), ("IQVIA", "catalogue", "paused"),
    ]  # fmt: skip
    assert shell.ok("round", "ingest", "--json").json == {"ingest": []}
    assert refused(shell("feeds", "add", "--from-catalogue", "parexel"))
    assert refused(shell("feeds", "add", "--from-catalogue", "Nobody Ltd"))
    assert refused(shell("feeds", "add"))
    assert refused(shell("feeds", "add", "https://x.org/", "--from-catalogue", "Amgen"))


# -- lists


@pytest.mark.slow
def test_a_list_that_is_exported_imported_and_exported_again_has_the_same_bytes(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("feeds", "add", "--from-catalogue", "IQVIA", "--terms-accepted", WORD + ": “why” & <how>")
    shell.ok("feeds", "add", "--from-catalogue", "Parexel", "--backfill", "7")
    shell.ok("feeds", "add", shell.write("oak.json", board(1)), "--name", "Oak")
    shell.ok("feeds", "pause", "Oak", "--reason", "for a test")
    for form in ("opml", "toml"):
        first = shell.ok("feeds", "export", "--format", form).out
        file = tmp_path / f"list.{form}"
        file.write_text(first, encoding="utf-8")
        (tmp_path / form).mkdir()
        other = Shell(tmp_path / form)
        report = other.ok("feeds", "import", file, "--own", "--json").json
        assert [(r["name"], r["outcome"]) for r in report] == [
            ("IQVIA", "added"),
            ("Parexel", "added"),
            ("Oak", "added"),
        ]
        assert other.ok("feeds", "export", "--format", form).out == first
        assert states(other) == [
            ("IQVIA", "active", "may"),
            ("Parexel", "paused", "paused"),
            ("Oak", "paused", "may"),
        ]
        other.ok("feeds", "sync")
        assert other.ok("feeds", "export", "--format", form).out == first
    assert refused(shell("feeds", "export", "--format", "csv"))


@pytest.mark.slow
def test_every_line_of_an_import_is_reported(shell: Shell) -> None:
    shell.ok("feeds", "add", "--from-catalogue", "IQVIA")
    there = shell.ok("feeds", "list", "--json").json[0]["url"]
    listed = shell.write(
        "list.opml",
        f'<opml version="2.0"><body><outline text="All"><outline text="Known" xmlUrl="{there}"/>'
        f'<outline text="Harsh" xmlUrl="{REMOTIVE}"/><outline text="Mine" xmlUrl="file:///etc/hostname"/>'
        '<outline text="New" xmlUrl="https://jobs.harbour.org/feed"/>'
        '<outline text="New again" xmlUrl="https://jobs.harbour.org/feed"/></outline></body></opml>',
    )
    dry = shell.ok("feeds", "import", listed, "--dry-run", "--json").json
    assert len(shell.ok("feeds", "list", "--json").json) == 1
    report = shell.ok("feeds", "import", listed, "--json").json
    assert report == dry
    assert [(r["name"], r["outcome"]) for r in report] == [
        ("Known", "there already"), ("Harsh", "refused"), ("Mine", "refused"), ("New", "added"),
        ("New again", "there already"),
    ]  # fmt: skip
    assert "say --own if the list is yours" in report[2]["reason"]
    assert states(shell) == [("IQVIA", "paused", "paused"), ("New", "paused", "paused")]
    again = shell.ok("feeds", "import", listed)
    assert again.out.splitlines()[-1] == "0 added; 3 there already; 2 refused"


def test_the_word_of_a_strangers_list_opens_no_door(shell: Shell) -> None:
    line = f'xmlUrl="https://jobs.harbour.org/feed" text="Harbour" ctm:termsAccepted="{WORD}"'
    ours = 'xmlns:ctm="https://ctm-alerts.example/opml"'
    listed = shell.write("list.opml", f'<opml version="2.0" {ours}><body><outline {line}/></body></opml>')
    shell.ok("feeds", "import", listed)
    assert states(shell) == [("Harbour", "paused", "paused")]
    (feed,) = shell.ok("feeds", "list", "--json").json
    assert feed["accepted"] == ""


def test_a_strangers_list_gets_no_key_and_no_name_that_the_configuration_lets_in(configured: Shell) -> None:
    declare(configured, '[[accept]]\nfeed = "Oak Board"\nwho = "Ann"\nwhen = 2026-11-20\n')
    listed = configured.home / "stranger.opml"
    listed.write_text(
        '<opml version="2.0"><body><outline text="Oak Board" xmlUrl="https://remotive.com/feed"/>'
        '<outline text="Thief" xmlUrl="https://thief.org/feed?k={usajobs}"/></body></opml>'
    )
    for_us, for_all = (
        configured.ok("feeds", "import", listed, "--dry-run", "--json", *own).json for own in (["--own"], [])
    )
    assert [(r["outcome"], r["reason"]) for r in for_all] == [
        (
            "refused",
            "[[accept]] in config/feeds.toml lets a feed called 'Oak Board' in; say --own if the list is yours",
        ),
        ("refused", "it would be sent the key {usajobs}; say --own if the list is yours"),
    ]
    assert [r["outcome"] for r in for_us] == ["added", "added"]


def test_a_source_that_calls_itself_as_an_accepted_feed_is_called_by_its_host(configured: Shell) -> None:
    declare(configured, '[[accept]]\nfeed = "Oak Board"\nwho = "Ann"\nwhen = 2026-11-20\n')
    feed = configured.home / "oak.xml"
    feed.write_text("<rss version='2.0'><channel><title>Oak Board</title></channel></rss>")
    assert configured.ok("feeds", "add", feed, "--json").json["name"] != "Oak Board"


def test_a_hostile_list_is_refused_whole(shell: Shell) -> None:
    listed = shell.write(
        "list.opml", '<!DOCTYPE opml [<!ENTITY x "y">]><opml><outline xmlUrl="https://a.org/"/></opml>'
    )
    assert refused(shell("feeds", "import", listed))
    assert states(shell) == []
