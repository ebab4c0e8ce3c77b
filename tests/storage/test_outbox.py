"""The outbox: claims, intents and receipts, and what each does to digest, ledger, standings and window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ctm_alerts.digests.desk import Due, Standing, Told
from ctm_alerts.digests.period import ClaimedMail, NewMail, OutboxRow
from ctm_alerts.digests.proof import breaches, sums
from ctm_alerts.errors import NotFound
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.proof import Proof
from ctm_alerts.storage.schema import suppressions
from ctm_alerts.subscribers.subscriber import address_hash
from tests.people import ALICE, CONSENT, NOW
from tests.storage.desk import DAY, LEASE, Office, intend, receive, rows

SECOND = timedelta(seconds=1)
MINUTES = timedelta(minutes=5)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def standing(office: Office) -> dict[str, Any]:
    """What a subscriber's world looks like: the period, the ledger, what waits, the window."""
    (row,) = office.digests.of_subscriber("1")[:1]
    return {
        "digest": (row["status"], row["reason"]),
        "told": office.digests.told(["1"]).get("1", []),
        "waits": office.digests.standings(["1"]).get("1", {}),
        "window": office.people.get("1").window_start,
        "mail": [r.status for r in office.outbox.rows()],
    }


TOLD = [Told("1", "new", 0, 1, NOW)]
WAITS = {"2": Standing("carried", "1:1", 1, NOW)}
#: what was shown and never sent waits for the next digest
RELEASED = {**WAITS, "1": Standing("carried", "released", 1, NOW)}
QUEUED = {"digest": ("queued", ""), "told": TOLD, "waits": WAITS, "window": NOW}
BEFORE = NOW - 7 * DAY


def no_breach(office: Office) -> None:
    proof = Proof(office.database)
    assert breaches(proof.periods()) == []
    held = sums(proof.periods(), len(proof.logged()))
    assert (held["periods"]["ok"], held["postings"]["ok"]) == (True, True)


# -- claims


def test_a_mail_is_claimed_with_its_bytes(office: Office) -> None:
    mail = office.queued()
    message_id = f"<1.regular.{int(NOW.timestamp())}@alerts.example>"
    assert mail == ClaimedMail(
        id="1",
        subscriber_id="1",
        digest_id="1",
        purpose="digest",
        message_id=message_id,
        to_address="alice@people.example",
        body=f"Message-ID: {message_id}\r\n\r\nHello\r\n".encode(),
        plan="free",
        attempts=0,
        give_up_at=NOW + 4 * DAY,
        lease=mail.lease,
        ambiguous=False,
        resends=0,
        line_losses=0,
    )
    assert standing(office) == {**QUEUED, "mail": ["claimed"]}


def test_a_claimed_mail_is_nobody_else_s_until_its_lease_ends(office: Office) -> None:
    first = office.queued()
    assert office.outbox.claim(NOW + LEASE - SECOND, LEASE, 10) == []
    second = office.mail(NOW + LEASE)
    assert second == replace(first, lease=second.lease, lapses=1)
    assert second.lease != first.lease


