"""`ctm-alerts guide`: the guide as its editors and readers meet it, in a process of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.house import Shell

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty home."""
    return Shell(tmp_path)


@pytest.fixture
def tables(shell: Shell) -> Path:
    """A copy of the guide's tables that a test may spoil."""
    shutil.copy(CONFIG / "plans.toml", shell.home / "plans.toml")
    return Path(shutil.copytree(CONFIG / "guide", shell.home / "guide"))


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_mistake_is_told_with_file_place_and_remedy_and_the_command_fails(
    shell: Shell, tables: Path
) -> None:
    spoil(tables / "soft.toml", '"team management"', '"Team management"')
    said = shell("guide", "lint", tables)
    line = (
        "error: config/guide/soft.toml: [[ability]] 1 S01 [[terms]] 1: words: 'Team management' has capitals that "
        'do not count; put "=" before it, or write it small'
    )
    assert (said.code, line in said.out.splitlines()) == (1, True)


def test_findings_are_one_list_for_machines(shell: Shell, tables: Path) -> None:
    spoil(tables / "advice.toml", "line = 315", "line = 4315")
    said = shell("guide", "lint", tables, "--json")
    assert (said.code, [f for f in said.json if f["file"] == "config/guide/advice.toml"]) == (
        1,
        [
            {
                "file": "config/guide/advice.toml",
                "key": "advice 1: line",
                "level": "error",
                "says": "4315 is greater than the maximum of 431",
                "remedy": "the guide has 431 lines; give the line of the guide, or leave the key out",
            }
        ],
    )


def test_a_file_that_is_no_toml_is_one_finding_and_the_others_are_read(shell: Shell, tables: Path) -> None:
    (tables / "cases.toml").write_text("[[case]\n", encoding="utf-8")
    said = shell("guide", "lint", tables, "--json")
    of_cases = [f for f in said.json if f["file"] == "config/guide/cases.toml"]
    assert (said.code, len(of_cases), of_cases[0]["says"].partition(":")[0]) == (1, 1, "no TOML")


def test_warnings_alone_are_no_failure_unless_they_shall_count(shell: Shell, tables: Path) -> None:
    spoil(tables / "setting.toml", '"in office"', '"in office", "in offices"')
    said = shell("guide", "lint", tables, "--json")
    levels = {f["level"] for f in said.json if f["file"] == "config/guide/setting.toml"}
    assert levels == {"warning"}
    assert shell("guide", "lint", tables, "--strict").code == 1


def test_a_folder_without_tables_is_refused_with_the_remedy(shell: Shell) -> None:
    said = shell("guide", "lint", shell.home)
    assert (said.code, said.err) == (
        2,
        f"ctm-alerts: {shell.home} holds no tables; give the folder config/guide\n",
    )


def test_a_question_is_shown_with_its_answer_and_both_lines(shell: Shell) -> None:
    assert shell.ok("guide", "show", "questions.Q3").out.splitlines() == [
        "Q3  [line 374]",
        "    How important is knowledge of regulatory requirements in this role?",
        "    Paramount: all activities must comply with the guidelines of FDA, EMA and ICH; submission processes,",
        "      safety reporting, ethical considerations and audit preparedness are critical. Lack of it can jeopardize",
        "      product approval and patient safety.  [line 376]",
        "    about: T15, T04",
    ]


def test_what_is_shown_can_be_read_by_machines(shell: Shell) -> None:
    assert shell.ok("guide", "show", "mistakes.M7", "--json").json == {
        "id": "M7",
        "text": "Not maintaining proper version control of essential documents, causing audit issues.",
        "line": 310,
        "also": [],
        "about": ["T04", "T13", "D14"],
    }


def test_without_a_section_all_names_are_shown_and_each_can_be_shown(shell: Shell) -> None:
    names = shell.ok("guide", "show", "--json").json
    assert {"tiers", "skills", "advice", "cases", "questions", "day", "topics", "regulations"} <= set(names)
    assert shell.ok("guide", "show").out.splitlines() == names


def test_a_section_that_is_none_is_refused_with_those_there_are(shell: Shell) -> None:
    said = shell("guide", "show", "advices")
    assert (
        said.code,
        said.err.startswith("ctm-alerts: advices: there is no 'advices'; use one of tiers, "),
    ) == (
        2,
        True,
    )


def test_what_is_carried_and_left_out_is_counted_with_the_reasons(shell: Shell) -> None:
    said = shell.ok("guide", "coverage")
    assert said.out.splitlines()[0] == "360 things of the guide are carried, 7 left out:"
    assert '  S357  "and more" names nothing' in said.out.splitlines()


def test_a_row_without_an_entry_and_an_entry_without_a_row_are_told(shell: Shell) -> None:
    rows = [*(f"S{n:03d}" for n in range(1, 367)), "S999"]
    tsv = shell.write("list.tsv", "id\tline\tthing\n" + "".join(f"{r}\t1\tsomething\n" for r in rows))
    said = shell("guide", "coverage", tsv, "--json")
    assert (said.code, said.json["without_entry"], said.json["without_row"]) == (1, ["S999"], ["S367"])


def test_a_list_without_its_columns_is_refused(shell: Shell) -> None:
    tsv = shell.write("list.tsv", "row\twhat\n1\tx\n")
    said = shell("guide", "coverage", tsv)
    assert (said.code, "must name the columns id, line and thing" in said.err) == (2, True)
