"""Invented ads of many fields, labelled by the written guide before the rules were asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from ctm_alerts.postings.classify import Classifier
from ctm_alerts.postings.posting import Ad

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "own.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["ad"]["title"])
def test_an_ad_is_understood_as_a_reader_does(classifier: Classifier, row: dict[str, Any]) -> None:
    found = classifier.classify(Ad(**row["ad"])).as_json()
    assert {name: found[name] for name in row["label"]} == row["label"]


def test_the_ads_are_of_all_roles() -> None:
    assert {row["label"]["role"] for row in ROWS} == {"ctm", "feeder", "next", "related", "other"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["ad"]["title"])
def test_every_quote_stands_in_the_ad(classifier: Classifier, row: dict[str, Any]) -> None:
    ad = Ad(**row["ad"])
    said = classifier.classify(ad).evidence
    assert [getattr(ad, e.source)[e.start : e.end] for e in said] == [e.quote for e in said]
