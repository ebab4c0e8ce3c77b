"""One round of dispatch, or one delivery, in a process that stops itself (SIGSTOP) in the middle, as a paused machine
would; it says "ready" before it begins, and what it came to when it ends.

    python -m tests.crash.paused dispatch|deliver LEASE_SECONDS
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from ctm_alerts.app import App, make_app, make_transport
from ctm_alerts.digests.compose import compose
from ctm_alerts.digests.desk import Composition, Desk
from ctm_alerts.flows import dispatch
from ctm_alerts.flows.deliver import Deliver, Session
from ctm_alerts.settings import load
from ctm_alerts.storage.database import Database
from tests.crash.crowd import clock


class Pausing:
    """A way out that stops the process between the body and the dot of its first mail."""

    def __init__(self, inner: object, pause: Callable[[], None]) -> None:
        self._inner, self._pause = inner, pause

    def open(self) -> Session:
        session: Session = self._inner.open()  # type: ignore[attr-defined]  # a Transport
        begin = session.begin

        def begin_and_pause(to_address: str, message_id: str, body: bytes) -> None:
            begin(to_address, message_id, body)
            self._pause()

        session.begin = begin_and_pause  # type: ignore[method-assign]  # the one step that is drawn out
        return session

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def between_writes(database: Database) -> threading.Lock:
    """Held by each transaction that writes: a heartbeat that is frozen within one would keep SQLite's only lock."""
    lock, write = threading.Lock(), database.write

    @contextmanager
    def write_alone() -> Iterator[Connection]:
        with lock, write() as connection:
            yield connection

    database.write = write_alone  # type: ignore[method-assign]  # the one step that is drawn out
    return lock


def once(database: Database) -> Callable[[], None]:
    """Stops this process, the first time that it is called, while none of its threads writes."""
    left, lock = [True], between_writes(database)

    def pause() -> None:
        if left:
            left.clear()
            # a signal that is sent to the process, and not to this very thread, may let it run on for a moment
            with lock:
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    return pause


def main() -> None:
    """One round."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    flow, seconds = sys.argv[1], float(sys.argv[2])
    app = make_app(load())
    app.settings = replace(app.settings, lease=timedelta(seconds=seconds))
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes = dispatched(app) if flow == "dispatch" else delivered(app)
    app.close()
    print(json.dumps(Counter(outcomes)))


def dispatched(app: App) -> list[str]:
    """Paused with the first digest composed and not committed."""
    pause = once(app.database)

    def compose_and_pause(desk: Desk) -> Composition:
        made = compose(desk)
        pause()
        return made

    vars(dispatch)["compose"] = compose_and_pause
    return [d.outcome for d in app.dispatch().round(clock(), clock=clock)]


def delivered(app: App) -> list[str]:
    """Paused with the first body sent and its dot not written."""
    relay = Pausing(make_transport(app.settings), once(app.database))
    flow = Deliver(app.outbox, relay, lease=app.settings.lease, connections=1, ambiguous="resend")  # type: ignore[arg-type]  # what it lacks is the inner one's
    return [d.outcome for d in flow.round(clock)]


if __name__ == "__main__":
    main()
