"""The service in one process: worker and web part side by side, until SIGTERM; both drain."""

from __future__ import annotations

import contextlib
import logging
import random
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TextIO

import structlog
import uvicorn

from ctm_alerts.app import App
from ctm_alerts.errors import SettingsError
from ctm_alerts.web.site import Site
from ctm_alerts.worker.clock import Worker
from ctm_alerts.worker.local import Rounds


def serve(app: App, *, worker: bool, web: bool, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or Ctrl-C: what is in flight is finished, nothing new is begun."""
    _log_to_stderr()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if worker:
        for step in app.enlist.sync(_utc_now()):
            say(f"feeds: {step.what}: {step.name}: {step.says}")
    ticking = Worker(Rounds(app, _utc_now), jitter=random.random) if worker else None
    pages = _Pages(app) if web else None
    if pages is not None:
        pages.start()
        say(f"web part on http://{app.settings.bind[0]}:{app.settings.bind[1]}")
    if ticking is not None:
        ticking.start()
        say(f"worker started; mail goes to {app.settings.mail_scheme}; stop with Ctrl-C or SIGTERM")
    while not stopping.wait(1.0):
        if pages is not None and pages.died:
            break
    say("stopping: finishing what is in flight")
    if ticking is not None:
        ticking.stop()
    if pages is not None:
        died = pages.died
        pages.stop()
        if died and not stopping.is_set():
            host, port = app.settings.bind
            raise SettingsError(
                f"the web part cannot listen on {host}:{port}; free the port or set CTM_ALERTS_BIND"
            )


class _Pages:
    """uvicorn in a thread of this process."""

    def __init__(self, app: App) -> None:
        host, port = app.settings.bind
        config = uvicorn.Config(
            Site(app, _utc_now).starlette(),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        # signals are ours: uvicorn would take them for itself
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # older uvicorn's name for it
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    @property
    def died(self) -> bool:
        """Whether the web part ended by itself: its port is taken, for one."""
        return not self._thread.is_alive()

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in flight."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def _log_to_stderr() -> None:
    """One JSON line per event; ids are bound, addresses and bodies never are."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(_Patient(sys.stderr)),  # type: ignore[arg-type]  # write and flush
    )


class _Patient:
    """Standard error that may be full or closed: a lost log line must not stop a digest."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or let it go."""
        if self._stream is not None:
            with contextlib.suppress(OSError, ValueError):
                return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or let it go."""
        if self._stream is not None:
            with contextlib.suppress(OSError, ValueError):
                self._stream.flush()
