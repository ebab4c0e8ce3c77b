"""Deliver, over a real outbox and a real server that fails when told so: each end that a mail may have."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from ctm_alerts.digests.desk import Due
from ctm_alerts.digests.proof import breaches
from ctm_alerts.flows.deliver import Deliver, Delivered, Transport
from ctm_alerts.flows.hand import FEW
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.proof import Proof
from ctm_alerts.transports.folder import Folder
from ctm_alerts.transports.smtp import Smtp, SmtpAddress
from tests.people import ALICE, NOW
from tests.smtp_sink import DROP, PIPELINING, TAKE_AND_DROP, Slow, SmtpSink
from tests.storage.desk import LEASE, Office, intend

MINUTE = timedelta(minutes=1)


@dataclass
class Post:
    """An office with mail in its outbox, a server, and a clock that is set."""

    office: Office
    sink: SmtpSink
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def deliver(
        self,
        *,
        connections: int = 1,
        ambiguous: Literal["resend", "hold"] = "resend",
        transport: Transport | None = None,
    ) -> Deliver:
        relay = transport or Smtp(SmtpAddress.from_url(self.sink.url), "alerts@alerts.example", "c.example")
        return Deliver(self.office.outbox, relay, lease=LEASE, connections=connections, ambiguous=ambiguous)

    def round(self, **options: Any) -> list[str]:
        """One round: how each mail ended, in the order sent."""
        done = self.deliver(**options).round(self.clock)
        return [f"{d.mail.id} {d.outcome}" for d in done]

    def mails(self, count: int) -> None:
        """Digests for as many people, of one posting that each is shown."""
        (posting,) = self.office.openings(1)
        for n in range(count):
            self.office.subscriber(replace(ALICE, email=f"a{n + 1}@people.example"))
        for claim in self.office.digests.claim(NOW, LEASE, count):
            assert self.office.commit(claim, {posting: "shown"})

    def told(self, subscriber_id: str = "1") -> int:
        """How many postings the ledger says that they were told."""
        return len(self.office.digests.told([subscriber_id]).get(subscriber_id, []))

    def status(self) -> dict[str, int]:
        """Mails by status; no sum may be broken at any time."""
        assert breaches(Proof(self.office.database).periods()) == []
        return self.office.outbox.counts()


@pytest.fixture(params=[("SIZE 10000000",), PIPELINING], ids=["by steps", "pipelining"])
def post(database: Database, request: pytest.FixtureRequest) -> Iterator[Post]:
    with SmtpSink(extensions=request.param) as sink:
        yield Post(Office(database), sink)


# -- sent


def test_all_mail_is_sent_once_over_one_connection(post: Post) -> None:
    post.mails(3)
    assert post.round() == ["1 sent", "2 sent", "3 sent"]
    assert (post.status(), post.sink.connections) == ({"sent": 3}, 1)
    assert [m.body for m in post.sink.mails] == [
        b"Message-ID: <%d.regular.%d@alerts.example>\r\n\r\nHello\r\n" % (n, NOW.timestamp())
        for n in (1, 2, 3)
    ]
    assert post.round() == []


def test_several_connections_share_the_mail(post: Post) -> None:
    post.mails(20)
    assert Counter(e.split()[1] for e in post.round(connections=4)) == {"sent": 20}
    assert len({m.message_id for m in post.sink.mails}) == len(post.sink.mails) == 20
    assert post.sink.connections <= 4


def test_nothing_to_send_opens_no_connection(post: Post) -> None:
    assert (post.round(), post.sink.connections) == ([], 0)


# -- deferred and failed


def test_a_mail_that_is_deferred_waits_longer_each_time(post: Post) -> None:
    post.mails(1)
    for pause in (5, 30, 60, 120, 240, 240):
        post.sink.fail("rcpt", "451 4.7.1 greylisted")
        assert post.round() == ["1 deferred"]
        assert (post.status(), post.told()) == ({"queued": 1}, 1)
        post.now += pause * MINUTE - timedelta(seconds=1)
        assert post.round() == []
        post.now += timedelta(seconds=1)
    assert post.round() == ["1 sent"]
    assert len(post.sink.mails) == 1


def test_one_mail_that_is_deferred_does_not_hold_up_the_others(post: Post) -> None:
    post.mails(3)
    post.sink.fail("rcpt", "451 4.7.1 greylisted")
    assert post.round() == ["1 deferred", "2 sent", "3 sent"]
    assert post.sink.connections == 1


def test_a_dead_address_fails_and_is_never_written_to_again(post: Post) -> None:
    post.mails(2)
    post.sink.fail("rcpt", "550 5.1.1 no such mailbox")
    assert post.round() == ["1 failed", "2 sent"]
    assert post.status() == {"failed": 1, "sent": 1}
    assert (post.told("1"), post.told("2")) == (0, 1)
    assert post.office.people.suppression("a1@people.example") == "hard bounce: 550 5.1.1 no such mailbox"


def test_a_mail_that_is_refused_for_good_after_the_dot_fails_and_blames_no_address(post: Post) -> None:
    post.mails(1)
    post.sink.fail("dot", "550 5.3.4 too long")
    assert post.round() == ["1 failed"]
    assert (post.told(), post.office.people.suppression("a1@people.example")) == (0, None)


def test_a_mail_that_would_fall_into_the_next_edition_is_given_up(post: Post) -> None:
    post.mails(1)
    post.now += timedelta(days=4)
    assert post.round() == ["1 failed"]
    assert (post.status(), post.told(), post.sink.commands) == ({"failed": 1}, 0, [])


# -- our own trouble


@pytest.mark.parametrize(
    "fault", ["421 4.3.2 going down", "451 4.3.0 sender later", "554 5.7.1 your address is listed"]
)
def test_when_our_mail_system_is_down_the_run_ends_and_blames_nobody(post: Post, fault: str) -> None:
    post.mails(3)
    post.sink.fail("mail", *[fault] * 3)
    assert post.round() == ["1 given back", "2 given back", "3 given back"]
    assert post.status() == {"queued": 3}
    assert sum(c.lower().startswith("mail") for c in post.sink.commands) == 1
    post.sink.forget()
    assert post.round() == ["2 sent", "3 sent"]
    post.now += 5 * MINUTE
    assert post.round() == ["1 sent"]


def test_a_relay_that_is_not_there_is_asked_once(post: Post) -> None:
    post.mails(2)
    post.sink.fail("connect", "554 5.3.2 not today", "554 5.3.2 not today")
    assert post.round() == ["1 given back", "2 given back"]
    assert post.sink.connections == 1


# -- lines that break


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_line_lost_before_the_dot_is_opened_anew_for_the_next_mail(post: Post, stage: Any) -> None:
    post.mails(2)
    post.sink.fail(stage, DROP)
    assert post.round() == ["1 deferred", "2 sent"]
    post.now += 5 * MINUTE
    assert post.round() == ["1 sent"]
    assert (post.status(), len(post.sink.mails)) == ({"sent": 2}, 2)


@pytest.mark.parametrize(("fault", "copies"), [(DROP, 1), (TAKE_AND_DROP, 2)])
def test_an_ambiguous_mail_is_sent_once_more_with_the_same_bytes(post: Post, fault: str, copies: int) -> None:
    post.mails(1)
    post.sink.fail("dot", fault)
    assert post.round() == ["1 ambiguous"]
    assert (post.status(), post.told(), post.round()) == ({"dot": 1}, 1, [])
    post.now += LEASE
    assert post.round() == ["1 sent"]
    assert (post.status(), post.told()) == ({"sent": 1}, 1)
    assert len(post.sink.mails) == copies
    assert len({m.sha1 for m in post.sink.mails}) == 1


def test_an_ambiguous_mail_never_goes_a_third_time(post: Post) -> None:
    post.mails(1)
    post.sink.fail("dot", TAKE_AND_DROP, TAKE_AND_DROP)
    for expected in (["1 ambiguous"], ["1 ambiguous"], ["1 held"], []):
        assert post.round() == expected
        post.now += LEASE
    assert (post.status(), post.told(), len(post.sink.mails)) == ({"held": 1}, 1, 2)


def test_by_policy_an_ambiguous_mail_is_held_at_once(post: Post) -> None:
    post.mails(1)
    post.sink.fail("dot", TAKE_AND_DROP)
    post.round(ambiguous="hold")
    post.now += LEASE
    assert post.round(ambiguous="hold") == ["1 held"]
    assert (post.status(), post.told(), len(post.sink.mails)) == ({"held": 1}, 1, 1)


def test_an_ambiguous_mail_that_then_is_refused_for_good_is_held_and_told(post: Post) -> None:
    post.mails(1)
    post.sink.fail("dot", TAKE_AND_DROP)
    post.round()
    post.now += LEASE
    post.sink.fail("rcpt", "550 5.1.1 no such mailbox")
    assert post.round() == ["1 held"]
    assert (post.status(), post.told()) == ({"held": 1}, 1)


def leave(post: Post) -> None:
    post.office.people.suppress("a1@people.example", "stream", "unsubscribed", post.now)


def upgrade(post: Post) -> None:
    post.office.people.change("1", {"plan": "plus"})


@pytest.mark.parametrize("change", [leave, upgrade])
def test_an_ambiguous_mail_whose_reason_went_away_is_held_and_told(
    post: Post, change: Callable[[Post], None]
) -> None:
    post.mails(1)
    post.sink.fail("dot", TAKE_AND_DROP)
    post.round()
    change(post)
    post.now += LEASE
    assert post.round() == ["1 held"]
    assert (post.status(), post.told(), len(post.sink.mails)) == ({"held": 1}, 1, 1)


@pytest.mark.parametrize("change", [leave, upgrade])
def test_so_it_is_when_it_was_deferred_in_between(post: Post, change: Callable[[Post], None]) -> None:
    post.mails(1)
    post.sink.fail("dot", TAKE_AND_DROP)
    post.round()
    post.now += LEASE
    post.sink.fail("rcpt", "451 4.7.1 greylisted")
    assert post.round() == ["1 deferred"]
    change(post)
    post.now += 5 * MINUTE
    assert post.round() == ["1 held"]
    assert (post.status(), post.told(), len(post.sink.mails)) == ({"held": 1}, 1, 1)


# -- a relay that can be asked


def test_a_folder_is_asked_and_nothing_goes_twice(post: Post, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail")
    post.mails(2)
    for mail in post.office.outbox.claim(NOW, LEASE, 10):
        session = folder.open()
        session.begin(mail.to_address, mail.message_id, mail.body)
        assert intend(post.office.outbox, mail, NOW, NOW)
        if mail.id == "1":
            session.finish()  # and then the process was killed
        session.close()
    post.now += LEASE
    assert post.round(transport=folder) == ["1 sent", "2 sent"]
    assert [r.reply for r in post.office.outbox.rows("sent")][1] == "found at the relay after a crash"
    assert len(list((tmp_path / "mail").iterdir())) == 2


# -- withdrawn


def test_a_mail_whose_subscriber_left_after_it_was_claimed_is_withdrawn(post: Post) -> None:
    post.mails(2)
    post.sink.fail("dot", Slow(0.3))
    done: list[Delivered] = []
    thread = threading.Thread(target=lambda: done.extend(post.deliver().round(post.clock)))
    thread.start()
    while "DATA" not in post.sink.commands:
        thread.join(0.005)
    post.office.people.suppress("a2@people.example", "stream", "unsubscribed", post.now)
    thread.join()
    assert [(d.mail.id, d.outcome, d.says) for d in done] == [
        ("1", "sent", "250 2.0.0 taken"), ("2", "withdrawn", "address suppressed"),
    ]  # fmt: skip
    assert (post.status(), post.told("2")) == ({"sent": 1, "withdrawn": 1}, 0)
    assert [m.rcpt for m in post.sink.mails] == ["a1@people.example"]


def test_a_mail_whose_plan_changed_is_withdrawn_and_its_subscriber_due_at_once(post: Post) -> None:
    post.mails(1)
    upgrade(post)
    assert post.round() == ["1 withdrawn"]
    assert post.told() == 0
    assert Due("1", "catchup", NOW) in post.office.digests.next_dues()["1"]


# -- stop and leases


def test_a_stop_lets_the_mail_in_flight_end_and_gives_the_others_back(post: Post) -> None:
    post.mails(5)
    post.sink.fail("dot", Slow(0.3))
    flow = post.deliver()
    done: list[Delivered] = []
    thread = threading.Thread(target=lambda: done.extend(flow.round(post.clock)))
    thread.start()
    while "DATA" not in post.sink.commands:
        thread.join(0.005)
    flow.stop()
    thread.join()
    assert [f"{d.mail.id} {d.outcome}" for d in done] == [
        "1 sent",
        *(f"{n} given back" for n in range(2, FEW + 1)),
    ]
    assert post.status() == {"queued": 4, "sent": 1}
    assert post.round() == [f"{n} sent" for n in (2, 3, 4, 5)]
    assert len({m.message_id for m in post.sink.mails}) == len(post.sink.mails) == 5


def test_a_flow_that_was_stopped_begins_nothing(post: Post) -> None:
    post.mails(1)
    flow = post.deliver()
    flow.stop()
    assert flow.round(post.clock) == []
    assert post.status() == {"queued": 1}


def test_a_mail_whose_lease_ran_out_before_the_dot_is_not_sent_by_the_one_who_lost_it(post: Post) -> None:
    post.mails(1)
    # the relay took a quarter of an hour to hear the body
    done = post.deliver().round(lambda: NOW + LEASE if "DATA" in post.sink.commands else NOW)
    assert [f"{d.mail.id} {d.outcome}" for d in done] == ["1 lost lease", "1 sent"]
    assert (post.status(), len(post.sink.mails)) == ({"sent": 1}, 1)
