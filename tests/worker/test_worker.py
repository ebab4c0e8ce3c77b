"""The worker: a clock that ticks, and rounds that record what they came to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ctm_alerts.app import App, make_app
from ctm_alerts.errors import StorageError
from ctm_alerts.settings import load
from ctm_alerts.worker.clock import EVERY, LONGEST_REST, Worker, rest_after
from ctm_alerts.worker.local import Rounds
from tests.people import ALICE, CONSENT, NOW

WAIT = 20.0

BOARD = """<?xml version="1.0"?><rss version="2.0"><channel><title>Northlight</title>
<item><guid>41</guid><title>Senior Clinical Trial Manager</title><link>https://jobs.northlight.example/41</link>
<description>You manage two clinical trials in the United States and bring 8 years of clinical research experience.</description>
</item></channel></rss>"""


@dataclass
class Beats:
    """Rounds that only count; the named one fails."""

    failing: str = ""
    began: dict[str, threading.Event] = field(
        default_factory=lambda: {name: threading.Event() for name in EVERY}
    )
    stopped: bool = False

    def ingest(self) -> None:
        self._beat("ingest")

    def dispatch(self) -> None:
        self._beat("dispatch")

    def deliver(self) -> None:
        self._beat("deliver")

    def stop(self) -> None:
        self.stopped = True

    def _beat(self, name: str) -> None:
        self.began[name].set()
        if name == self.failing:
            raise RuntimeError("a round that fails")


@pytest.mark.parametrize("failing", ["", *EVERY])
def test_every_flow_runs_at_once_whatever_becomes_of_the_others(failing: str) -> None:
    beats = Beats(failing)
    worker = Worker(beats, jitter=lambda: 0.0)  # type: ignore[arg-type]  # it has the three rounds and the stop
    worker.start()
    assert all(event.wait(WAIT) for event in beats.began.values())
    worker.stop()
    assert beats.stopped


def test_after_a_stop_nothing_of_the_worker_is_left() -> None:
    before = threading.active_count()
    worker = Worker(Beats(), jitter=lambda: 0.0)  # type: ignore[arg-type]  # as above
    worker.start()
    worker.stop()
    deadline = threading.Event()
    for _ in range(200):
        if threading.active_count() <= before:
            break
        deadline.wait(0.02)
    assert threading.active_count() <= before


# -- rounds that fail


@dataclass
class Away(Beats):
    """Rounds over a database that is away for so many looks."""

    looks: int = 3
    looked: list[float] = field(default_factory=list)
    back: threading.Event = field(default_factory=threading.Event)

    def deliver(self) -> None:
        self.looked.append(time.monotonic())
        if len(self.looked) <= self.looks:
            raise StorageError("the database is away", permanent=False)
        self.back.set()


def test_after_failures_a_flow_rests_longer_and_longer_and_then_goes_on() -> None:
    away = Away()
    worker = Worker(away, jitter=lambda: 0.5, every={"deliver": 0.1})  # type: ignore[arg-type]  # as above
    worker.start()
    assert away.back.wait(WAIT)
    worker.stop()
    first, second, third, fourth = away.looked[:4]
    # a tick comes every 0.1 s; the rests are 0.05, 0.15 and 0.35 s
    assert second - first >= 0.05
    assert third - second >= 0.15
    assert fourth - third >= 0.35


def test_rests_double_and_end_at_five_minutes() -> None:
    assert [rest_after(n, 15, 0.0) for n in (1, 2, 3, 4, 5, 6, 99)] == [
        0,
        15,
        45,
        105,
        225,
        LONGEST_REST,
        300,
    ]
    assert rest_after(2, 15, 0.5) == 22.5


# -- rounds in this process


@dataclass
class Clock:
    """Set by the test."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_app(load({"CTM_ALERTS_HOME": str(tmp_path)}))
    yield app
    app.close()


def test_a_posting_comes_in_and_a_digest_goes_out_and_each_round_is_recorded(
    app: App, tmp_path: Path
) -> None:
    clock = Clock()
    board = tmp_path / "board.xml"
    board.write_text(BOARD)
    app.feeds.add(board.as_uri(), "rss", "Northlight", NOW)
    person = app.subscribers.add(replace(ALICE, status="pending"), CONSENT, NOW)
    rounds = Rounds(app, clock)
    heard: list[str] = []
    (looked,) = rounds.ingest(lambda result: heard.append(result.outcome))
    assert (looked.outcome, looked.new, heard) == ("ok", 1, ["ok"])
    app.signup().confirm(person, NOW)
    clock.now += timedelta(seconds=30)
    assert [(d.due.kind, d.outcome) for d in rounds.dispatch()] == [("first", "queued")]
    assert [d.outcome for d in rounds.deliver()] == ["sent"]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert app.rounds.last() == {"ingest": NOW, "dispatch": clock.now, "deliver": clock.now}


def test_a_round_with_nothing_due_is_a_heartbeat_all_the_same(app: App) -> None:
    rounds = Rounds(app, Clock())
    assert (rounds.ingest(), rounds.dispatch(), rounds.deliver()) == ([], [], [])
    assert set(app.rounds.last()) == {"ingest", "dispatch", "deliver"}


def test_after_a_stop_no_digest_is_begun_and_the_next_worker_composes_it(app: App) -> None:
    person = app.subscribers.add(replace(ALICE, status="pending"), CONSENT, NOW)
    app.signup().confirm(person, NOW)
    rounds = Rounds(app, Clock())
    rounds.stop()
    assert rounds.dispatch() == []
    assert [d.due.kind for d in Rounds(app, Clock()).dispatch()] == ["first"]


def test_after_a_stop_no_mail_is_begun(app: App) -> None:
    rounds = Rounds(app, Clock())
    rounds.stop()
    assert rounds.deliver() == []
    assert app.rounds.last() == {}
