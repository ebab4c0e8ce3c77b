"""Long lists of parameters, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

#: SQLite bounds the number of parameters of a statement
_CHUNK = 500


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """At most 500 at a time."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