def test_of_many_claimers_each_mail_has_one(office: Office, database: Database) -> None:
    for n in range(20):
        office.subscriber(replace(ALICE, email=f"a{n}@people.example"))
    for claim in office.digests.claim(NOW, LEASE, 50):
        assert office.commit(claim, {})
    won: list[list[ClaimedMail]] = []
    threads = [
        threading.Thread(target=lambda: won.append(Outbox(database).claim(NOW, LEASE, 7))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(m.id) for mails in won for m in mails) == list(range(1, 21))


def test_a_mail_whose_dot_may_have_been_sent_is_taken_over_as_ambiguous(office: Office) -> None:
    first = office.queued()
    assert intend(office.outbox, first, NOW, NOW)
    assert standing(office)["mail"] == ["dot"]
    second = office.mail(NOW + LEASE)
    assert second == replace(first, lease=second.lease, ambiguous=True, lapses=1, dot_at=NOW)


@pytest.mark.parametrize(
    "late",
    [
        lambda box, mail: receive(box, mail, "250", NOW),
        lambda box, mail: box.retry(mail, "451", NOW, NOW),
        lambda box, mail: box.failed(mail, "550", NOW, suppress=False),
        lambda box, mail: box.withdrawn(mail, "plan changed", NOW, due_again=True),
        lambda box, mail: box.held(mail, "x"),
        lambda box, mail: box.give_back([mail]),
        lambda box, mail: intend(box, mail, NOW, NOW),
        lambda box, mail: box.mark_resent(mail),
    ],
    ids=["sent", "retry", "failed", "withdrawn", "held", "give_back", "intend", "mark_resent"],
)
def test_who_lost_the_lease_changes_nothing(
    office: Office, late: Callable[[Outbox, ClaimedMail], None]
) -> None:
    lost = office.queued()
    office.mail(NOW + LEASE)
    before, due = standing(office), office.digests.next_dues()
    late(office.outbox, lost)
    assert (standing(office), office.digests.next_dues()) == (before, due)


# -- right before MAIL FROM


def test_a_mail_may_go_when_nothing_speaks_against_it(office: Office) -> None:
    assert office.outbox.may_send(office.queued(), NOW) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda o: o.people.suppress(ALICE.email, "stream", "unsubscribed", NOW), "address suppressed"),
        (lambda o: o.people.suppress(ALICE.email, "all", "hard bounce", NOW), "address suppressed"),
        (lambda o: o.people.change("1", {"status": "gone"}), "subscriber gone"),
        (lambda o: o.people.change("1", {"status": "paused"}), "subscriber paused"),
        (lambda o: o.people.change("1", {"status": "pending"}), "subscriber pending"),
        (lambda o: o.people.change("1", {"plan": "plus"}), "plan changed"),
        (lambda o: o.people.change("1", {"plan": "plus", "plan_until": NOW + SECOND}), "plan changed"),
        (lambda o: o.people.change("1", {"plan": "plus", "plan_until": NOW}), None),
        (lambda o: o.mail(NOW + LEASE), "lease lost"),
    ],
    ids=[
        "unsubscribed",
        "dead",
        "gone",
        "paused",
        "pending",
        "upgraded",
        "plus until later",
        "plus lapsed",
        "taken over",
    ],
)
def test_a_mail_must_not_go_once_what_it_was_composed_for_no_longer_holds(
    office: Office, change: Callable[[Office], object], reason: str | None
) -> None:
    mail = office.queued()
    change(office)
    assert office.outbox.may_send(mail, NOW) == reason


def confirmation(at: datetime = NOW, number: int = 1) -> NewMail:
    return NewMail(
        "1",
        "confirm",
        f"<confirm.{number}@alerts.example>",
        "alice@people.example",
        b"x",
        "free",
        at + 7 * DAY,
    )


@pytest.mark.parametrize(
    ("status", "scope", "reason"),
    [
        ("pending", None, None),
        ("pending", "stream", None),
        ("pending", "all", "address suppressed"),
        ("active", None, "already confirmed or gone"),
        ("gone", None, "already confirmed or gone"),
    ],
)
def test_a_confirmation_goes_to_those_who_have_to_confirm(
    office: Office, status: Any, scope: str | None, reason: str | None
) -> None:
    office.people.add(replace(ALICE, status=status), CONSENT, NOW)
    if scope is not None:
        office.people.suppress(ALICE.email, scope, "x", NOW)
    office.outbox.add(confirmation(), NOW)
    assert office.outbox.may_send(office.mail(), NOW) == reason


def test_a_confirmation_is_queued_once_and_counted(office: Office) -> None:
    office.people.add(ALICE, CONSENT, NOW)
    for number in (1, 1, 2):
        office.outbox.add(confirmation(number=number), NOW)
    assert office.outbox.counts() == {"queued": 2}
    assert office.outbox.confirmations_since("alice@people.example", NOW - DAY) == 2
    assert office.outbox.confirmations_since("alice@people.example", NOW) == 0
    assert office.outbox.confirmations_since("bob@people.example", NOW - DAY) == 0


# -- the intent


def test_the_intent_fails_once_the_lease_ran_out(office: Office) -> None:
    mail = office.queued()
    assert not intend(office.outbox, mail, NOW + LEASE, NOW)
    assert standing(office)["mail"] == ["claimed"]
    assert intend(office.outbox, mail, NOW + LEASE - SECOND, NOW)


def test_an_ambiguous_mail_counts_how_often_it_went_once_more_and_how_often_the_line_broke(
    office: Office,
) -> None:
    intend(office.outbox, office.queued(), NOW, NOW)
    second = office.mail(NOW + LEASE)
    assert office.outbox.mark_resent(second)
    office.outbox.line_lost(second, "connection reset")
    third = office.mail(NOW + 2 * LEASE)
    assert (third.ambiguous, third.resends, third.line_losses) == (True, 1, 1)
    assert not office.outbox.mark_resent(second)  # its lease went to the third


