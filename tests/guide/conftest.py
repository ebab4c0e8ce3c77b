"""The tables of config/guide, parsed as the application will."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "config" / "guide"


@pytest.fixture
def tables() -> dict[str, dict[str, Any]]:
    """Fresh for each test, so that a test may break one."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}
