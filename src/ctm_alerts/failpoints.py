"""Named points at which a test ends this process as kill -9 would.

Nothing of an installation can arm them: no setting and no variable is read here. The entry of the tests' own children
(`tests/crash/armed.py`) reads `CTM_ALERTS_CRASH_AT=name:count` and calls `arm`; unarmed, a point is one look at an empty
dict.
"""

from __future__ import annotations

import os
import threading

#: what a shell says of a process that was ended by SIGKILL
KILLED = 137

_left: dict[str, int] = {}
_lock = threading.Lock()


def reach(point: str) -> None:
    """A point was reached; when a test said so, this pass is the process's last."""
    if _left:
        _count_down(point)


def arm(point: str, passes: int) -> None:
    """End the process at this pass of a point: the first is 1. For tests only."""
    _left[point] = passes


def _count_down(point: str) -> None:
    with _lock:  # the connections of one delivery reach a point side by side
        if point not in _left:
            return
        _left[point] -= 1
        if _left[point] <= 0:
            os._exit(KILLED)
