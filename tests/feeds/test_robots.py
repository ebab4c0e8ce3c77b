"""robots.txt as RFC 9309 has it, and a few that are made to cost time."""

from __future__ import annotations

import time

import pytest

from ctm_alerts.feeds.robots import LONGEST_PAUSE, Robots, read_robots

SITE = "https://careers.example"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/jobs", True),
        ("Disallow: /", "/jobs", False),
        ("Disallow:", "/jobs", True),
        ("Disallow: /jobs", "/jobs/1", False),
        ("Disallow: /jobs\nAllow: /jobs/open", "/jobs/open/1", True),
        ("Allow: /jobs\nDisallow: /jobs", "/jobs", True),
        ("Disallow: /*/private", "/en/private", False),
        ("Disallow: /*.pdf$", "/a.pdf", False),
        ("Disallow: /*.pdf$", "/a.pdf?x=1", True),
        ("Disallow: /jobs$", "/jobs", False),
        ("Disallow: /jobs$", "/jobs/1", True),
        ("Disallow: /*?page=", "/jobs?page=2", False),
        ("Disallow: /b%C3%BCro", "/büro", False),
        ("# Disallow: /", "/jobs", True),
    ],
)
def test_the_longest_rule_decides(rules: str, path: str, allowed: bool) -> None:
    assert read_robots(f"User-agent: *\n{rules}").allows(SITE + path) is allowed


def test_a_group_of_our_own_counts_instead_of_the_one_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: CTM-Alerts/1.0\nDisallow: /a\n\nUser-agent: ctm-alerts\nDisallow: /b"
    assert read_robots(text) == Robots((("/a", False), ("/b", False)))


def test_a_group_of_our_own_without_rules_lets_us_in() -> None:
    assert read_robots("User-agent: ctm-alerts\n\nUser-agent: *\nDisallow: /").allows(SITE) is False
    assert read_robots("User-agent: *\nDisallow: /\nUser-agent: ctm-alerts\nAllow: /").allows(SITE) is True


@pytest.mark.parametrize(
    ("said", "pause"),
    [("2", 2.0), ("0.5", 0.5), ("86400", LONGEST_PAUSE), ("-1", 0.0), ("soon", 0.0), ("nan", 0.0)],
)
def test_a_pause_is_kept_up_to_ten_seconds(said: str, pause: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {said}").pause == pause


def test_a_page_where_robots_txt_should_be_says_nothing() -> None:
    assert read_robots("<!DOCTYPE html><html><body>Disallow: / everything</body></html>") == Robots()


def test_rules_that_are_made_to_cost_time_cost_little() -> None:
    stars = "\n".join(f"Disallow: /{'*a' * 900}{n}" for n in range(2000))
    rules = read_robots(f"User-agent: *\n{stars}")
    began = time.process_time()
    rules.allows(f"{SITE}/{'a' * 3000}")
    assert time.process_time() - began < 3
