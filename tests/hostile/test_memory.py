"""Bodies made to fill memory or to cost time: what the service and its parser take at most, by the kernel's own count."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.scene import Scene, scene

#: MB, for the service and its parser together
MOST = 300

#: the others take the same way as one of these
QUICK = ("F14 gzip twice", "F13 300 MB", "P2 as many keys as are read")
BOMBS = {
    "F14 gzip": ("gzbomb", "rss", "larger than 15,000,000 bytes"),
    "F14 gzip twice": ("gz2bomb", "rss", "packed more than once"),
    "F14 gzip in gzip, said once": ("gzfile", "rss", "larger than 15,000,000 bytes"),
    "F14 deflate": ("deflatebomb", "rss", "larger than 15,000,000 bytes"),
    "F14 br": ("declared/br", "rss", "not asked for"),
    "F14 zstd": ("declared/zstd", "rss", "not asked for"),
    "F13 300 MB": ("huge", "rss", "larger than 15,000,000 bytes"),
    "F15 a header of 100 MB": ("longhdr", "rss", "does not speak proper HTTP"),
    "P2 comments": ("commentbomb", "rss", ""),
    "P2 attributes": ("attributebomb", "rss", "too slow to read"),
    "P2 depth": ("deepbomb", "greenhouse", ""),
    "P2 entities": ("entitybomb", "rss", ""),
    "P2 empty objects": ("objects", "jobicy_json", "JSON of more than 640,000 values"),
    "P2 as many keys as are read": ("keys", "jobicy_json", ""),
}


def measured(on: Scene, seconds: float = 120) -> dict[str, object]:
    """What one round in a process of its own says."""
    command = [
        sys.executable, "-m", "tests.hostile.look", str(on.home.app.settings.home), ",".join(on.web.places), "20",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds)
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        pytest.param(*bomb, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, bomb in BOMBS.items()
    ],
)
def test_a_bomb_fills_no_memory_and_holds_up_nobody(
    tmp_path: Path, path: str, kind: str, reason: str
) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/{path}"), kind=kind)
        on.add_good()
        said = measured(on)
    looks, process, parser = said["looks"], said["process"], said["parser"]
    assert isinstance(looks, dict)
    assert isinstance(process, float)
    assert isinstance(parser, float)
    print(f"{path}: {process:.0f} MB and its parser {parser:.0f} MB")
    assert process + parser < MOST
    outcome, words, *_ = looks["bad"]
    if reason:
        assert outcome == "error"
        assert reason in words
    for name in on.names:
        outcome, _, new, _, seconds = looks[name]
        assert (outcome, new) == ("ok", 1)
        assert seconds < 25


@pytest.mark.slow
def test_a_hundred_thousand_jobs_in_one_xml_come_in_in_bounded_memory(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/long-xml?n=100000"), kind="job_xml")
        on.add_good()
        said = measured(on, seconds=400)
        waiting = on.home.sql(
            "SELECT count(*), count(DISTINCT source_id), min(origin), max(origin) FROM waiting_entries"
        )
        held = on.home.sql("SELECT count(DISTINCT source_id) FROM sightings WHERE feed_id = 1")
    looks, process, parser = said["looks"], said["process"], said["parser"]
    assert isinstance(looks, dict)
    assert isinstance(process, float)
    assert isinstance(parser, float)
    print(f"100,000 jobs: {process:.0f} MB and its parser {parser:.0f} MB, {looks['bad'][-1]:.0f} s")
    assert looks["bad"][:4] == ["ok", "", 5000, 95_000]
    assert held == [(5000,)]
    assert waiting == [(95_000, 95_000, "baseline", "baseline")]
    assert process < 700
    assert parser < 1000
    assert [looks[name][:3] for name in on.names] == [["ok", "", 1]] * 3
