"""The loop of kills with a real relay: each child may look up in the relay's log what the last one left.

    python -m tests.crash.postfix_loop DATABASE_URL PORT LOG asked|resend KILLS CONNECTIONS SEED

With `resend` nobody is asked, and what is ambiguous goes once more.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import structlog

from ctm_alerts.flows.deliver import Deliver
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.transports.lookup import PostfixLog
from ctm_alerts.transports.smtp import Smtp, SmtpAddress
from tests.crash.kill_loop import exit_after, lives_longer_than, waiting

#: what a dead child held is taken over after so long; on loopback its session is over, and logged, well before
LEASE, SESSION_OVER = timedelta(seconds=2), timedelta(seconds=1)
#: how long a child lives from its first word to the relay until it is killed, in seconds
LIVES = (0.0, 0.1)


def main() -> None:
    """Kill so often, then let children finish."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database_url, port, log, policy, kills, connections, seed = sys.argv[1:]
    rng, killed = random.Random(int(seed)), 0
    lookup = PostfixLog((log,), session_over=SESSION_OVER) if policy == "asked" else None

    def run() -> None:
        address = SmtpAddress.from_url(f"smtp://127.0.0.1:{port}?starttls=never")
        way = Smtp(address, "alerts@alerts.example", "client.example", lookup)
        outbox = Outbox(Database(database_url))
        flow = Deliver(
            outbox, way, lease=LEASE, answer=LEASE, connections=int(connections), ambiguous="resend"
        )
        flow.round(lambda: datetime.now(timezone.utc))

    deadline = time.monotonic() + 200
    while waiting(database_url) and time.monotonic() < deadline:
        if killed >= int(kills):
            lives_longer_than(60, run)
        elif killed_while_it_talks(Path(log), rng.uniform(*LIVES), run):
            killed += 1
            continue
        time.sleep(0.1)  # what is left is held by the dead until their leases are over
    print(json.dumps({"kills": killed, "waiting": waiting(database_url), **ends(database_url)}))


def killed_while_it_talks(log: Path, seconds: float, run: Callable[[], None]) -> bool:
    """Run in a child, and kill it so long after the relay heard of it; False when it ended before.

    A life that is counted from the fork would end before the first mail on a busy machine, and kill nothing of worth.
    """
    before = log.stat().st_size
    child = os.fork()
    if child == 0:
        exit_after(run)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        if until > time.monotonic() + seconds and log.stat().st_size > before:
            until = time.monotonic() + seconds
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def ends(database_url: str) -> dict[str, int]:
    """Mails that are held for a person, and those whose lost receipt was found at the relay."""
    database = Database(database_url)
    rows = Outbox(database).rows(limit=10_000)
    database.close()
    counts = Counter("held" if r.status == "held" else "found" if "found" in r.reply else "" for r in rows)
    return {"held": counts["held"], "found": counts["found"]}


if __name__ == "__main__":
    main()
