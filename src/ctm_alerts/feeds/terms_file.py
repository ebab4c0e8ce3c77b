"""The tables of config/terms/*.toml, checked and made into the book of terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ctm_alerts.errors import SettingsError
from ctm_alerts.feeds.terms import Book, Evidence, Terms

_ANSWERS = ("may_poll", "may_store", "may_quote", "may_email", "commercial")
_FLAGS = ("link_back", "no_rewrite")
_NUMBERS = ("floor_minutes", "delay_hours", "quote_limit")
_LISTS = ("kinds", "hosts")
_TEXTS = ("name", "credit", "note")


def make_book(tables: Mapping[str, Mapping[str, Any]], own_hosts: Sequence[str] = ()) -> Book:
    """The book that the tables of config/terms/ describe, by the stem of each file.

    Raises:
        SettingsError: every wrong line at once, with file, table, key and remedy.
    """
    wrong: list[str] = []
    made: list[Terms] = []
    for stem, table in tables.items():
        for number, row in enumerate(table.get("source", ()), start=1):
            name = row.get("name", "") if isinstance(row, Mapping) else ""
            problems = [f"config/terms/{stem}.toml: [[source]] {number} ({name}) {p}" for p in _problems(row)]
            wrong.extend(problems)
            if not problems:
                made.append(_terms(row))
    wrong.extend(_doubles(made))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Book(tuple(made), tuple(own_hosts))


def _problems(row: object) -> Iterator[str]:
    if not isinstance(row, Mapping):
        yield "is no table; write [[source]]"
        return
    known = {*_ANSWERS, *_FLAGS, *_NUMBERS, *_LISTS, *_TEXTS, "read_on", "evidence"}
    for key in sorted(set(row) - known):
        yield f"{key}: no such key; it knows {', '.join(sorted(known))}"
    if not row.get("name"):
        yield "name: is missing; name the source as people know it"
    for key, value in row.items():
        yield from _wrong_value(key, value)


def _wrong_value(key: str, value: object) -> Iterator[str]:
    if key in _ANSWERS and value not in ("yes", "no", "unknown"):
        yield f'{key}: must be "yes", "no" or "unknown"; unknown where nobody has read it'
    elif key in _FLAGS and not isinstance(value, bool):
        yield f"{key}: must be true or false"
    elif key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        yield f"{key}: must be a whole number of 0 or more"
    elif key in _TEXTS and not isinstance(value, str):
        yield f"{key}: must be text in double quotes"
    elif key in _LISTS and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        yield f'{key}: must be a list of texts: ["one", "two"]'
    elif key == "read_on" and not isinstance(value, date):
        yield "read_on: must be a date: 2026-04-24"
    elif key == "evidence" and not _is_evidence(value):
        yield "evidence: must be [[source.evidence]] tables of says and where"


def _is_evidence(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, Mapping) and set(v) == {"says", "where"} and all(isinstance(t, str) for t in v.values())
        for v in value
    )


def _terms(row: Mapping[str, Any]) -> Terms:
    same = (*_ANSWERS, *_FLAGS, "quote_limit", "credit", "note", "read_on")
    return Terms(
        source=row["name"],
        floor=timedelta(minutes=row.get("floor_minutes", 0)),
        delay=timedelta(hours=row.get("delay_hours", 0)),
        evidence=tuple(Evidence(e["says"], e["where"]) for e in row.get("evidence", ())),
        kinds=tuple(row.get("kinds", ())),
        hosts=tuple(row.get("hosts", ())),
        **{key: row[key] for key in same if key in row},
    )


def _doubles(made: Sequence[Terms]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for terms in made:
        for what in (
            terms.source.casefold(),
            *(f"kind {k}" for k in terms.kinds),
            *(f"host {h}" for h in terms.hosts),
        ):
            if what in seen:
                yield f"config/terms: {what} belongs to {seen[what]} and to {terms.source}; leave it to one"
            seen[what] = terms.source
