"""A parser that cannot take the service with it: feeds are read in a child with limits, replaced when it dies."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import replace

from ctm_alerts.errors import NotAFeed, ParseTimeout, UsageError
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.kinds import KINDS, ORDINARY, Limits
from ctm_alerts.parsing import wire
from ctm_alerts.parsing.wire import Question

#: the settings of this process, its secrets above all, are none of the child's business
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME")
#: no body says more than so many bytes for each of its own: each character twice, as text and in HTML, as "\\u2026"
_MOST_TIMES_THE_BODY = 20
_PIECE = 1 << 16


class _DiedError(Exception):
    """The child ended before it answered."""


class _LateError(Exception):
    """The child did not answer in time."""


class Parser:
    """Reads bodies one after the other in a persistent child; safe for threads; use it as a context manager.

    Args:
        cpu_seconds: for one body; a kind that says more gets more.
        memory_mb: for the child altogether; a kind that says more gets more.
        deadline: seconds on the wall clock for one body, in the same relation for the kinds that get more.
    """

    def __init__(self, cpu_seconds: float = 10, memory_mb: int = 512, deadline: float = 15) -> None:
        self._ordinary = Limits(cpu_seconds=cpu_seconds, memory_mb=memory_mb)
        self._waits_longer_by = deadline / cpu_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Parser:
        with self._lock:
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def parse(
        self, body: bytes, kind: str = "auto", url: str | None = None, content_type: str | None = None
    ) -> Parsed:
        """As `ctm_alerts.feeds.parse.parse`; raises ParseTimeout too, when a limit was met."""
        entries: list[Entry] = []
        value = self._answer(Question("parse", kind, url, content_type), body, entries)
        assert isinstance(value, dict)
        return wire.as_parsed(value, entries)

    def following(self, body: bytes, kind: str, url: str, read: int) -> tuple[Request, ...]:
        """As `Kind.following`; raises NotAFeed and ParseTimeout."""
        if not KINDS[kind].is_paged:
            return ()
        value = self._answer(Question("following", kind, url, read=read), body, [])
        assert isinstance(value, list)
        return wire.as_requests(value)

    def merge_detail(self, entry: Entry, body: bytes, kind: str) -> Entry:
        """As `Kind.merge_detail`; raises NotAFeed and ParseTimeout."""
        value = self._answer(Question("merge_detail", kind, entry=entry), body, [])
        assert isinstance(value, dict)
        return Entry.from_row(value)

    def _answer(self, question: Question, body: bytes, entries: list[Entry]) -> object:
        limits = self._limits(question.kind)
        limited = replace(question, cpu_seconds=limits.cpu_seconds, memory_mb=limits.memory_mb)
        with self._lock:
            outcome, value = self._asked(limited, body, entries)
        if outcome == "done":
            return value
        if outcome == "usage":
            raise UsageError(str(value))
        if outcome == "memory":
            raise ParseTimeout(f"too large to read: more than {limits.memory_mb} MB of memory")
        raise NotAFeed(str(value))

    def _limits(self, kind: str) -> Limits:
        own = KINDS[kind].limits if kind in KINDS else ORDINARY
        return self._ordinary if own == ORDINARY else own

    def _asked(self, question: Question, body: bytes, entries: list[Entry]) -> tuple[str, object]:
        """A child that had died between two feeds is replaced first: that was not this feed's doing."""
        if self._child is None or self._child.poll() is not None:
            self._start()
        try:
            answer = self._exchange(question, body, entries)
        except (_LateError, _DiedError) as e:
            status = self._end()
            self._start()
            raise ParseTimeout(self._why(e, status, question)) from e
        except BaseException:
            # interrupted in the middle of an exchange: the next answer would be the one to this question
            self._end()
            raise
        outcome, value = json.loads(answer)
        # one that was allowed more holds more, and an ordinary body would not find room beside it
        if outcome == "memory" or question.memory_mb > self._ordinary.memory_mb:
            self._end()
            self._start()
        return outcome, value

    def _why(self, error: Exception, status: int, question: Question) -> str:
        if isinstance(error, _LateError):
            return f"too slow to read: more than {self._seconds(question):g} seconds"
        if status == -24:  # SIGXCPU
            return f"too slow to read: more than {question.cpu_seconds:g} seconds of CPU"
        return f"too heavy to read: the parser ended with status {status}"

    def _seconds(self, question: Question) -> float:
        return question.cpu_seconds * self._waits_longer_by

    def _start(self) -> None:
        self._end()
        command = [sys.executable, "-P", "-m", "ctm_alerts.parsing.worker", str(self._most_memory)]
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._child = subprocess.Popen(  # noqa: S603 - our own module, no words of strangers in the command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
        assert self._child.stdin is not None
        os.set_blocking(self._child.stdin.fileno(), False)

    def _end(self) -> int:
        """The exit status of the child; it may have ended by itself."""
        child, self._child = self._child, None
        if child is None:
            return 0
        try:
            # one that is dying by itself is let die, because its status tells why
            child.wait(0 if child.stdout is None else 0.05)
        except subprocess.TimeoutExpired:
            child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        return child.wait()

    @property
    def _most_memory(self) -> int:
        return max([self._ordinary.memory_mb, *(kind.limits.memory_mb for kind in KINDS.values())])

    def _exchange(self, question: Question, body: bytes, entries: list[Entry]) -> bytes:
        """The end of the answer; what came before it is in `entries`."""
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        until, total = time.monotonic() + self._seconds(question), 0
        _send(child.stdin.fileno(), wire.ask(question, body), until)
        _send(child.stdin.fileno(), body, until)
        while True:
            more, length = wire.LENGTH.unpack(_receive(child.stdout.fileno(), wire.LENGTH.size, until))
            total += length
            if total > len(body) * _MOST_TIMES_THE_BODY + _PIECE:
                raise _DiedError
            piece = _receive(child.stdout.fileno(), length, until)
            if not more:
                return piece
            entries += wire.entries_in(piece)


def _send(pipe: int, message: bytes, until: float) -> None:
    rest = memoryview(message)
    while rest:
        _, ready, _ = select.select([], [pipe], [], _left(until))
        if not ready:
            raise _LateError
        try:
            rest = rest[os.write(pipe, rest[:_PIECE]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError as e:
            raise _DiedError from e


def _receive(pipe: int, size: int, until: float) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        ready, _, _ = select.select([pipe], [], [], _left(until))
        if not ready:
            raise _LateError
        piece = os.read(pipe, min(_PIECE, size - len(pieces)))
        if not piece:
            raise _DiedError
        pieces += piece
    return bytes(pieces)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _LateError
    return left
