"""What a feed is, what we ask of its source, and what one of its entries says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

Listing = Literal["whole", "recent"]
StatedWorkplace = Literal["remote", "hybrid", "onsite"]
SalaryPeriod = Literal["year", "month", "week", "day", "hour"]


#: the fields of an entry that are times
_MOMENTS = ("posted_at", "expires_at")


@dataclass(frozen=True)
class Entry:
    """One job ad as one source tells it, in our words; None where the source does not say."""

    #: the source's own stable id, as text; never empty (falls back to the link, then to a hash of title and company)
    id: str
    url: str | None
    title: str
    company: str | None
    location: str | None
    #: plain text, paragraphs and list items on lines of their own
    description: str
    #: sanitised HTML, at most 64 kB
    description_html: str
    #: aware, UTC
    posted_at: datetime | None = None
    #: aware, UTC
    expires_at: datetime | None = None
    #: as the source words it ("Full-Time", "Contract"); several are joined by ", "
    employment_type: str | None = None
    remote: bool | None = None
    salary_min: float | None = None
    salary_max: float | None = None
    #: ISO 4217
    salary_currency: str | None = None
    salary_period: SalaryPeriod | None = None
    #: the pay as the source words it, where it comes as free text
    salary_raw: str | None = None
    #: where to apply, when that is another place than `url`
    apply_url: str | None = None
    #: where the source states it in a field of its own
    workplace: StatedWorkplace | None = None

    def as_row(self) -> dict[str, object]:
        """Plain values that JSON can hold."""
        # vars and not asdict, which copies deeply: 4 s for 100,000 entries
        moments = ((name, getattr(self, name)) for name in _MOMENTS)
        return {**vars(self), **{name: moment and moment.isoformat() for name, moment in moments}}

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Entry:
        """The entry whose `as_row` this is."""
        moments = {name: datetime.fromisoformat(str(row[name])) if row[name] else None for name in _MOMENTS}
        return cls(**{**row, **moments})  # type: ignore[arg-type]  # as they were written


@dataclass(frozen=True)
class Request:
    """One HTTP request that a kind wants made.

    Attributes:
        most_bytes: that the answer may have, packed and unpacked.
        seconds: for the whole exchange; None: as the client usually does.
        pause: seconds since the last request to the same host, which it wants between two.
        keys: names in braces for which a key's value is put in; any other braces mean nothing.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    most_bytes: int = 15_000_000
    seconds: float | None = None
    pause: float = 0.0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """All that one body said.

    Attributes:
        entries: in the feed's own order; may be empty (a valid empty feed).
        skipped: one reason per entry that could not be read; the others are kept.
        title: the feed's own name for itself, or None.
        complete: False when the body itself says that there is more (a next page).
    """

    kind: str
    entries: tuple[Entry, ...]
    skipped: tuple[str, ...] = ()
    title: str | None = None
    complete: bool = True
