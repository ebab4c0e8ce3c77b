"""The lint for whoever edits the guide: what it finds, where, and what it lets pass."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctm_alerts.errors import SettingsError
from ctm_alerts.guide import make_guide
from ctm_alerts.guide.lint import COUNTRIES, lint
from ctm_alerts.guide.lint_words import (
    Entry,
    as_guard,
    check_between,
    check_entry,
    check_pattern,
    plain,
    runs_away,
)
from ctm_alerts.postings.lexicon import _guards, _loose
from ctm_alerts.postings.text import fold

Tables = dict[str, dict[str, Any]]
CONFIG = Path(__file__).parents[2] / "config"
SCHEMA = json.loads((CONFIG / "guide" / "guide.schema.json").read_text(encoding="utf-8"))
PLANS = tomllib.loads((CONFIG / "plans.toml").read_text(encoding="utf-8"))
SHIPPED = {
    p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted((CONFIG / "guide").glob("*.toml"))
}


def errors(tables: Tables) -> list[tuple[str, str, str]]:
    found = lint(tables, SCHEMA, PLANS)
    return [(f.file.removeprefix("config/guide/"), f.key, f.says) for f in found if f.level == "error"]


@pytest.fixture(scope="module")
def before() -> list[tuple[str, str, str]]:
    return errors(SHIPPED)


def says(words: list[str], near: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    entry = Entry("config/guide/x.toml", "k", "T01", tuple(words), near, never)
    return [(f.level, f.says) for f in check_entry(entry)]


def test_the_guide_as_shipped_has_no_errors(tables: Tables) -> None:
    assert errors(tables) == []


def test_the_schema_is_a_schema_and_knows_every_table(tables: Tables) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert sorted(SCHEMA["$defs"]["files"]) == sorted(tables)


def test_an_editor_may_hold_a_table_to_the_whole_schema(tables: Tables) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [stem for stem, table in tables.items() if not validator.is_valid(table)] == []


def test_the_tables_that_the_schema_closes_name_it_for_editors() -> None:
    first = {
        p.stem: p.read_text(encoding="utf-8").split("\n", 1)[0] for p in (CONFIG / "guide").glob("*.toml")
    }
    theirs = {"employers", "facts", "places", "skills", "titles", "tools"}
    assert {s for s, line in first.items() if line != "#:schema ./guide.schema.json"} <= theirs


def _alias_without_capitals(tables: Tables) -> None:
    tables["topics"]["topic"][0]["terms"][0]["words"].append("DCT trial")


def _alias_twice(tables: Tables) -> None:
    tables["soft"]["ability"][0]["terms"][0]["words"] += ["team work", "team work"]


def _line_beyond(tables: Tables) -> None:
    tables["advice"]["advice"][0]["line"] = 432


def _no_words(tables: Tables) -> None:
    tables["regulators"]["regulator"][0]["terms"][0]["words"] = []


def _key_misspelt(tables: Tables) -> None:
    tables["regulators"]["regulator"][0]["terms"][0]["nevr"] = ["x"]


def _country_unknown(tables: Tables) -> None:
    tables["regulators"]["regulator"][0]["countries"] = ["UK"]


def _nationality_of_nowhere(tables: Tables) -> None:
    tables["facts"]["nationalities"]["XX"] = ["nowhere"]


def _id_twice(tables: Tables) -> None:
    tables["advice"]["advice"][1]["id"] = "A01"


def _skill_unknown(tables: Tables) -> None:
    tables["tech_stack"]["class"][0]["skills"] = ["T16"]


def _about_unknown(tables: Tables) -> None:
    tables["advice"]["mistake"][0]["about"] = ["T16"]


def _path_nowhere(tables: Tables) -> None:
    tables["coverage"]["carried"]["S001"] = "skills.T16"


def _table_of_no_use(tables: Tables) -> None:
    tables["skils"] = {}


def _table_missing(tables: Tables) -> None:
    del tables["cases"]


def _pattern_broken(tables: Tables) -> None:
    tables["titles"]["rule"][0]["titles"] = ["trial (manager"]


def _pattern_endless(tables: Tables) -> None:
    tables["titles"]["rule"][0]["unless"] = ["(?:trial ?)+manager", "(?:[a-z]+ )+manager"]


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (
            _alias_without_capitals,
            (
                "topics.toml",
                "[[topic]] 1 decentralised_trials [[terms]] 1: words",
                "capitals that do not count",
            ),
        ),
        (_alias_twice, ("soft.toml", "[[ability]] 1 S01 [[terms]] 1: words", "'team work' is there twice")),
        (_line_beyond, ("advice.toml", "advice 1: line", "432 is greater than the maximum of 431")),
        (
            _no_words,
            ("regulators.toml", "regulator 1: terms 1: words", "[] should be non-empty"),
        ),
        (_key_misspelt, ("regulators.toml", "regulator 1: terms 1", "'nevr' was unexpected")),
        (_country_unknown, ("regulators.toml", "[[regulator]] 1: countries", "'UK' is no country")),
        (_nationality_of_nowhere, ("facts.toml", "[nationalities]", "'XX' is no country")),
        (_id_twice, ("advice.toml", "[[advice]] 2", "id 'A01' is there twice")),
        (_skill_unknown, ("tech_stack.toml", "K01: skills", "'T16' is nowhere")),
        (_about_unknown, ("advice.toml", "M1: about", "'T16' is nowhere")),
        (_path_nowhere, ("coverage.toml", "S001", "there is no 'T16'")),
        (_table_of_no_use, ("skils.toml", "", "no such table is read")),
        (_table_missing, ("cases.toml", "", "is missing; put it back")),
        (_pattern_broken, ("titles.toml", "[[rule]] 1: titles", "is no regular expression")),
        (_pattern_endless, ("titles.toml", "[[rule]] 1: unless", "can take for ever")),
    ],
)
def test_each_mistake_is_found_where_it_stands(
    tables: Tables, before: list[tuple[str, str, str]], spoil: Any, found: tuple[str, str, str]
) -> None:
    spoil(tables)
    new = [f for f in errors(tables) if f not in before]
    assert [(file, key) for file, key, words in new if found[2] in words] == [found[:2]]


@pytest.mark.parametrize(
    ("words", "near", "never", "expected"),
    [
        (["site visit"], ("study",), ("construction",), []),
        (["=GCP", "gute klinische praxis", "adaptab*", "予算"], (), (), []),
        (["GCP"], (), (), [("error", "'GCP' has capitals that do not count")]),
        (["gc*p"], (), (), [("error", "'gc*p' has a mark within")]),
        (["site =SIV"], (), (), [("error", "'site =SIV' has a mark within")]),
        (["*"], (), (), [("error", "'*' holds no letters")]),
        (["sit*"], (), (), [("warning", "'sit*' is a short stem")]),
        (["adaptab*", "adaptable"], (), (), [("warning", "'adaptable' is idle, 'adaptab*' finds it")]),
        (["adapt*", "adapt to change"], (), (), []),
        (["budget", "budgets"], (), (), [("warning", "'budgets' is idle, plurals are understood")]),
        (["=GCP", "gcp"], (), (), [("warning", "'=GCP' is idle, it is there without its =")]),
        (
            ["budget"],
            ("studies", "stud"),
            (),
            [("warning", "'studies' is idle, 'stud' is found wherever it is")],
        ),
        (
            ["budget"],
            ("study", "study"),
            (),
            [("warning", "'study' is idle, 'study' is found wherever it is")],
        ),
        (["budget"], ("authorit*",), (), [("error", "'authorit*' is dead, a guard knows no *")]),
        (["budget"], ("x" * 81,), (), [("error", f"{'x' * 81!r} is dead, it is longer than 80 characters")]),
        (["budget"], (), ("x" * 81,), []),
        (["budget"], ("cro",), (), [("warning", "'cro' begins other words too")]),
        (["budget"], ("cro ", "gcp", "治験"), (), []),
        (["budget"], ("case study",), ("study",), [("error", "'case study' is dead, 'study' is forbidden")]),
        (["budget"], (), ("budge",), [("error", "'budge' is a part of 'budget', which is never found")]),
        (
            ["study budget"],
            ("study",),
            (),
            [
                (
                    "warning",
                    "'study budget' hold a guard themselves, which does not count: it must stand beside them",
                )
            ],
        ),
    ],
)
def test_what_is_said_of_words_and_guards(
    words: list[str], near: tuple[str, ...], never: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert says(words, near, never) == expected


def test_guards_over_the_whole_text_may_be_dead_too() -> None:
    entry = Entry(
        "x.toml", "k", "T01", ("budget",), anywhere=("case study", "trial"), nowhere=("study", "bud")
    )
    assert [(f.key, f.says) for f in check_entry(entry)] == [
        ("k: nowhere", "'bud' begins other words too"),
        ("k: anywhere", "'case study' is dead, 'study' is forbidden"),
        ("k: nowhere", "'bud' is a part of 'budget', which is never found"),
    ]


def test_a_word_that_stands_for_two_skills_is_a_warning_and_so_is_one_with_and_without_guards() -> None:
    entries = [
        Entry("skills.toml", "1", "T01", ("audit",), ("gcp",)),
        Entry("skills.toml", "2", "T02", ("audit", "inspection"), ("gcp",)),
        Entry("skills.toml", "3", "T02", ("inspection",)),
        Entry("skills.toml", "4", "T02", ("budget",), ("study",)),
        Entry("skills.toml", "5", "T02", ("budget",), ("trial",)),
    ]
    assert [(f.key, f.level, f.says) for f in check_between({"skills": entries})] == [
        ("2: words", "warning", "'audit' stands for T01 too"),
        (
            "3: words",
            "warning",
            "'inspection' is also there without guards, which makes these idle",
        ),
    ]


@pytest.mark.parametrize(
    ("pattern", "endless"),
    [
        ("(a+)+", True),
        ("(?:a+b)*", True),
        ("(?:x(?:a*))+", True),
        ("(?:(?:a){2,})+", True),
        ("((a|b+)c)+", True),
        ("(?:[a-z&]+ ){0,3}x", False),
        ("a+b*", False),
        (r"\(a+\)+", False),
        ("[(+)]+", False),
        ("(a|b)+", False),
        ("(?:ab?)+", False),
        ("(?:trial|study) .*manager", False),
    ],
)
def test_a_repeat_within_a_repeat_without_end_runs_away(pattern: str, endless: bool) -> None:
    assert runs_away(pattern) is endless


def test_a_pattern_that_is_none_is_named_with_its_remedy() -> None:
    wrong = check_pattern("trial (manager")
    assert wrong is not None
    assert wrong[0].startswith("'trial (manager' is no regular expression: ")
    assert wrong[1] == "mend it, or escape what is meant literally"


def test_a_pattern_that_fails_once_its_blanks_are_widened_is_told_before_it_stops_the_service() -> None:
    assert check_pattern("(?<!line )manager") == (
        (
            "'(?<!line )manager' fails once each blank stands for any run of blanks and dashes:"
            " look-behind requires fixed-width pattern"
        ),
        "write a blank within a look-behind as [ ]",
    )
    assert check_pattern("(?<!line[ ])manager") is None


@pytest.mark.parametrize(
    "word", ["risk-based", "GCP/GVP", "510(k)", "e6(r2)", "Studien-Team", "bonnes pratiques", "治験/試験"]
)
def test_the_lint_reads_a_word_as_the_search_in_postings_does(word: str) -> None:
    assert (plain(word), (as_guard(word),)) == (_loose(fold(word)), _guards([word]))


def test_the_lint_knows_all_countries_that_the_places_know(tables: Tables) -> None:
    assert (len(COUNTRIES), set(tables["places"]["countries"]) - COUNTRIES) == (249, set())


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stem=st.sampled_from(sorted(SHIPPED)), data=st.data(), tree=TREES)
def test_the_lint_tells_of_any_table_and_never_fails(stem: str, data: st.DataObject, tree: Any) -> None:
    key = data.draw(st.sampled_from(sorted(SHIPPED[stem])))
    spoilt = {**SHIPPED, stem: {**SHIPPED[stem], key: tree}}
    found = {f.level for f in lint(spoilt, SCHEMA, PLANS)}
    try:
        make_guide(spoilt)
    except SettingsError:
        assert "error" in found
