"""Many due subscribers, and schedulers over them, each a process of its own.

    python -m tests.crash.crowd [ingest|serve]

A scheduler says "ready", reads a line, and then runs rounds of dispatch and of deliver until nothing is due and nothing
waits (or one round of ingest, or as a worker until it is ended); then it prints what it did as one JSON object. Its
environment is that of the service.
"""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import structlog
from sqlalchemy import insert

from ctm_alerts.app import App, make_app
from ctm_alerts.settings import load
from ctm_alerts.storage.schema import consents, dues, profiles, subscribers
from ctm_alerts.worker.clock import Worker
from ctm_alerts.worker.local import Rounds
from tests.conftest import Sink
from tests.flows.house import Opening, greenhouse

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """Where a crowd lives: the environment of every process over it."""

    home: Path
    database_url: str
    mail_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CTM_ALERTS_HOME": str(self.home),
            "CTM_ALERTS_DATABASE_URL": self.database_url,
            "CTM_ALERTS_MAIL_URL": self.mail_url,
            "CTM_ALERTS_PUBLIC_URL": "https://alerts.example",
            "CTM_ALERTS_SECRET_KEY": "s" * 40,
            "CTM_ALERTS_FROM": "CTM Alerts <alerts@alerts.example>",
            "CTM_ALERTS_POSTAL_ADDRESS": "1 Main Street, Boston",
        }

    @contextmanager
    def app(self) -> Iterator[App]:
        """The service of this place in this process."""
        app = make_app(load(self.environment), migrate=True)
        try:
            yield app
        finally:
            app.close()

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """A module of Python in a process of its own, that can be told to go on by a line."""
        environment = {**os.environ, **self.environment, **more}
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )


def place(folder: Path, database_url: str, sink: Sink) -> Place:
    """A place whose mail goes to a sink."""
    return Place(folder / "home", database_url, f"smtp://127.0.0.1:{sink.port}?starttls=never")


def address(number: int) -> str:
    """Where the mail of one of the crowd goes."""
    return f"person-{number}@people.example"


def gather(where: Place, people: int, now: datetime, openings: int = 5) -> None:
    """A board that was read, and so many people for whom a first digest is due at `now`."""
    where.home.mkdir(parents=True, exist_ok=True)
    board = where.home / "board.json"
    board.write_bytes(greenhouse([Opening(n) for n in range(1, openings + 1)]))
    with where.app() as app:
        app.feeds.add(board.as_uri(), "greenhouse", "board", now - HOUR)
        with app.ingest(jitter=lambda: 0.0) as flow:
            assert [r.outcome for r in flow.round(now - HOUR)] == ["ok"]
        _add_people(app, people, now)


def _add_people(app: App, people: int, now: datetime) -> None:
    """Straight into the tables: two thousand sign-ups would take longer than what is tested."""
    numbers = range(1, people + 1)
    person = {
        "external_id": None, "name": "", "status": "active", "plan": "free", "plan_until": None,
        "plan_in_force": "free", "timezone": "UTC", "minute": 480, "weekday": 1, "weekdays_only": False,
        "weekly": False, "locale": "en", "start_mark": now, "window_start": now, "silent_periods": 0, "created_at": now,
    }  # fmt: skip
    profile = {
        "revision": 1,
        "mark": now,
        "edited_at": now,
        "assumed": False,
        "wishes": '{"countries": ["US"]}',
    }
    consent = {
        "event": "confirmed", "at": now, "source": "test", "text_version": "1", "wording": "", "ip": "", "user_agent": "",
    }  # fmt: skip
    due = {"kind": "first", "due_at": now, "ready_at": now}
    later = {"kind": "regular", "due_at": now + timedelta(days=3), "ready_at": now + timedelta(days=3)}
    with app.database.write() as connection:
        connection.execute(
            insert(subscribers),
            [{**person, "id": n, "email": address(n), "email_normal": address(n)} for n in numbers],
        )
        for table, row in ((profiles, profile), (consents, consent), (dues, due), (dues, later)):
            connection.execute(insert(table), [{**row, "subscriber_id": n} for n in numbers])


def together(workers: Sequence[subprocess.Popen[str]], patience: float = 250) -> list[dict[str, float]]:
    """Let workers that are ready go at one time; what each of them did."""
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=patience)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return [json.loads(answer.splitlines()[-1]) for answer in answers]


def begin(worker: subprocess.Popen[str]) -> None:
    """Let one worker that is ready go."""
    assert worker.stdout is not None
    assert worker.stdin is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdin.write("go\n")
    worker.stdin.flush()


def clock() -> datetime:
    return datetime.now(timezone.utc)


def main() -> None:
    """Rounds until nothing is left."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    app = make_app(load())
    if sys.argv[1:] == ["serve"]:  # what a failed round had in its hands is free again soon
        app.settings = replace(app.settings, lease=timedelta(seconds=2))
    rounds = Rounds(app, clock)
    print("ready", flush=True)
    sys.stdin.readline()
    did: dict[str, float]
    if sys.argv[1:] == ["ingest"]:
        did = {"looked": len(rounds.ingest())}
    elif sys.argv[1:] == ["serve"]:
        did = serve(rounds)
    else:
        did = mail_all(app, rounds)
    app.close()
    print(json.dumps(did))


def serve(rounds: Rounds) -> dict[str, float]:
    """The worker's clock, quicker than in earnest, until the next line."""
    worker = Worker(rounds, jitter=random.random, every={"dispatch": 0.3, "deliver": 0.2})
    worker.start()
    sys.stdin.readline()
    worker.stop()
    return {}


def mail_all(app: App, rounds: Rounds) -> dict[str, float]:
    """Compose and send until nobody is due; seconds count where there was something to do."""
    did = {"composed": 0, "sent": 0, "dispatching": 0.0, "delivering": 0.0}
    while True:
        begin = time.monotonic()
        periods = rounds.dispatch()
        middle = time.monotonic()
        mails = rounds.deliver()
        did["composed"] += sum(d.outcome == "queued" for d in periods)
        did["sent"] += sum(d.outcome == "sent" for d in mails)
        did["dispatching"] += middle - begin if periods else 0
        did["delivering"] += time.monotonic() - middle if mails else 0
        if not periods and not mails and not waiting(app):
            return did


def waiting(app: App) -> bool:
    """Whether anything is on its way in any process."""
    now = clock()
    time.sleep(0.05)
    due = any(d.due_at <= now for them in app.digests.next_dues().values() for d in them)
    counts = app.outbox.counts()
    return due or any(counts.get(status) for status in ("queued", "claimed", "dot"))


if __name__ == "__main__":
    main()
