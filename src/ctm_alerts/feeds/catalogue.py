"""The catalogue: real boards that are worth a look for Clinical Trial Managers, from config/feeds.d/*.toml.

Facts only. Each comes in paused, like any feed whose terms nobody has read, and none was ever polled by this project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.feeds.declared import Declared
from ctm_alerts.feeds.declared_file import address_problems
from ctm_alerts.feeds.terms import Book

_TEXTS = ("name", "kind", "url", "terms", "why")


@dataclass(frozen=True)
class Board:
    """One entry of the catalogue."""

    name: str
    kind: str
    url: str
    #: the source whose terms bind it, by its name in config/terms/
    terms: str
    #: what speaks for it, with n and date where it was counted
    why: str
    #: ISO 3166 codes of the places of what was counted; empty where none was told
    countries: tuple[str, ...]

    def declared(self, accepted: str = "") -> Declared:
        """The feed that it would be."""
        return Declared(self.name, self.url, self.kind, accepted=accepted)


@dataclass(frozen=True)
class Catalogue:
    """All boards, in the order of the files."""

    boards: tuple[Board, ...]

    def named(self, name: str) -> Board:
        """The board of this name, in any case; raises NotFound with those that are near it."""
        wanted = name.casefold()
        found = next((b for b in self.boards if b.name.casefold() == wanted), None)
        if found is None:
            near = [b.name for b in self.boards if wanted in b.name.casefold()][:5]
            hint = f"; near it: {', '.join(near)}" if near else "; `ctm-alerts feeds catalogue` lists all"
            raise NotFound(f"the catalogue has no {name!r}{hint}")
        return found

    def search(self, *, country: str = "", kind: str = "", words: str = "") -> tuple[Board, ...]:
        """The boards that fit all that was said."""
        return tuple(
            b
            for b in self.boards
            if (not country or country.upper() in b.countries)
            and (not kind or kind == b.kind)
            and words.casefold() in f"{b.name} {b.url} {b.why}".casefold()
        )


def make_catalogue(tables: Mapping[str, Mapping[str, Any]], book: Book) -> Catalogue:
    """The catalogue that the tables of config/feeds.d/ describe, by the stem of each file.

    Raises:
        SettingsError: every wrong entry at once, with file, number, key and remedy.
    """
    rows = [
        (stem, number, row) for stem, table in tables.items() for number, row in enumerate(_boards(table), 1)
    ]
    wrong = [
        f"config/feeds.d/{stem}.toml: [[board]] {number} ({_name(row)}) {problem}"
        for stem, number, row in rows
        for problem in _problems(row, book)
    ]
    wrong += _twice([row for _, _, row in rows])
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Catalogue(tuple(_board(row) for _, _, row in rows))


def _boards(table: Mapping[str, Any]) -> list[Any]:
    rows = table.get("board", [])
    return rows if isinstance(rows, list) else [rows]


def _name(row: object) -> str:
    return str(row.get("name", "no name")) if isinstance(row, Mapping) else "no table"


def _problems(row: object, book: Book) -> Iterator[str]:
    if not isinstance(row, Mapping):
        yield "is no table; write [[board]]"
        return
    wrong = [key for key in _TEXTS if not isinstance(row.get(key), str) or not row[key].strip()]
    yield from (f"{key}: is missing or no text; write it in double quotes" for key in wrong)
    yield from (f"{key}: no such key" for key in sorted(set(row) - {*_TEXTS, "countries"}))
    countries = row.get("countries", [])
    if not isinstance(countries, list) or not all(
        isinstance(c, str) and len(c) == 2 and c.isupper() for c in countries
    ):
        yield 'countries: must list ISO 3166 codes: ["US", "GB"]'
    if wrong:
        return
    yield from (f"{key}: {says}" for key, says in address_problems(row["kind"], row["url"]))
    if book.of_source(row["terms"]) is None:
        yield f"terms: {row['terms']!r} is no source of config/terms"
    elif book.of(row["kind"], row["url"]).source != row["terms"]:
        yield f"terms: its address is bound by those of {book.of(row['kind'], row['url']).source}"


def _twice(rows: Sequence[object]) -> list[str]:
    found, seen = [], set[tuple[str, str]]()
    for row in rows:
        for key in ("name", "url"):
            value = (key, str(row.get(key)).casefold()) if isinstance(row, Mapping) else (key, "")
            if value in seen:
                found.append(f"config/feeds.d: {key} {value[1]!r} stands there twice; keep one")
            seen.add(value)
    return found


def _board(row: Mapping[str, Any]) -> Board:
    return Board(**{key: row[key] for key in _TEXTS}, countries=tuple(row.get("countries", ())))
