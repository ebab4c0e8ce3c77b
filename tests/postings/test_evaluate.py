"""The figures themselves."""

import pytest

from ctm_alerts.postings.evaluate import Found, Rate, Report, evaluate
from ctm_alerts.postings.posting import Salary, Verdict


def test_a_report_counts_only_what_is_labelled() -> None:
    golds = [
        {"role": "ctm", "tier": "mid", "countries": ["US", "CA"], "salary": None},
        {
            "role": "feeder",
            "tier": None,
            "countries": [],
            "salary": {"min": 25.81, "max": None, "currency": "USD", "period": "hour"},
        },
    ]
    verdicts = [
        Verdict("ctm", "", tier="senior", countries=("US",)),
        Verdict("ctm", "", tier="mid", salary=Salary(25.8100001, None, "USD", "hour")),
    ]
    assert evaluate(golds, verdicts) == Report(
        size=2,
        ctm=Found(both=1, found=2, there=1),
        equal={"role": Rate(1, 2), "tier": Rate(0, 1), "salary": Rate(2, 2)},
        pooled={"countries": Found(both=1, found=1, there=2)},
    )


def test_f1_is_the_harmonic_mean() -> None:
    found = Found(both=6, found=8, there=10)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


@pytest.mark.parametrize(
    ("rate", "low", "high"), [(Rate(9, 10), 0.596, 0.982), (Rate(0, 10), 0.0, 0.278), (Rate(0, 0), 0.0, 1.0)]
)
def test_intervals_are_wilsons(rate: Rate, low: float, high: float) -> None:
    assert rate.interval == pytest.approx((low, high), abs=0.001)


def test_lines_say_rate_count_and_interval() -> None:
    report = evaluate([{"role": "ctm"}], [Verdict("ctm", "")])
    assert report.lines() == [
        "1 postings",
        "role ctm: F1 1.000, precision 1.000 (1/1, 0.207-1.000), recall 1.000 (1/1, 0.207-1.000)",
        "role: 1.000 (1/1, 0.207-1.000)",
    ]
