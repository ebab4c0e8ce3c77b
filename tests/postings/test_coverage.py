"""The share of all openings that our sources saw, against populations whose size is known."""

from __future__ import annotations

import random

import pytest

from ctm_alerts.postings.coverage import (
    EMPLOYERS,
    Coverage,
    Estimate,
    Opening,
    Share,
    coverage,
    estimate,
    source_of,
)


def opening(*sources: str, countries: tuple[str, ...] = ("US",)) -> Opening:
    return Opening(countries, frozenset(sources), frozenset(sources))


def seen_of(total: int, chances: dict[str, float], seed: int) -> list[Opening]:
    """What sources with these chances see of a market of so many openings."""
    rng = random.Random(seed)
    drawn = [[s for s, chance in chances.items() if rng.random() < chance] for _ in range(total)]
    return [opening(*sources) for sources in drawn if sources]


def test_two_sources_give_chapmans_estimate() -> None:
    # 60 and 50 of whom 30 are the same: (61 * 51) / 31 - 1
    openings = [opening("A")] * 30 + [opening("B")] * 20 + [opening("A", "B")] * 30
    found = estimate("US", openings)
    assert (found.country, found.seen, found.twice, found.method) == ("US", 80, 30, "Chapman, two sources")
    assert found.total is not None
    assert found.total[0] == pytest.approx(99.3548, abs=1e-3)
    assert found.share == pytest.approx((0.8052, 80 / found.total[2], 80 / found.total[1]), abs=1e-3)


@pytest.mark.parametrize("chances", [{"A": 0.5, "B": 0.4}, {"A": 0.4, "B": 0.3, "C": 0.3, "D": 0.2}])
def test_the_interval_holds_the_true_number_about_nineteen_times_of_twenty(chances: dict[str, float]) -> None:
    held = 0
    for seed in range(200):
        found = estimate("US", seen_of(600, chances, seed)).total
        assert found is not None
        held += found[1] <= 600 <= found[2]
    assert held >= 180


def test_unequal_chances_make_it_a_lower_bound_and_never_less_than_was_seen() -> None:
    openings = seen_of(400, {"A": 0.9, "B": 0.8, "C": 0.7}, 1) + seen_of(
        400, {"A": 0.05, "B": 0.05, "C": 0.05}, 2
    )
    found = estimate("US", openings)
    assert found.total is not None
    assert found.seen <= found.total[1] <= found.total[0] <= found.total[2]
    assert found.total[0] < 800


def test_too_few_openings_are_no_estimate() -> None:
    few = [opening("A")] * 30 + [opening("A", "B")] * 4
    assert estimate("DE", few) == Estimate(
        "DE", 34, 4, None, "too few to tell: 34 seen, 4 of them by two sources"
    )
    assert estimate("DE", few).share is None


def test_what_both_saw_whole_leaves_nothing_unseen() -> None:
    found = estimate("US", [opening("A", "B")] * 40)
    assert found.total == (40.0, 40.0, 40.0)
    assert found.share == (1.0, 1.0, 1.0)


def test_the_feeds_that_add_most_come_first() -> None:
    openings = [opening("A")] * 3 + [opening("B")] * 2 + [opening("A", "B", "C")] * 5
    assert coverage(openings, ["FR"]) == Coverage(
        (Estimate("all", 10, 5, None, "too few to tell: 10 seen, 5 of them by two sources"),),
        (Share("A", 8, 3), Share("B", 7, 2), Share("C", 5, 0)),
    )


def test_countries_come_in_the_order_of_what_was_seen_there() -> None:
    openings = [opening("A", countries=("DE",))] * 2 + [opening("A", countries=("US", "CA"))] * 3
    assert [e.country for e in coverage(openings).estimates] == ["all", "CA", "US", "DE"]


def test_feeds_that_copy_one_source_are_one_source() -> None:
    feeds = [
        ("greenhouse", "https://boards-api.greenhouse.io/v1/boards/alder/jobs"),
        ("workday", "https://alder.wd3.myworkdayjobs.com/Careers"),
        ("jobicy_json", "https://jobicy.com/api/v2/remote-jobs"),
        ("jobicy_rss", "https://jobicy.com/feed/job_feed"),
        ("rss", "https://www.trialboard.example/positions.atom"),
        ("rss", "https://feeds.trialboard.example/news"),
        ("rss", "file:///srv/feeds/own.xml"),
        ("rss", "https://www.oakjobs.co.uk/feed"),
        ("rss", "https://feeds.elmjobs.co.uk/rss"),
        ("rss", "https://jobs.elm.de/rss"),
    ]
    assert [source_of(*feed) for feed in feeds] == [
        EMPLOYERS, EMPLOYERS, "Jobicy", "Jobicy", "trialboard.example", "trialboard.example", "/srv/feeds/own.xml",
        "oakjobs.co.uk", "elmjobs.co.uk", "elm.de",
    ]  # fmt: skip
