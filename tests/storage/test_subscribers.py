"""People, their profiles, their consent, and the addresses that must not be written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ctm_alerts.digests.calendar import NextDue
from ctm_alerts.digests.desk import Due
from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.schema import consents, due_log, profiles, suppressions
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.subscriber import Consent, Profile, Rhythm, Subscriber, address_hash
from tests.people import ALICE, BOB, CHARLIE, CONSENT, NOW
from tests.storage.desk import DAY, LEASE, Office, rows

STORED_BOB = Subscriber(
    id="1",
    external_id="host-2",
    email="bob@people.example",
    name="Bob",
    status="active",
    plan="plus",
    plan_until=None,
    rhythm=Rhythm("Europe/Berlin", 7 * 60 + 15, 3),
    consent_words="you confirmed your address on 25 November 2026",
)


@pytest.fixture
def people(database: Database) -> Subscribers:
    return Subscribers(database)


def test_a_person_is_stored_with_profiles_and_the_proof_of_consent(
    database: Database, people: Subscribers
) -> None:
    assert people.add(BOB, CONSENT, NOW) == STORED_BOB
    assert people.profiles(["1"]) == {
        "1": [
            Profile("1", "1", 1, NOW, countries=("DE",)),
            Profile("2", "1", 1, NOW, workplace=("remote",)),
        ]
    }
    assert rows(database, consents) == [
        {"id": 1, "subscriber_id": 1, "event": "confirmed", "at": NOW, "source": "confirmation page",
         "text_version": "2026-11", "wording": "Yes, send me job alerts.", "ip": "192.0.2.7", "user_agent": "a browser"}
    ]  # fmt: skip


def test_an_assumed_profile_is_kept_as_such(people: Subscribers) -> None:
    people.add(CHARLIE, CONSENT, NOW)
    assert people.profiles(["1"]) == {"1": [Profile("1", "1", 1, NOW, assumed=True)]}


@pytest.mark.parametrize("who", ["1", "host-2", "bob@people.example", "BOB@People.example "])
def test_a_person_is_found_by_id_external_id_and_address(people: Subscribers, who: str) -> None:
    people.add(BOB, CONSENT, NOW)
    assert people.get(who) == people.find(who) == STORED_BOB


def test_whoever_is_not_there_is_not_found(people: Subscribers) -> None:
    assert people.find("1") is None
    with pytest.raises(
        NotFound, match=r"no subscriber 'dora@people.example'; give an id, an external id or an address"
    ):
        people.get("dora@people.example")


def test_our_id_comes_before_the_number_that_a_host_gave_to_another(people: Subscribers) -> None:
    one = people.add(replace(ALICE, external_id="2"), CONSENT, NOW)
    two = people.add(replace(BOB, external_id="1"), CONSENT, NOW)
    assert (one.id, two.id) == ("1", "2")
    assert [people.get("1").name, people.get("2").name] == ["Alice", "Bob"]
    found = people.with_external_id("1")
    assert found is not None
    assert found.name == "Bob"
    assert people.with_external_id("3") is None


@pytest.mark.parametrize(
    "again",
    [replace(BOB, external_id=None, email="BOB@people.example"), replace(ALICE, external_id="host-2")],
)
def test_an_address_and_an_external_id_are_there_once(people: Subscribers, again: object) -> None:
    people.add(BOB, CONSENT, NOW)
    with pytest.raises(UsageError, match="is there already"):
        people.add(again, CONSENT, NOW)  # type: ignore[arg-type]  # a NewSubscriber
    assert people.all() == [STORED_BOB]
    assert len(people.profiles(["1"])["1"]) == 2


def test_everyone_is_listed_in_the_order_added(people: Subscribers) -> None:
    for person in (ALICE, BOB, CHARLIE):
        people.add(person, CONSENT, NOW)
    assert [p.name or p.email for p in people.all()] == ["Alice", "Bob", "charlie@people.example"]
    assert list(people.of_ids(["2", "3", "9"])) == ["2", "3"]


def test_the_last_proof_of_consent_is_told_in_words(people: Subscribers) -> None:
    added = people.add(BOB, Consent("asked", NOW, "import", "2026-11"), NOW)
    assert added.consent_words == ""
    people.change("1", {}, consent=Consent("imported", NOW - 10 * DAY, "the host site", "2026-05"))
    assert people.get("1").consent_words == "you agreed at the host site on 15 November 2026"
    people.change("1", {}, consent=Consent("resumed", NOW, "unsubscribe page", "2026-11"))
    assert people.get("1").consent_words == "you confirmed your address on 25 November 2026"


# -- changes


def test_a_change_writes_row_due_dates_and_consent_together(database: Database, people: Subscribers) -> None:
    people.add(BOB, CONSENT, NOW)
    slot = NextDue("regular", NOW + DAY, NOW + DAY)
    people.change(
        "1",
        {"status": "paused", "paused_until": NOW + DAY},
        set_dues=[slot],
        consent=replace(CONSENT, event="x"),
    )
    assert people.get("1") == replace(STORED_BOB, status="paused", paused_until=NOW + DAY)
    assert Office(database).digests.next_dues() == {"1": [Due("1", "regular", NOW + DAY)]}
    assert [row["event"] for row in rows(database, consents)] == ["confirmed", "x"]


def test_a_due_date_replaces_the_one_of_its_kind_and_ends_its_lease(
    database: Database, people: Subscribers
) -> None:
    office = Office(database)
    people.add(BOB, CONSENT, NOW)
    people.change("1", {}, set_dues=[NextDue("regular", NOW, NOW), NextDue("catchup", NOW, NOW)])
    claims = office.digests.claim(NOW, LEASE, 9)
    assert len(rows(database, due_log)) == len(claims) == 2
    people.change(
        "1", {}, set_dues=[NextDue("regular", NOW + DAY, NOW + DAY)], drop_dues=["catchup", "first"]
    )
    assert office.digests.next_dues() == {"1": [Due("1", "regular", NOW + DAY)]}
    assert rows(database, due_log) == []  # what was replaced before it was composed never fell due
    assert not any(office.commit(claim, {}, mail=False) for claim in claims)


def test_a_due_date_that_was_composed_stays_in_the_log(database: Database, people: Subscribers) -> None:
    office = Office(database)
    office.subscriber()
    assert office.commit(office.claim(), {}, mail=False)
    people.change("1", {}, set_dues=[NextDue("regular", NOW, NOW)])
    people.change("1", {}, drop_dues=["regular"])
    assert [row["due_at"] for row in rows(database, due_log)] == [NOW]


def test_an_edit_of_a_profile_is_its_next_revision(database: Database, people: Subscribers) -> None:
    people.add(CHARLIE, CONSENT, NOW)
    (before,) = people.profiles(["1"])["1"]
    people.save_profile(before, {"tiers": ["senior"], "salary_floor": 90_000.0}, NOW - 7 * DAY, NOW + DAY)
    after = Profile("1", "1", 2, NOW - 7 * DAY, tiers=("senior",), salary_floor=90_000.0)
    assert people.profiles(["1"]) == {"1": [after]}
    people.save_profile(before, {"tiers": ["lead"]}, NOW, NOW + DAY)  # of a page that was open too long
    assert people.profiles(["1"]) == {"1": [after]}
    assert rows(database, profiles)[0]["edited_at"] == NOW + DAY


def test_a_wish_that_no_profile_has_is_refused(people: Subscribers) -> None:
    with pytest.raises(UsageError, match="a profile has no wish called colour; it has tiers,"):
        people.add(replace(ALICE, wishes=({"colour": "green"},)), CONSENT, NOW)
    assert people.all() == []


def test_a_pause_that_is_over_and_a_plan_that_lapsed_are_found(people: Subscribers) -> None:
    for person in (ALICE, BOB, replace(CHARLIE, plan="plus", plan_until=NOW)):
        people.add(person, CONSENT, NOW - DAY)
    people.change("1", {"status": "paused", "paused_until": NOW})
    people.change("2", {"status": "paused", "paused_until": NOW + DAY})
    assert [p.id for p in people.to_resume(NOW - timedelta(seconds=1))] == []
    assert [p.id for p in people.to_resume(NOW)] == ["1"]
    assert [p.id for p in people.lapsed(NOW - timedelta(seconds=1))] == []
    assert [p.id for p in people.lapsed(NOW)] == ["3"]
    people.change("3", {"plan_in_force": "free"})
    assert people.lapsed(NOW) == []


def test_sign_ups_from_one_address_of_the_net_are_counted(people: Subscribers) -> None:
    people.add(ALICE, replace(CONSENT, event="asked"), NOW)
    people.add(BOB, replace(CONSENT, event="asked", ip="198.51.100.1"), NOW)
    assert people.asked_since("192.0.2.7", NOW - DAY) == 1
    assert people.asked_since("192.0.2.7", NOW) == 0


# -- suppression


def test_a_suppressed_address_is_kept_as_a_hash_alone(database: Database, people: Subscribers) -> None:
    people.suppress("Alice@People.example", "stream", "unsubscribed", NOW)
    assert people.suppression("alice@people.example") == "unsubscribed"
    assert people.suppression("alice+x@people.example") is None
    assert rows(database, suppressions) == [
        {
            "address_hash": address_hash("alice@people.example"),
            "scope": "stream",
            "reason": "unsubscribed",
            "at": NOW,
        }
    ]


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("stream", "all", ("all", "then")),
        ("all", "stream", ("all", "first")),
        ("stream", "stream", ("stream", "first")),
    ],
)
def test_the_wider_scope_wins_else_the_first(
    database: Database, people: Subscribers, first: str, then: str, kept: tuple[str, str]
) -> None:
    people.suppress("a@people.example", first, "first", NOW)
    people.suppress("a@people.example", then, "then", NOW + DAY)
    assert [(row["scope"], row["reason"]) for row in rows(database, suppressions)] == [kept]


def test_who_confirms_anew_is_written_to_again_but_a_dead_address_stays_dead(people: Subscribers) -> None:
    people.suppress("a@people.example", "stream", "unsubscribed", NOW)
    people.suppress("b@people.example", "all", "hard bounce", NOW)
    for address in ("a@people.example", "b@people.example"):
        people.unsuppress_stream(address)
    assert [people.suppression(a) for a in ("a@people.example", "b@people.example")] == [None, "hard bounce"]


def test_a_suppression_survives_that_its_person_is_imported_anew(
    database: Database, people: Subscribers
) -> None:
    office = Office(database)
    people.suppress("ALICE@people.example", "stream", "unsubscribed", NOW - 30 * DAY)
    mail = office.queued()
    assert people.suppression(ALICE.email) == "unsubscribed"
    assert office.outbox.may_send(mail, NOW) == "address suppressed"
