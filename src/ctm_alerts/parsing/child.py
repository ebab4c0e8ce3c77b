"""A parser that cannot take the service with it: feeds are read in a child with limits, replaced when it dies."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time

from ctm_alerts.errors import NotAFeed, ParseTimeout, UsageError
from ctm_alerts.feeds.feed import Parsed
from ctm_alerts.parsing import wire

#: the settings of this process, its secrets above all, are none of the child's business
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME")
#: more than any body of 15 MB makes
_LONGEST_ANSWER = 256_000_000
_PIECE = 1 << 16


class _DiedError(Exception):
    """The child ended before it answered."""


class _LateError(Exception):
    """The child did not answer in time."""


class Parser:
    """Parses feeds one after the other in a persistent child; safe for threads; use it as a context manager.

    Args:
        cpu_seconds: for one body.
        memory_mb: for the child altogether.
        deadline: seconds on the wall clock for one body.
    """

    def __init__(self, cpu_seconds: float = 10, memory_mb: int = 512, deadline: float = 15) -> None:
        self._limits = (str(cpu_seconds), str(memory_mb))
        self._cpu_seconds = cpu_seconds
        self._memory_mb = memory_mb
        self._deadline = deadline
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
        question = wire.ask(body, kind, url, content_type)
        with self._lock:
            outcome, value = self._asked(question)
        if outcome == "parsed" and isinstance(value, dict):
            return wire.from_json(value)
        if outcome == "usage":
            raise UsageError(str(value))
        if outcome == "memory":
            raise ParseTimeout(f"too large to read: more than {self._memory_mb} MB of memory")
        raise NotAFeed(str(value))

    def _asked(self, question: bytes) -> tuple[str, object]:
        """A child that had died between two feeds is replaced first: that was not this feed's doing."""
        if self._child is None or self._child.poll() is not None:
            self._start()
        try:
            answer = self._exchange(question)
        except (_LateError, _DiedError) as e:
            status = self._end()
            self._start()
            raise ParseTimeout(self._why(e, status)) from e
        except BaseException:
            # interrupted in the middle of an exchange: the next answer would be the one to this question
            self._end()
            raise
        outcome, value = json.loads(answer)
        if outcome == "memory":
            self._end()
            self._start()
        return outcome, value

    def _why(self, error: Exception, status: int) -> str:
        if isinstance(error, _LateError):
            return f"too slow to read: more than {self._deadline:g} seconds"
        if status == -24:  # SIGXCPU
            return f"too slow to read: more than {self._cpu_seconds:g} seconds of CPU"
        return f"too heavy to read: the parser ended with status {status}"

    def _start(self) -> None:
        self._end()
        command = [sys.executable, "-P", "-m", "ctm_alerts.parsing.worker", *self._limits]
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

    def _exchange(self, question: bytes) -> bytes:
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        until = time.monotonic() + self._deadline
        _send(child.stdin.fileno(), question, until)
        _, length = wire.LENGTH.unpack(_receive(child.stdout.fileno(), wire.LENGTH.size, until))
        if length > _LONGEST_ANSWER:
            raise _DiedError
        return _receive(child.stdout.fileno(), length, until)


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
