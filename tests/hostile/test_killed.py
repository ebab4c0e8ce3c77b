"""kill -9 around a look (F1, F2): the next one brings everything once, and a source's version is never kept without its entries."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctm_alerts.failpoints import KILLED
from tests.flows.house import HOUR
from tests.hostile.scene import Scene, scene
from tests.people import NOW

POINTS = ("ingest.after_body", "ingest.before_settle", "ingest.after_settle")


def started(on: Scene, hours: int, point: str = "") -> subprocess.Popen[bytes]:
    """A round in a process of its own."""
    now = (NOW + hours * HOUR).isoformat()
    environment = {
        "PATH": "", "CTM_ALERTS_HOME": str(on.home.app.settings.home), "CTM_ALERTS_CRASH_AT": point,
        "CTM_ALERTS_ALLOW_HOSTS": ",".join(on.web.places),
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.crash.armed", "round", "ingest", "--now", now]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        command, env=environment, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def versions_and_entries_agree(on: Scene) -> None:
    """Who has an ETag has its entries, and the other way round."""
    rows = on.home.sql(
        "SELECT f.name, f.etag IS NOT NULL, (SELECT count(*) FROM sightings s WHERE s.feed_id = f.id) FROM feeds f"
    )
    assert [row for row in rows if bool(row[1]) != (int(str(row[2])) > 0)] == []


@pytest.mark.parametrize("point", POINTS)
def test_a_look_that_is_killed_is_made_again_and_brings_everything_once(tmp_path: Path, point: str) -> None:
    with scene(tmp_path) as on:
        for n in range(3):
            on.add(on.web.url(f"/same?{n}"), f"feed {n}")
        process = started(on, 0, f"{point}:2")
        assert process.wait(60) == KILLED
        versions_and_entries_agree(on)
        on.round(NOW + HOUR)
        versions_and_entries_agree(on)
        assert len(on.stored()) == 1  # the three feeds carry the same position
        assert on.home.sql("SELECT count(*) FROM sightings") == [(3,)]
        assert on.home.sql("SELECT count(*) FROM feeds WHERE lease_until IS NOT NULL") == [(0,)]


@pytest.mark.slow
def test_forty_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    rng = random.Random(4)
    with scene(tmp_path) as on:
        for n in range(20):
            on.add(on.web.url(f"/items?n={n + 1}"), f"feed {n}")
        hours, killed = 0, 0
        for _ in range(40):
            process = started(on, hours)
            time.sleep(1.0 + rng.random() * 1.5)
            process.kill()
            killed += process.wait() != 0
            versions_and_entries_agree_by_hash(on)
            hours += 1
        on.round(NOW + (hours + 1) * HOUR)
        assert killed > 10
        assert on.home.sql("SELECT count(*), count(DISTINCT feed_id || ' ' || source_id) FROM sightings") == [
            (210, 210)
        ]
        assert on.home.sql("SELECT sum(new) FROM fetches") == on.home.sql("SELECT count(*) FROM postings")


def versions_and_entries_agree_by_hash(on: Scene) -> None:
    """These sources give no ETag; what we know a body by is kept with its entries too."""
    rows = on.home.sql(
        "SELECT f.name, f.body_hash IS NOT NULL, (SELECT count(*) FROM sightings s WHERE s.feed_id = f.id) FROM feeds f"
    )
    assert [row for row in rows if bool(row[1]) != (int(str(row[2])) > 0)] == []
