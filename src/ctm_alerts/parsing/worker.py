"""The child: reads one body after the other from stdin, answers on stdout, and can do nothing else.

Run as `python -m ctm_alerts.parsing.worker MEMORY_MB` by `ctm_alerts.parsing.child`; each question brings its own limits
below that one.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.parse import parse
from ctm_alerts.parsing import wire

#: open files that a parse may need at once: the three pipes, and a module imported late
MOST_FILES = 16
# what no parser has any business with; an attempt raises and becomes the failure of that one feed
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.system",
    "os.fork",
    "os.posix_spawn",
    "ctypes.",
    "urllib.",
    "shutil.",
)


def main() -> None:
    """Serve until stdin ends."""
    source, sink = _own_pipes()
    for kind in KINDS.values():
        import_module(kind.module)
    import_module("feedparser")
    # a feed makes a hundred thousand values and hardly a cycle: looking for cycles often costs a third of the time
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    _lock_down(int(sys.argv[1]))
    while _serve_one(source, sink):
        pass


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """stdin and stdout under other numbers, so that nothing that a library prints mixes with the answers."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    return source, sink


def _lock_down(memory_mb: int) -> None:
    for limit, most in (
        (resource.RLIMIT_AS, memory_mb * 1_000_000),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.addaudithook(_forbid)


def _forbid(event: str, args: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} in the parser")
    if event == "open" and len(args) > 1 and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise PermissionError("a file opened for writing in the parser")


def _serve_one(source: BinaryIO, sink: BinaryIO) -> bool:
    lengths = source.read(wire.LENGTH.size)
    if len(lengths) < wire.LENGTH.size:
        return False
    head_length, body_length = wire.LENGTH.unpack(lengths)
    question = wire.as_asked(source.read(head_length))
    _arm(question.cpu_seconds, question.memory_mb)
    sink.writelines(_answer(question, source, body_length))
    sink.flush()
    return True


def _arm(cpu_seconds: float, memory_mb: int) -> None:
    """The limit of time counts from the start of the process: each body gets what was used so far and its own share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + cpu_seconds), hard))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (min(memory_mb * 1_000_000, hard), hard))


def _answer(question: wire.Question, source: BinaryIO, length: int) -> Iterator[bytes]:
    try:
        yield from _READERS[question.what](question, source.read(length))
    except NotAFeed as e:
        yield wire.last("not_a_feed", e.reason)
    except UsageError as e:
        yield wire.last("usage", str(e))
    except MemoryError:
        yield wire.last("memory", "")
    except Exception as e:
        yield wire.last("not_a_feed", f"the parser failed on it ({type(e).__name__}: {str(e)[:100]})")


def _parse(question: wire.Question, body: bytes) -> Iterator[bytes]:
    yield from wire.parsed_in_pieces(parse(body, question.kind, question.url, question.content_type))


def _following(question: wire.Question, body: bytes) -> Iterator[bytes]:
    requests = KINDS[question.kind].following(question.url or "", body, question.read)
    yield wire.last("done", wire.requests_as_rows(requests))


def _merge_detail(question: wire.Question, body: bytes) -> Iterator[bytes]:
    assert question.entry is not None
    yield wire.last("done", KINDS[question.kind].merge_detail(question.entry, body).as_row())


_READERS = {"parse": _parse, "following": _following, "merge_detail": _merge_detail}


if __name__ == "__main__":
    main()
