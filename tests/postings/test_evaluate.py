"""The figures themselves."""

from typing import Any

import pytest

from ctm_alerts.postings.evaluate import Found, Miss, Rate, Report, Score, complaints, evaluate, half_of
from ctm_alerts.postings.posting import Evidence, Salary, Verdict

GOLDS: list[dict[str, Any]] = [
    {"role": "ctm", "tier": "mid", "countries": ["US", "CA"], "salary": None},
    {
        "role": "feeder",
        "tier": None,
        "countries": [],
        "salary": {"min": 25.81, "max": None, "currency": "USD", "period": "hour"},
    },
]
US = Evidence("countries", "US", "Boston, MA", 0, 10, "location")
SENIOR = Evidence("tier", "senior", "Senior", 0, 6, "title")
VERDICTS = [
    Verdict(
        "ctm", "", tier="senior", tier_reason="the title says so", countries=("US",), evidence=(US, SENIOR)
    ),
    Verdict("ctm", "The title says so.", tier="mid", salary=Salary(25.8100001, None, "USD", "hour")),
]


def test_a_report_counts_only_what_is_labelled() -> None:
    report = evaluate(GOLDS, VERDICTS)
    assert (report.size, report.ctm) == (2, Found(both=1, found=2, there=1))
    assert report.scores == {
        "role": Score("role", 1, Rate(1, 2), confusion={"ctm": {"ctm": 1}, "feeder": {"ctm": 1}}),
        "tier": Score("tier", 1, Rate(0, 1), confusion={"mid": {"senior": 1}}),
        "salary": Score("salary", 1, Rate(2, 2), Found(both=1, found=1, there=1)),
        "countries": Score("countries", 2, found=Found(both=1, found=1, there=2)),
    }


def test_every_error_is_told_with_the_words_that_led_to_it() -> None:
    assert evaluate(GOLDS, VERDICTS).misses == (
        Miss(1, "role", "feeder", "ctm", "The title says so.", ()),
        Miss(0, "tier", "mid", "senior", "the title says so", (SENIOR,)),
        Miss(0, "countries", ["US", "CA"], ["US"], "", ()),
    )


def test_f1_is_the_harmonic_mean() -> None:
    found = Found(both=6, found=8, there=10)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


@pytest.mark.parametrize(
    ("rate", "low", "high"), [(Rate(9, 10), 0.596, 0.982), (Rate(0, 10), 0.0, 0.278), (Rate(0, 0), 0.0, 1.0)]
)
def test_intervals_are_wilsons(rate: Rate, low: float, high: float) -> None:
    assert rate.interval == pytest.approx((low, high), abs=0.001)


def test_precision_and_recall_of_a_class_come_from_its_column_and_its_row() -> None:
    confusion = {"remote": {"remote": 6, "hybrid": 2}, "hybrid": {"hybrid": 3}, "onsite": {"remote": 1}}
    score = Score("workplace", 12, Rate(9, 12), confusion=confusion)
    assert score.of_class("remote") == Found(both=6, found=7, there=8)
    assert score.of_class("unknown") == Found(both=0, found=0, there=0)


def test_lines_say_rate_count_and_interval() -> None:
    report = evaluate([{"role": "ctm"}], [Verdict("ctm", "")])
    assert report.lines() == [
        "1 postings",
        "role ctm: F1 1.000, precision 1.000 (1/1, 0.207-1.000), recall 1.000 (1/1, 0.207-1.000)",
        "role: 1.000 (1/1, 0.207-1.000)",
    ]


def test_a_field_with_fewer_than_twenty_that_say_something_is_too_thin_for_a_bar() -> None:
    golds = [{"travel_max": 10}] * 19 + [{"travel_max": None}] * 80
    assert evaluate(golds, [Verdict("other", "")] * 99).scores["travel_max"].is_thin
    assert (
        not evaluate([*golds, {"travel_max": 5}], [Verdict("other", "")] * 100).scores["travel_max"].is_thin
    )


def test_all_postings_of_an_employer_fall_into_one_half_and_both_halves_are_used() -> None:
    assert half_of("Harwick Bio", "1") == half_of("  HARWICK   bio", "2")
    halves = [half_of(f"Employer {n}", "1") for n in range(200)]
    assert 70 < halves.count("held") < 130
    assert {half_of(None, str(n)) for n in range(20)} == {"tune", "held"}


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ({"role": "CTM"}, ["role is 'CTM'; use one of ctm, feeder, next, related, other"]),
        ({"tier": None, "workplace": None, "years_min": None, "salary": None}, []),
        ({"tier": "expert"}, ["tier is 'expert'; use one of junior, mid, senior, lead"]),
        ({"years_min": "5"}, ["years_min is '5'; write a whole number or null"]),
        ({"skills": "T01"}, ["skills is 'T01'; write a list of texts"]),
        ({"salary": {"min": 1}}, ["salary is {'min': 1}; write null, or min, max, currency and period"]),
        ({"anything": "else"}, []),
    ],
)
def test_a_label_is_looked_at_before_it_counts(label: dict[str, Any], wrong: list[str]) -> None:
    assert complaints(label) == wrong


def test_null_is_unknown_where_the_field_has_that_word() -> None:
    assert evaluate([{"workplace": None}], [Verdict("other", "")]).scores["workplace"].equal == Rate(1, 1)


def test_a_tier_counts_without_a_role_beside_it() -> None:
    assert evaluate([{"tier": "mid"}], [Verdict("ctm", "", tier="mid")]).scores["tier"].equal == Rate(1, 1)


def test_nothing_of_nothing_is_no_figure() -> None:
    assert str(Rate(0, 0)) == "-"


def test_no_labels_make_an_empty_report() -> None:
    assert evaluate([], []) == Report(0, Found(0, 0, 0), {})
