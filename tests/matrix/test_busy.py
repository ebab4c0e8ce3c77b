"""A big hour: while hundreds of mails leave, a page is answered at once, and who leaves gets nothing more."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from ctm_alerts.flows.deliver import Deliver
from ctm_alerts.transports.smtp import Smtp, SmtpAddress
from ctm_alerts.web.site import Site
from tests.conftest import Sink, running_sink
from tests.crash.crowd import clock, gather, place
from tests.flows.house import House, Opening, house
from tests.people import NOW

PEOPLE = 150


@contextmanager
def pages(home: House) -> Iterator[httpx.Client]:
    """The pages of a service, on a real socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            Site(home.app, lambda: NOW).starlette(), log_config=None, access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=base, trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join()


def delivery(home: House, sink: Sink) -> Deliver:
    relay = Smtp(
        SmtpAddress.from_url(f"smtp://127.0.0.1:{sink.port}?starttls=never"), "a@a.example", "c.example"
    )
    settings = home.app.settings
    return Deliver(home.app.outbox, relay, lease=settings.lease, connections=2, ambiguous="resend")


def test_an_unsubscribe_is_answered_while_mail_leaves_and_acts_on_what_still_waits(tmp_path: Path) -> None:
    with house(tmp_path) as home, running_sink(tmp_path, milliseconds=20) as sink, pages(home) as web:
        home.feed(*(Opening(n) for n in range(1, 4)))
        home.ingest(NOW)
        people = [home.person(f"p{n}@people.example") for n in range(PEOPLE)]
        assert {d.outcome for d in home.dispatch(NOW)} == {"queued"}
        flow = delivery(home, sink)
        leaving = threading.Thread(target=flow.round, args=(lambda: NOW,))
        leaving.start()
        while len(sink.mails) < 5:
            leaving.join(0.01)
        last = people[-1]
        token = home.app.signer.sign("unsubscribe", last.id, NOW)
        answer = web.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        taken = {m.to for m in sink.mails}
        assert answer.status_code == 200
        assert len(taken) < PEOPLE
        assert last.email not in taken
        leaving.join()
        assert {m.to for m in sink.mails} == {p.email for p in people[:-1]}


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_round_by_hand_that_is_told_to_stop_finishes_what_is_in_flight(
    tmp_path: Path, told: signal.Signals
) -> None:
    with running_sink(tmp_path, milliseconds=300) as sink:
        where = place(tmp_path, f"sqlite:///{tmp_path}/test.db", sink)
        gather(where, 20, clock())
        with where.app() as app:
            assert {d.outcome for d in app.dispatch().round(clock())} == {"queued"}
        command = [sys.executable, "-m", "ctm_alerts", "round", "deliver"]
        process = subprocess.Popen(
            command, env={**os.environ, **where.environment}, stdout=subprocess.PIPE, text=True
        )
        while len(sink.mails) < 3:
            time.sleep(0.02)
        process.send_signal(told)
        process.communicate(timeout=20)
        assert process.returncode == 0
        with where.app() as app:
            counts = app.outbox.counts()
        taken = {m.to for m in sink.mails}
        assert counts == {"sent": len(taken), "queued": 20 - len(taken)}
        assert len(sink.mails) == len(taken) < 20
