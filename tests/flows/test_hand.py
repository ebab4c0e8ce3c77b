"""What the connections of a round take from: one mail each, and no receiving system more of them than it may have."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import datetime, timedelta, timezone

from ctm_alerts.digests.period import ClaimedMail
from ctm_alerts.errors import StorageError
from ctm_alerts.flows.hand import FEW, Hand
from ctm_alerts.settings.mail import MailGroup, MailRates

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=timezone.utc)
LEASE = timedelta(minutes=15)


def mail(number: int, domain: str) -> ClaimedMail:
    return ClaimedMail(
        str(number), "1", None, "digest", f"<{number}@a.example>", f"p@{domain}", b"", "free", 0,
        NOW + timedelta(days=1), "token", ambiguous=False, resends=0, line_losses=0,
    )  # fmt: skip


class Outbox:
    """Mails in their order, to these domains."""

    def __init__(self, *domains: str) -> None:
        self.mails = [mail(n, domain) for n, domain in enumerate(domains, 1)]
        self.claims = 0
        self.renewed: list[list[str]] = []
        self.is_away = False

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        rates: MailRates | None = None,
        without: Collection[str] = (),
        suspects: bool = False,
        holding: Collection[str] = (),
    ) -> list[ClaimedMail]:
        self.claims += 1
        ready = [m for m in self.mails if m.domain not in without and m.id not in holding][:limit]
        self.mails = [m for m in self.mails if m not in ready]
        return ready

    def renew(self, mails: list[ClaimedMail], now: datetime, lease: timedelta) -> None:
        if self.is_away:
            raise StorageError("the database is away")
        self.renewed.append([m.id for m in mails])


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def hand(
    outbox: Outbox, *, connections: int = 4, rates: MailRates | None = None, clock: Clock | None = None
) -> Hand:
    return Hand(outbox, clock or Clock(), lease=LEASE, connections=connections, rates=rates or MailRates())


def ids(mails: list[ClaimedMail | None]) -> list[str | None]:
    return [None if m is None else m.id for m in mails]


def test_mails_are_taken_in_their_order_and_a_few_at_a_time_are_claimed() -> None:
    outbox = Outbox(*(f"{n}.example" for n in range(FEW + 1)))
    all_of_them = hand(outbox, connections=1)
    taken = []
    while (one := all_of_them.take(wait=True)) is not None:
        taken.append(one.id)
        all_of_them.done(one)
    assert taken == [str(n) for n in range(1, FEW + 2)]
    assert outbox.claims == 3  # two that brought something, one that did not


def test_a_system_that_is_busy_enough_waits_and_the_others_go_on() -> None:
    some = hand(Outbox(*["slow.example"] * 20, "other.example"))
    taken = [some.take(wait=False) for _ in range(5)]
    assert ids(taken) == ["1", "2", "3", "21", None]
    assert taken[0] is not None
    some.done(taken[0])
    assert ids([some.take(wait=False), some.take(wait=False)]) == ["4", None]


def test_the_connections_of_a_group_are_counted_together() -> None:
    rates = MailRates(groups=(MailGroup(("gmail.com", "googlemail.com"), connections=2),))
    some = hand(Outbox("gmail.com", "googlemail.com", "gmail.com", "a.example"), rates=rates)
    assert ids([some.take(wait=False) for _ in range(4)]) == ["1", "2", "4", None]


def test_who_waits_gets_what_another_one_leaves() -> None:
    some = hand(Outbox("a.example", "a.example"), connections=1)
    first = some.take(wait=True)
    assert first is not None
    got: list[ClaimedMail | None] = []
    waiting = threading.Thread(target=lambda: got.append(some.take(wait=True)))
    waiting.start()
    some.done(first)
    waiting.join(5)
    assert ids(got) == ["2"]


def test_a_closed_hand_gives_nothing_and_leaves_what_was_not_taken_up() -> None:
    some = hand(Outbox(*["a.example"] * 3), connections=2)
    first = some.take(wait=True)
    assert first is not None
    some.done(first)
    some.close()
    assert (some.take(wait=True), sorted(m.id for m in some.leave()), some.leave()) == (None, ["2", "3"], [])


def test_the_heartbeat_renews_what_is_at_hand_three_times_within_a_lease() -> None:
    outbox, clock = Outbox("a.example", "b.example", "c.example"), Clock()
    some = hand(outbox, connections=2, clock=clock)
    first = some.take(wait=True)
    assert first is not None
    for _ in range(10):
        clock.now += timedelta(minutes=1)
        some.beat()
    assert outbox.renewed == [["2", "3", "1"]] * 2
    some.done(first)
    clock.now += timedelta(minutes=5)
    some.beat()
    assert outbox.renewed[2:] == [["2", "3"]]


def test_a_heartbeat_that_fails_stops_nobody() -> None:
    outbox, clock = Outbox("a.example", "b.example"), Clock()
    some = hand(outbox, clock=clock)
    assert some.take(wait=True) is not None
    outbox.is_away = True
    clock.now += LEASE / 2
    some.beat()
    assert ids([some.take(wait=False)]) == ["2"]
