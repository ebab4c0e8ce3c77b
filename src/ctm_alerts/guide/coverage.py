"""Where each thing of the career guide is carried (config/guide/coverage.toml), and what stands at such a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide.guide import Guide
from ctm_alerts.guide.table import Table

WHERE = "config/guide/coverage.toml"


@dataclass(frozen=True)
class Coverage:
    """What becomes of each row of the list of the guide's things ("S001"): carried at paths, or left out for a reason."""

    carried: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    #: rows carried in other words than theirs, and why
    words: Mapping[str, str]


@dataclass(frozen=True)
class Carrier:
    """What stands at a path, and the lines of the guide that it is from (none where it is ours)."""

    path: str
    value: object
    lines: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """All words of the value, names of ids included."""
        return " ".join(_texts(self.value))


def make_coverage(table: Mapping[str, object]) -> Coverage:
    """The coverage that coverage.toml spells; raises SettingsError, which names the row."""
    file = Table(table, WHERE)
    carried = {row: _paths(file.table("carried"), row) for row in file.table("carried").values}
    left_out = {row: file.table("left_out").text(row) for row in file.table("left_out").values}
    words = {row: file.table("words").text(row) for row in file.table("words").values}
    if both := sorted(set(carried) & set(left_out)):
        raise SettingsError(f"{WHERE}: {', '.join(both)} is both carried and left out; keep one of the two")
    if idle := sorted(set(words) - set(carried)):
        raise SettingsError(f"{WHERE}: [words] explains {', '.join(idle)}, not in [carried]; take it away")
    return Coverage(MappingProxyType(carried), MappingProxyType(left_out), MappingProxyType(words))


def _paths(table: Table, row: str) -> tuple[str, ...]:
    return (table.text(row),) if isinstance(table.values[row], str) else table.words(row)


def carrier_at(guide: Guide, plans: Mapping[str, object], path: str) -> Carrier:
    """What stands at a path: an attribute of the guide, or "plans", then ids, names or places from 1 on.

    Raises NotFound, which says how far the path leads. An attribute has the lines of `<name>_line` beside it where
    there is one, else those of what it stands in.
    """
    value: object = {"plans": plans} if path.split(".", 1)[0] == "plans" else guide
    lines: frozenset[int] = frozenset()
    for step in path.split("."):
        found = _step(value, step)
        if found is None:
            raise NotFound(f"{path}: there is no {step!r}; {_offer(value)}")
        lines = _lines(value, step, found) or lines
        value = found
    return Carrier(path, value, lines)


def _step(value: object, step: str) -> object | None:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple):
        return next((v for v in value if step in _names(v)), None) or _at(value, step)
    found: object | None = None if step.startswith("_") else getattr(value, step, None)
    return None if callable(found) else found


def _at(values: list[object] | tuple[object, ...], step: str) -> object | None:
    if not step.isascii() or not step.isdigit():
        return None
    return values[int(step) - 1] if 1 <= int(step) <= len(values) else None


def _names(value: object) -> tuple[object, ...]:
    return getattr(value, "id", None), getattr(value, "name", None)


def _lines(parent: object, step: str, value: object) -> frozenset[int]:
    own = (getattr(value, "line", None), *getattr(value, "also", ()))
    beside = getattr(parent, f"{step}_line", None)
    return frozenset(n for n in ((beside,) if beside is not None else own) if n is not None)


def _offer(value: object) -> str:
    names: Iterator[object]
    if isinstance(value, Mapping):
        names = iter(value)
    elif isinstance(value, list | tuple):
        names = (next((n for n in _names(v) if n), None) for v in value)
    else:
        names = (f.name for f in fields(value)) if is_dataclass(value) else iter(())
    offered = [str(n) for n in names if n and not str(n).startswith("_")]
    return f"use one of {', '.join(offered[:20])}" if offered else "the path ends before it"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))
    elif value is not None:
        yield str(value)
