"""Several schedulers over one database: one digest for each who is due, each feed looked at once; by sink and SQL."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import Sink
from tests.crash.crowd import address, clock, gather, place, together
from tests.flows.house import Opening, greenhouse

BOARDS, OPENINGS = 40, 10


def each_gets_one(url: str, sink: Sink, folder: Path, people: int, schedulers: int) -> None:
    where = place(folder, url, sink)
    gather(where, people, clock())
    did = together([where.start("tests.crash.crowd") for _ in range(schedulers)])
    print(json.dumps(did))
    assert min(d["composed"] for d in did) > 0
    assert Counter(m.to for m in sink.mails) == Counter(address(n) for n in range(1, people + 1))
    assert len({m.message_id for m in sink.mails}) == people
    with where.app() as app, app.database.read() as connection:
        periods = connection.execute(text("SELECT kind, status, count(*) FROM digests GROUP BY kind, status"))
        assert [tuple(row) for row in periods] == [("first", "sent", people)]


def test_two_schedulers_over_two_hundred_due_give_each_one_digest(
    database_url: str, sink: Sink, tmp_path: Path
) -> None:
    each_gets_one(database_url, sink, tmp_path, people=200, schedulers=2)


@pytest.mark.slow
@pytest.mark.parametrize("schedulers", [2, 4])
def test_many_schedulers_over_two_thousand_due_give_each_one_digest(
    database_url: str, sink: Sink, tmp_path: Path, schedulers: int
) -> None:
    each_gets_one(database_url, sink, tmp_path, people=2000, schedulers=schedulers)


# -- ingest


class Boards(ThreadingHTTPServer):
    """Boards that all carry the same openings, and a log of who was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Board)
        self.asked: list[str] = []
        self.lock = threading.Lock()


class _Board(BaseHTTPRequestHandler):
    server: Boards

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked.append(self.path)
        body = greenhouse([Opening(n) for n in range(1, OPENINGS + 1)])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the standard library
        """Say nothing."""


def test_two_workers_over_boards_with_the_same_postings_fetch_each_once_and_store_each_once(
    database_url: str, sink: Sink, tmp_path: Path
) -> None:
    where, now = place(tmp_path, database_url, sink), clock()
    where.home.mkdir()
    boards = Boards()
    threading.Thread(target=boards.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{boards.server_port}"
    with where.app() as app:
        for n in range(BOARDS):
            app.feeds.add(f"http://{host}/boards/{n}", "greenhouse", f"board {n}", now - timedelta(minutes=n))
    workers = [where.start("tests.crash.crowd", "ingest", CTM_ALERTS_ALLOW_HOSTS=host) for _ in range(2)]
    did = together(workers)
    boards.shutdown()
    boards.server_close()
    assert sum(d["looked"] for d in did) == BOARDS
    assert min(d["looked"] for d in did) > 0
    assert Counter(path.partition("?")[0] for path in boards.asked) == {
        f"/boards/{n}": 1 for n in range(BOARDS)
    }
    with where.app() as app, app.database.read() as connection:
        one = connection.execute(text("SELECT count(*), count(DISTINCT url) FROM postings")).one()
        assert tuple(one) == (OPENINGS, OPENINGS)
        copies = text("SELECT count(*), count(DISTINCT posting_id) FROM sightings")
        assert tuple(connection.execute(copies).one()) == (BOARDS * OPENINGS, OPENINGS)
        looks = text("SELECT outcome, count(*) FROM fetches GROUP BY outcome")
        assert [tuple(row) for row in connection.execute(looks)] == [("ok", BOARDS)]
