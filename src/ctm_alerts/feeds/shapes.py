"""Strangers' JSON looked at without trust: every question has an answer, whatever the value turns out to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import error_in
from ctm_alerts.feeds.clean import LINE_CUT, one_line
from ctm_alerts.feeds.entries import Unreadable

_NOTHING: Mapping[str, object] = MappingProxyType({})


def mapping(value: object) -> Mapping[str, object]:
    """The object itself, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else _NOTHING


def rows(value: object) -> list[object]:
    """The list itself, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[Mapping[str, object]]:
    """The objects of a list; an object alone counts as a list of one."""
    return [
        row for row in ([value] if isinstance(value, Mapping) else rows(value)) if isinstance(row, Mapping)
    ]


def first(value: object) -> Mapping[str, object]:
    """The first object of a list, or an empty one."""
    return next(iter(mappings(value)), _NOTHING)


def opened(value: object) -> Mapping[str, object]:
    """One raw entry as the object that it has to be; raises Unreadable for anything else."""
    if not isinstance(value, Mapping):
        raise Unreadable("not an object")
    return value


def has(value: object, *names: str) -> bool:
    """Whether a value is an object that has all these names."""
    return isinstance(value, Mapping) and all(name in value for name in names)


def text(value: object) -> str:
    """A text as it is, a number in digits, "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def line(value: object, limit: int = LINE_CUT) -> str | None:
    """A text on one clean line, or None when it says nothing."""
    return one_line(text(value), limit) or None


def flag(value: object) -> bool | None:
    """A truth value, also where it is spelt "true", "yes", "1" or "false", "no", "0"."""
    if isinstance(value, bool):
        return value
    said = text(value).strip().lower()
    if said in ("true", "yes", "y", "1"):
        return True
    return False if said in ("false", "no", "n", "0") else None


def places(values: Iterable[object], mark: str = "; ") -> str | None:
    """Names of places joined, each once; None when none says anything."""
    named = [one_line(text(value)) for value in values]
    return one_line(mark.join(dict.fromkeys(name for name in named if name))) or None


def listed(document: object, name: str, whose: str) -> list[object]:
    """The list `name` of an answer; raises NotAFeed that tells an error from another kind of JSON."""
    if isinstance(document, Mapping) and isinstance(document.get(name), list):
        found: list[object] = document[name]
        return found
    raise not_the_kind(document, f'JSON without the list "{name}" of {whose}')


def not_the_kind(document: object, otherwise: str) -> NotAFeed:
    """The error for a JSON answer that is not the one looked for: what it complains about, or `otherwise`."""
    said = error_in(document)
    return NotAFeed(f'a JSON error: "{said}"' if said else otherwise)


def is_host(url: str | None, *names: str) -> bool:
    """Whether a URL leads to one of these hosts or below it."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return False
    return any(host == name or host.endswith("." + name) for name in names)
