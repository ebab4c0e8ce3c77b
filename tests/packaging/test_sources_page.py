"""The table of docs/sources.md is what the code says."""

from __future__ import annotations

from pathlib import Path

from ctm_alerts.feeds.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"


def table() -> str:
    """The kinds as Markdown."""
    lines = [kind.line() for kind in KINDS.values()]
    rows = [tuple(lines[0]), ("---",) * len(lines[0]), *(tuple(line.values()) for line in lines)]
    return "\n".join("| " + " | ".join(f"`{c}`" if n == 0 and r > 1 else c for n, c in enumerate(row)) + " |"
                     for r, row in enumerate(rows))  # fmt: skip


def test_the_page_lists_every_kind_as_the_code_has_it() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
