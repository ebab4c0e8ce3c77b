"""One subscriber who cannot be composed, one feed that cannot be understood: the others go on (fault matrix S14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ctm_alerts.errors import NotFound
from ctm_alerts.flows.dispatch import RETRY_AFTER
from ctm_alerts.subscribers.subscriber import Rhythm, Subscriber
from tests.cli.house import Shell
from tests.flows.conftest import home
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import NOW

__all__ = ["home"]
UTC_8 = Rhythm("UTC", 8 * 60)
LEASE = timedelta(minutes=15)


@pytest.fixture
def poisoned(home: House) -> Subscriber:
    """The second of four people: a row of theirs cannot be read."""
    home.feed(Opening(1))
    home.ingest(NOW)
    people = [home.person(f"person-{n}@people.example", plan="plus", rhythm=UTC_8) for n in range(4)]
    home.sql("UPDATE profiles SET wishes = '{' WHERE subscriber_id = :id", id=int(people[1].id))
    return people[1]


def outcomes(home: House, now: datetime) -> dict[str, str]:
    return {d.due.subscriber_id: d.outcome for d in home.dispatch(now)}


def set_aside(home: House, poisoned: Subscriber) -> datetime:
    """Three rounds that fail for that one; when the third one did."""
    for tries in range(3):
        outcomes(home, NOW + tries * RETRY_AFTER)
    return NOW + 2 * RETRY_AFTER


def test_who_cannot_be_composed_stops_nobody_and_is_set_aside_after_three_tries(
    home: House, poisoned: Subscriber
) -> None:
    assert outcomes(home, NOW) == {"1": "queued", "2": "error", "3": "queued", "4": "queued"}
    assert outcomes(home, NOW + RETRY_AFTER - timedelta(seconds=1)) == {}
    assert outcomes(home, NOW + RETRY_AFTER) == {"2": "error"}
    assert outcomes(home, NOW + 2 * RETRY_AFTER) == {"2": "set aside"}
    assert outcomes(home, NOW + 3 * RETRY_AFTER) == {}
    ((tries, fault),) = home.sql("SELECT tries, fault FROM dues WHERE kind = 'first'")
    assert (tries, str(fault).partition(": Expecting")[0]) == (3, "a defect of ours: JSONDecodeError")


def test_what_is_set_aside_is_a_breach_that_says_what_to_do_and_the_sum_of_periods_holds(
    home: House, poisoned: Subscriber
) -> None:
    since = set_aside(home, poisoned)
    home.deliver(since)
    proven = home.app.proof.stuck(since)
    assert [(b.name, b.subscriber_id, b.since, b.remedy) for b in proven] == [
        ("set aside", "2", since, "mend what it names, then: ctm-alerts subscribers release 2")
    ]
    assert "JSONDecodeError" in proven[0].says
    periods, logged = home.app.proof.both()
    assert (len(periods), sum(not row.is_open for row in logged), len(logged)) == (3, 3, 4)


def test_what_is_released_is_due_once_as_one_late_digest(home: House, poisoned: Subscriber) -> None:
    set_aside(home, poisoned)
    home.sql("UPDATE profiles SET wishes = '{}' WHERE subscriber_id = 2")
    assert outcomes(home, NOW + HOUR) == {}
    assert [d.subscriber_id for d in home.app.digests.release("2", NOW + HOUR)] == ["2"]
    assert outcomes(home, NOW + HOUR) == {"2": "queued"}
    home.deliver(NOW + HOUR)
    assert outcomes(home, NOW + DAY) == {"1": "quiet", "2": "quiet", "3": "quiet", "4": "quiet"}
    assert home.told(poisoned) == ["1"]
    assert home.breaches(NOW + DAY) == []


def test_an_operator_reads_what_to_do_does_it_and_the_breach_is_gone(
    home: House, poisoned: Subscriber
) -> None:
    home.deliver(set_aside(home, poisoned))
    home.sql("UPDATE profiles SET wishes = '{}' WHERE subscriber_id = 2")
    shell, now = Shell(home.folder / "home"), ("--now", (NOW + HOUR).isoformat())
    said = shell("prove", *now)
    lines = said.out.splitlines()
    assert (said.code, lines[0]) == (
        1,
        "NOT PROVEN: 1 breach of 1 kind at 1 subscriber, since 2026-11-25 08:20 UTC",
    )
    (remedy,) = [line.partition("then: ctm-alerts ")[2] for line in lines if "what to do" in line]
    done = shell.ok(*remedy.split(), *now)
    assert done.out == "subscriber 2: first of 2026-11-25T08:00:00Z is due again\n"
    assert "1 more fell due and wait still" in shell.ok("prove", *now).out


def test_nothing_is_released_that_is_not_set_aside(home: House, poisoned: Subscriber) -> None:
    with pytest.raises(NotFound):
        home.app.digests.release("1", NOW)
    assert home.app.digests.release(None, NOW) == []


def test_who_kills_the_process_is_found_out_alone_and_the_others_get_their_mail(home: House) -> None:
    home.feed(Opening(1))
    home.ingest(NOW)
    for n in range(4):
        home.person(f"person-{n}@people.example", plan="plus", rhythm=UTC_8)
    claimed = [
        # workers that die with what they had: the first with all, the others with the one that they took up alone
        [c.due.subscriber_id for c in home.app.digests.claim(NOW + n * HOUR, LEASE, 200)]
        for n in range(3)
    ]
    assert claimed == [["1", "2", "3", "4"], ["1"], ["1"]]
    assert outcomes(home, NOW + 3 * HOUR) == {"1": "set aside", "2": "queued", "3": "queued", "4": "queued"}
    assert [d.subscriber_id for d in home.app.digests.set_aside()] == ["1"]


def test_a_worker_that_dies_once_sets_nobody_aside(home: House) -> None:
    home.feed(Opening(1))
    home.ingest(NOW)
    for n in range(4):
        home.person(f"person-{n}@people.example", plan="plus", rhythm=UTC_8)
    home.app.digests.claim(NOW, LEASE, 200)
    assert outcomes(home, NOW + HOUR) == {str(n): "queued" for n in range(1, 5)}
    assert home.sql("SELECT DISTINCT tries FROM dues") == [(0,)]


# -- a feed


def test_a_feed_that_breaks_our_code_is_counted_and_asked_less_and_less_and_the_others_go_on(
    home: House,
) -> None:
    home.feed(Opening(1), name="good")
    home.feed(Opening(2), name="bad")
    home.sql("UPDATE feeds SET kind = 'no such kind' WHERE name = 'bad'")
    checks = []
    now = NOW
    for _ in range(3):
        results = {r.feed: r.outcome for r in home.ingest(now)}
        assert results["bad"] == "error"
        bad = home.app.feeds.get("bad")
        checks.append((bad.failures, bad.next_check_at - now))
        now = bad.next_check_at
    assert checks == [(1, HOUR), (2, 2 * HOUR), (3, 4 * HOUR)]
    assert len(home.postings()) == 1
    assert "there is no kind 'no such kind' here" in str(
        home.app.feeds.history(home.app.feeds.get("bad").id)[0]["reason"]
    )
