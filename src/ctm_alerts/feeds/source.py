"""A feed as we keep it, and what became of one look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

Outcome = Literal["ok", "not_modified", "error"]
#: the columns that make the next look read everything
NO_VALIDATORS: Mapping[str, None] = MappingProxyType({"etag": None, "last_modified": None, "body_hash": None})
#: who put a feed among ours: config/feeds.toml, somebody by hand, or the catalogue
FeedOrigin = Literal["declared", "added", "catalogue"]


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
    #: where permanent redirects lead, on how many days they did, and the last look that counted
    moving_to: str | None = None
    moving_days: int = 0
    moving_on: datetime | None = None
    #: since when the source says that nothing is there (404)
    missing_since: datetime | None = None
    origin: FeedOrigin = "added"
    #: an admin's word on the source's terms: "read on 2026-11-20 by Ann Admin", or ""
    accepted: str = ""
    #: what the terms come to; only "may" is ever polled
    terms: Literal["may", "paused", "refused"] = "may"
    #: the least interval between two looks by its terms
    floor_minutes: int = 0
    #: good looks in a row that brought nothing new
    quiet_looks: int = 0
    #: the number of its last claim: who settles a look must have the last one
    claim: int = field(default=0, compare=False)

    @property
    def is_local(self) -> bool:
        """Whether it is a file beside us."""
        return self.url.startswith("file://")


@dataclass(frozen=True)
class Facts:
    """What one look's listing was like, apart from what it said.

    Attributes:
        repeated: entries whose id an earlier entry of the same body had, with another link.
        newest: the newest date among its entries; None when none has one.
        filled: how many entries had each field that health watches.
        unknown_ids: entries under ids that the feed did not hold before.
        in_field: of the entries that were understood at this look, those for clinical research.
        understood: entries that were understood at this look.
    """

    repeated: int = 0
    newest: datetime | None = None
    filled: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unknown_ids: int = 0
    in_field: int = 0
    understood: int = 0


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
    #: what its listing was like
    facts: Facts = field(default_factory=Facts)
