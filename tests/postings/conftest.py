"""One classifier of the shipped guide for all tests: it is frozen, so they may share it."""

import tomllib
from pathlib import Path

import pytest

from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.postings.classify import Classifier, make_classifier

FOLDER = Path(__file__).parents[2] / "config" / "guide"


@pytest.fixture(scope="session")
def guide() -> Guide:
    return make_guide({p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in FOLDER.glob("*.toml")})


@pytest.fixture(scope="session")
def classifier(guide: Guide) -> Classifier:
    return make_classifier(guide)
