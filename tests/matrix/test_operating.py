"""What happens to a whole service: clocks that jump, machines that lose power, disks that fill, migrations that meet."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from ctm_alerts.errors import StorageError
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.subscribers.subscriber import Rhythm
from tests.conftest import Sink
from tests.crash.test_kills import fill
from tests.flows.conftest import home
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import NOW

__all__ = ["home"]
ROOT = Path(__file__).parents[2]
UTC_8 = Rhythm("UTC", 8 * 60)


# ---- S8: the clock jumps


@pytest.mark.parametrize(
    "jump", [HOUR, -HOUR, 3 * DAY, -3 * DAY, timedelta(days=-20_000), timedelta(days=27_000)]
)
def test_a_clock_that_jumps_and_is_put_right_sends_no_second_edition(home: House, jump: timedelta) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(Opening(1))
    home.round(NOW + DAY)
    home.board(Opening(1), Opening(2))
    home.round(NOW + DAY + HOUR)
    for moment in (NOW + DAY + HOUR + jump, NOW + DAY + 2 * HOUR):
        home.dispatch(moment)
        home.deliver(moment)
    home.round(NOW + 2 * DAY)
    home.round(NOW + 3 * DAY)
    assert sorted(home.told(person)) == ["1", "2"]
    editions = Counter((p["kind"], p["due_at"]) for p in home.app.digests.of_subscriber(person.id))
    assert set(editions.values()) == {1}
    home.board(Opening(1), Opening(2), Opening(3))
    home.round(NOW + 4 * DAY)
    home.round(NOW + 5 * DAY)
    assert sorted(home.told(person)) == ["1", "2", "3"]  # and the rhythm goes on


# ---- S11: downtime


@pytest.mark.parametrize("down", [HOUR, 3 * DAY, 21 * DAY])
def test_downtime_brings_one_edition_that_covers_the_gap(home: House, down: timedelta) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(*(Opening(n) for n in range(1, 5)))
    home.ingest(NOW + 2 * HOUR)
    back = NOW + DAY + down
    home.round(back)
    regular = [p for p in home.app.digests.of_subscriber(person.id) if p["kind"] == "regular"]
    assert [(p["count"], p["window_end"]) for p in regular] == [(4, back)]
    assert home.due(person)["regular"] > back


# ---- S12: a zone that this machine does not know


def test_a_zone_that_is_unknown_here_is_read_as_utc_and_stops_nobody(home: House) -> None:
    lost, other = (
        home.person("lost@people.example", plan="plus", rhythm=UTC_8),
        home.person(plan="plus", rhythm=UTC_8),
    )
    home.feed()
    home.round(NOW)
    home.sql("UPDATE subscribers SET timezone = 'Mars/Olympus_Mons' WHERE id = :id", id=lost.id)
    home.board(Opening(1))
    home.ingest(NOW + HOUR)
    home.round(NOW + DAY)
    assert (home.told(other), home.told(lost)) == (["1"], ["1"])


# ---- S13: migrations


def _migrate(url: str, go: float) -> None:
    time.sleep(max(0.0, go - time.time()))
    Database(url).migrate()


def test_two_processes_that_migrate_at_once_end_with_one_schema(database_url: str) -> None:
    go, context = time.time() + 1.5, multiprocessing.get_context("spawn")
    workers = [context.Process(target=_migrate, args=(database_url, go)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [w.exitcode for w in workers] == [0, 0, 0]
    database = Database(database_url)
    database.require_current()
    database.close()


# ---- S4: the disk is full


def test_a_full_disk_is_a_clear_error_and_leaves_no_half_edition(home: House) -> None:
    person = home.person(plan="plus", rhythm=UTC_8)
    home.feed()
    home.round(NOW)
    home.board(*(Opening(n, says="A long duty. " * 400) for n in range(1, 200)))
    home.app.close()
    child = f"""
import resource, sys
from datetime import timedelta
from pathlib import Path
from ctm_alerts.app import make_app
from ctm_alerts.settings import load
from tests.people import NOW
app = make_app(load({{"CTM_ALERTS_HOME": {str(home.folder / "home")!r}}}))
size = Path({str(home.folder / "home" / "ctm-alerts.db")!r}).stat().st_size
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, resource.RLIM_INFINITY))
with app.ingest(jitter=lambda: 0.0) as flow:
    results = list(flow.round(NOW + timedelta(hours=2)))
print(results[0].outcome, results[0].new)
"""
    done = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "disk" in (done.stdout + done.stderr) or "full" in (done.stdout + done.stderr), done
    again = home.reopened()
    assert again.app.postings.count() == {}, done.stdout
    again.ingest(NOW + 20 * HOUR)  # there is room again
    again.round(NOW + DAY)
    told, breaches = len(again.told(person)), again.breaches(NOW + DAY)
    again.app.close()
    assert (told, breaches) == (25, [])


# ---- S5: the power goes


def test_a_copy_of_any_moment_is_whole_and_what_it_calls_sent_was_taken(
    tmp_path: Path, slow_sink: Sink
) -> None:
    path = tmp_path / "live.db"
    url = f"sqlite:///{path}"
    fill(url, 200)
    command = [
        sys.executable,
        "-m",
        "tests.crash.kill_loop",
        url,
        f"smtp://127.0.0.1:{slow_sink.port}?starttls=never",
        "0",
        "4",
        "resend",
        "1",
    ]
    copies = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, start_new_session=True) as loop:
        while loop.poll() is None:
            time.sleep(0.08)
            os.killpg(loop.pid, signal.SIGSTOP)  # the disk as it is at this very moment
            copy = tmp_path / f"copy-{len(copies)}"
            copy.mkdir()
            for file in tmp_path.glob("live.db*"):
                shutil.copy2(file, copy)
            copies.append(copy)
            os.killpg(loop.pid, signal.SIGCONT)
    taken = {m.message_id for m in slow_sink.mails}
    assert len(taken) == 200
    assert len(copies) > 5
    moved = set()
    for copy in copies:
        database = Database(f"sqlite:///{copy / 'live.db'}")
        rows = Outbox(database).rows(limit=1000)
        database.close()
        sent = {r.message_id for r in rows if r.status == "sent"}
        assert len(rows) == 200
        assert sent <= taken
        moved.add(len(sent))
    assert len(moved) > 3


# ---- a database of a newer version, and one that is not there


def test_an_old_version_refuses_a_database_of_a_newer_one(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="newer version"):
        database.require_current()
    database.close()


# ---- M15, M16: few file handles, nowhere to log


@pytest.mark.parametrize(
    "starved",
    ["ulimit -n 64; exec {run}", "exec {run} 2>/dev/full", "exec {run} 2>&- 1>&-"],
    ids=["64 files", "full log", "no output"],
)
def test_a_starved_worker_goes_on(home: House, starved: str) -> None:
    home.app.close()
    fill(home.app.settings.database_url, 3)
    run = f"{sys.executable} -m ctm_alerts run --only worker"
    environment = {**os.environ, "CTM_ALERTS_HOME": str(home.folder / "home")}
    with subprocess.Popen(
        ["bash", "-c", starved.format(run=run)], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    ) as worker:
        mails = home.folder / "home" / "mail"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (_rounds(home) and len(list(mails.glob("*.eml"))) == 3):
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert _rounds(home) >= {"ingest", "dispatch", "deliver"}
    assert len(list(mails.glob("*.eml"))) == 3


def _rounds(home: House) -> set[str]:
    again = home.reopened()
    try:
        found = set(again.app.rounds.last())
    finally:
        again.app.close()
    return found if found >= {"ingest", "dispatch", "deliver"} else set()
