"""The guide, read once."""

from __future__ import annotations

import pytest

from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.settings import load


@pytest.fixture(scope="session")
def guide() -> Guide:
    return make_guide(load({}).guide_tables)
