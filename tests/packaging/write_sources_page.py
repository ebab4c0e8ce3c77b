"""Writes the tables of docs/sources.md anew from the code and config/terms: `python -m tests.packaging.write_sources_page`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.kinds import BUILT_IN, ORDINARY, Limits
from ctm_alerts.feeds.terms import USES, Terms, bonds
from ctm_alerts.feeds.terms_file import make_book
from ctm_alerts.settings import load
from tests.feeds.golden import DATA, said

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
#: every entry has these
_ALWAYS = {"id", "title", "description", "description_html"}
_FIELDS = {
    "url": "link", "company": "employer", "location": "place", "posted_at": "posted", "expires_at": "closes",
    "employment_type": "employment", "remote": "remote", "salary_min": "pay from", "salary_max": "pay to",
    "salary_currency": "currency", "salary_period": "period", "salary_raw": "pay in words", "apply_url": "apply link",
}  # fmt: skip


def tables() -> dict[str, str]:
    """Each generated table as Markdown, by the name of its marks in the page."""
    return {"kinds": _kinds(), "fields": _fields(), "terms": _terms()}


def written(page: str) -> str:
    """The page with its tables as they are now."""
    for name, table in tables().items():
        before, begin, rest = page.partition(f"<!-- {name}:")
        first, _, after = rest.partition("-->\n")
        _, end, after = after.partition(f"<!-- end of {name} -->")
        page = f"{before}{begin}{first}-->\n{table}\n{end}{after}"
    return page


def _kinds() -> str:
    usual = f"a body, where it is not {_limits(ORDINARY)}"
    rows = [
        {**kind.line(), usual: "" if kind.limits == ORDINARY else _limits(kind.limits)}
        for kind in BUILT_IN.values()
    ]
    return _table(tuple(rows[0]), (tuple(row.values()) for row in rows))


def _limits(most: Limits) -> str:
    return f"{most.most_bytes // 1_000_000} MB, {most.seconds:g} s, {most.cpu_seconds:g} s CPU, {most.memory_mb} MB memory"


def _fields() -> str:
    """What the golden bodies of each kind fill, beside what every entry has."""
    filled: dict[str, set[str]] = {name: set() for name in BUILT_IN}
    for path in DATA.iterdir():
        if path.suffix in (".json", ".xml", ".html"):
            parsed = said(path)
            filled[parsed.kind] |= {name for entry in parsed.entries for name in _told(entry)}
    rows = (
        (name, *("yes" if field in filled[name] else "" for field in _FIELDS))
        for name, kind in BUILT_IN.items()
    )
    return _table(("kind", *_FIELDS.values()), rows)


def _told(entry: Entry) -> set[str]:
    names = {f.name for f in fields(Entry)} - _ALWAYS
    return {name for name in names if getattr(entry, name) is not None}


def _terms() -> str:
    head = ("source", "kinds", "poll", "store", "quote", "e-mail", "commercial", "comes to", "floor", "delay",
            "credit", "link back", "unchanged", "read on")  # fmt: skip
    return _table(head, map(_terms_row, make_book(load({}).sources.terms).sources))


def _terms_row(terms: Terms) -> Sequence[str]:
    bound = bonds(terms, None)
    return (
        terms.source,
        ", ".join(terms.kinds),
        *(terms.may(use) for use in USES),
        bound.terms,
        _hours(bound.floor_minutes / 60),
        _hours(bound.delay_hours),
        terms.credit,
        "yes" if terms.link_back else "",
        "yes" if terms.no_rewrite else "",
        terms.read_on.isoformat() if terms.read_on else "never",
    )


def _hours(number: float) -> str:
    return f"{number:g} h" if number else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        head,
        ("---",) * len(head),
        *((f"`{row[0]}`" if row[0] in BUILT_IN else row[0], *row[1:]) for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
