"""The door of the folder: bytes of any feed in, entries out."""

from __future__ import annotations

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.bodies import decode, describe, read_json
from ctm_alerts.feeds.feed import Parsed
from ctm_alerts.feeds.kinds import KINDS


def parse(body: bytes, kind: str = "auto", url: str | None = None, content_type: str | None = None) -> Parsed:
    """All that one body says, as entries.

    Args:
        kind: a name in `KINDS`, or "auto" to find it out.
        url: where the body came from; relative links are joined to it, and it tells Workday and Greenhouse apart.
        content_type: as the source sent it; only its charset matters.

    Raises:
        NotAFeed: the body is no feed of that kind; the reason says on one line what it looks like.
        UsageError: there is no such kind.
    """
    if kind == "auto":
        kind = detect(body, url, content_type)
    if kind not in KINDS:
        raise UsageError(f'no such kind of feed: "{kind}"; use one of {", ".join(["auto", *sorted(KINDS)])}')
    text = decode(body, content_type)
    if not text.strip("\ufeff \t\r\n\x00"):
        raise NotAFeed("an empty body")
    return KINDS[kind].parse(_as_utf_8(text), url)


def _as_utf_8(text: str) -> bytes:
    """The body in one charset, so that kinds need not ask; XML must not go on naming another one."""
    start = text.lstrip("\ufeff \t\r\n")
    return (start.partition("?>")[2] if start.startswith("<?xml") else text).encode("utf-8", "replace")


def detect(body: bytes, url: str | None = None, content_type: str | None = None) -> str:
    """The kind of a body; raises NotAFeed, with what it looks like, when it is none that we read.

    The kinds are asked in the order in which they stand in `KINDS`: the narrow ones before those that take much.
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n\x00")
    said = read_json(text.encode("utf-8", "replace")) if text[:1] in ("{", "[") else text
    found = next((kind.name for kind in KINDS.values() if kind.detects(said, url)), None)
    if found is None:
        raise NotAFeed(f"{describe(text)}, of no kind that is read here")
    return found
