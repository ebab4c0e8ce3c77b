"""A relay that thinks longer than a lease lasts: nobody takes its mail for lost, and nothing goes twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ctm_alerts.flows.deliver import ANSWER, Deliver
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.transports.smtp import TIMEOUTS, Smtp, SmtpAddress
from tests.conftest import running_sink
from tests.crash.test_kills import fill


def now() -> datetime:
    return datetime.now(timezone.utc)


def test_an_answer_may_take_as_long_as_the_dot_is_waited_for() -> None:
    assert ANSWER.total_seconds() > TIMEOUTS.dot


def test_a_slow_answer_is_not_taken_for_a_lost_one(database_url: str, tmp_path: Path) -> None:
    ids = fill(database_url, 2)
    with running_sink(tmp_path, milliseconds=2500) as sink:
        relay = Smtp(
            SmtpAddress.from_url(f"smtp://127.0.0.1:{sink.port}?starttls=never"),
            "a@alerts.example",
            "me.example",
        )

        def deliver(wait: float) -> None:
            time.sleep(wait)
            database = Database(database_url)
            flow = Deliver(
                Outbox(database),
                relay,
                lease=timedelta(seconds=1),
                connections=2,
                ambiguous="resend",
                answer=timedelta(seconds=8),
            )
            flow.round(now)
            database.close()

        workers = [threading.Thread(target=deliver, args=(wait,)) for wait in (0.0, 1.2, 2.0)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert Counter(m.message_id for m in sink.mails) == dict.fromkeys(ids, 1)
    database = Database(database_url)
    assert Outbox(database).counts() == {"sent": 2}
    database.close()
