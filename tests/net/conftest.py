"""One bad-mannered origin and one client that may talk to it, for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ctm_alerts.net.client import Client
from tests.net.origin import Origin, origin


@pytest.fixture
def source() -> Iterator[Origin]:
    with origin() as it:
        yield it


@pytest.fixture
def client(source: Origin) -> Iterator[Client]:
    with Client(allow_hosts=(source.place,)) as it:
        yield it
