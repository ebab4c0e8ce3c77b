"""Whatever fails and whoever changes their mind: no mail is lost, none goes a third time, no sum is broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from ctm_alerts.storage.database import Database
from tests.smtp_sink import DROP, PIPELINING, TAKE_AND_DROP, SmtpSink
from tests.storage.desk import Office
from tests.transports.test_deliver import Post

MAILS, ROUNDS = 6, 12
FAULTS: tuple[tuple[Any, str], ...] = (
    ("connect", "554 5.3.2 not today"),
    ("mail", "421 4.3.2 going down"),
    ("mail", DROP),
    ("rcpt", "451 4.7.1 greylisted"),
    ("rcpt", "550 5.1.1 no such mailbox"),
    ("rcpt", "552 5.2.2 full"),
    ("rcpt", "gibberish"),
    ("data", DROP),
    ("dot", DROP),
    ("dot", TAKE_AND_DROP),
    ("dot", TAKE_AND_DROP),
    ("dot", "451 4.3.0 later"),
    ("dot", "550 5.3.4 too long"),
    ("dot", "gibberish"),
)


@pytest.fixture(params=[("SIZE 10000000",), PIPELINING], ids=["by steps", "pipelining"])
def post(database: Database, request: pytest.FixtureRequest) -> Iterator[Post]:
    with SmtpSink(extensions=request.param) as sink:
        yield Post(Office(database), sink)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_fails_every_mail_comes_to_one_end_that_the_ledger_agrees_with(
    post: Post, seed: int
) -> None:
    random = Random(seed)
    post.mails(MAILS)
    for _ in range(ROUNDS):
        for stage, fault in random.sample(FAULTS, random.randint(0, 3)):
            post.sink.fail(stage, fault)
        if random.random() < 0.3:
            change_their_mind(post, random)
        post.round(connections=random.choice((1, 3)), ambiguous=random.choice(("resend", "resend", "hold")))
        post.status()
        post.now += timedelta(minutes=random.choice((1, 6, 16, 61)))
    post.sink.forget()
    for _ in range(3):
        post.now += timedelta(days=5)
        post.round()
    copies: dict[str, list[str]] = defaultdict(list)
    for mail in post.sink.mails:
        copies[mail.message_id].append(mail.sha1)
    ends = Counter(row.status for row in post.office.outbox.rows())
    assert set(ends) <= {"sent", "failed", "withdrawn", "held"}
    assert ends.total() == MAILS
    for row in post.office.outbox.rows():
        came, told = copies[row.message_id], post.told(row.subscriber_id)
        assert len(set(came)) <= 1
        assert len(came) <= 2
        assert told == (row.status in ("sent", "held"))
        assert not came if row.status in ("failed", "withdrawn") else came or row.status == "held"
    post.status()


def change_their_mind(post: Post, random: Random) -> None:
    """Someone leaves, upgrades, or pauses."""
    number = str(random.randint(1, MAILS))
    people = post.office.people
    random.choice(
        (
            lambda: people.suppress(f"a{number}@people.example", "stream", "unsubscribed", post.now),
            lambda: people.change(number, {"plan": "plus"}),
            lambda: people.change(number, {"status": "paused"}),
        )
    )()
