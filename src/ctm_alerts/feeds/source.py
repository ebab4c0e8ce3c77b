"""A feed as we keep it, and what became of one look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["ok", "not_modified", "error"]


@dataclass(frozen=True)
class Feed:
    """One source that we poll. All times are aware, UTC."""

    id: str
    #: http(s) or file:///path
    url: str
    kind: str
    name: str
    state: Literal["active", "paused"]
    #: "" while active
    paused_reason: str
    backfill_days: int
    poll_minutes: int
    #: when the first poll succeeded; None: never yet, so what it holds is baseline
    baseline_at: datetime | None
    next_check_at: datetime
    #: in a row
    failures: int
    last_ok_at: datetime | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None

    @property
    def is_local(self) -> bool:
        """Whether it is a file beside us."""
        return self.url.startswith("file://")


@dataclass(frozen=True)
class Ingested:
    """What one look at a feed brought; an error is a value too, and the other feeds go on."""

    feed: str
    outcome: Outcome
    #: "" or the reason in words for the admin
    reason: str = ""
    status: int | None = None
    entries: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    #: surplus entries left for the next round
    deferred: int = 0
    #: entries that could not be read
    skipped: int = 0
