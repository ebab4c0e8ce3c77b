"""kill -9 at random moments of a delivery: nothing lost, and no more extra copies than the guarantee allows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ctm_alerts.digests.period import NewMail
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.subscriber import Consent, NewSubscriber, Rhythm
from tests.conftest import Sink

CONNECTIONS = 4


@dataclass(frozen=True)
class Run:
    """What a loop of kills came to, by the sink's log."""

    kills: int
    waiting: int
    #: quarantined after ten deaths in a row, and sent when an operator released them
    released: int
    lost: int
    extra: int
    differing: int


def fill(database_url: str, mails: int) -> set[str]:
    """An outbox of so many mails, to one person each; returns their Message-IDs."""
    database = Database(database_url)
    database.migrate()
    outbox, people, now = Outbox(database), Subscribers(database), datetime.now(timezone.utc)
    person = people.add(
        NewSubscriber(
            "alice@people.example", "Alice", "pending", "free", Rhythm("UTC"), ({"countries": ["US"]},), False
        ),
        Consent("asked", now, "test", "1"),
        now,
    )
    ids = set()
    for number in range(mails):
        message_id = f"<mail-{number}@alerts.example>"
        body = (
            f"Message-ID: {message_id}\r\nSubject: {number}\r\n\r\n"
            + ".a line that begins with a dot\r\n" * 60
        )
        outbox.add(
            NewMail(
                person.id,
                "confirm",
                message_id,
                f"p{number}@people.example",
                body.encode(),
                "free",
                now + timedelta(days=1),
            ),
            now,
        )
        ids.add(message_id)
    database.close()
    return ids


def kill_and_count(
    database_url: str,
    sink: Sink,
    mails: int,
    kills: int,
    policy: str,
    seed: int,
    with_signal: str = "SIGKILL",
) -> Run:
    ids = fill(database_url, mails)
    mail_url = f"smtp://127.0.0.1:{sink.port}?starttls=never"
    command = [
        sys.executable,
        "-m",
        "tests.crash.kill_loop",
        database_url,
        mail_url,
        str(kills),
        str(CONNECTIONS),
        policy,
        str(seed),
        with_signal,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    told = json.loads(done.stdout)
    copies = Counter(m.message_id for m in sink.mails)
    bodies: dict[str, set[str]] = {}
    for mail in sink.mails:
        bodies.setdefault(mail.message_id, set()).add(mail.sha1)
    return Run(
        kills=told["kills"],
        waiting=told["waiting"],
        released=told["released"],
        lost=len(ids - set(copies)),
        extra=sum(copies.values()) - len(copies),
        differing=sum(len(hashes) > 1 for hashes in bodies.values()),
    )


def test_a_few_kills_lose_nothing_and_repeat_no_more_than_was_in_flight(
    database_url: str, sink: Sink
) -> None:
    run = kill_and_count(database_url, sink, mails=300, kills=15, policy="resend", seed=1)
    assert (run.lost, run.waiting, run.differing) == (0, 0, 0)
    assert run.kills > 5
    assert run.extra <= run.kills * CONNECTIONS


def test_with_hold_a_mail_in_flight_is_never_repeated(database_url: str, sink: Sink) -> None:
    run = kill_and_count(database_url, sink, mails=300, kills=15, policy="hold", seed=2)
    assert (run.waiting, run.extra) == (0, 0)
    held = Outbox(database := Database(database_url)).counts().get("held", 0)
    database.close()
    assert run.lost <= held <= run.kills * CONNECTIONS


def test_who_is_told_to_stop_finishes_what_is_in_flight(database_url: str, slow_sink: Sink) -> None:
    run = kill_and_count(database_url, slow_sink, 300, 15, "resend", seed=4, with_signal="SIGTERM")
    assert (run.lost, run.extra, run.waiting, run.differing) == (0, 0, 0, 0)
    assert run.kills > 5


@pytest.mark.slow
def test_a_hundred_stops_over_two_thousand_mails(database_url: str, slow_sink: Sink) -> None:
    run = kill_and_count(database_url, slow_sink, 2000, 100, "resend", seed=5, with_signal="SIGTERM")
    print(run)
    assert (run.lost, run.extra, run.waiting, run.differing) == (0, 0, 0, 0)
    assert run.kills > 20


@pytest.mark.slow
def test_two_hundred_kills_over_two_thousand_mails(database_url: str, slow_sink: Sink) -> None:
    run = kill_and_count(database_url, slow_sink, mails=2000, kills=200, policy="resend", seed=3)
    print(run)
    assert (run.lost, run.waiting, run.differing, run.kills) == (0, 0, 0, 200)
    assert run.extra <= run.kills * CONNECTIONS
