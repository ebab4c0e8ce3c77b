"""One TOML table that knows its file and key; every complaint about the guide's data names both and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from ctm_alerts.errors import SettingsError
from ctm_alerts.guide.terms import Terms

T = TypeVar("T")


class Table:
    """One TOML table that knows its file and key, so that errors can name them."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise SettingsError(f"{where} must be a table, not {type(values).__name__}")
        self.values: Mapping[str, object] = values
        self.where = where

    def _get(self, key: str, kind: type[T], default: T | None) -> T:
        value = self.values.get(key, default)
        if value is None:
            raise SettingsError(f"{self.where}: {key} is missing; add it")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise SettingsError(f"{self.where}: {key} must be {kind.__name__}, not {value!r}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self._get(key, str, default)

    def number(self, key: str) -> int:
        return self._get(key, int, None)

    def line(self) -> int | None:
        return self.number("line") if "line" in self.values else None

    def words(self, key: str, default: list[object] | None = None) -> tuple[str, ...]:
        found: list[object] = self._get(key, list, default)
        if not all(isinstance(w, str) and w for w in found):
            raise SettingsError(f"{self.where}: {key} must be a list of words, none empty")
        return tuple(cast(list[str], found))

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise SettingsError(
                f"{self.where}: {key} is {value!r}; use one of {', '.join(a or repr(a) for a in allowed)}"
            )
        return value

    def table(self, key: str) -> Table:
        if key not in self.values:
            raise SettingsError(f"{self.where}: [{key}] is missing; add it")
        return Table(self.values[key], f"{self.where}: [{key}]")

    def tables(self, key: str) -> Iterator[Table]:
        """Each of an array of tables; at least one."""
        for n, values in enumerate(self._get(key, list, None), 1):
            yield Table(values, f"{self.where}: [[{key}]] {n}")

    def word_lists(self, key: str) -> dict[str, tuple[str, ...]]:
        inner = self.table(key)
        return {name: inner.words(name) for name in inner.values}

    def lines(self, key: str) -> tuple[int, ...]:
        """Numbers of lines of the guide; none where the key is missing."""
        found: list[object] = self._get(key, list, [])
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in found):
            raise SettingsError(f"{self.where}: {key} must be a list of line numbers, not {found!r}")
        return tuple(cast(list[int], found))

    def terms(self) -> Terms:
        """The words of this table with its guards."""
        return Terms(
            words=self.words("words"),
            near=self.words("near", []),
            never=self.words("never", []),
            anywhere=self.words("anywhere", []),
            nowhere=self.words("nowhere", []),
        )

    def all_terms(self) -> tuple[Terms, ...]:
        """The [[terms]] of this table, each with guards of its own; at least one."""
        return tuple(t.terms() for t in self.tables("terms"))
