"""The flows in this process, one round each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from ctm_alerts.app import App
from ctm_alerts.feeds.source import Ingested
from ctm_alerts.flows.deliver import Deliver, Delivered
from ctm_alerts.flows.dispatch import Dispatched

log = structlog.get_logger()

Clock = Callable[[], datetime]


class Rounds:
    """Runs rounds; each asks the clock once and records what it came to."""

    def __init__(self, app: App, clock: Clock) -> None:
        self._app, self._clock = app, clock
        self._delivering: Deliver | None = None
        self._stopping = threading.Event()

    def ingest(self, told: Callable[[Ingested], None] = lambda _: None) -> list[Ingested]:
        """Every feed that is due; `told` hears of each as it comes."""
        now = self._clock()
        results = []
        with self._app.ingest() as flow:
            for result in flow.round(now, clock=self._clock):
                told(result)
                results.append(result)
                if self._stopping.is_set():  # what is claimed and not taken is free again when its lease ends
                    break
        looked_at = {result.feed for result in results}
        notices = self._app.watch().round([f for f in self._app.feeds.all() if f.name in looked_at], now)
        new = sum(r.new for r in results)
        self._record(
            "ingest",
            now,
            {
                "feeds": len(results),
                "new": new,
                "notices": len(notices),
                **Counter(r.outcome for r in results),
            },
        )
        return results

    def dispatch(self) -> list[Dispatched]:
        """Every period that is due."""
        now = self._clock()
        results = self._app.dispatch().round(now, clock=self._clock, stopping=self._stopping.is_set)
        self._record("dispatch", now, dict(Counter(r.outcome for r in results)))
        return results

    def deliver(self) -> list[Delivered]:
        """All mail that may go."""
        now = self._clock()
        if self._stopping.is_set():
            return []
        self._delivering = self._app.deliver()
        if self._stopping.is_set():  # said between the first look and now
            self._delivering.stop()
        try:
            results = self._delivering.round(self._clock)
        finally:
            self._delivering = None
        self._record("deliver", now, dict(Counter(r.outcome for r in results)))
        return results

    def stop(self) -> None:
        """Finish the messages in flight, begin nothing new."""
        self._stopping.set()
        if self._delivering is not None:
            self._delivering.stop()

    def _record(self, flow: str, started: datetime, counts: dict[str, Any]) -> None:
        self._app.rounds.record(flow, started, self._clock(), counts)
