"""One classifier of the shipped guide for all tests: it is frozen, so they may share it."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.postings.classify import Classifier, make_classifier
from ctm_alerts.postings.posting import Ad, Verdict

FOLDER = Path(__file__).parents[2] / "config" / "guide"


@pytest.fixture(scope="session")
def guide() -> Guide:
    return make_guide({p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in FOLDER.glob("*.toml")})


@pytest.fixture(scope="session")
def classifier(guide: Guide) -> Classifier:
    return make_classifier(guide)


@pytest.fixture
def read(classifier: Classifier) -> Callable[..., Verdict]:
    """Reads a text, and other fields of the ad by name."""

    def read(text: str = "", **fields: str) -> Verdict:
        return classifier.classify(
            Ad(title=fields.pop("title", "Clinical Trial Manager"), description=text, **fields)
        )

    return read
