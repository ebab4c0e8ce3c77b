"""The child: reads one body after the other from stdin, answers on stdout, and can do nothing else.

Run as `python -m ctm_alerts.parsing.worker CPU_SECONDS MEMORY_MB` by `ctm_alerts.parsing.child`.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import sys
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
    cpu_seconds, memory_mb = float(sys.argv[1]), int(sys.argv[2])
    source, sink = _own_pipes()
    for kind in KINDS.values():
        import_module(kind.module)
    import_module("feedparser")
    # a feed makes a hundred thousand values and hardly a cycle: looking for cycles often costs a third of the time
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    _lock_down(memory_mb)
    while _serve_one(source, sink, cpu_seconds):
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


def _serve_one(source: BinaryIO, sink: BinaryIO, cpu_seconds: float) -> bool:
    lengths = source.read(wire.LENGTH.size)
    if len(lengths) < wire.LENGTH.size:
        return False
    head_length, body_length = wire.LENGTH.unpack(lengths)
    head, body = source.read(head_length), source.read(body_length)
    _arm(cpu_seconds)
    sink.write(_answer(head, body))
    sink.flush()
    return True


def _arm(cpu_seconds: float) -> None:
    """The limit counts from the start of the process, so each body gets what was used so far and its own share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + cpu_seconds), hard))


def _answer(head: bytes, body: bytes) -> bytes:
    try:
        return wire.answer("parsed", wire.as_json(parse(body, *wire.as_asked(head))))
    except NotAFeed as e:
        return wire.answer("not_a_feed", e.reason)
    except UsageError as e:
        return wire.answer("usage", str(e))
    except MemoryError:
        return wire.answer("memory", "")
    except Exception as e:
        return wire.answer("not_a_feed", f"the parser failed on it ({type(e).__name__}: {str(e)[:100]})")


if __name__ == "__main__":
    main()
