"""The worker: a clock that ticks, and rounds that record what they came to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ctm_alerts.app import App, make_app
from ctm_alerts.settings import load
from ctm_alerts.worker.clock import EVERY, Worker
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
    worker = Worker(beats)  # type: ignore[arg-type]  # it has the three rounds and the stop
    worker.start()
    assert all(event.wait(WAIT) for event in beats.began.values())
    worker.stop()
    assert beats.stopped


def test_after_a_stop_nothing_of_the_worker_is_left() -> None:
    before = threading.active_count()
    worker = Worker(Beats())  # type: ignore[arg-type]  # as above
    worker.start()
    worker.stop()
    deadline = threading.Event()
    for _ in range(200):
        if threading.active_count() <= before:
            break
        deadline.wait(0.02)
    assert threading.active_count() <= before


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


def test_after_a_stop_no_mail_is_begun(app: App) -> None:
    rounds = Rounds(app, Clock())
    rounds.stop()
    assert rounds.deliver() == []
    assert app.rounds.last() == {}
