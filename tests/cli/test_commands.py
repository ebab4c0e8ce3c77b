"""The other commands: what they print for machines, what they change, how they fail."""

from __future__ import annotations

from email import message_from_string
from pathlib import Path

import pytest

from ctm_alerts.cli import app
from ctm_alerts.errors import CtmAlertsError
from tests.cli.house import LATER, NOW, Said, Shell, board

PEOPLE = """email,external_id,plan,countries,tiers,consent_at,consent_source,timezone
bea@people.example,b1,free,US,senior,2026-01-05T00:00:00Z,host form,America/New_York
bea@people.example,b1,free,GB,,2026-01-05T00:00:00Z,host form,America/New_York
cem@people.example,c1,plus,,,,,Europe/Berlin
no-address,d1,free,,,2026-01-05T00:00:00Z,host form,UTC
"""


def refused(said: Said) -> bool:
    """Exit 2, one line on standard error, no trace."""
    return said.code == 2 and said.err.startswith("ctm-alerts: ") and len(said.err.splitlines()) == 1


# -- looking


def test_feeds_list_shows_each_feed_with_its_last_look(lived: Shell) -> None:
    (feed,) = lived.ok("feeds", "list", "--json").json
    assert (feed["id"], feed["name"], feed["kind"], feed["state"]) == ("1", "Board", "greenhouse", "active")
    assert (feed["last"]["outcome"], feed["last"]["entries"], feed["last"]["new"]) == ("ok", 2, 1)


def test_feeds_preview_shows_how_an_entry_is_understood_and_stores_nothing(
    lived: Shell, tmp_path: Path
) -> None:
    body = tmp_path / "other.json"
    body.write_text(board(5, 6, 7))
    shown = lived.ok("feeds", "preview", body, "--limit", "2", "--json").json
    assert (shown["kind"], shown["entries"], len(shown["shown"])) == ("greenhouse", 3, 2)
    assert {row["verdict"]["role"] for row in shown["shown"]} == {"ctm"}
    assert {tuple(row["would_match"]) for row in shown["shown"]} == {("1",)}
    assert len(lived.ok("feeds", "list", "--json").json) == 1


def test_subscribers_list_shows_everyone_with_what_is_due(lived: Shell) -> None:
    ann, dan = lived.ok("subscribers", "list", "--json").json
    assert (dan["status"], dan["due"]) == ("pending", [])
    assert (ann["email"], ann["status"], ann["plan"], ann["timezone"]) == (
        "ann@people.example",
        "active",
        "plus",
        "UTC",
    )
    assert [d["kind"] for d in ann["due"]] == ["regular"]


def test_outbox_list_shows_mail_by_status(lived: Shell) -> None:
    mails = lived.ok("outbox", "list", "--status", "sent", "--json").json
    assert [m["purpose"] for m in mails] == ["digest", "digest"]
    assert lived.ok("outbox", "list", "--status", "held", "--json").json == []


def test_prove_prints_both_sums_and_exits_with_0_while_they_hold(lived: Shell) -> None:
    proof = lived.ok("prove", "--now", LATER, "--json").json
    assert proof["ok"]
    assert set(proof) == {"ok", "periods", "postings", "by", "breaches"}
    assert set(proof["periods"]) == {"due", "queued", "sent", "quiet", "held", "failed", "withdrawn", "ok"}
    assert set(proof["postings"]) == {
        "matched", "shown", "carried", "capped", "below_bar", "aged", "closed", "ok",
    }  # fmt: skip
    assert set(proof["by"]) == {"rounds", "subscribers", "days"}
    assert "both sums hold" in lived.ok("prove", "--now", LATER).out


def test_prove_exits_with_1_on_a_breach(lived: Shell) -> None:
    said = lived("prove", "--now", "2027-01-01T00:00:00Z", "--json")
    assert (said.code, [b["breach"] for b in said.json["breaches"]]) == (1, ["overdue"])


def test_preview_shows_a_mail_in_three_forms_and_the_same_bytes_each_time(lived: Shell) -> None:
    forms = {
        form: lived.ok("preview", "dan@people.example", "--at", LATER, "--format", form).out
        for form in ("text", "html", "eml")
    }
    assert forms["text"].startswith("Subject: 2 open CTM postings")
    assert "<html" in forms["html"]
    mail = message_from_string(forms["eml"])
    assert (mail["To"], mail["List-Unsubscribe-Post"]) == (
        "dan@people.example",
        "List-Unsubscribe=One-Click",
    )
    assert "/unsubscribe/preview" in mail["List-Unsubscribe"]
    assert lived.ok("preview", "2", "--at", LATER, "--format", "eml").out == forms["eml"]


def test_preview_says_on_standard_error_that_there_is_no_mail(lived: Shell) -> None:
    said = lived.ok("preview", "ann@people.example", "--at", LATER)
    assert (said.out, said.err) == ("", "no mail: no new postings\n")


def test_explain_shows_every_gate_by_id_and_by_address(lived: Shell) -> None:
    by_id = lived.ok("explain", "1", "2", "--now", LATER, "--json").json
    by_url = lived.ok(
        "explain", "ANN@people.example", "https://boards.example/jobs/2", "--now", LATER, "--json"
    ).json
    assert by_id == by_url
    assert set(by_id) == {"subscriber", "posting", "verdict", "gates", "score", "parts", "understood"}
    assert by_id["verdict"] == "told on 26 November 2026"
    assert all(set(g) == {"gate", "ok", "says", "quote"} for g in by_id["gates"])
    assert [g["gate"] for g in by_id["gates"] if not g["ok"]] == []
    assert by_id["understood"]["years_min"] == 4