def test_an_intent_keeps_the_mail_for_as_long_as_its_answer_may_take(office: Office) -> None:
    mail, last_moment = office.queued(), NOW + LEASE - SECOND
    assert intend(office.outbox, mail, last_moment, last_moment + LEASE)
    assert office.outbox.claim(last_moment + LEASE - SECOND, LEASE, 10) == []  # the relay thinks still
    assert receive(office.outbox, mail, "250 2.0.0 taken", last_moment + LEASE - SECOND)
    assert standing(office)["mail"] == ["sent"]


def test_a_receipt_that_comes_after_the_mail_went_to_another_says_so(office: Office) -> None:
    first = office.queued()
    intend(office.outbox, first, NOW, NOW)
    office.mail(NOW + LEASE)
    assert not receive(office.outbox, first, "250 2.0.0 taken", NOW + LEASE)
    assert standing(office)["mail"] == ["dot"]


# -- receipts


def test_a_receipt_ends_the_mail_and_the_period(office: Office) -> None:
    mail = office.queued()
    intend(office.outbox, mail, NOW, NOW)
    receive(office.outbox, mail, "250 2.0.0 taken", NOW + SECOND)
    assert standing(office) == {**QUEUED, "digest": ("sent", ""), "mail": ["sent"]}
    assert office.outbox.rows("sent") == [
        OutboxRow("1", "1", "digest", mail.message_id, "sent", 1, NOW, NOW, NOW + SECOND, "250 2.0.0 taken")
    ]
    assert office.outbox.claim(NOW + DAY, LEASE, 10) == []
    no_breach(office)


def test_a_mail_that_was_deferred_waits_and_is_not_ambiguous(office: Office) -> None:
    mail = office.queued()
    intend(office.outbox, mail, NOW, NOW)
    office.outbox.retry(mail, "451 4.7.1 greylisted", NOW, NOW + MINUTES)
    assert standing(office) == {**QUEUED, "mail": ["queued"]}
    assert office.outbox.claim(NOW + MINUTES - SECOND, LEASE, 10) == []
    again = office.mail(NOW + MINUTES)
    assert again == replace(mail, lease=again.lease, attempts=1)
    no_breach(office)


@pytest.mark.parametrize("end", ["failed", "withdrawn"])
def test_a_mail_that_was_never_sent_gives_its_rows_back(office: Office, end: str) -> None:
    mail = office.queued()
    if end == "failed":
        office.outbox.failed(mail, "550 5.2.1 disabled", NOW, suppress=False)
    else:
        office.outbox.withdrawn(mail, "550 5.2.1 disabled", NOW, due_again=False)
    assert standing(office) == {
        "digest": (end, "550 5.2.1 disabled"), "told": [], "waits": RELEASED, "window": BEFORE, "mail": [end],
    }  # fmt: skip
    assert rows(office.database, suppressions) == []
    assert office.digests.next_dues() == {"1": [Due("1", "regular", NOW + 7 * DAY)]}
    no_breach(office)


def test_the_window_of_a_later_digest_is_not_taken_back(office: Office) -> None:
    mail = office.queued()
    office.people.change("1", {"window_start": NOW + DAY})
    office.outbox.failed(mail, "550", NOW, suppress=False)
    assert office.people.get("1").window_start == NOW + DAY


def test_a_dead_address_is_suppressed_for_all_mail(office: Office) -> None:
    office.outbox.failed(office.queued(), "550 5.1.1 no such mailbox", NOW, suppress=True)
    assert rows(office.database, suppressions) == [
        {
            "address_hash": address_hash(ALICE.email),
            "scope": "all",
            "reason": "hard bounce: 550 5.1.1 no such mailbox",
            "at": NOW,
        }
    ]


def test_a_withdrawn_digest_is_due_again_at_once_under_what_now_holds(office: Office) -> None:
    mail = office.queued()
    office.outbox.withdrawn(mail, "plan changed", NOW + SECOND, due_again=True)
    assert office.digests.next_dues() == {
        "1": [Due("1", "catchup", NOW + SECOND), Due("1", "regular", NOW + 7 * DAY)]
    }
    assert standing(office)["told"] == []
    no_breach(office)


def test_a_withdrawn_first_digest_is_a_first_digest_again(office: Office) -> None:
    one, two = office.openings(2)
    office.subscriber(kind="first")
    assert office.commit(office.claim(), {one: "shown", two: "carried"})
    office.outbox.withdrawn(office.mail(), "plan changed", NOW + SECOND, due_again=True)
    assert office.digests.next_dues()["1"][0] == Due("1", "first", NOW + SECOND)


