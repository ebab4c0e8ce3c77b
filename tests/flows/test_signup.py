"""Sign-up: every way in, every change of mind, every way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ctm_alerts.errors import UsageError
from ctm_alerts.subscribers.importing import ImportRow, default_wishes
from ctm_alerts.subscribers.subscriber import NewSubscriber, Rhythm, Subscriber
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import ALICE, CHARLIE, CONSENT, NOW

MINUTE = timedelta(minutes=1)
PENDING = replace(ALICE, status="pending")


def events(home: House, person: Subscriber) -> list[tuple[object, ...]]:
    return home.sql(
        "SELECT event, source FROM consents WHERE subscriber_id = :id ORDER BY id", id=int(person.id)
    )


def purposes(home: House) -> list[tuple[str, str]]:
    return [(row.purpose, row.status) for row in reversed(home.app.outbox.rows())]


def test_who_asks_gets_one_mail_and_nothing_else_until_they_confirm(home: House) -> None:
    person = home.app.signup().ask(PENDING, "sign-up page", NOW)
    home.feed(Opening(1))
    assert home.round(NOW) == []
    assert home.round(NOW + 10 * DAY) == []
    assert (person.status, home.due(person)) == ("pending", {})
    assert purposes(home) == [("confirm", "sent")]


def test_confirming_makes_them_active_with_the_first_digest_due_at_once(home: House) -> None:
    person = home.app.signup().ask(PENDING, "sign-up page", NOW)
    assert home.app.signup().confirm(person, NOW + MINUTE)
    stored = home.again(person)
    assert (stored.status, stored.start_mark) == ("active", NOW + MINUTE)
    assert home.due(person)["first"] == NOW + MINUTE
    assert set(home.due(person)) == {"first", "regular"}
    assert events(home, person) == [("asked", "sign-up page"), ("confirmed", "confirmation page")]
    assert not home.app.signup().confirm(stored, NOW + 2 * MINUTE)


def test_an_address_is_asked_three_times_a_day_at_most(home: House) -> None:
    person = home.app.signup().ask(PENDING, "sign-up page", NOW)
    asked = [home.app.signup().resend_confirmation(person, NOW + n * MINUTE) for n in (1, 2, 3)]
    assert asked == [True, True, False]
    assert home.app.signup().resend_confirmation(person, NOW + DAY + HOUR)


def test_an_address_that_differs_in_case_is_the_same_person(home: House) -> None:
    home.app.signup().ask(PENDING, "sign-up page", NOW)
    with pytest.raises(UsageError, match="there already"):
        home.app.subscribers.add(replace(PENDING, email="aLICE@PEOPLE.example"), CONSENT, NOW)
    assert home.app.subscribers.get("ALICE@people.EXAMPLE").email == "Alice@people.example"


# -- leaving


def test_leaving_ends_all_mail_at_once_and_may_be_done_twice(home: House) -> None:
    person = home.person()
    for _ in range(2):
        home.app.signup().unsubscribe(home.again(person), NOW, source="one-click")
    assert (home.again(person).status, home.due(person)) == ("gone", {})
    assert home.app.subscribers.suppression("alice@people.example") == "unsubscribed"
    assert events(home, person)[-1] == ("unsubscribed", "one-click")
    assert len(events(home, person)) == 3


def test_who_left_may_come_back_weekly_and_hears_what_is_new_alone(home: House) -> None:
    person = home.person(plan="plus", rhythm=Rhythm("UTC", 480))
    home.feed(Opening(1))
    home.round(NOW)
    home.app.signup().unsubscribe(home.again(person), NOW + HOUR, source="unsubscribe page")
    assert home.app.signup().resume_weekly(home.again(person), NOW + 2 * HOUR)
    assert set(home.due(person)) == {"regular"}
    assert home.due(person)["regular"] == NOW + 5 * DAY  # Monday
    home.board(Opening(1), Opening(2))
    home.ingest(NOW + 3 * HOUR)
    told = set(home.told(person))
    home.round(NOW + 5 * DAY)
    assert set(home.told(person)) - told == {"2"}
    assert not home.app.signup().resume_weekly(home.again(person), NOW + 6 * DAY)


def test_who_left_and_signs_up_again_is_asked_anew(home: House) -> None:
    person = home.person()
    home.app.signup().unsubscribe(home.again(person), NOW, source="one-click")
    home.app.signup().ask_again(home.again(person), "sign-up page", NOW + HOUR)
    assert home.again(person).status == "pending"
    assert home.app.signup().confirm(home.again(person), NOW + 2 * HOUR)
    assert (home.again(person).status, home.app.subscribers.suppression("alice@people.example")) == (
        "active",
        None,
    )


def test_a_pause_needs_an_end_that_lies_ahead_and_somebody_to_pause(home: House) -> None:
    person = home.person()
    with pytest.raises(UsageError, match="is over already"):
        home.app.signup().pause(person, NOW, NOW)
    home.app.signup().unsubscribe(person, NOW, source="one-click")
    with pytest.raises(UsageError, match="only an active subscriber"):
        home.app.signup().pause(home.again(person), NOW + DAY, NOW)


# -- wishes


def test_a_profile_that_is_saved_must_say_something(home: House) -> None:
    person = home.person()
    (profile,) = home.app.subscribers.profiles([person.id])[person.id]
    with pytest.raises(UsageError, match="must say something"):
        home.app.signup().save_wishes(person, profile, {}, NOW)


def test_a_correction_takes_the_assumption_away_and_reaches_back_seven_days(home: House) -> None:
    person = home.app.signup().ask(
        replace(CHARLIE, status="pending", wishes=({"countries": ["US"]},)), "import", NOW
    )
    home.app.signup().confirm(person, NOW)
    now = NOW + 20 * DAY
    home.sql("UPDATE subscribers SET window_start = :at", at="2026-12-14 08:00:00.000000")
    home.app.signup().adjust(home.again(person), {"tiers": ["lead"]}, now)
    (profile,) = home.app.subscribers.profiles([person.id])[person.id]
    assert (profile.assumed, profile.revision, profile.mark) == (False, 2, now - 7 * DAY)
    assert (profile.tiers, profile.countries) == (("lead",), ("US",))


# -- files of the host site


def row(person: NewSubscriber | None = CHARLIE, *, proof: bool = True, problem: str = "") -> ImportRow:
    source = "host sign-up form" if proof else ""
    return ImportRow(
        2, "host-3", person, NOW - DAY if proof else None, source, "2025-1" if proof else "", problem
    )


def bring(home: House, what: ImportRow, *, confirmed: bool = True, dry_run: bool = False) -> tuple[str, str]:
    done = home.app.signup().bring_in(what, confirmed=confirmed, dry_run=dry_run, now=NOW)
    return done.outcome, done.says


def test_a_person_with_proof_is_active_at_once(home: House) -> None:
    assert bring(home, row()) == ("added", "active, first digest due")
    person = home.app.subscribers.get("host-3")
    assert (person.status, set(home.due(person))) == ("active", {"first", "regular"})
    assert events(home, person) == [("imported", "host sign-up form")]
    assert purposes(home) == []


def test_a_person_with_nothing_but_an_address_gets_the_default_profile(home: House) -> None:
    bring(home, row(replace(CHARLIE, wishes=(default_wishes("US"),))))
    person = home.app.subscribers.get("host-3")
    (profile,) = home.app.subscribers.profiles([person.id])[person.id]
    assert (profile.assumed, profile.countries, profile.tiers, profile.workplace) == (True, ("US",), (), ())


def test_without_the_flag_each_person_is_asked_by_mail(home: House) -> None:
    assert bring(home, row(), confirmed=False) == ("added", "asked to confirm")
    assert home.app.subscribers.get("host-3").status == "pending"
    assert purposes(home) == [("confirm", "queued")]


def test_the_flag_without_proof_is_refused(home: House) -> None:
    outcome, says = bring(home, row(proof=False))
    assert (outcome, "needs consent_at and consent_source" in says) == ("refused", True)
    assert home.app.subscribers.all() == []


def test_a_row_that_cannot_be_read_is_refused_with_its_reason(home: House) -> None:
    assert bring(home, row(None, problem="no address")) == ("refused", "no address")


def test_a_second_import_changes_nothing(home: House) -> None:
    bring(home, row())
    home.round(NOW)
    before = [home.sql(f"SELECT * FROM {t}") for t in ("subscribers", "dues", "profiles", "consents")]
    assert bring(home, row())[0] == "known"
    assert bring(home, row(replace(CHARLIE, external_id=None, email="CHARLIE@people.example")))[0] == "known"
    assert [home.sql(f"SELECT * FROM {t}") for t in ("subscribers", "dues", "profiles", "consents")] == before


def test_who_is_suppressed_stays_so_whatever_a_file_says(home: House) -> None:
    home.app.subscribers.suppress("Charlie@People.example", "stream", "unsubscribed", NOW)
    assert bring(home, row()) == ("suppressed", "unsubscribed")
    assert home.app.subscribers.all() == []


def test_who_is_gone_at_the_host_is_suppressed_and_not_added(home: House) -> None:
    assert bring(home, row(replace(CHARLIE, status="gone")))[0] == "suppressed"
    assert (home.app.subscribers.all(), home.app.subscribers.suppression(CHARLIE.email)) == (
        [],
        "gone at the host site",
    )


@pytest.mark.parametrize("person", [CHARLIE, replace(CHARLIE, status="gone")], ids=["active", "gone"])
def test_a_dry_run_stores_nothing(home: House, person: NewSubscriber) -> None:
    assert bring(home, row(person), dry_run=True)[0] in ("added", "suppressed")
    tables = ("subscribers", "consents", "outbox", "suppressions", "dues")
    assert [home.sql(f"SELECT * FROM {t}") for t in tables] == [[]] * 5
