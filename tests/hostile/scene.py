"""The hostile server beside a whole service: feeds are added, rounds are run, and both logs are read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ctm_alerts.feeds.source import Feed, Ingested
from ctm_alerts.net.client import Client
from ctm_alerts.net.guard import Resolver, resolve
from tests.flows.house import HOUR, House, house
from tests.people import NOW

LATER = NOW + 2 * HOUR


@dataclass(frozen=True)
class Web:
    """Where the server listens, and what it was asked."""

    bad: int
    good: int
    dead: list[int]
    log: Path

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.bad}{path}"

    def good_url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.good}{path}"

    @property
    def places(self) -> tuple[str, ...]:
        """What the operator allows: this server, and nothing else."""
        return tuple(f"127.0.0.1:{port}" for port in (self.bad, self.good, *self.dead))

    @property
    def requests(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def asked(self, port: int | None = None) -> list[str]:
        """The paths of the requests to the bad port, or another one."""
        return [str(r["path"]) for r in self.requests if r["port"] == (port or self.bad)]


@contextmanager
def web(folder: Path, dead: int = 0) -> Iterator[Web]:
    """The server, in a process of its own."""
    log = folder / "requests.jsonl"
    log.touch()
    command = [sys.executable, str(Path(__file__).with_name("server.py")), str(log), str(dead)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield Web(**json.loads(process.stdout.readline()), log=log)
        finally:
            process.stdin.close()
            process.terminate()


@dataclass
class Scene:
    """A service that polls good feeds and bad ones."""

    home: House
    web: Web
    names: list[str] = field(default_factory=list)

    def add(self, url: str, name: str = "bad", kind: str = "rss") -> Feed:
        return self.home.app.feeds.add(url, kind, name, NOW)

    def add_good(self, count: int = 3) -> None:
        """Feeds that grow by one posting at each look."""
        self.names = [f"good {n}" for n in range(count)]
        for n, name in enumerate(self.names):
            self.add(self.web.good_url(f"/grow/{chr(97 + n)}"), name)

    def round(self, now: datetime) -> dict[str, Ingested]:
        return {looked.feed: looked for looked in self.home.ingest(now)}

    def stored(self, feed: str = "%") -> list[tuple[object, ...]]:
        """Every posting of a feed: id, title, when it was first seen, why it is closed."""
        return self.home.sql(
            "SELECT p.id, p.title, p.first_seen_at, p.closed FROM postings p WHERE EXISTS (SELECT 1 FROM sightings s"
            " JOIN feeds f ON f.id = s.feed_id WHERE s.posting_id = p.id AND f.name LIKE :feed) ORDER BY p.id",
            feed=feed,
        )

    def feed(self, name: str = "bad") -> Feed:
        return self.home.app.feeds.get(name)


@contextmanager
def scene(
    folder: Path,
    dead: int = 0,
    *,
    seconds: float = 2.0,
    resolver: Resolver = resolve,
    allow: tuple[str, ...] = (),
    **environment: str,
) -> Iterator[Scene]:
    """The server and a service that may read it; an exchange may take two seconds."""
    with (
        web(folder, dead) as running,
        Client((*running.places, *allow), resolver=resolver, seconds=seconds) as client,
        house(folder, client=client, **environment) as home,
    ):
        yield Scene(home, running)
