"""Periods: claimed by one, composed in one transaction, counted for ever."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.desk import Due, Standing, Told
from ctm_alerts.digests.period import Claim, Period
from ctm_alerts.digests.proof import breaches, sums, unaccounted
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.digests import Digests
from ctm_alerts.storage.proof import Proof
from ctm_alerts.storage.schema import digests, due_log, dues, ledger, metadata, outbox, standings
from tests.people import ALICE, BOB, NOW
from tests.storage.desk import DAY, LEASE, Office, composition, new_mail, rows

SECOND = timedelta(seconds=1)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def everything(office: Office) -> dict[str, object]:
    """Every row of every table."""
    return {table.name: rows(office.database, table) for table in metadata.sorted_tables}


# -- claims


def test_a_due_period_is_claimed_by_one_until_its_lease_ends(office: Office) -> None:
    office.subscriber()
    first = office.claim()
    assert first.due == Due("1", "regular", NOW)
    assert office.digests.claim(NOW + LEASE - SECOND, LEASE, 10) == []
    second = office.claim(NOW + LEASE)
    assert second.due == first.due
    assert second.lease != first.lease


def test_nothing_is_claimed_before_it_is_ready(office: Office) -> None:
    office.subscriber(due_at=NOW + SECOND)
    assert office.digests.claim(NOW, LEASE, 10) == []


def test_of_many_claimers_each_period_has_one(office: Office, database: Database) -> None:
    for n in range(20):
        person = replace(ALICE, email=f"a{n}@people.example")
        office.subscriber(person)
    won: list[list[Claim]] = []
    threads = [
        threading.Thread(target=lambda: won.append(Digests(database).claim(NOW, LEASE, 7))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = [c.due.subscriber_id for claims in won for c in claims]
    assert sorted(claimed, key=int) == [str(n) for n in range(1, 21)]


def test_a_period_is_logged_once_when_it_is_first_claimed(office: Office) -> None:
    office.subscriber()
    office.claim()
    office.claim(NOW + DAY)
    assert rows(office.database, due_log) == [
        {"subscriber_id": 1, "kind": "regular", "due_at": NOW, "claimed_at": NOW}
    ]


def test_a_period_that_is_postponed_waits_and_is_still_the_same_period(office: Office) -> None:
    office.subscriber()
    office.digests.postpone(office.claim(), NOW + 3 * LEASE)
    assert office.digests.claim(NOW + LEASE, LEASE, 10) == []
    assert office.claim(NOW + 3 * LEASE).due == Due("1", "regular", NOW)


def test_a_claim_that_was_lost_postpones_and_drops_nothing(office: Office) -> None:
    office.subscriber()
    lost = office.claim()
    kept = office.claim(NOW + LEASE)
    office.digests.postpone(lost, NOW + DAY)
    office.digests.drop(lost, "gone", NOW)
    assert [row["lease"] for row in rows(office.database, dues)] == [kept.lease]
    assert rows(office.database, digests) == []


def test_a_period_of_someone_who_must_not_get_mail_is_withdrawn_and_counted(office: Office) -> None:
    office.subscriber()
    office.digests.drop(office.claim(), "subscriber gone", NOW)
    (row,) = office.digests.of_subscriber("1")
    assert (row["status"], row["reason"], row["count"], row["matched"]) == (
        "withdrawn",
        "subscriber gone",
        0,
        0,
    )
    assert office.digests.next_dues() == {}


# -- one transaction


def test_a_digest_its_ledger_its_bytes_and_the_next_due_date_are_committed_together(office: Office) -> None:
    one, two, three = office.openings(3)
    office.subscriber()
    assert office.commit(office.claim(), {one: "shown", two: "carried", three: "below_bar"})
    assert office.digests.next_dues() == {"1": [Due("1", "regular", NOW + 7 * DAY)]}
    assert office.digests.told(["1"]) == {"1": [Told(one, "new", 0, 1, NOW)]}
    assert office.digests.standings(["1"]) == {
        "1": {two: Standing("carried", "1:1", 1, NOW), three: Standing("below_bar", "1:1", 1, NOW)}
    }
    assert office.digests.of_subscriber("1") == [
        {
            "id": 1, "subscriber_id": 1, "kind": "regular", "due_at": NOW, "composed_at": NOW,
            "window_start": NOW - 7 * DAY, "window_end": NOW, "plan": "free", "status": "queued", "reason": "",
            "subject": "1 new", "count": 1, "matched": 3, "shown": 1, "carried": 1, "capped": 0, "below_bar": 1,
            "aged": 0, "closed": 0,
        }
    ]  # fmt: skip
    person = office.people.get("1")
    assert (person.window_start, person.last_regular_at) == (NOW, NOW)
    assert (
        office.mail().body == b"Message-ID: <1.regular.%d@alerts.example>\r\n\r\nHello\r\n" % NOW.timestamp()
    )
    assert office.digests.last() == NOW


def test_a_claim_that_was_lost_writes_nothing(office: Office) -> None:
    one, two = office.openings(2)
    office.subscriber()
    lost = office.claim()
    office.claim(NOW + LEASE)
    before = everything(office)
    assert not office.commit(lost, {one: "shown", two: "carried"})
    assert everything(office) == before


def test_a_period_that_was_composed_is_never_composed_again(office: Office) -> None:
    one, two = office.openings(2)
    office.subscriber()
    assert office.commit(office.claim(), {one: "shown"})
    office.people.change("1", {}, set_dues=[NextDue("regular", NOW, NOW)])  # as if someone set the clock back
    again = office.claim()
    before = everything(office)
    assert not office.commit(again, {two: "shown"}, now=NOW + SECOND)
    assert {**everything(office), "dues": ()} == {**before, "dues": ()}
    assert office.digests.next_dues() == {"1": [Due("1", "regular", NOW + 7 * DAY)]}  # and the rhythm goes on


def test_a_posting_is_new_to_a_subscriber_at_most_once_ever(office: Office) -> None:
    (one,) = office.openings(1)
    office.subscriber()
    assert office.commit(office.claim(), {one: "shown"})
    later = office.claim(NOW + 7 * DAY)
    before = everything(office)
    assert not office.commit(later, {one: "shown"}, now=NOW + 7 * DAY)
    assert everything(office) == before


def test_what_stood_is_told_or_stands_anew(office: Office) -> None:
    one, two, three = office.openings(3)
    office.subscriber()
    assert office.commit(office.claim(), {one: "carried", two: "carried", three: "capped"}, mail=False)
    claim, later = office.claim(NOW + 7 * DAY), NOW + 7 * DAY
    made = composition(claim.due, {one: "shown", two: "aged"}, later)
    period = Period("regular", "queued", "", "1 new", 1, new_mail(claim.due, later))
    assert office.digests.commit(
        claim,
        replace(made, forgotten=(three,)),
        [period],
        plan="free",
        next_regular=None,
        columns={},
        now=later,
    )
    assert office.digests.told(["1"]) == {"1": [Told(one, "new", 0, 1, later)]}
    assert office.digests.standings(["1"]) == {"1": {two: Standing("aged", "1:1", 1, later)}}
    assert office.digests.next_dues() == {}


def test_a_silent_period_and_its_note_are_two_rows_and_one_mail(office: Office) -> None:
    office.subscriber()
    claim = office.claim()
    made = composition(claim.due, {}, NOW)
    note = replace(new_mail(claim.due, NOW), purpose="note")
    silent = [
        Period("regular", "quiet", "no new postings", "", 0, None),
        Period("quiet", "queued", "", "Nothing new", 0, note),
    ]
    assert office.digests.commit(
        claim, made, silent, plan="free", next_regular=NOW + 7 * DAY, columns={}, now=NOW
    )
    assert [(r["kind"], r["status"]) for r in office.digests.of_subscriber("1")] == [
        ("regular", "quiet"),
        ("quiet", "queued"),
    ]
    assert [(r["kind"], r["due_at"]) for r in rows(office.database, due_log)] == [
        ("quiet", NOW),
        ("regular", NOW),
    ]
    assert len(rows(office.database, outbox)) == 1


def test_a_catch_up_leaves_the_regular_due_date_alone_when_told_none(office: Office) -> None:
    office.subscriber()
    office.people.change(
        "1", {}, set_dues=[NextDue("catchup", NOW, NOW), NextDue("regular", NOW + DAY, NOW + DAY)]
    )
    claim = office.claim()
    made = composition(claim.due, {}, NOW)
    period = Period("catchup", "quiet", "no new postings", "", 0, None)
    assert office.digests.commit(claim, made, [period], plan="plus", next_regular=None, columns={}, now=NOW)
    assert office.digests.next_dues() == {"1": [Due("1", "regular", NOW + DAY)]}


# -- the two sums


def test_both_sums_hold_over_every_end_that_a_period_may_have(office: Office) -> None:
    one, two, three = office.openings(3)
    for person in (ALICE, BOB):
        office.subscriber(person)
    alice, bob = office.digests.claim(NOW, LEASE, 10)
    assert office.commit(alice, {one: "shown", two: "carried", three: "below_bar"})
    assert office.commit(bob, {one: "carried"}, mail=False)
    proof = Proof(office.database)
    held = sums(proof.periods(), len(proof.logged()))
    assert held == {
        "periods": {"due": 2, "queued": 1, "sent": 0, "quiet": 1, "held": 0, "failed": 0, "withdrawn": 0, "ok": True},
        "postings": {"matched": 4, "shown": 1, "carried": 2, "capped": 0, "below_bar": 1, "aged": 0, "closed": 0, "ok": True},
    }  # fmt: skip
    assert breaches(proof.periods()) == []
    assert unaccounted(proof.periods(), proof.logged()) == []


def test_a_period_that_was_claimed_and_waits_is_not_lost(office: Office) -> None:
    office.subscriber()
    office.claim()
    proof = Proof(office.database)
    assert unaccounted(proof.periods(), proof.logged()) == []


def test_a_period_that_vanished_is_a_breach(office: Office) -> None:
    office.subscriber()
    office.claim()
    with office.database.write() as connection:
        connection.execute(dues.delete())
    proof = Proof(office.database)
    assert [b.name for b in unaccounted(proof.periods(), proof.logged())] == ["period lost"]
    assert [b.name for b in proof.stuck(NOW)] == ["no due date"]


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (digests.update().values(status="lost"), ["unknown status", "ledger and subject disagree"]),
        (digests.update().values(status="sent"), ["period and mail disagree"]),
        (digests.update().values(matched=9), ["postings lost"]),
        (ledger.delete(), ["ledger and subject disagree"]),
        (digests.update().values(count=2), ["ledger and subject disagree", "subject and choice disagree"]),
    ],
)
def test_whatever_breaks_a_sum_is_a_breach(office: Office, statement: object, names: list[str]) -> None:
    one, two = office.openings(2)
    office.subscriber()
    assert office.commit(office.claim(), {one: "shown", two: "carried"})
    with office.database.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # one of the above
    assert [b.name for b in breaches(Proof(office.database).periods())] == names


def test_what_is_long_overdue_is_said(office: Office) -> None:
    office.subscriber()
    proof = Proof(office.database)
    assert proof.stuck(NOW + timedelta(hours=1)) == []
    assert [(b.name, b.since) for b in proof.stuck(NOW + timedelta(hours=2))] == [("overdue", NOW)]


def test_standings_and_ledger_name_their_digest(office: Office) -> None:
    one, two = office.openings(2)
    office.subscriber()
    assert office.commit(office.claim(), {one: "shown", two: "carried"})
    assert [row["digest_id"] for table in (standings, ledger) for row in rows(office.database, table)] == [
        1,
        1,
    ]
