"""The part of a body that one entry was made from, for whoever wants to see what the source really said."""

from __future__ import annotations

import json
from html import escape

from ctm_alerts.feeds.bodies import decode, read_json
from ctm_alerts.feeds.feed import Entry

#: characters that are shown
ROOM = 1500
#: elements that hold one posting in the XML and HTML that we read
_ELEMENTS = ("item", "entry", "job", "position", "vacancy", "url", "li", "tr")


def raw_of(body: bytes, content_type: str | None, entry: Entry, room: int = ROOM) -> str:
    """What the body says of an entry, at most `room` characters; "" when its place cannot be found.

    JSON: the smallest object that holds the entry's id or link. XML and HTML: the element around its first mention.
    """
    text = decode(body, content_type)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        found = _object(read_json(text.encode("utf-8", "replace")), entry)
        return "" if found is None else _cut(json.dumps(found, ensure_ascii=False), room)
    return _cut(_element(text, entry), room)


def _object(value: object, entry: Entry) -> dict[str, object] | None:
    """The innermost object one of whose own values names the entry; bodies are walked without recursion."""
    names = {name for name in (entry.id, entry.url, entry.apply_url) if name}
    best: tuple[int, dict[str, object]] | None = None
    stack: list[tuple[object, int]] = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        if isinstance(one, dict):
            mine = {str(v) for v in one.values() if isinstance(v, str | int)}
            hits = len(mine & names) + (entry.title in mine)
            if hits and (best is None or hits > best[0]):
                best = (hits, one)
            stack.extend((v, depth + 1) for v in one.values())
        elif isinstance(one, list):
            stack.extend((v, depth + 1) for v in one)
    return None if best is None else best[1]


def _element(text: str, entry: Entry) -> str:
    for name in (entry.id, entry.url, entry.title):
        for spelled in (name, escape(name or "", quote=False)):
            at = text.find(spelled) if spelled else -1
            if at >= 0:
                return _around(text, at)
    return ""


def _around(text: str, at: int) -> str:
    """The nearest element of a posting that begins before a place and ends after it."""
    low = text.lower()
    best = ""
    for name in _ELEMENTS:
        begin = max(low.rfind(f"<{name}>", 0, at), low.rfind(f"<{name} ", 0, at))
        end = low.find(f"</{name}>", at)
        if begin >= 0 and end >= 0:
            found = text[begin : end + len(name) + 3]
            best = found if not best or len(found) < len(best) else best
    return best or text[max(0, at - ROOM // 4) : at + ROOM // 2]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
