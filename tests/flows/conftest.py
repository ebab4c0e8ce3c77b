"""What the tests of the flows share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.house import House, house


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A service on embedded defaults."""
    with house(tmp_path) as made:
        yield made
