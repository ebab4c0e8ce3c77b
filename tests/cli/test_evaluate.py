"""`evaluate`: the verdicts against labels."""

import json
from pathlib import Path
from typing import Any

from tests.cli.house import Shell

LABELS: list[dict[str, Any]] = [
    {"id": "a", "role": "ctm", "tier": "senior", "countries": ["US"], "doubt": ""},
    {"id": "b", "role": "other", "tier": None, "countries": ["DE"], "doubt": "close to a coordinator"},
]
POSTINGS = [
    {
        "id": "a",
        "title": "Senior Clinical Trial Manager",
        "company": "Harwick Bio",
        "location": "Boston, MA",
        "description": "",
    },
    {
        "id": "b",
        "title": "Clinical Research Coordinator",
        "company": "Ahrens Studien",
        "location": "Kiel, Germany",
        "description": "",
    },
]


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def gold(shell: Shell, rows: list[dict[str, Any]] | None = None) -> Path:
    shell.write("postings.jsonl", lines(POSTINGS))
    return shell.write("gold.jsonl", lines(LABELS if rows is None else rows))


def test_figures_confusions_and_every_error_with_its_evidence_are_printed(shell: Shell) -> None:
    said = shell.ok("evaluate", gold(shell)).out
    assert "ctm precision" in said
    assert "0.500 (1/2, 0.095-0.905)" in said
    assert "role: label down, verdict across" in said
    assert "role: 1 not as labelled" in said
    assert "Clinical Research Coordinator, Ahrens Studien [b]" in said
    assert 'label "other", verdict "feeder" (the reader\'s doubt: close to a coordinator)' in said
    assert "feeder: “Clinical Research Coordinator” (title)" in said


def test_one_field_alone_can_be_asked_for(shell: Shell) -> None:
    said = shell.ok("evaluate", gold(shell), "--field", "tier").out
    assert "tier" in said
    assert "role: label down" not in said
    assert "countries" not in said


def test_json_holds_the_figures_the_parts_and_the_errors(shell: Shell) -> None:
    said = shell.ok("evaluate", gold(shell), "--json").json
    assert said["postings"] == 2
    assert said["fields"]["role"]["equal"]["right"] == 1
    assert said["fields"]["role"]["confusion"] == {"ctm": {"ctm": 1}, "other": {"feeder": 1}}
    assert set(said["parts"]) == {"tune half", "held half", "no doubt", "doubt"}
    assert [(e["id"], e["field"], e["wanted"], e["got"]) for e in said["errors"]] == [
        ("b", "role", "other", "feeder")
    ]


def test_several_files_count_as_one_set_and_labels_may_hold_their_own_words(shell: Shell) -> None:
    titles = shell.write("titles.jsonl", lines([{**POSTINGS[0], "role": "ctm", "id": "c"}]))
    assert shell.ok("evaluate", gold(shell), titles, "--json").json["postings"] == 3


def test_a_floor_that_is_not_reached_ends_with_1(shell: Shell) -> None:
    said = shell("evaluate", gold(shell), "--floor", "role=0.9", "--floor", "ctm=0.9")
    assert (said.code, said.err) == (1, "below the floor: role is 0.500\n")
    assert shell("evaluate", gold(shell), "--floor", "role=0.5").code == 0


def test_what_cannot_be_compared_is_told_with_the_remedy(shell: Shell) -> None:
    lonely = shell.write("labels.jsonl", lines([{"id": "x", "role": "ctm"}]))
    assert shell("evaluate", lonely).err == (
        f"ctm-alerts: {lonely}: labels without a title; name the file of their postings with --texts\n"
    )
    file = gold(shell, [{"id": "z", "role": "ctm"}])
    assert (
        shell("evaluate", file).err
        == f"ctm-alerts: {file}, line 1: 'z' is not in {file.with_name('postings.jsonl')}\n"
    )
    file = gold(shell)
    assert (
        "no label has a field 'colour'; use one of ctm, role, tier"
        in shell("evaluate", file, "--field", "colour").err
    )
    for rows, wrong in (
        ([], "no label in it; write one JSON object a line"),
        (
            [{"id": "a", "title": "x", "roel": "ctm"}],
            "no field to compare; use some of role, tier, workplace",
        ),
    ):
        odd = shell.write("odd.jsonl", lines(rows))
        said = shell("evaluate", odd)
        assert (said.code, f"{odd}: {wrong}" in said.err) == (2, True)
    nowhere = shell.home / "nowhere.jsonl"
    assert str(nowhere) in shell("evaluate", lonely, "--texts", nowhere).err
    for word in ("role", "role=nan", "role=92", "role=-1"):
        assert (
            f"--floor '{word}': write FIELD=RATE, from 0 to 1, as role=0.92"
            in shell("evaluate", file, "--floor", word).err
        )
    lone = shell.write("lone.jsonl", lines([{"id": "a", "countries": []}]))
    assert (
        "no label has a field 'ctm'; use one of countries"
        in shell("evaluate", lone, "--floor", "ctm=0.9").err
    )


def test_a_label_that_says_what_no_label_can_say_is_named_with_its_line(shell: Shell) -> None:
    file = gold(shell, [LABELS[0], {**LABELS[1], "role": "CTM", "countries": None}])
    assert shell("evaluate", file).err == (
        f"ctm-alerts: {file}, line 2: role is 'CTM'; use one of ctm, feeder, next, related, other;"
        " countries is None; write a list of texts\n"
    )


def test_texts_that_are_named_win_over_the_words_of_a_label(shell: Shell) -> None:
    label = shell.write("own.jsonl", lines([{"id": "a", "title": "Accountant", "role": "ctm"}]))
    gold(shell)
    ends = [
        shell("evaluate", label, *more, "--floor", "role=1").code
        for more in ((), ("--texts", shell.home / "postings.jsonl"))
    ]
    assert ends == [1, 0]
