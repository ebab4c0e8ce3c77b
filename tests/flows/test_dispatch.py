"""Dispatch and delivery: what falls due, when, and what crashes and changes of mind make of it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from ctm_alerts.digests.period import Claim
from ctm_alerts.subscribers.subscriber import NewSubscriber, Rhythm
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import CONSENT, NOW

OAK, ELM, ASH, FIR = Opening(1), Opening(2), Opening(3), Opening(4)
NEW_YORK, UTC_8 = Rhythm("America/New_York", 8 * 60), Rhythm("UTC", 8 * 60)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour, minutes=minute)


# -- the first digest


def test_the_first_digest_comes_within_the_round_and_shows_what_is_open(home: House) -> None:
    home.feed(OAK, ELM)
    home.ingest(NOW - HOUR)
    person = home.person()
    assert home.round(NOW) == [("first", "queued", 2)]
    assert home.told(person) == ["1", "2"]
    assert home.breaches(NOW) == []


def test_a_first_digest_without_anything_open_is_no_mail(home: House) -> None:
    person = home.person()
    assert home.round(NOW) == [("first", "quiet", 0)]
    assert set(home.due(person)) == {"regular"}
    assert home.breaches(NOW) == []


def test_the_first_digest_holds_ten_at_most_and_nothing_older_than_45_days(home: House) -> None:
    home.feed(*[Opening(n) for n in range(1, 15)])
    home.ingest(NOW)
    home.sql("UPDATE postings SET posted_at = '2026-10-01 00:00:00' WHERE id <= 2")
    person = home.person()
    assert home.round(NOW) == [("first", "queued", 10)]
    assert {"1", "2"}.isdisjoint(home.told(person))


def test_what_the_first_digest_left_out_is_not_new_later(home: House) -> None:
    home.feed(*[Opening(n) for n in range(1, 15)])
    home.ingest(NOW)
    person = home.person(plan="plus", rhythm=UTC_8)
    home.round(NOW)
    assert [d for d in home.round(NOW + DAY) if d[1] != "quiet"] == []
    assert len(home.told(person)) == 10


def test_what_a_feed_of_later_already_held_is_never_new(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.round(NOW)
    home.feed(OAK, ELM, at=NOW + HOUR)
    home.ingest(NOW + HOUR)
    home.board(OAK, ELM, ASH)
    assert home.round(NOW + DAY) == [("regular", "queued", 1)]
    assert home.told(person) == ["3"]


# -- the rhythm


def test_a_digest_of_each_day_tells_what_came_since_and_nothing_twice(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.ingest(NOW)
    home.round(NOW)
    done = []
    for day, listing in enumerate([(OAK,), (OAK, ELM), (OAK, ELM), (OAK, ELM, ASH)], start=1):
        home.board(*listing)
        home.ingest(NOW + day * DAY - HOUR)
        done += home.round(NOW + day * DAY)
    assert done == [("regular", "queued", 1)] * 2 + [("regular", "quiet", 0), ("regular", "queued", 1)]
    assert home.told(person) == ["1", "2", "3"]
    assert home.breaches(NOW + 4 * DAY) == []


def test_days_of_downtime_bring_one_late_digest_with_its_true_window(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(OAK, ELM)
    late = at(29, 15)
    assert home.round(late) == [("regular", "queued", 2)]
    periods = home.app.digests.of_subscriber(person.id)
    # the digest of that very morning, with nothing new, ended the window before
    assert (periods[-1]["window_start"], periods[-1]["window_end"]) == (NOW, late)
    assert home.due(person) == {"regular": at(30, 8)}
    assert home.breaches(late) == []


def test_late_mail_waits_for_the_end_of_the_quiet_hours(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(OAK)
    assert home.round(at(27, 22))[0][:2] == ("regular", "postponed")
    assert home.round(at(28, 6, 45)) == []
    assert home.round(at(28, 7)) == [("regular", "queued", 1)]
    # one local date never gets two editions
    assert home.due(person) == {"regular": at(29, 8)}
    assert home.breaches(at(28, 7)) == []


def test_the_hour_that_a_subscriber_chose_is_never_quiet(home: House) -> None:
    home.feed()
    home.person(plan="plus", rhythm=Rhythm("UTC", 23 * 60))
    home.round(NOW)
    home.board(OAK)
    home.ingest(at(25, 22))
    assert home.round(at(25, 23)) == [("regular", "queued", 1)]


def test_nothing_new_on_free_is_silent_but_for_one_note_after_three_periods(home: House) -> None:
    home.person(rhythm=UTC_8)
    home.round(NOW)
    weeks = [home.round(at(30, 8) + n * 7 * DAY) for n in range(5)]
    assert weeks == [
        [("regular", "quiet", 0)],
        [("regular", "quiet", 0)],
        [("regular", "queued", 0)],
        [("regular", "quiet", 0)],
        [("regular", "quiet", 0)],
    ]
    purposes = Counter(row.purpose for row in home.app.outbox.rows())
    assert purposes == {"confirm": 1, "note": 1}


# -- plans


def test_an_upgrade_brings_a_catch_up_at_once_then_each_day(home: House) -> None:
    person = home.person(rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(OAK)
    home.ingest(NOW + 2 * HOUR)
    home.app.signup().set_plan(person, "plus", None, NOW + 3 * HOUR)
    assert home.round(NOW + 3 * HOUR) == [("catchup", "queued", 1)]
    assert home.due(person) == {"regular": NOW + DAY}
    assert home.breaches(NOW + 3 * HOUR) == []


def test_a_catch_up_in_the_night_waits_for_the_morning(home: House) -> None:
    person = home.person(rhythm=NEW_YORK)
    home.feed()
    home.round(NOW)
    home.board(OAK)
    night = at(26, 3)  # 22:00 in New York
    home.app.signup().set_plan(person, "plus", None, night)
    assert home.round(night)[0][:2] == ("catchup", "postponed")
    assert home.round(at(26, 12)) == [("catchup", "queued", 1)]


def test_an_upgrade_that_is_said_twice_is_one(home: House) -> None:
    person = home.person(rhythm=UTC_8)
    home.round(NOW)
    for minute in (1, 2):
        home.app.signup().set_plan(home.again(person), "plus", None, NOW + timedelta(minutes=minute))
        home.round(NOW + timedelta(minutes=minute))
    kinds = Counter(p["kind"] for p in home.app.digests.of_subscriber(person.id))
    assert kinds == {"first": 1, "catchup": 1}
    assert home.breaches(NOW + HOUR) == []


def test_plus_that_lapses_goes_on_at_the_next_weekly_slot_and_loses_nothing(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8, until=at(26, 12))
    home.feed()
    home.round(NOW)
    home.board(OAK)
    home.ingest(at(26, 13))
    assert home.round(at(27, 8)) == []
    assert home.due(person) == {"regular": at(30, 8)}
    assert home.round(at(30, 8)) == [("regular", "queued", 1)]
    assert home.told(person) == ["1"]
    assert home.breaches(at(30, 8)) == []


def test_a_lapse_that_the_host_states_before_any_round_saw_it_goes_to_the_weekly_slot(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8, until=at(26, 12))
    home.round(NOW)
    home.app.signup().set_plan(home.again(person), "free", None, at(26, 13))
    assert home.due(person) == {"regular": at(30, 8)}


def test_a_downgrade_between_composing_and_sending_withdraws_the_digest_and_composes_anew(
    home: House,
) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(OAK)
    home.ingest(at(26, 7))
    home.dispatch(at(26, 8))
    home.app.signup().set_plan(home.again(person), "free", None, at(26, 8, 1))
    assert [(d.outcome, d.says) for d in home.deliver(at(26, 8, 2))] == [("withdrawn", "plan changed")]
    assert home.told(person) == []
    assert home.round(at(26, 8, 3)) == [("catchup", "queued", 1)]
    assert home.told(person) == ["1"]
    assert home.breaches(at(26, 8, 3)) == []


# -- changes of mind


def test_who_leaves_between_composing_and_sending_gets_nothing(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    person = home.person()
    home.deliver(NOW)
    home.dispatch(NOW)
    home.app.signup().unsubscribe(home.again(person), NOW, source="one-click")
    assert [(d.outcome, d.says) for d in home.deliver(NOW + HOUR)] == [("withdrawn", "address suppressed")]
    assert (home.told(person), home.due(person)) == ([], {})
    assert home.breaches(NOW + DAY) == []


def test_a_pause_holds_everything_back_and_its_end_loses_nothing(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.app.signup().pause(home.again(person), at(28, 12), at(25, 12))
    home.board(OAK)
    assert [home.round(at(day, 8)) for day in (26, 27, 28)] == [[], [], []]
    home.board(OAK, ELM)
    home.ingest(at(28, 13))
    assert home.round(at(28, 14)) == []
    assert home.round(at(29, 8)) == [("regular", "queued", 2)]
    assert home.told(person) == ["1", "2"]
    assert home.breaches(at(29, 8)) == []


def test_who_moves_to_another_zone_each_day_gets_one_digest_a_day_at_most(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    sent: list[datetime] = []
    openings: list[Opening] = []
    zones = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC")
    for hour in range(24 * 10):
        now = NOW + hour * HOUR
        if hour % 24 == 5:
            openings.append(Opening(100 + hour))
            home.board(*openings)
            home.ingest(now)
            home.app.signup().set_rhythm(home.again(person), Rhythm(zones[(hour // 24) % 5], 480), now)
        sent += [now for kind, outcome, _ in _dispatched(home, now) if outcome == "queued"]
    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) >= 20 * HOUR
    assert len(home.told(person)) >= 8
    assert home.breaches(NOW + 10 * DAY) == []


def _dispatched(home: House, now: datetime) -> list[tuple[str, str, int]]:
    done = [(d.due.kind, d.outcome, d.count) for d in home.dispatch(now)]
    if done:
        home.deliver(now)
    return done


def test_an_edit_reaches_back_seven_days_and_no_further(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8, wishes=({"countries": ["DE"]},))
    home.feed()
    home.round(NOW)
    home.board(OAK)
    home.ingest(NOW + HOUR)
    home.board(OAK, ELM)
    for day in range(1, 11):
        home.round(NOW + day * DAY)
        if day == 5:
            home.board(OAK, ELM, ASH)
    now = NOW + 10 * DAY + HOUR
    (profile,) = home.app.subscribers.profiles([person.id])[person.id]
    home.app.signup().save_wishes(home.again(person), profile, {"countries": ["US"]}, now)
    assert home.round(NOW + 11 * DAY) == [("regular", "queued", 1)]
    assert home.told(person) == ["3"]
    assert home.breaches(NOW + 11 * DAY) == []


def test_a_posting_below_the_bar_is_judged_anew_by_any_profile_that_is_edited(home: House) -> None:
    juniors = {"tiers": ["junior"], "countries": ["US"]}
    person = home.person(plan="plus", rhythm=UTC_8, wishes=(juniors, juniors))
    home.feed()
    home.round(NOW)
    home.board(Opening(1, "Senior Clinical Trial Manager", says="You bring 8 years of experience."))
    assert home.round(NOW + DAY) == [("regular", "quiet", 0)]
    second = home.app.subscribers.profiles([person.id])[person.id][1]
    wishes = {"tiers": ["senior"], "countries": ["US"]}
    home.app.signup().save_wishes(home.again(person), second, wishes, NOW + DAY + HOUR)
    assert home.round(NOW + 2 * DAY) == [("regular", "queued", 1)]
    assert home.breaches(NOW + 2 * DAY) == []


def test_a_subscriber_without_any_profile_gets_no_mail_and_stops_nobody(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    bare = home.person("bare@people.example")
    home.person()
    home.sql("DELETE FROM profiles WHERE subscriber_id = :id", id=int(bare.id))
    assert sorted(home.round(NOW)) == [("first", "queued", 1), ("first", "quiet", 0)]
    assert home.breaches(NOW) == []


def test_an_address_that_no_mail_can_be_written_to_stops_nobody(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    bad = NewSubscriber(
        "jörg@people.example", "", "pending", "plus", UTC_8, ({"countries": ["US"]},), assumed=False
    )
    stored = home.app.subscribers.add(bad, CONSENT, NOW)
    home.app.signup().start(stored, NOW)
    home.person()
    assert sorted(home.round(NOW)) == [("first", "failed", 0), ("first", "queued", 1)]
    assert (home.told(stored), set(home.due(stored))) == ([], {"regular"})
    assert home.breaches(NOW) == []


def test_names_beyond_ascii_and_domains_beyond_ascii_get_their_mail(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    home.person("zoe@bücher.example", name="Zoë Ångström")
    assert home.round(NOW) == [("first", "queued", 1)]
    assert [row.status for row in home.app.outbox.rows() if row.purpose == "digest"] == ["sent"]


# -- size


def test_what_is_over_the_cap_of_an_employer_waits_and_is_not_lost(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(*[Opening(n, employer="Acorn Biotech") for n in range(1, 9)])
    done = [home.round(NOW + day * DAY) for day in (1, 2, 3)]
    assert [d[0][2] for d in done] == [3, 3, 2]
    assert len(home.told(person)) == 8
    assert home.breaches(NOW + 3 * DAY) == []


# -- several workers

DISPATCHER = """
import sys
from datetime import datetime
from ctm_alerts.app import make_app
from ctm_alerts.settings import load
app = make_app(load())
now = datetime.fromisoformat(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
done = app.dispatch().round(now, shard=5)
app.deliver().round(lambda: now)
print(sum(d.outcome == "queued" for d in done))
app.close()
"""


def _together(home: House, now: datetime, count: int) -> list[int]:
    """As many processes as told, which begin a round at one time; how many digests each composed."""
    env = {"CTM_ALERTS_HOME": str(home.folder / "home"), "PATH": ""}
    command = [sys.executable, "-c", DISPATCHER, now.isoformat()]
    workers = [
        subprocess.Popen(
            command,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(count)
    ]
    return _answers(workers)


def _answers(workers: Sequence[subprocess.Popen[str]]) -> list[int]:
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [int(worker.communicate(timeout=60)[0].splitlines()[-1]) for worker in workers]


def test_two_dispatchers_over_fifty_due_subscribers_give_each_one_digest(home: House) -> None:
    home.feed(OAK, ELM)
    home.ingest(NOW)
    people = [home.person(f"person-{n}@people.example") for n in range(50)]
    composed = _together(home, NOW, 2)
    assert sum(composed) == 50
    assert [home.told(p) for p in people] == [["1", "2"]] * 50
    assert Counter(p["status"] for i in people for p in home.app.digests.of_subscriber(i.id)) == {"sent": 50}
    mails = list((home.folder / "home" / "mail").glob("*.eml"))
    assert len(mails) == 50
    assert home.breaches(NOW) == []


def test_a_round_that_lasts_longer_than_a_lease_keeps_what_it_claimed(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    for n in range(12):
        home.person(f"person-{n}@people.example")
    moments, stolen = iter(range(1, 100)), list[Claim]()

    def clock() -> datetime:
        """Four minutes a look; another scheduler looks each time, once the round has begun."""
        now = NOW + next(moments) * timedelta(minutes=4)
        if home.sql("SELECT 1 FROM dues WHERE lease IS NOT NULL"):
            stolen.extend(home.app.digests.claim(NOW, timedelta(minutes=15), 50, at=now))
        return now

    done = home.app.dispatch().round(NOW, clock=clock)
    assert (stolen, Counter(d.outcome for d in done)) == ([], {"queued": 12})


def test_a_digest_that_fails_gives_back_what_was_carried_from_long_ago(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(*[Opening(n, employer="Acorn Biotech") for n in range(1, 20)])
    for day in range(1, 4):
        home.round(NOW + day * DAY)
    later = NOW + 10 * DAY + HOUR  # five days without a worker; then an edit, then the digest that fails
    (profile,) = home.app.subscribers.profiles([person.id])[person.id]
    home.sql("UPDATE subscribers SET window_start = :at", at="2026-12-05 09:00:00.000000")
    home.app.signup().save_wishes(home.again(person), profile, {"countries": ["US"], "tiers": []}, later)
    before = set(home.told(person))
    home.ingest(later)
    home.dispatch(NOW + 11 * DAY)
    shown = set(home.told(person)) - before
    assert shown
    mail = home.app.outbox.rows("queued")[0]
    home.app.outbox.drop(mail.id, NOW + 11 * DAY)
    assert set(home.told(person)) == before
    home.round(NOW + 12 * DAY)
    assert shown <= set(home.told(person))


def test_a_posting_that_comes_back_after_a_digest_is_no_breach(home: House) -> None:
    home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    for hour, listing in enumerate([(OAK, ELM), (ELM,), (ELM, ASH)], start=1):
        home.board(*listing)
        home.ingest(NOW + hour * HOUR * 2)
    home.round(NOW + DAY)
    home.board(OAK, ELM, ASH)
    home.ingest(NOW + DAY + 2 * HOUR)
    assert home.breaches(NOW + DAY + 2 * HOUR) == []


def test_a_period_that_was_composed_already_does_not_block_the_next_ones(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.round(at(26, 8))
    # the clock was ahead by a day, and was put right before the subscriber chose another hour and took it back
    for hour in (9, 8):
        home.app.signup().set_rhythm(home.again(person), Rhythm("UTC", hour * 60), at(25, 12))
    home.board(OAK)
    home.round(at(26, 8))
    home.round(at(27, 8))
    assert home.told(person) == ["1"]


def test_a_position_that_returns_under_its_old_id_after_90_days_is_new_again(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(OAK)
    home.round(NOW + DAY)
    home.board()
    home.round(NOW + 2 * DAY)
    home.round(NOW + 3 * DAY)
    home.board(OAK)
    home.round(NOW + 120 * DAY)
    home.round(NOW + 121 * DAY)
    assert len(home.told(person)) == 2
