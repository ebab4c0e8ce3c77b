"""config/feeds.toml, checked and made into lists; and what is wrong with a feed's kind and address, wherever it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from ctm_alerts.errors import SettingsError, UsageError
from ctm_alerts.feeds.clean import LONGEST_LINK, is_short
from ctm_alerts.feeds.declared import Declared, Lists
from ctm_alerts.feeds.keys import bare_key
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.terms import USES, Acceptance, Book, accepted_in

_FEED_KEYS: Mapping[str, tuple[type, str]] = {
    "name": (str, "text in double quotes: how digests name it"),
    "url": (str, 'text in double quotes: "https://..." or "file:///path"'),
    "kind": (str, "a kind; `ctm-alerts feeds kinds` lists them"),
    "backfill": (int, "a whole number of days, 0 or more"),
    "poll_minutes": (int, "a whole number of minutes, 1 or more"),
    "enabled": (bool, "true or false"),
    "terms_accepted": (str, 'words: "read on 2026-11-20 by Ann Admin"'),
}
_ACCEPT_KEYS: Mapping[str, tuple[type, str]] = {
    "source": (str, "the name of a source; `ctm-alerts feeds terms` lists them"),
    "feed": (str, "the name of a feed"),
    "who": (str, "the name of the admin who read the terms"),
    "when": (date, "a date without quotes: 2026-11-20"),
    "why": (str, "why it is allowed: a contract, a letter"),
    "uses": (list, f"a list of what your permission allows: {', '.join(USES)}"),
}


def make_lists(table: Mapping[str, Any], book: Book, where: str = "config/feeds.toml") -> Lists:
    """What the file declares.

    Raises:
        SettingsError: every wrong line at once, with table, key and remedy.
    """
    feeds, accepts = _rows(table, "feed"), _rows(table, "accept")
    wrong = [
        f"[{name}]: no such table; it knows [[feed]] and [[accept]]"
        for name in sorted({*table} - {"feed", "accept"})
    ]
    for number, row in enumerate(feeds, start=1):
        wrong += [f"[[feed]] {number} ({_name(row)}) {p}" for p in _feed_problems(row)]
    for number, row in enumerate(accepts, start=1):
        wrong += [f"[[accept]] {number} {p}" for p in _accept_problems(row, book)]
    wrong += _twice(feeds)
    if wrong:
        raise SettingsError("\n".join(f"{where}: {w}" for w in wrong))
    return Lists(tuple(map(_declared, feeds)), tuple(map(_acceptance, accepts)))


def read_feed(row: object) -> Declared | str:
    """One [[feed]] alone, or what is wrong with it."""
    problems = list(_feed_problems(row))
    return "; ".join(problems) if problems or not isinstance(row, Mapping) else _declared(row)


def _rows(table: Mapping[str, Any], name: str) -> list[Any]:
    rows = table.get(name, [])
    return rows if isinstance(rows, list) else [rows]


def _name(row: object) -> str:
    return str(row.get("name", "no name")) if isinstance(row, Mapping) else "no table"


def _shape_problems(row: object, known: Mapping[str, tuple[type, str]]) -> Iterator[str]:
    if not isinstance(row, Mapping):
        yield "is no table; write double brackets"
        return
    for key, value in row.items():
        if key not in known:
            yield f"{key}: no such key; it knows {', '.join(known)}"
        elif not isinstance(value, known[key][0]) or (known[key][0] is int and isinstance(value, bool)):
            yield f"{key}: must be {known[key][1]}"


def _feed_problems(row: object) -> Iterator[str]:
    problems = list(_shape_problems(row, _FEED_KEYS))
    yield from problems
    if problems or not isinstance(row, Mapping):
        return
    for key in ("name", "url", "kind"):
        if not row.get(key, "").strip():
            yield f"{key}: is missing; it must be {_FEED_KEYS[key][1]}"
    for key, least in (("backfill", 0), ("poll_minutes", 1)):
        if row.get(key, least) < least:
            yield f"{key}: must be {_FEED_KEYS[key][1]}"
    if row.get("kind") and row.get("url"):
        yield from (f"{key}: {says}" for key, says in address_problems(row["kind"], row["url"]))
    if row.get("terms_accepted"):
        try:
            accepted_in(row["terms_accepted"])
        except UsageError as error:
            yield f"terms_accepted: {error}"


def address_problems(kind: str, url: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a feed's kind and address, each with its remedy: (key, words)."""
    if kind not in KINDS:
        yield "kind", f"no kind {kind!r}; `ctm-alerts feeds preview URL` finds it, `feeds kinds` lists them"
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        yield "url", f"{url!r} is no address; write https://... or file:///path"
        return
    if parts.scheme not in ("http", "https", "file") or (parts.scheme != "file" and not parts.hostname):
        yield "url", f"{url!r} is no address; write https://... or file:///path"
        return
    if not is_short(url):
        yield "url", f"is longer than {LONGEST_LINK:,} bytes; ask the source for a shorter one"
        return
    said = bare_key(kind, url)
    if said:
        yield "url", said
    if parts.scheme != "file":
        try:
            KINDS[kind].request(url)
        except UsageError as error:
            yield "url", str(error)


def _accept_problems(row: object, book: Book) -> Iterator[str]:
    problems = list(_shape_problems(row, _ACCEPT_KEYS))
    yield from problems
    if problems or not isinstance(row, Mapping):
        return
    if bool(row.get("source")) == bool(row.get("feed")):
        yield "must name a source or a feed, and only one of them"
    if row.get("source") and book.of_source(row["source"]) is None and "." not in row["source"]:
        yield f"source: {row['source']!r} is unknown; `ctm-alerts feeds terms` lists them, others go by their host"
    for key in ("who", "when"):
        if not row.get(key):
            yield f"{key}: is missing; it must be {_ACCEPT_KEYS[key][1]}"
    if not set(row.get("uses", ())) <= set(USES):
        yield f"uses: must be {_ACCEPT_KEYS['uses'][1]}"


def _twice(rows: Sequence[object]) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    found = []
    for number, row in enumerate(rows, start=1):
        for key in ("name", "url"):
            value = row.get(key) if isinstance(row, Mapping) else None
            if not isinstance(value, str):
                continue
            if (key, value) in seen:
                found.append(
                    f"[[feed]] {number} {key}: {value!r} stands in [[feed]] {seen[key, value]} too; keep one"
                )
            seen.setdefault((key, value), number)
    return found


def _declared(row: Mapping[str, Any]) -> Declared:
    return Declared(
        name=row["name"].strip(),
        url=row["url"].strip(),
        kind=row["kind"],
        backfill_days=row.get("backfill", 0),
        poll_minutes=row.get("poll_minutes", 60),
        enabled=row.get("enabled", True),
        accepted=row.get("terms_accepted", "").strip(),
    )


def _acceptance(row: Mapping[str, Any]) -> Acceptance:
    return Acceptance(
        who=row["who"],
        when=row["when"],
        why=row.get("why", ""),
        source=row.get("source", ""),
        feed=row.get("feed", ""),
        uses=tuple(row.get("uses", ())),
        configured=True,
    )
