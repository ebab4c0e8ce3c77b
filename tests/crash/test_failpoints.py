"""kill -9 at each named point (fault matrix S1), then a restart: invariants by the sink's log and by SQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from ctm_alerts.failpoints import KILLED
from ctm_alerts.settings import data_dir
from tests.conftest import Sink
from tests.crash.crowd import ROOT, Place, clock, gather, place

PEOPLE, OPENINGS, CONNECTIONS = 3, 5, 4
#: later than any lease of a process that was killed
LATER = timedelta(hours=1)
DISPATCH = ("dispatch.after_claim", "dispatch.before_commit", "dispatch.after_commit")
INGEST = ("ingest.before_settle", "ingest.after_settle")
DELIVER = (
    "deliver.after_claim",
    "deliver.after_body",
    "deliver.after_intent",
    "deliver.after_dot",
    "deliver.after_receipt",
)
QUICK = {("dispatch.before_commit", 2), ("ingest.before_settle", 1), ("deliver.after_intent", 2)}
#: where a kill leaves a mail that may have been taken
AMBIGUOUS = {"deliver.after_intent", "deliver.after_dot"}


@dataclass(frozen=True)
class Scene:
    """A crowd, its sink, and the moment at which it is due."""

    where: Place
    sink: Sink
    now: datetime

    def with_connections(self, count: int) -> None:
        """From now on it delivers over so many."""
        config = self.where.home / "config"
        shutil.copytree(data_dir("config"), config)
        site = config / "site.toml"
        said = site.read_text(encoding="utf-8")
        assert "connections = 4" in said
        site.write_text(said.replace("connections = 4", f"connections = {count}"), encoding="utf-8")

    def killed(self, point: str, count: int) -> bool:
        """All three rounds, one after the other, with a point armed; whether it was passed so often."""
        code = self._rounds(self.now, CTM_ALERTS_CRASH_AT=f"{point}:{count}")
        assert code in (0, KILLED)
        return code == KILLED

    def restart(self) -> None:
        """One tick of each flow, after the dead process's leases."""
        assert self._rounds(self.now + LATER) == 0

    def _rounds(self, now: datetime, **armed: str) -> int:
        command = [sys.executable, "-m", "tests.crash.armed", "round", "all", "--now", now.isoformat()]
        config = self.where.home / "config"
        ours = {"CTM_ALERTS_CONFIG": str(config)} if config.exists() else {}
        environment = {"PATH": "", **self.where.environment, **ours, **armed}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return done.returncode

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with self.where.app() as app, app.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def scene(request: pytest.FixtureRequest, sink: Sink, tmp_path: Path) -> Scene:
    """Three people who are due, over either database."""
    url = f"sqlite:///{tmp_path}/test.db"
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("postgres")
        url = make()
    where, now = place(tmp_path, url, sink), clock()
    gather(where, PEOPLE, now, OPENINGS)
    return Scene(where, sink, now)


def sent_once(scene: Scene, extra: int = 0) -> None:
    """I1 and I2: one mail for each period; copies, when any are allowed, are the same mail."""
    mails = scene.sink.mails
    copies = Counter(m.to for m in mails)
    assert set(copies) == {f"person-{n}@people.example" for n in range(1, PEOPLE + 1)}
    assert sum(copies.values()) - PEOPLE <= extra
    assert len({(m.message_id, m.sha1) for m in mails}) == PEOPLE
    assert len({m.message_id for m in mails}) == PEOPLE


def nothing_is_stuck(scene: Scene) -> None:
    """I6: every period ended; what waits still is due later."""
    assert scene.sql("SELECT kind, status, count(*) FROM digests GROUP BY kind, status") == [
        ("first", "sent", PEOPLE)
    ]
    assert scene.sql("SELECT status, count(*) FROM outbox GROUP BY status") == [("sent", PEOPLE)]
    assert scene.sql("SELECT kind, count(*) FROM dues GROUP BY kind") == [("regular", PEOPLE)]
    assert scene.sql("SELECT count(*) FROM ledger WHERE kind = 'new'") == [(PEOPLE * OPENINGS,)]


def _cases(points: tuple[str, ...]) -> list[object]:
    """The first three passes of each point; one of them in the quick run."""
    return [
        pytest.param(
            point, count, id=f"{point}:{count}", marks=[] if (point, count) in QUICK else [pytest.mark.slow]
        )
        for point in points
        for count in (1, 2, 3)
    ]


def test_an_installation_cannot_be_armed(scene: Scene) -> None:
    environment = {"PATH": "", **scene.where.environment, "CTM_ALERTS_CRASH_AT": "dispatch.after_claim:1"}
    command = [sys.executable, "-m", "ctm_alerts", "round", "dispatch", "--now", scene.now.isoformat()]
    assert subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize(("point", "count"), _cases(DISPATCH))
def test_killed_while_it_dispatches_each_gets_one_digest(scene: Scene, point: str, count: int) -> None:
    # all are claimed at one time, so a second claim is never made
    assert scene.killed(point, count) == (point != "dispatch.after_claim" or count == 1)
    scene.restart()
    sent_once(scene)
    nothing_is_stuck(scene)


@pytest.mark.parametrize(("point", "count"), _cases(DELIVER))
@pytest.mark.parametrize("connections", [1, pytest.param(CONNECTIONS, marks=pytest.mark.slow)])
def test_killed_while_it_delivers_each_gets_one_digest(
    scene: Scene, point: str, count: int, connections: int
) -> None:
    scene.with_connections(connections)
    # three mails are claimed at one time, and their receipts may be written together
    together = point in ("deliver.after_claim", "deliver.after_receipt") and count > 1
    assert scene.killed(point, count) or together
    scene.restart()
    # wherever one connection dies, each of the others may be between its dot and its receipt; and while a body is
    # sent, the receipt of the mail before it may be on its way
    open_ends = point in AMBIGUOUS or (point == "deliver.after_body" and count > 1)
    sent_once(scene, extra=connections - 1 + open_ends)
    nothing_is_stuck(scene)


@pytest.mark.parametrize(("point", "count"), _cases(INGEST))
def test_killed_while_it_ingests_no_posting_is_lost_or_doubled(scene: Scene, point: str, count: int) -> None:
    boards = scene.where.home / "boards"
    boards.mkdir()
    with scene.where.app() as app:
        for n in range(3):
            board = boards / f"board-{n}.json"
            board.write_bytes((scene.where.home / "board.json").read_bytes().replace(b"Sponsor ", b"Maker%d " % n)
                              .replace(b"jobs/", b"jobs/%d0" % n))  # fmt: skip
            app.feeds.add(board.as_uri(), "greenhouse", f"board {n}", scene.now)
    before = scene.sql("SELECT id, first_seen_at FROM postings ORDER BY id")
    assert scene.killed(point, count)
    scene.restart()
    after = scene.sql("SELECT id, first_seen_at FROM postings ORDER BY id")
    assert after[: len(before)] == before  # I4
    assert scene.sql("SELECT count(*), count(DISTINCT url) FROM postings") == [(4 * OPENINGS, 4 * OPENINGS)]
    assert scene.sql("SELECT feed_id, count(*) FROM sightings GROUP BY feed_id ORDER BY feed_id") == [
        (n, OPENINGS) for n in (1, 2, 3, 4)
    ]
    assert scene.sql("SELECT count(*) FROM feeds WHERE lease_until IS NOT NULL") == [(0,)]  # I6
