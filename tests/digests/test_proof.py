"""What `prove` says to an operator: the verdict first, then what to do, kind by kind."""

from __future__ import annotations

from datetime import timedelta

from ctm_alerts.digests.proof import Breach, breach_lines, sums, verdict
from tests.people import NOW

MINUTE = timedelta(minutes=1)


def overdue(number: int) -> Breach:
    return Breach(
        "overdue", str(number), f"nobody composed {number}", NOW + number * MINUTE, "start a worker"
    )


LOST = [
    Breach("set aside", "7", "it failed 3 times: KeyError", NOW - MINUTE, "subscribers release 7"),
    Breach("set aside", "9", "it failed 3 times: KeyError", NOW, "subscribers release 9"),
]


def test_the_kind_that_began_first_comes_first_and_a_remedy_that_all_share_is_said_once() -> None:
    assert breach_lines([overdue(2), overdue(1), *LOST]) == [
        "",
        "BREACH set aside: 2, since 2026-11-25 07:59 UTC",
        "  subscriber 7, since 2026-11-25 07:59 UTC: it failed 3 times: KeyError",
        "    what to do: subscribers release 7",
        "  subscriber 9, since 2026-11-25 08:00 UTC: it failed 3 times: KeyError",
        "    what to do: subscribers release 9",
        "",
        "BREACH overdue: 2, since 2026-11-25 08:01 UTC",
        "  what to do: start a worker",
        "  subscriber 1, since 2026-11-25 08:01 UTC: nobody composed 1",
        "  subscriber 2, since 2026-11-25 08:02 UTC: nobody composed 2",
    ]


def test_of_many_the_first_twenty_of_a_kind_are_shown_and_the_others_counted() -> None:
    lines = breach_lines([overdue(n) for n in range(1, 46)])
    assert (len(lines), lines[1]) == (24, "BREACH overdue: 45, since 2026-11-25 08:01 UTC")
    assert lines[-2:] == [
        "  subscriber 20, since 2026-11-25 08:20 UTC: nobody composed 20",
        "  and 25 more; all of them: ctm-alerts prove --all",
    ]
    assert len(breach_lines([overdue(n) for n in range(1, 46)], None)) == 48


def test_the_first_line_says_whether_to_go_back_to_bed() -> None:
    holds = sums([], 0)
    assert verdict(holds, []) == "both sums hold, no breach"
    assert verdict(sums([], 1), [overdue(1), *LOST]) == (
        "NOT PROVEN: the sum of the periods does not hold; "
        "3 breaches of 2 kinds at 3 subscribers, since 2026-11-25 07:59 UTC"
    )
    assert verdict(holds, [overdue(1)]) == (
        "NOT PROVEN: 1 breach of 1 kind at 1 subscriber, since 2026-11-25 08:01 UTC"
    )
