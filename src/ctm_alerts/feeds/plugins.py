"""Kinds that other distributions add by the entry point `ctm_alerts.kinds`; docs/plugins.md has an example.

An entry point names a module that reads a kind, or a `Kind` of its own. Each is loaded when the kinds are first asked
for; one that cannot be loaded, or that takes the name of another, is left out with the reason, and the service goes on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.clean import is_short
from ctm_alerts.feeds.entries import LONGEST_ID, shortened
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.kinds import Kind

GROUP = "ctm_alerts.kinds"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,38}")
#: what a module that says nothing else gets
_USUAL_FLOOR = timedelta(hours=1)
_USUAL_ENTRIES = 500


@dataclass(frozen=True)
class Broken:
    """A plug-in that is left out."""

    name: str
    #: the distribution that it comes from
    of: str
    reason: str


class Foreign(Kind):
    """A plug-in's kind: what it raises costs its own feed a look and nobody else, and what it gives can be kept."""

    def detects(self, said: object, url: str | None = None) -> bool:
        """As any kind; one that fails on a body of another kind must not keep that one from being found."""
        try:
            return super().detects(said, url)
        except Exception:
            return False

    def request(self, feed_url: str) -> Request:
        """As any kind; raises UsageError when the plug-in fails on the address."""
        try:
            return super().request(feed_url)
        except UsageError:
            raise
        # a stranger's code may raise anything
        except Exception as error:
            raise UsageError(
                f"the plug-in of the kind {self.name} failed on this address: {_reason(error)}"
            ) from error

    def parse(self, body: bytes, url: str | None = None) -> Parsed:
        """As any kind, with ids and links of a length that can be kept."""
        parsed = super().parse(body, url)
        return replace(parsed, entries=tuple(map(_kept, parsed.entries)))

    def merge_detail(self, entry: Entry, body: bytes) -> Entry:
        """As any kind, with links of a length that can be kept."""
        return _kept(super().merge_detail(entry, body))


def _kept(entry: Entry) -> Entry:
    links = {name: getattr(entry, name) for name in ("url", "apply_url")}
    short = {name: link if link and is_short(link) else None for name, link in links.items()}
    return replace(entry, id=shortened(entry.id, LONGEST_ID), url=short["url"], apply_url=short["apply_url"])


def load(taken: Collection[str]) -> tuple[dict[str, Kind], tuple[Broken, ...]]:
    """The kinds of all plug-ins that are installed, in the order of their names, and those that are left out.

    Args:
        taken: names that no plug-in may have.
    """
    kinds: dict[str, Kind] = {}
    broken = []
    for point in _points():
        try:
            kinds[point.name] = _kind(point, {*taken, *kinds})
        # a stranger's module may raise anything, and must not take the service with it
        except (Exception, SystemExit) as error:
            broken.append(Broken(point.name, _distribution(point), _reason(error)))
    return kinds, tuple(broken)


class _Unfit(Exception):
    """What a plug-in gives is no kind; never leaves this module."""


def _points() -> Iterator[EntryPoint]:
    # a distribution that stands twice on the path is read twice
    unique = {(p.name, p.value, _distribution(p)): p for p in entry_points(group=GROUP)}
    yield from (unique[key] for key in sorted(unique))


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"


def _kind(point: EntryPoint, taken: Collection[str]) -> Kind:
    if point.name in taken:
        raise _Unfit(f"the kind {point.name!r} is there already and is not replaced; give it another name")
    if not _NAME.fullmatch(point.name):
        raise _Unfit("its name must be of small letters, digits and _, 2 to 39 of them")
    given = point.load()
    kind = given if isinstance(given, Kind) else _of_module(point.name, given)
    if kind.name != point.name:
        raise _Unfit(
            f"the entry point is called {point.name!r} and its kind {kind.name!r}; give both one name"
        )
    if not callable(getattr(import_module(kind.module), "parse", None)):
        raise _Unfit(f"{kind.module} has no function parse(body, url)")
    problem = next(_problems(kind), None)
    if problem is not None:
        raise _Unfit(problem)
    return Foreign(**vars(kind))


def _problems(kind: Kind) -> Iterator[str]:
    """What would fail later, in the middle of a round: a stranger's module was read by no checker of types."""
    said: dict[str, object] = dict(vars(kind))
    floor, most = said["floor"], said["max_entries"]
    if not isinstance(floor, timedelta) or floor < timedelta(0):
        yield f"FLOOR is {floor!r}; it must be a datetime.timedelta of 0 or more"
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        yield f"MAX_ENTRIES is {most!r}; it must be a whole number of 1 or more"
    if said["listing"] not in ("whole", "recent"):
        yield f'LISTING is {said["listing"]!r}; it must be "whole" or "recent"'
    if not isinstance(said["label"], str) or not isinstance(said["credit"], str):
        yield "LABEL and CREDIT must be texts"


def _of_module(name: str, given: object) -> Kind:
    if not isinstance(given, ModuleType):
        raise _Unfit(f"it names a {type(given).__name__}; name a module or a ctm_alerts.feeds.kinds.Kind")
    first_line = (given.__doc__ or name).strip().splitlines()[0].rstrip(".")
    return Kind(
        name=name,
        label=getattr(given, "LABEL", first_line),
        module=given.__name__,
        listing=getattr(given, "LISTING", "recent"),
        max_entries=getattr(given, "MAX_ENTRIES", _USUAL_ENTRIES),
        floor=getattr(given, "FLOOR", _USUAL_FLOOR),
        credit=getattr(given, "CREDIT", ""),
    )


def _reason(error: BaseException) -> str:
    return (
        str(error)
        if isinstance(error, _Unfit)
        else f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    )