def test_explain_tells_how_the_posting_is_understood_in_its_own_words(lived: Shell) -> None:
    said = lived.ok("explain", "1", "2", "--now", LATER).out
    told = said[said.index("how the posting is understood") :]
    assert "tier          CTM (3-6 years): 4 years asked" in told
    assert "“You manage study 2 on your own, with 4 years of experience”" in told
    assert "countries     US" in told
    assert "“Boston, MA, United States”" in told


@pytest.mark.parametrize(
    "words",
    [
        ("preview", "nobody"),
        ("preview", "1", "--format", "pdf"),
        ("explain", "1", "999"),
        ("round", "sideways"),
        ("round", "all", "--now", "yesterday"),
        ("run", "--only", "half"),
        ("outbox", "release", "1"),
        ("outbox", "drop", "x"),
        ("feeds", "pause", "nothing"),
        ("feeds", "add", "no/such/file"),
        ("feeds", "add", "http://127.0.0.1:9/jobs"),
        ("subscribers", "plan", "1", "gold"),
        ("subscribers", "import", "no-such-file.csv"),
        ("subscribers", "rhythm", "1", "--hour", "8:07"),
        ("subscribers", "rhythm", "1", "--timezone", "Mars/Base"),
        ("subscribers", "add", "not an address"),
        ("subscribers", "pause", "1", "--until", "2020-01-01"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_line(
    lived: Shell, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTM_ALERTS_HOME", str(lived.home))
    with pytest.raises(CtmAlertsError) as said:
        app(list(words), standalone_mode=False)
    assert len(str(said.value).splitlines()) == 1


def test_an_error_is_one_line_with_exit_code_2(lived: Shell) -> None:
    assert refused(lived("preview", "nobody"))


# -- changing


def test_a_feed_is_added_once_paused_and_resumed(shell: Shell) -> None:
    path = shell.write("board.json", board(1))
    feed = shell.ok(
        "feeds", "add", path, "--kind", "greenhouse", "--name", "Oak", "--backfill", "7", "--json"
    ).json
    assert (feed["name"], feed["backfill_days"], feed["state"]) == ("Oak", 7, "active")
    assert refused(shell("feeds", "add", path))
    shell.ok("feeds", "pause", "Oak", "--reason", "terms changed", "--now", NOW)
    assert shell.ok("round", "all", "--now", NOW, "--json").json == {
        "ingest": [],
        "dispatch": [],
        "deliver": [],
    }
    shell.ok("feeds", "pause", "Oak", "--resume", "--now", NOW)
    (look,) = shell.ok("round", "ingest", "--now", NOW, "--json").json["ingest"]
    assert (look["feed"], look["outcome"], look["new"]) == ("Oak", "ok", 1)


def test_people_are_imported_with_a_line_for_each_and_a_second_time_nothing_changes(shell: Shell) -> None:
    path = shell.write("people.csv", PEOPLE)
    rehearsed = shell("subscribers", "import", path, "--confirmed", "--dry-run", "--json")
    said = shell("subscribers", "import", path, "--confirmed", "--json")
    outcomes = [(r["line"], r["who"], r["outcome"]) for r in said.json]
    assert (said.code, outcomes) == (1, [(2, "b1", "added"), (4, "c1", "refused"), (5, "d1", "refused")])
    assert rehearsed.json == said.json
    again = shell("subscribers", "import", path, "--json").json
    assert [(r["outcome"], r["says"]) for r in again[:2]] == [
        ("known", "already there; nothing changed"),
        ("added", "asked to confirm"),
    ]


def test_a_subscriber_is_added_moved_upgraded_paused_and_resumed(shell: Shell) -> None:
    words = ("eve@people.example", "--confirmed-by", "test", "--now", NOW, "--json")
    added = shell.ok("subscribers", "add", *words).json
    assert (added["id"], added["status"]) == ("1", "active")
    shell.ok("subscribers", "rhythm", "1", "--timezone", "Asia/Tokyo", "--hour", "9:15", "--now", NOW)
    shell.ok("subscribers", "plan", "1", "plus", "--until", "2027-01-31", "--now", NOW)
    (eve,) = shell.ok("subscribers", "list", "--json").json
    assert (eve["timezone"], eve["minute"], eve["plan"]) == ("Asia/Tokyo", 555, "plus")
    assert {d["kind"] for d in eve["due"]} == {"first", "regular", "catchup"}
    shell.ok("subscribers", "pause", "1", "--until", "2026-12-24", "--now", NOW)
    shell.ok("subscribers", "pause", "1", "--resume", "--now", NOW)
    (eve,) = shell.ok("subscribers", "list", "--json").json
    assert (eve["status"], [d["kind"] for d in eve["due"]]) == ("active", ["regular"])


def test_check_and_migrate_say_how_things_stand(shell: Shell) -> None:
    before = {f["name"]: f["level"] for f in shell.ok("check", "--json").json}
    assert before["database"] == "warning"
    assert shell.ok("migrate").out == shell.ok("migrate").out
    findings = shell.ok("check", "--json").json
    assert {f["name"]: f["level"] for f in findings}["database"] == "ok"
    assert all(set(f) == {"name", "level", "says"} for f in findings)


def test_smtp_without_its_four_settings_does_not_start_and_says_which(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"CTM_ALERTS_MAIL_URL": "smtp://relay.example:587"})
    said = shell("run")
    assert said.code == 2
    assert all(name in said.err for name in ("PUBLIC_URL", "SECRET_KEY", "FROM", "POSTAL_ADDRESS"))
    assert shell("check").code == 2
