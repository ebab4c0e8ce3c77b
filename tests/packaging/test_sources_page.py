"""The tables of docs/sources.md are what the code, the golden bodies and config/terms say."""

from __future__ import annotations

from ctm_alerts.feeds.kinds import BUILT_IN
from tests.packaging.write_sources_page import PAGE, tables, written

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_as_it_would_be_written_now() -> None:
    assert written(TEXT) == TEXT, "write it anew: python -m tests.packaging.write_sources_page"


def test_every_table_stands_on_the_page() -> None:
    assert [name for name, table in tables().items() if table not in TEXT] == []


def test_every_kind_has_a_golden_body_that_fills_something_or_says_why_not() -> None:
    rows = {line.split("|")[1].strip().strip("`"): line for line in tables()["fields"].splitlines()[2:]}
    assert list(rows) == list(BUILT_IN)
    assert [name for name, line in rows.items() if "yes" not in line] == []


def test_a_table_that_is_out_of_date_is_seen() -> None:
    assert written(TEXT.replace("| `ashby` |", "| `ash` |")) == TEXT
