"""Asking a source politely: hosts that rest are left alone, robots.txt is obeyed, who does not answer is not asked again.

Hosts rest across all workers and rounds, since that is stored; who did not answer is forgotten with the round.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

import structlog

from ctm_alerts.errors import FetchError, HostRests, NoAnswer, TooLarge
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.hosts import Host, host_of, rest_until
from ctm_alerts.feeds.kinds import ORDINARY, Kind
from ctm_alerts.feeds.robots import MOST_BYTES, NAME, Robots, read_robots

log = structlog.get_logger()

#: answers in a row that a host may be too slow for, before it is asked no more in this round
MOST_SLOW = 2
#: a site's robots.txt is read once a day (RFC 9309, 2.4)
ROBOTS_HOLD = timedelta(hours=24)


class Body(Protocol):
    """What the source answered."""

    @property
    def body(self) -> bytes: ...
    @property
    def not_modified(self) -> bool: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def body_hash(self) -> str: ...
    @property
    def moved_to(self) -> str | None: ...
    @property
    def final_url(self) -> str: ...


class Client(Protocol):
    """Fetches, guarded and one request at a time for each host."""

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Body: ...


class Register(Protocol):
    """What is remembered of hosts."""

    def get(self, name: str) -> Host: ...
    def rest(self, name: str, until: datetime, reason: str) -> None: ...
    def answered(self, name: str) -> None: ...
    def keep_robots(self, name: str, text: str, now: datetime) -> None: ...


class Asking:
    """All requests of one round; safe for threads."""

    def __init__(self, client: Client, register: Register, clock: Callable[[], datetime]) -> None:
        self._client, self._register, self._clock = client, register, clock
        self._slow: Counter[str] = Counter()
        self._unreachable: dict[str, str] = {}
        self._robots: dict[str, Robots] = {}
        self._lock = threading.Lock()

    def ask(
        self, request: Request, kind: Kind, *, etag: str | None = None, last_modified: str | None = None
    ) -> Body:
        """The answer to a request of a feed of this kind.

        Raises:
            HostRests: the host asked us to wait, now or before.
            FetchError: any other answer that is none, or robots.txt keeps us out.
        """
        limits = kind.limits
        pause = self._allowed(request, f"{kind.label} is read from pages") if kind.reads_pages else 0.0
        seconds = None if limits == ORDINARY else limits.seconds
        limited = replace(request, most_bytes=limits.most_bytes, seconds=seconds, pause=pause)
        return self._ask(limited, etag, last_modified)

    def page(self, request: Request) -> Body:
        """The page behind a link, where robots.txt of its site lets us read it; raises FetchError as `ask` does."""
        pause = self._allowed(request, "it is no feed")
        return self._ask(replace(request, pause=pause))

    def _ask(self, request: Request, etag: str | None = None, last_modified: str | None = None) -> Body:
        known = self._register.get(host_of(request.url))
        self._let_rest(known)
        try:
            answer = self._client.fetch(request, etag=etag, last_modified=last_modified)
        except FetchError as error:
            raise self._noted(known, error) from error
        with self._lock:
            self._slow.pop(known.name, None)
        if known.refusals:
            self._register.answered(known.name)
        return answer

    def _let_rest(self, host: Host) -> None:
        if host.rests_until is not None and host.rests(self._clock()):
            words = f"not asked: {host.name} rests until {_minute(host.rests_until)} ({host.reason})"
            raise HostRests(words, host.rests_until, was_asked=False)
        why = self._unreachable.get(host.name)
        if why is not None:
            raise NoAnswer(f"{why}; not asked again in this round", is_connected=False)

    def _noted(self, host: Host, error: FetchError) -> FetchError:
        """The error, after what it says of the host is remembered."""
        if isinstance(error, NoAnswer):
            self._note_silence(host.name, error)
            return error
        with self._lock:
            self._slow.pop(host.name, None)
        who = self._register.get(error.host) if error.host and error.host != host.name else host
        until = rest_until(error, who.refusals, self._clock())
        if until is None:
            return error
        self._register.rest(who.name, until, error.reason)
        log.info("host", host=who.name, status="rests", until=until.isoformat(), reason=error.reason)
        words = f"{error.reason}; {who.name} rests until {_minute(until)}"
        return HostRests(words, until, error.status, was_asked=True)

    def _note_silence(self, name: str, error: NoAnswer) -> None:
        with self._lock:
            self._slow[name] += 1
            if not error.is_connected or self._slow[name] >= MOST_SLOW:
                self._unreachable[name] = error.reason

    # -- robots.txt

    def _allowed(self, request: Request, because: str) -> float:
        """The pause that the site wants; raises FetchError when it does not want us there."""
        name = host_of(request.url)
        found = self._robots.get(name)
        if found is None:
            found = self._robots[name] = read_robots(self._robots_text(name, request.url))
        if not found.allows(request.url):
            raise FetchError(f"robots.txt of {name} does not allow {NAME} this address, and {because}")
        return found.pause

    def _robots_text(self, name: str, url: str) -> str:
        known, now = self._register.get(name), self._clock()
        if known.robots is not None and known.robots_at is not None and now - known.robots_at < ROBOTS_HOLD:
            return known.robots
        text = self._asked_robots(name, url)
        self._register.keep_robots(name, text, now)
        return text

    def _asked_robots(self, name: str, url: str) -> str:
        """Its text; "" where there is none (any 4xx), and an error where nobody can tell (RFC 9309, 2.3.1)."""
        try:
            answer = self._ask(Request(urljoin(url, "/robots.txt"), most_bytes=MOST_BYTES))
        except (HostRests, NoAnswer, TooLarge):
            raise
        except FetchError as error:
            if error.status is not None and 400 <= error.status < 500:
                return ""
            raise FetchError(f"robots.txt of {name} cannot be read: {error.reason}", error.status) from error
        return answer.body.decode("utf-8", "replace").replace("\x00", "")


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
