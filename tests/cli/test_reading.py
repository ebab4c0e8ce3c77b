"""`parse` and `classify`: the contract of their JSON, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.house import Shell, board

ENTRY = {
    "id", "url", "title", "company", "location", "description", "description_html", "posted_at", "expires_at",
    "employment_type", "remote", "salary_min", "salary_max", "salary_currency", "salary_period",
}  # fmt: skip
VERDICT = {
    "id", "role", "reason", "tier", "years_min", "workplace", "countries", "employment", "salary", "skills", "tools",
    "certs", "travel_max", "employer_type", "evidence",
}  # fmt: skip
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Jobs</title><item><guid>7</guid>'
    "<title>Clinical Trial Manager</title><link>https://jobs.example/7</link></item></channel></rss>"
)
EMPTY_RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Jobs</title></channel></rss>'


def test_each_entry_of_a_feed_is_a_line_of_json_with_every_key(shell: Shell) -> None:
    said = shell("parse", shell.write("board.json", board(1, 2)), "--json")
    assert (said.code, len(said.rows)) == (0, 2)
    assert all(set(row) >= ENTRY for row in said.rows)
    first = {name: said.rows[0][name] for name in ENTRY - {"description", "description_html"}}
    assert first == {
        "id": "1",
        "url": "https://boards.example/jobs/1",
        "title": "Clinical Trial Manager",
        "company": "Sponsor 1 Biotech",
        "location": "Boston, MA, United States",
        "posted_at": "2026-11-24T09:00:00Z",
        "expires_at": None,
        "employment_type": None,
        "remote": None,
        "salary_min": None,
        "salary_max": None,
        "salary_currency": None,
        "salary_period": None,
    }


def test_what_a_feed_does_not_say_is_null(shell: Shell) -> None:
    (row,) = shell("parse", shell.write("feed.xml", RSS), "--kind", "rss", "--json").rows
    assert {name for name in ENTRY if row[name] is None} == {
        "company", "location", "posted_at", "expires_at", "employment_type", "remote", "salary_min", "salary_max",
        "salary_currency", "salary_period",
    }  # fmt: skip


def test_a_feed_comes_from_standard_input_too(shell: Shell) -> None:
    assert [row["id"] for row in shell("parse", "-", "--json", stdin=RSS).rows] == ["7"]


def test_an_empty_feed_is_a_feed(shell: Shell) -> None:
    said = shell("parse", shell.write("feed.xml", EMPTY_RSS), "--json")
    assert (said.code, said.out, said.err) == (0, "", "")


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("<html><body>We are down</body></html>", ()),
        ("", ()),
        ('{"error": "no such board"}', ()),
        ("one\ntwo\nthree", ()),
        (RSS, ("--kind", "workday")),
        (RSS, ("--kind", "no-such-kind")),
    ],
    ids=["a page", "nothing", "an error", "words", "another kind", "an unknown kind"],
)
def test_what_is_no_feed_exits_with_2_and_one_line(shell: Shell, body: str, options: tuple[str, ...]) -> None:
    said = shell("parse", shell.write("body", body), *options, "--json")
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert said.err.startswith("ctm-alerts: ")


def test_a_file_that_is_not_there_exits_with_2_and_one_line(shell: Shell, tmp_path: Path) -> None:
    said = shell("parse", tmp_path / "nothing.xml", "--json")
    assert (said.code, len(said.err.splitlines())) == (2, 1)


def test_each_ad_is_a_line_of_json_with_every_key_and_quotes_that_stand_in_it(shell: Shell) -> None:
    ads = [
        {
            "id": "a",
            "title": "Senior Clinical Trial Manager (Remote, US)",
            "company": "Birch Biotech",
            "location": "United States",
            "description": "You bring 8 years in clinical research, ICH-GCP and Veeva. The salary is $130,000 to $150,000 a year.",
        },
        {"id": 2, "title": "Pastry Chef"},
        {"id": None, "title": ""},
    ]
    said = shell(
        "classify", shell.write("ads.jsonl", "\n".join(json.dumps(ad) for ad in ads) + "\n\n"), "--json"
    )
    assert (said.code, [row["id"] for row in said.rows]) == (0, ["a", 2, None])
    assert all(set(row) >= VERDICT for row in said.rows)
    assert [row["role"] for row in said.rows] == ["ctm", "other", "other"]
    first = said.rows[0]
    assert (first["tier"], first["workplace"], first["countries"]) == ("senior", "remote", ["US"])
    assert first["salary"] == {"min": 130000.0, "max": 150000.0, "currency": "USD", "period": "year"}
    for evidence in first["evidence"]:
        assert set(evidence) >= {"field", "value", "quote", "start", "end"}
        text = str(ads[0][evidence["source"]])
        assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_names_that_nobody_reads_do_not_pass_in_silence(shell: Shell) -> None:
    rows = [
        {"title": "Clinical Trial Manager", "text": "Hybrid in Boston, MA."},
        {"title": "Clinical Trial Manager", "description": "Hybrid in Boston, MA."},
    ]
    file = shell.write("ads.jsonl", "\n".join(map(json.dumps, rows)))
    assert shell("classify", file, "--json").err == (
        f"{file}: 1 of 2 lines have no 'description'; the names that are read are title, company, location, description,"
        " employment_type, salary_raw, remote\n"
    )


@pytest.mark.parametrize("line", ["no json", "[1]"])
def test_a_line_that_is_no_object_is_named(shell: Shell, line: str) -> None:
    said = shell("classify", shell.write("ads.jsonl", f'{{"title": "x"}}\n{line}\n'), "--json")
    assert (said.code, "line 2" in said.err) == (2, True)
