"""The folder of real bodies that CTM_ALERTS_SAMPLES names, and what is asked of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from ctm_alerts.feeds.feed import Entry

SAMPLES = os.environ.get("CTM_ALERTS_SAMPLES", "")
#: for the tests of a module that read them
NEEDS_SAMPLES = [
    pytest.mark.real,
    pytest.mark.skipif(not SAMPLES, reason="CTM_ALERTS_SAMPLES names no folder of real samples"),
]


def bodies(folders: Iterable[str], *, without: Sequence[str] = ()) -> list[Path]:
    """Every body of these folders, notes and headers left out; none where there is no folder of samples."""
    if not SAMPLES:
        return []
    found = [path for folder in folders for path in sorted((Path(SAMPLES) / "feeds" / folder).glob("*"))]
    return [
        path
        for path in found
        if path.suffix != ".md" and not path.name.endswith(".headers.json") and path.name not in without
    ]


def share(entries: Sequence[Entry], name: str) -> float:
    """How many of the entries have the field."""
    return sum(getattr(entry, name) not in (None, "") for entry in entries) / len(entries)
