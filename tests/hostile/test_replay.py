"""Sixteen days of one real feed, served one after the other: no entry is lost and none is new twice.

The feed is the difference of two crawls, so each file holds what appeared since the one before; all its dates are equal.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ctm_alerts.failpoints import KILLED
from tests.flows.house import HOUR, House, house
from tests.flows.test_ingest import Board, serving

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Day:
    """One file: when it was there, and what it says by a reader of its own."""

    at: datetime
    body: bytes
    guids: tuple[str, ...]


@pytest.fixture(scope="module")
def days(samples: Path) -> list[Day]:
    found = []
    for path in sorted((samples / "eval" / "series" / "daily-rss").glob("*.xml.gz")):
        body = gzip.decompress(path.read_bytes())
        at = datetime.strptime(path.name[:17], "%Y-%m-%dT%H%M%S").replace(tzinfo=timezone.utc)
        guids = tuple(str(item.findtext("guid")) for item in ET.fromstring(body).iter("item"))
        found.append(Day(at, body, guids))
    assert len(found) == 16
    assert max(len(day.guids) for day in found) == 2039
    return found


@contextmanager
def polled(folder: Path) -> Iterator[tuple[House, Board]]:
    with (
        serving(Board(headers={"Content-Type": "application/rss+xml"})) as board,
        house(folder, CTM_ALERTS_ALLOW_HOSTS=f"127.0.0.1:{board.port}") as home,
    ):
        yield home, board


def nothing_lost_and_none_twice(home: House, days: Sequence[Day], new: int) -> None:
    """By SQL, against the files."""
    guids = {guid for day in days for guid in day.guids}
    held = [str(row[0]) for row in home.sql("SELECT source_id FROM sightings")]
    assert sorted(held) == sorted(guids)
    ((postings,),) = home.sql("SELECT count(*) FROM postings")
    assert postings == new
    assert home.sql("SELECT count(*) FROM waiting_entries") == [(0,)]
    # whose first day is not the first look is new, and seen first on the day on which its file came
    first = {guid: day.at for day in reversed(days) for guid in day.guids}
    begun = min(day.at for day in days)
    rows = [
        tuple(map(str, row)) for row in home.sql("SELECT source_id, origin, first_seen_at FROM sightings")
    ]
    assert {g: o for g, o, _ in rows} == {g: "baseline" if first[g] == begun else "new" for g in first}
    late = [g for g, _, seen in rows if not first[g] <= _moment(str(seen)) <= first[g] + 4 * HOUR]
    assert late == []


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_sixteen_days_as_one_feed(tmp_path: Path, days: list[Day]) -> None:
    with polled(tmp_path) as (home, board):
        home.app.feeds.add(board.url, "rss", "Daily", days[0].at)
        looks = []
        for day in days:
            board.body = day.body
            for hours in (0, 2):
                looks += home.ingest(day.at + hours * HOUR)
        new, deferred = sum(r.new for r in looks), sum(r.deferred for r in looks)
        assert {r.outcome for r in looks} <= {"ok", "not_modified"}
        listed = sum(len(day.guids) for day in days)
        distinct = len({guid for day in days for guid in day.guids})
        # of the 2,039 items of the largest file fewer than the cap are new
        assert deferred == 0
        print(
            f"{len(looks)} looks, {listed} items, {distinct} ids, {new} positions,"
            f" {sum(r.skipped for r in looks)} unreadable"
        )
        nothing_lost_and_none_twice(home, days, new)


def test_what_the_cap_of_one_look_leaves_comes_with_the_next(tmp_path: Path, days: list[Day]) -> None:
    nothing = next(day for day in days if not day.guids)
    largest = max(days, key=lambda day: len(day.guids))
    with polled(tmp_path) as (home, board):
        board.body = nothing.body
        home.app.feeds.add(board.url, "rss", "Daily", nothing.at)
        home.ingest(nothing.at)
        board.body = largest.body
        looks = [home.ingest(largest.at + hours * HOUR)[0] for hours in (0, 2, 4)]
        assert [(r.outcome, r.deferred) for r in looks] == [
            ("ok", 39),
            ("not_modified", 0),
            ("not_modified", 0),
        ]
        assert [r.new > 0 for r in looks] == [True, True, False]
        rows = home.sql("SELECT source_id, origin FROM sightings")
        assert {str(guid): origin for guid, origin in rows} == dict.fromkeys(largest.guids, "new")
        assert home.sql("SELECT count(*) FROM postings") == [(sum(r.new for r in looks),)]


#: what happens at the looks of these days, before they are repeated
TROUBLE = {
    2: "ingest.after_body:1", 3: "error", 4: "ingest.before_settle:1", 6: "ingest.after_settle:1", 9: "error",
    12: "ingest.before_settle:1", 13: "ingest.before_settle:1", 14: "ingest.after_body:1",
}  # fmt: skip


def test_sixteen_days_with_kills_and_errors_between_come_to_the_same(tmp_path: Path, days: list[Day]) -> None:
    with polled(tmp_path) as (home, board):
        home.app.feeds.add(board.url, "rss", "Daily", days[0].at)
        killed = 0
        for number, day in enumerate(days):
            board.body, trouble = day.body, TROUBLE.get(number, "")
            now = day.at
            if trouble == "error":
                board.status = 503
                assert [r.outcome for r in home.ingest(now)] == ["error"]
                board.status, now = 200, now + HOUR
            elif trouble:
                killed += _killed(home, board, now, trouble)
                now += HOUR
            for hours in (0, 2):
                home.ingest(now + hours * HOUR)
        assert killed == 6
        ((new,),) = home.sql("SELECT sum(new) FROM fetches")
        assert isinstance(new, int)
        nothing_lost_and_none_twice(home, days, new)


def _killed(home: House, board: Board, now: datetime, point: str) -> bool:
    """A round in a process that ends at a point as kill -9 would end it; its lease is over in an hour."""
    command = [
        sys.executable,
        "-m",
        "tests.crash.armed",
        "round",
        "ingest",
        "--now",
        now.isoformat(),
        "--json",
    ]
    environment = {
        "PATH": "", "CTM_ALERTS_HOME": str(home.app.settings.home), "CTM_ALERTS_CRASH_AT": point,
        "CTM_ALERTS_ALLOW_HOSTS": f"127.0.0.1:{board.port}",
    }  # fmt: skip
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, timeout=120
    )
    assert done.returncode == KILLED, (json.dumps(point), done.stderr[-500:])
    return True
