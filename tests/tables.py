"""The thirty shipped tables, parsed once in a process and not for each of a thousand services that tests make."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from ctm_alerts import settings

ROOT = Path(__file__).parents[1]


def parse_once(patch: Any = setattr) -> None:
    """From now on a shipped table is parsed when it is first read; whoever reads it gets a copy of his own."""
    read = settings._read_toml
    parsed: dict[tuple[Path, int], bytes] = {}

    def read_once(path: Path) -> dict[str, Any]:
        if not path.is_relative_to(ROOT):
            return read(path)
        key = path, path.stat().st_mtime_ns
        if key not in parsed:
            parsed[key] = pickle.dumps(read(path))
        table: dict[str, Any] = pickle.loads(parsed[key])
        return table

    patch(settings, "_read_toml", read_once)
