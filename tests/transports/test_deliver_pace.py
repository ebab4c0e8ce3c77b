"""Delivery under rates, slow systems, short connections, look-ups and poison: a mail waits, and none is lost or doubled."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ctm_alerts.digests.fate import MOST_LAPSES
from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.errors import StorageError
from ctm_alerts.flows.deliver import Deliver
from ctm_alerts.settings.mail import MailGroup, MailRates
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.sending import SUSPECT_AFTER
from ctm_alerts.transports.smtp import TIMEOUTS, Smtp, SmtpAddress, Timeouts
from tests.people import ALICE, NOW
from tests.smtp_sink import DROP, PIPELINING, TAKE_AND_DROP, Slow, SmtpSink
from tests.storage.desk import LEASE, Office, intend

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@dataclass
class Oracle:
    """A look-up that says what it was told to say."""

    says: bool | None = None
    asked: list[tuple[str, datetime | None]] = field(default_factory=list)

    def arrived(self, message_id: str, since: datetime | None) -> bool | None:
        self.asked.append((message_id, since))
        return self.says


@dataclass
class Post:
    """An outbox, a server, and a clock that is set."""

    office: Office
    sink: SmtpSink
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def mails(self, *domains: str) -> None:
        """A digest for one person at each domain."""
        for n, domain in enumerate(domains, 1):
            self.office.subscriber(replace(ALICE, email=f"a{n}@{domain}"))
        for claim in self.office.digests.claim(NOW, LEASE, len(domains)):
            assert self.office.commit(claim, {})

    def deliver(
        self,
        *,
        connections: int = 1,
        lookup: Oracle | None = None,
        timeouts: Timeouts = TIMEOUTS,
        **options: Any,
    ) -> Deliver:
        address = SmtpAddress.from_url(self.sink.url)
        relay = Smtp(address, "alerts@alerts.example", "c.example", lookup, timeouts)
        options = {"ambiguous": "resend", "rate_pause": 0.01} | options
        return Deliver(self.office.outbox, relay, lease=LEASE, connections=connections, **options)

    def round(self, **options: Any) -> Counter[str]:
        return Counter(d.outcome for d in self.deliver(**options).round(self.clock))

    def took(self) -> list[str]:
        """The domains that the server took mail for, in its order."""
        return [m.rcpt.rpartition("@")[2] for m in self.sink.mails]

    def status(self) -> dict[str, int]:
        return self.office.outbox.counts()


@pytest.fixture
def post(database: Database) -> Iterator[Post]:
    with SmtpSink(extensions=PIPELINING) as sink:
        yield Post(Office(database), sink)


# -- rates


def test_no_more_than_a_tenth_of_a_minute_s_mails_leave_at_a_moment_and_the_others_wait(post: Post) -> None:
    post.mails(*["a.example"] * 15)
    rates = MailRates(per_minute=60)
    assert post.round(rates=rates) == {"sent": 6}
    assert (post.round(rates=rates), post.status()) == ({}, {"queued": 9, "sent": 6})
    post.now += 7 * SECOND
    assert post.round(rates=rates) == {"sent": 6}
    post.now += 7 * SECOND
    assert post.round(rates=rates) == {"sent": 3}


def test_a_minute_is_counted_over_all_workers_and_restarts(post: Post) -> None:
    post.mails(*["a.example"] * 12)
    rates = MailRates(per_minute=8)
    sent = 0
    for _ in range(8):  # each a new flow, as another process would be
        sent += post.round(rates=rates, connections=2)["sent"]
        assert post.round(rates=rates, connections=3)["sent"] == 0
        post.now += 7 * SECOND
    assert sent == len(post.sink.mails) == 8
    post.now += MINUTE
    assert post.round(rates=rates)["sent"] == 1


def test_a_domain_that_is_used_up_does_not_hold_up_the_others(post: Post) -> None:
    post.mails(*["gmail.com"] * 6, "googlemail.com", *["a.example"] * 3)
    rates = MailRates(groups=(MailGroup(("gmail.com", "googlemail.com"), per_minute=20),))
    assert post.round(rates=rates) == {"sent": 5}
    assert Counter(post.took()) == {"gmail.com": 2, "a.example": 3}
    for _ in range(3):
        post.now += 7 * SECOND
        post.round(rates=rates)
    assert Counter(post.took()) == {"gmail.com": 6, "googlemail.com": 1, "a.example": 3}


def test_a_warm_up_sends_so_many_on_each_day(post: Post) -> None:
    post.mails(*["a.example"] * 9)
    rates = MailRates(warm_up=(2, 3))
    days = []
    for _ in range(3):
        days.append(post.round(rates=rates)["sent"])
        post.now += timedelta(hours=1)
        assert post.round(rates=rates) == {} or days[-1] == 4
        post.now += DAY - timedelta(hours=1)
    assert days == [2, 3, 4]


def test_a_round_goes_on_while_the_clock_frees_what_the_rates_held_back(post: Post) -> None:
    post.mails(*["a.example"] * 9)
    began = time.monotonic()
    hurried = post.deliver(rates=MailRates(per_minute=60))
    done = hurried.round(lambda: NOW + timedelta(seconds=(time.monotonic() - began) * 20))
    assert Counter(d.outcome for d in done) == {"sent": 9}


def test_a_stop_ends_a_round_that_waits_for_its_rates(post: Post) -> None:
    post.mails(*["a.example"] * 2)
    flow = post.deliver(rates=MailRates(per_minute=1))
    began = time.monotonic()
    thread = threading.Thread(
        target=lambda: flow.round(lambda: NOW + timedelta(seconds=time.monotonic() - began))
    )
    thread.start()
    while not post.sink.mails:
        thread.join(0.01)
    flow.stop()
    thread.join(5)
    assert (thread.is_alive(), post.status()) == (False, {"queued": 1, "sent": 1})


# -- slow and short-lived servers


def test_a_slow_system_does_not_hold_up_the_others(post: Post) -> None:
    post.mails(*["slow.example"] * 3, *["quick.example"] * 12)
    post.sink.slow["slow.example"] = 1.5
    assert post.round(connections=4) == {"sent": 15}
    assert "slow.example" not in post.took()[:12]


def test_a_server_that_never_answers_a_dot_costs_its_own_mail_some_time(post: Post) -> None:
    post.mails("slow.example", *["quick.example"] * 8)
    post.sink.slow["slow.example"] = 5
    assert post.round(connections=2, timeouts=Timeouts(dot=0.3)) == {"sent": 8, "ambiguous": 1}
    assert post.status() == {"dot": 1, "sent": 8}
    post.sink.slow.clear()
    post.now += LEASE
    assert post.round(connections=2) == {"sent": 1}


@pytest.mark.parametrize("ends", [DROP, "421 4.4.2 enough for one connection"])
def test_a_server_that_ends_a_kept_connection_is_dialled_anew_and_nothing_waits(
    post: Post, ends: str
) -> None:
    post.mails(*["a.example"] * 5)
    post.sink.fail("mail", *[""] * 2, ends, *[""] * 2, ends)
    assert post.round() == {"sent": 5}
    assert post.sink.connections == 3
    assert len({m.message_id for m in post.sink.mails}) == len(post.sink.mails) == 5


def test_a_connection_is_opened_anew_after_so_many_messages(post: Post) -> None:
    post.mails(*["a.example"] * 7)
    assert post.round(per_connection=3) == {"sent": 7}
    assert (post.sink.connections, len(post.sink.mails)) == (3, 7)


# -- the last look


def test_who_leaves_while_the_body_is_sent_gets_no_dot(post: Post) -> None:
    post.mails("a.example")
    post.sink.fail("data", Slow(0.5))
    done: list[Counter[str]] = []
    thread = threading.Thread(target=lambda: done.append(post.round()))
    thread.start()
    while "DATA" not in post.sink.commands:
        thread.join(0.005)
    post.office.people.suppress("a1@a.example", "stream", "unsubscribed", NOW)
    thread.join()
    assert (done, post.sink.mails, post.status()) == ([{"withdrawn": 1}], [], {"withdrawn": 1})


# -- a relay that can be asked


def lost_receipt(post: Post) -> None:
    """One mail whose relay took it and broke off."""
    post.mails("a.example")
    post.sink.fail("dot", TAKE_AND_DROP)
    assert post.round() == {"ambiguous": 1}
    post.now += LEASE


def test_a_mail_that_arrived_is_not_sent_again(post: Post) -> None:
    lost_receipt(post)
    oracle = Oracle(says=True)
    assert (post.round(lookup=oracle), post.status(), len(post.sink.mails)) == ({"sent": 1}, {"sent": 1}, 1)
    assert oracle.asked == [(post.sink.mails[0].message_id, NOW)]


def test_a_mail_that_did_not_arrive_is_sent(post: Post) -> None:
    post.mails("a.example")
    post.sink.fail("dot", DROP)
    assert post.round() == {"ambiguous": 1}
    post.now += LEASE
    assert (post.round(lookup=Oracle(says=False), ambiguous="hold"), len(post.sink.mails)) == ({"sent": 1}, 1)


def test_a_relay_that_does_not_know_yet_is_asked_each_minute_and_after_an_hour_the_policy_decides(
    post: Post,
) -> None:
    lost_receipt(post)
    oracle = Oracle(says=None)
    asked = 0
    while post.status() == {"dot": 1}:
        assert asked < 100
        asked += post.round(lookup=oracle, ambiguous="hold")["ambiguous"]
        assert post.round(lookup=oracle, ambiguous="hold") == {}
        post.now += MINUTE
    assert (asked, post.status(), len(post.sink.mails)) == (45, {"held": 1}, 1)


def test_asking_makes_no_mail_a_suspect(post: Post) -> None:
    lost_receipt(post)
    for _ in range(MOST_LAPSES):
        post.round(lookup=Oracle(says=None))
        post.now += MINUTE
    assert post.round(lookup=Oracle(says=True)) == {"sent": 1}


# -- poison


def die_with_it(post: Post, times: int) -> None:
    """So many workers claim the first mail and are never heard of again."""
    for _ in range(times):
        suspects = post.office.outbox.claim(post.now, LEASE, 1, suspects=True)
        assert len(suspects or post.office.outbox.claim(post.now, LEASE, 1)) == 1
        post.now += LEASE


def test_a_mail_that_outlived_its_workers_goes_alone_and_first(post: Post) -> None:
    post.mails(*["a.example"] * 4)
    die_with_it(post, SUSPECT_AFTER + 1)
    post.sink.slow["a.example"] = 0.05
    assert post.round(connections=3) == {"sent": 4}
    assert post.sink.mails[0].rcpt == "a1@a.example"
    first = [c.split(" ")[0].upper() for c in post.sink.commands[:5]]
    assert first == ["EHLO", "MAIL", "RCPT", "DATA", "EHLO"] or first[:4] == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_a_mail_that_outlived_ten_workers_is_held_for_a_person_and_the_others_go(post: Post) -> None:
    post.mails(*["a.example"] * 3)
    die_with_it(post, MOST_LAPSES)
    assert post.round() == {"held": 1, "sent": 2}
    (held,) = post.office.outbox.rows("held")
    assert held.reply == "quarantined: 10 workers died or fell silent with it; release or drop it"
    post.office.outbox.release(held.id, post.now)
    assert (post.round(), post.status()) == ({"sent": 1}, {"sent": 3})


def test_a_heartbeat_keeps_what_waits_in_long_rounds(post: Post) -> None:
    post.mails(*["a.example"] * 2)
    first, second = post.office.outbox.claim(NOW, LEASE, 2)
    later = NOW + LEASE - SECOND
    post.office.outbox.renew([first], later, LEASE)
    assert not intend(post.office.outbox, second, NOW + LEASE, NOW + LEASE)
    assert intend(post.office.outbox, first, NOW + LEASE, NOW + LEASE)
    post.office.outbox.renew([second], NOW + LEASE, LEASE)
    assert [m.id for m in post.office.outbox.claim(NOW + LEASE, LEASE, 2)] == [second.id]


# -- what a stranger found


def while_a_dot_waits(post: Post, happens: Callable[[], None], **options: Any) -> Counter[str]:
    """One round, in the middle of whose first dot something happens."""
    done: list[Counter[str]] = []
    thread = threading.Thread(target=lambda: done.append(post.round(**options)))
    thread.start()
    while "DATA" not in post.sink.commands:
        thread.join(0.005)
    thread.join(0.1)
    happens()
    thread.join()
    return done[0]


def test_who_leaves_while_their_envelope_waits_behind_a_dot_gets_no_mail(post: Post) -> None:
    post.mails(*["a.example"] * 3)
    post.sink.fail(
        "dot", "", Slow(0.8)
    )  # the first shows that it is quick, so the third goes with the second
    left = lambda: post.office.people.suppress("a3@a.example", "stream", "unsubscribed", NOW)  # noqa: E731

    def leave() -> None:
        while len(post.sink.commands) < 10:  # EHLO, and three envelopes
            time.sleep(0.005)
        left()

    assert while_a_dot_waits(post, leave) == {"sent": 2, "withdrawn": 1}
    assert [m.rcpt for m in post.sink.mails] == ["a1@a.example", "a2@a.example"]


def test_a_clock_that_jumps_while_dots_are_out_makes_nobody_take_their_own_mail_for_lost(post: Post) -> None:
    post.mails(*["a.example"] * 3, "b.example")
    post.sink.slow = {"a.example": 0.5, "b.example": 0.5}

    def jump() -> None:
        post.now += timedelta(hours=1)

    while_a_dot_waits(post, jump, connections=3)
    assert Counter(m.rcpt for m in post.sink.mails) == Counter(
        ["a1@a.example", "a2@a.example", "a3@a.example", "a4@b.example"]
    )
    assert post.status() == {"sent": 4}


def test_any_yes_to_a_dot_is_a_receipt(post: Post) -> None:
    post.mails("a.example")
    post.sink.fail("dot", "252 2.5.0 taken, more or less")
    assert (post.round(), post.status()) == ({"sent": 1}, {"sent": 1})


def test_a_clock_that_was_ahead_holds_no_mail_back_once_it_is_right(post: Post) -> None:
    post.mails(*["a.example"] * 12)
    rates = MailRates(per_minute=40)
    post.now = NOW + 3 * DAY
    assert post.round(rates=rates) == {"sent": 4}
    post.office.outbox.claim(post.now, LEASE, 2)  # by one who then dies
    post.now = NOW + MINUTE
    assert post.round(rates=rates) == {"sent": 4}
    post.now += 7 * SECOND
    assert post.round(rates=rates) == {"sent": 4}


def test_what_a_system_refuses_counts_against_its_rate(post: Post) -> None:
    post.mails(*["a.example"] * 30)
    post.sink.fail("rcpt", *["450 4.7.0 too fast"] * 30)
    assert post.round(rates=MailRates(per_minute=10)) == {"deferred": 1}
    assert sum(c.startswith("RCPT") for c in map(str.upper, post.sink.commands)) == 1


def test_what_is_in_hand_counts_against_a_warm_up(post: Post) -> None:
    post.mails(*["a.example"] * 20)
    rates = MailRates(warm_up=(5,))
    assert post.round(rates=rates, connections=4) == {"sent": 5}
    post.now += DAY
    three = MailRates(warm_up=(5, 6))
    claimed = [len(post.office.outbox.claim(post.now, LEASE, 4, rates=three)) for _ in range(3)]
    assert claimed == [4, 2, 0]


def test_a_broken_line_makes_no_mail_a_suspect(post: Post) -> None:
    post.mails("a.example")
    for _ in range(SUSPECT_AFTER + 1):
        post.sink.fail("dot", DROP)
        assert post.round(lookup=Oracle(says=False))["ambiguous"] == 1
        post.now += LEASE
    assert len(post.office.outbox.claim(post.now, LEASE, 1)) == 1


def test_a_mail_that_is_released_goes_although_its_edition_is_old(post: Post) -> None:
    lost_receipt(post)
    assert post.round(ambiguous="hold") == {"held": 1}
    post.now += 30 * DAY
    (held,) = post.office.outbox.rows("held")
    post.office.outbox.release(held.id, post.now)
    assert (post.round(), len(post.sink.mails)) == ({"sent": 1}, 2)


@pytest.mark.parametrize(("says", "ends"), [(None, "held"), (False, "failed"), (True, "sent")])
def test_an_ambiguous_mail_of_an_old_edition_is_not_sent_weeks_later(
    post: Post, says: bool | None, ends: str
) -> None:
    lost_receipt(post)
    post.now += 30 * DAY
    assert (post.round(lookup=Oracle(says)), post.status(), len(post.sink.mails)) == ({ends: 1}, {ends: 1}, 1)


def test_a_relay_that_breaks_off_every_connection_ends_the_round(post: Post) -> None:
    post.mails(*["a.example"] * 12)
    post.sink.fail("mail", *[DROP] * 40)
    assert post.round() == {"deferred": 2, "given back": 2}
    assert post.sink.connections == 3
    post.sink.forget()
    assert post.round() == {"sent": 9}


class Absent:
    """An outbox whose database is away the first few times that a reply is to be written down."""

    def __init__(self, inner: Outbox, times: int) -> None:
        self._inner, self._times = inner, times

    def failed(self, mail: ClaimedMail, reply: str, now: datetime, *, suppress: bool) -> None:
        self._times -= 1
        if self._times >= 0:
            raise StorageError("the database is away", permanent=False)
        self._inner.failed(mail, reply, now, suppress=suppress)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_a_definite_no_is_not_forgotten_over_a_short_outage(post: Post) -> None:
    post.mails("a.example")
    post.sink.fail("dot", "550 5.3.4 too long")
    address = SmtpAddress.from_url(post.sink.url)
    relay = Smtp(address, "alerts@alerts.example", "c.example")
    box: Any = Absent(post.office.outbox, 2)
    flow = Deliver(box, relay, lease=LEASE, connections=1, ambiguous="resend")
    assert [d.outcome for d in flow.round(post.clock)] == ["failed"]
    assert post.status() == {"failed": 1}
