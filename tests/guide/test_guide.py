"""The career guide as data."""

from typing import Any

import pytest

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide import make_guide
from ctm_alerts.guide.guide import Band

Tables = dict[str, dict[str, Any]]


def test_it_has_the_fifteen_technical_skills_in_order(tables: Tables) -> None:
    assert [s.id for s in make_guide(tables).skills] == [f"T{n:02d}" for n in range(1, 16)]


def test_it_has_ten_abilities_fifteen_responsibilities_and_seventeen_entries_of_the_skill_map(
    tables: Tables,
) -> None:
    guide = make_guide(tables)
    counts = (
        len(guide.abilities),
        len(guide.responsibilities),
        sum(len(g.entries) for g in guide.skill_map),
    )
    assert counts == (10, 15, 17)


def test_the_band_is_the_guides_and_only_for_the_united_states(tables: Tables) -> None:
    assert make_guide(tables).band == Band(
        country="US",
        currency="USD",
        period="year",
        min=75_000,
        max=140_000,
        junior=84_750,
        mid=107_500,
        senior=130_250,
        top_from=140_000,
        line=25,
    )


@pytest.mark.parametrize(
    ("years", "tier"),
    [
        (0, "junior"),
        (2, "junior"),
        (3, "mid"),
        (6, "mid"),
        (7, "senior"),
        (9, "senior"),
        (10, "lead"),
        (25, "lead"),
    ],
)
def test_every_number_of_years_has_one_tier(tables: Tables, years: int, tier: str) -> None:
    assert make_guide(tables).tier_of_years(years) == tier


def test_a_skill_is_found_by_its_id(tables: Tables) -> None:
    assert make_guide(tables).skill("T05").name == "Risk-based monitoring"


def test_an_unknown_skill_or_tier_is_not_found_and_the_message_says_what_there_is(tables: Tables) -> None:
    guide = make_guide(tables)
    with pytest.raises(NotFound, match="T01 to T15"):
        guide.skill("T99")
    with pytest.raises(NotFound, match="junior, mid, senior, lead"):
        guide.tier("boss")


def test_guides_of_the_same_tables_are_equal(tables: Tables) -> None:
    assert make_guide(tables) == make_guide(tables)


def test_a_missing_file_is_named(tables: Tables) -> None:
    del tables["skills"]
    with pytest.raises(SettingsError, match=r"config/guide/skills\.toml is missing"):
        make_guide(tables)


def _no_name(tables: Tables) -> None:
    del tables["skills"]["skill"][2]["name"]


def _years_as_words(tables: Tables) -> None:
    tables["tiers"]["tier"][1]["years_from"] = "three"


def _years_that_fall(tables: Tables) -> None:
    tables["tiers"]["tier"][1]["years_from"] = 12


def _no_such_role(tables: Tables) -> None:
    tables["titles"]["rule"][0]["role"] = "boss"


def _an_empty_word(tables: Tables) -> None:
    tables["tools"]["tool"][0]["words"] = ["medidata", ""]


def _a_skill_that_is_none(tables: Tables) -> None:
    tables["skill_map"]["group"][0]["entries"][0]["skills"] = ["T77"]


def _no_table(tables: Tables) -> None:
    tables["bands"]["band"] = 7


def _an_id_twice(tables: Tables) -> None:
    tables["topics"]["topic"][1]["id"] = tables["topics"]["topic"][0]["id"]


def _an_ability_that_is_none(tables: Tables) -> None:
    tables["skill_map"]["group"][2]["entries"][0]["abilities"] = ["S11"]


def _a_line_in_words(tables: Tables) -> None:
    tables["topics"]["topic"][0]["also"] = ["210"]


def _a_step_sideways(tables: Tables) -> None:
    tables["careers"]["step"][0]["direction"] = "sideways"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_an_id_twice, r"topics\.toml: \[\[topic\]\] 2: id 'decentralised_trials' is there twice; give each"),
        (_an_ability_that_is_none, r"abilities names S11, not in soft\.toml"),
        (_a_line_in_words, r"topics\.toml: \[\[topic\]\] 1: also must be a list of line numbers"),
        (_a_step_sideways, r"direction is 'sideways'; use one of before, after, beside"),
        (_no_name, r"skills\.toml: \[\[skill\]\] 3: name is missing"),
        (_years_as_words, r"tiers\.toml: \[\[tier\]\] 2: years_from must be int"),
        (_years_that_fall, r"years_from must start at 0 and rise"),
        (_no_such_role, r"titles\.toml: \[\[rule\]\] 1: role is 'boss'; use one of ctm, feeder"),
        (_an_empty_word, r"tools\.toml: \[\[tool\]\] 1: words must be a list of words"),
        (_a_skill_that_is_none, r"skills names T77, not in skills\.toml"),
        (_no_table, r"bands\.toml: \[band\] must be a table"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tables: Tables, spoil: Any, message: str) -> None:
    spoil(tables)
    with pytest.raises(SettingsError, match=message):
        make_guide(tables)


def test_it_has_every_list_of_the_guide_in_full(tables: Tables) -> None:
    guide = make_guide(tables)
    counts = {
        "tech stack": len(guide.tech_stack),
        "mistakes": len(guide.mistakes),
        "contextual advice": len([a for a in guide.advice if a.line in range(315, 323)]),
        "pros": len([p for p in guide.preferences if p.kind == "pro"]),
        "cons": len([p for p in guide.preferences if p.kind == "con"]),
        "cases": len(guide.cases),
        "questions": len(guide.questions),
        "activities of a day": [len(block.activities) for block in guide.day],
        "regions": len(guide.markets),
    }
    assert counts == {
        "tech stack": 18,
        "mistakes": 8,
        "contextual advice": 8,
        "pros": 6,
        "cons": 6,
        "cases": 3,
        "questions": 8,
        "activities of a day": [4, 4, 4],
        "regions": 4,
    }


def test_the_points_of_pay_are_those_of_the_band(tables: Tables) -> None:
    guide = make_guide(tables)
    band = guide.band
    assert {p.id: p.amount for p in guide.pay_points} == {
        "median": band.mid,
        "range": band.min,
        "junior": band.junior,
        "mid": band.mid,
        "senior": band.senior,
        "top": band.top_from,
    }


def test_where_the_guide_contradicts_itself_the_certificate_says_what_holds(tables: Tables) -> None:
    (ccrp,) = [c for c in make_guide(tables).certifications if c.name == "CCRP"]
    assert (ccrp.issuer, ccrp.line, ccrp.conflict) == (
        "Society of Clinical Research Associates (SoCRA)",
        99,
        "Line 372 names CCRP of both SoCRA and ACRP; its issuer is SoCRA, as line 99 says.",
    )


def test_the_soft_entries_of_the_skill_map_stand_for_abilities(tables: Tables) -> None:
    leadership = make_guide(tables).skill_map[-1]
    assert {e.id: e.abilities for e in leadership.entries} == {
        "L1": ("S01",),
        "L2": ("S02",),
        "L3": ("S03", "S08"),
        "L4": ("S10",),
        "L5": ("S06", "S07"),
    }
