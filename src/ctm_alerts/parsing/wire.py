"""What parent and child say to each other: lengths, then JSON, then the body as it is.

An answer comes in pieces, so that neither side ever holds the text of 100,000 entries: some entries at a time, and last of
all how it ended.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ctm_alerts.feeds.feed import Entry, Parsed, Request

LENGTH = struct.Struct("!II")
#: entries in one piece of an answer
AT_ONCE = 500
Row = dict[str, object]


@dataclass(frozen=True)
class Question:
    """What the child is to read a body for, and what that may cost.

    Attributes:
        what: its entries, the further requests that it calls for, or what it adds to an entry (`entry`).
        read: bodies of the listing that were read, this one counted.
    """

    what: Literal["parse", "following", "merge_detail"]
    kind: str
    url: str | None = None
    content_type: str | None = None
    read: int = 1
    entry: Entry | None = None
    cpu_seconds: float = 10
    memory_mb: int = 512


def ask(question: Question, body: bytes) -> bytes:
    """The words before a body; the body itself goes behind them."""
    row = {**vars(question), "entry": question.entry and question.entry.as_row()}
    head = json.dumps(row).encode()
    return LENGTH.pack(len(head), len(body)) + head


def as_asked(head: bytes) -> Question:
    """The question that `ask` was given."""
    row = json.loads(head)
    return Question(**{**row, "entry": row["entry"] and Entry.from_row(row["entry"])})


def piece(entries: Sequence[Entry]) -> bytes:
    """Some entries; more will follow."""
    body = json.dumps([entry.as_row() for entry in entries]).encode()
    return LENGTH.pack(1, len(body)) + body


def last(outcome: str, value: object) -> bytes:
    """The end of an answer: "done" with its value, or the name of a failure with its reason."""
    body = json.dumps([outcome, value]).encode()
    return LENGTH.pack(0, len(body)) + body


def parsed_in_pieces(parsed: Parsed) -> Iterator[bytes]:
    """All that a body said, a piece at a time."""
    for start in range(0, len(parsed.entries), AT_ONCE):
        yield piece(parsed.entries[start : start + AT_ONCE])
    yield last("done", {**vars(parsed), "entries": []})


def entries_in(body: bytes) -> list[Entry]:
    """The entries of one piece."""
    return [Entry.from_row(row) for row in json.loads(body)]


def as_parsed(value: Row, entries: Sequence[Entry]) -> Parsed:
    """The Parsed whose pieces came before its end."""
    skipped, title = value["skipped"], value["title"]
    assert isinstance(skipped, list)
    said = title if isinstance(title, str) else None
    return Parsed(str(value["kind"]), tuple(entries), tuple(skipped), said, bool(value["complete"]))


def requests_as_rows(requests: Sequence[Request]) -> list[Row]:
    """Requests as plain values; their bodies are bytes, which JSON has not."""
    return [
        {
            **vars(r),
            "body": None if r.body is None else r.body.decode("latin-1"),
            "headers": dict(r.headers),
        }
        for r in requests
    ]


def as_requests(rows: Sequence[Row]) -> tuple[Request, ...]:
    """The requests that `requests_as_rows` was given."""
    return tuple(_request(row) for row in rows)


def _request(row: Row) -> Request:
    body, keys = row["body"], row["keys"]
    assert isinstance(keys, list)
    told = {"body": body.encode("latin-1") if isinstance(body, str) else None, "keys": tuple(keys)}
    return Request(**{**row, **told})  # type: ignore[arg-type]  # as they were written