def test_a_held_mail_keeps_its_rows(office: Office) -> None:
    mail = office.queued()
    intend(office.outbox, mail, NOW, NOW)
    office.outbox.held(office.mail(NOW + LEASE), "its receipt was lost")
    assert standing(office) == {**QUEUED, "digest": ("held", "its receipt was lost"), "mail": ["held"]}
    assert office.outbox.claim(NOW + DAY, LEASE, 10) == []
    no_breach(office)


def test_a_mail_that_is_given_back_is_untouched(office: Office) -> None:
    mail = office.queued()
    office.outbox.give_back([mail])
    again = office.mail()
    assert again == replace(mail, lease=again.lease)


def test_a_mail_whose_dot_may_have_been_sent_is_never_given_back_as_new(office: Office) -> None:
    mail = office.queued()
    intend(office.outbox, mail, NOW, NOW)
    office.outbox.give_back([mail])
    assert standing(office)["mail"] == ["dot"]


# -- by an operator's word


def test_a_held_mail_that_is_released_goes_with_the_same_bytes(office: Office) -> None:
    mail = office.queued()
    office.outbox.held(mail, "x")
    office.outbox.release("1", NOW + DAY)
    assert standing(office) == {**QUEUED, "digest": ("queued", "released by hand"), "mail": ["queued"]}
    again = office.mail(NOW + DAY)
    assert (again.body, again.message_id) == (mail.body, mail.message_id)
    no_breach(office)


def test_a_held_mail_that_is_dropped_counts_as_told(office: Office) -> None:
    office.outbox.held(office.queued(), "x")
    office.outbox.drop("1", NOW)
    assert standing(office) == {**QUEUED, "digest": ("held", "dropped by hand"), "mail": ["withdrawn"]}
    no_breach(office)


def test_a_queued_mail_that_is_dropped_gives_its_rows_back(office: Office) -> None:
    office.outbox.give_back([office.queued()])
    office.outbox.drop("1", NOW)
    assert standing(office) == {
        "digest": ("withdrawn", "dropped by hand"), "told": [], "waits": RELEASED, "window": BEFORE, "mail": ["withdrawn"],
    }  # fmt: skip
    no_breach(office)


def test_a_mail_that_went_once_more_and_was_deferred_counts_as_told_when_it_is_dropped(
    office: Office,
) -> None:
    intend(office.outbox, office.queued(), NOW, NOW)
    second = office.mail(NOW + LEASE)
    office.outbox.mark_resent(second)
    office.outbox.retry(second, "451", NOW, NOW + LEASE)
    office.outbox.drop("1", NOW + LEASE)
    assert standing(office) == {**QUEUED, "digest": ("held", "dropped by hand"), "mail": ["withdrawn"]}


@pytest.mark.parametrize("word", ["release", "drop"])
@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("1", "mail 1 is sent; `outbox list` shows what is held or queued"),
        ("9", "mail 9 does not exist"),
        ("x", "mail x does not exist"),
    ],
)
def test_a_mail_that_left_or_never_was_is_beyond_an_operator_s_word(
    office: Office, word: str, number: str, says: str
) -> None:
    receive(office.outbox, office.queued(), "250", NOW)
    with pytest.raises(NotFound, match=says):
        getattr(office.outbox, word)(number, NOW)


def test_mail_is_listed_by_status_newest_first(office: Office) -> None:
    office.people.add(ALICE, CONSENT, NOW)
    for number in (1, 2, 3):
        office.outbox.add(confirmation(number=number), NOW)
    receive(office.outbox, office.outbox.claim(NOW, LEASE, 1)[0], "250", NOW)
    assert [r.id for r in office.outbox.rows()] == ["3", "2", "1"]
    assert [r.id for r in office.outbox.rows("queued", limit=1)] == ["3"]
    assert office.outbox.counts() == {"queued": 2, "sent": 1}


def test_mail_that_left_after_its_address_was_suppressed_is_a_breach(office: Office) -> None:
    mail = office.queued()
    office.people.suppress(ALICE.email, "stream", "unsubscribed", NOW)
    receive(office.outbox, mail, "250", NOW)
    proof = Proof(office.database)
    assert proof.after_unsubscribe() == []
    with office.database.write() as connection:
        connection.execute(suppressions.update().values(at=NOW - SECOND))
    assert [b.name for b in proof.after_unsubscribe()] == ["sent after suppression"]


def test_an_ambiguous_mail_that_nobody_took_up_is_said(office: Office) -> None:
    intend(office.outbox, office.queued(), NOW, NOW)
    found = Proof(office.database).stuck(NOW + timedelta(hours=2) + LEASE)
    assert [(b.name, b.since) for b in found] == [("ambiguous", NOW)]
