"""Delivers an outbox in children that are ended at random moments, with -9 or by SIGTERM, until it is empty.

    python -m tests.crash.kill_loop DATABASE_URL MAIL_URL KILLS CONNECTIONS resend|hold SEED [SIGTERM]

Prints one JSON object: how often it killed, how often a child ended by itself, what waited in the end, and how many
mails had been with so many dead that they were held for a person (they are released then, as a person would). Each
child is forked from a process that has imported everything, so a kill may fall into any moment of a delivery and not
into start-up.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NoReturn

import structlog
from sqlalchemy import and_, select

from ctm_alerts.app import make_transport
from ctm_alerts.flows.deliver import Deliver
from ctm_alerts.settings import load
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.schema import outbox

#: short, so that what a dead child held is taken over soon
LEASE = timedelta(seconds=1)
#: how long a child lives before it is killed, in seconds
LIVES = (0.01, 0.3)


def main() -> None:
    """Kill so often, then let one child finish."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database_url, mail_url, kills, connections, policy, seed = sys.argv[1:7]
    with_signal = signal.Signals[(sys.argv[7:] or ["SIGKILL"])[0]]
    rng, done, ended = random.Random(int(seed)), 0, 0
    run = lambda: deliver(database_url, mail_url, int(connections), policy)  # noqa: E731
    while done < int(kills):
        if lives_longer_than(rng.uniform(*LIVES), run, with_signal):
            done += 1
        else:
            ended += 1
            if ended > 100:  # nothing is left to be killed at
                break
    deadline = time.monotonic() + 60
    while waiting(database_url) and time.monotonic() < deadline:
        lives_longer_than(60, run)
        time.sleep(0.2)
    left = waiting(database_url)
    released = release_quarantined(database_url)
    if released:
        lives_longer_than(60, run)
    print(json.dumps({"kills": done, "ended": ended, "waiting": left, "released": released}))


def lives_longer_than(
    seconds: float, run: Callable[[], None], with_signal: signal.Signals = signal.SIGKILL
) -> bool:
    """Run in a child; True when it had to be ended."""
    child = os.fork()
    if child == 0:
        exit_after(run)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, with_signal)
    _, status = os.waitpid(child, 0)
    if with_signal == signal.SIGTERM:
        assert status == 0, f"told to stop, it ended with {status}"
    return True


def exit_after(run: Callable[[], None]) -> NoReturn:
    """The life of a child."""
    code = 1
    # until the flow is there to be told, there is nothing in flight to finish
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        run()
        code = 0
    finally:
        os._exit(code)


def deliver(database_url: str, mail_url: str, connections: int, policy: str) -> None:
    """One delivery of all that may go."""
    settings = load(
        {
            "CTM_ALERTS_DATABASE_URL": database_url,
            "CTM_ALERTS_MAIL_URL": mail_url,
            "CTM_ALERTS_PUBLIC_URL": "https://alerts.example",
            "CTM_ALERTS_SECRET_KEY": "s" * 40,
            "CTM_ALERTS_FROM": "CTM Alerts <alerts@alerts.example>",
            "CTM_ALERTS_POSTAL_ADDRESS": "1 Main Street, Boston",
        }
    )
    flow = Deliver(
        Outbox(Database(database_url)),
        make_transport(settings),
        lease=LEASE,
        answer=LEASE,
        connections=connections,
        ambiguous="hold" if policy == "hold" else "resend",
    )
    signal.signal(signal.SIGTERM, lambda *_: flow.stop())
    flow.round(lambda: datetime.now(timezone.utc))


def waiting(database_url: str) -> int:
    """Mails that are neither sent nor settled."""
    database = Database(database_url)
    counts = Outbox(database).counts()
    database.close()
    return sum(counts.get(status, 0) for status in ("queued", "claimed", "dot"))


def release_quarantined(database_url: str) -> int:
    """Send what so many children held when they died, as an operator would; returns how many there were."""
    database = Database(database_url)
    box = Outbox(database)
    with database.read() as connection:
        held = and_(outbox.c.status == "held", outbox.c.reply.startswith("quarantined:"))
        mails = list(connection.scalars(select(outbox.c.id).where(held)))
    for mail in mails:
        box.release(str(mail), datetime.now(timezone.utc))
    database.close()
    return len(mails)


if __name__ == "__main__":
    main()
