"""What parent and child say to each other: lengths, then JSON, then the body as it is."""

from __future__ import annotations

import json
import struct
from datetime import datetime

from ctm_alerts.feeds.feed import Entry, Parsed

LENGTH = struct.Struct("!II")
_DATES = ("posted_at", "expires_at")


def ask(body: bytes, kind: str, url: str | None, content_type: str | None) -> bytes:
    """One question to the child."""
    head = json.dumps([kind, url, content_type]).encode()
    return LENGTH.pack(len(head), len(body)) + head + body


def as_asked(head: bytes) -> tuple[str, str | None, str | None]:
    """Kind, URL and content type of a question."""
    kind, url, content_type = json.loads(head)
    return kind, url, content_type


def answer(outcome: str, value: object) -> bytes:
    """One answer of the child: "parsed" with its value, or the name of a failure with its reason."""
    body = json.dumps([outcome, value]).encode()
    return LENGTH.pack(0, len(body)) + body


def as_json(parsed: Parsed) -> dict[str, object]:
    """A Parsed as plain values."""
    # vars and not asdict, which copies deeply: 4 s for 100,000 entries
    return {**vars(parsed), "entries": [_row(entry) for entry in parsed.entries]}


def _row(entry: Entry) -> dict[str, object]:
    dates = ((name, getattr(entry, name)) for name in _DATES)
    return {**vars(entry), **{name: moment and moment.isoformat() for name, moment in dates}}


def from_json(value: dict[str, object]) -> Parsed:
    """The Parsed that `as_json` was given."""
    rows, skipped = value["entries"], value["skipped"]
    assert isinstance(rows, list)
    assert isinstance(skipped, list)
    entries = tuple(Entry(**{**row, **_dates(row)}) for row in rows)
    return Parsed(
        str(value["kind"]), entries, tuple(skipped), _title(value["title"]), bool(value["complete"])
    )


def _dates(row: dict[str, str | None]) -> dict[str, datetime | None]:
    return {name: datetime.fromisoformat(said) if (said := row[name]) else None for name in _DATES}


def _title(value: object) -> str | None:
    return value if isinstance(value, str) else None
