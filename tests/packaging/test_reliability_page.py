"""What docs/reliability.md names as proof is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def named() -> list[tuple[str, str]]:
    """Each test file that the page names, with a test's name or ""; `::name` alone goes with the file before it."""
    found: list[tuple[str, str]] = []
    for path, test in re.findall(r"`((?:[\w./]*test_\w+\.py|tests/\w+)?)(?:::(\w+))?`", PAGE):
        if not path and not test:
            continue
        before = found[-1][0] if found else ""
        if path and "/" not in path:
            path = str(Path(before).parent / path)
        found.append((path or before, test))
    return found


def test_every_test_that_the_page_names_is_there() -> None:
    gone = []
    for path, test in named():
        place = ROOT / path
        if not place.exists():
            gone.append(path)
        elif test and f"def {test}(" not in place.read_text(encoding="utf-8"):
            gone.append(f"{path}::{test}")
    assert gone == []


#: the rows of the fault matrix, by the letter of their part
ROWS = {"F": 18, "M": 16, "P": 12, "S": 15}


def test_every_row_of_the_matrix_has_its_line() -> None:
    first_cells = re.findall(r"^\| ([FMPS]\d[\d, FMPS]*) \|", PAGE, re.MULTILINE)
    rows = [row for cell in first_cells for row in cell.split(", ")]
    assert sorted(rows, key=lambda r: (r[0], int(r[1:]))) == [
        f"{part}{n}" for part, count in ROWS.items() for n in range(1, count + 1)
    ]


def test_every_row_names_a_test_or_says_why_there_is_none() -> None:
    lines = re.findall(r"^\| [FMPS]\d[\d, FMPS]* \| .* \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(lines) > 45
    bare = [line for line in lines if "`tests/" not in line]
    assert bare == [
        "there is no such provider yet",
        "no bounce is read yet, only what the relay answers while it takes the mail",
    ]
