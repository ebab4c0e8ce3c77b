"""Real bodies of employers' own systems, from the folder that CTM_ALERTS_SAMPLES names: what is there must be read."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.parse import parse
from tests.feeds.samples import NEEDS_SAMPLES, bodies, share

#: the kind of each folder, and the least share of entries that have a field; the address of a body is not known here,
#: so that what is made from it (BambooHR's pages, Oracle's employer) is not asked for
FOLDERS = {
    "icims": ("icims", {"url": 1.0, "company": 1.0, "location": 1.0}),
    "oracle_orc": ("oracle", {"location": 1.0, "posted_at": 1.0}),
    "phenom": ("phenom", {"location": 1.0, "description": 1.0, "posted_at": 1.0, "employment_type": 1.0}),
    "eightfold": ("eightfold", {"url": 1.0, "company": 1.0, "location": 1.0, "posted_at": 1.0}),
    "smartrecruiters": (
        "smartrecruiters",
        {"company": 1.0, "location": 1.0, "posted_at": 1.0, "remote": 1.0},
    ),
    "lever": (
        "lever",
        {
            "url": 1.0,
            "company": 1.0,
            "location": 1.0,
            "description": 1.0,
            "posted_at": 1.0,
            "employment_type": 1.0,
        },
    ),
    "ashby": (
        "ashby",
        {
            "url": 1.0,
            "company": 1.0,
            "location": 1.0,
            "description": 1.0,
            "posted_at": 1.0,
            "employment_type": 1.0,
            "apply_url": 1.0,
        },
    ),
    "workable": ("workable", {"company": 1.0, "location": 1.0, "posted_at": 1.0, "remote": 1.0}),
    "recruitee": (
        "recruitee",
        {
            "url": 1.0,
            "company": 1.0,
            "location": 1.0,
            "description": 1.0,
            "posted_at": 1.0,
            "employment_type": 1.0,
            "remote": 1.0,
            "salary_min": 1.0,
            "salary_max": 1.0,
            "salary_currency": 1.0,
            "salary_period": 1.0,
        },
    ),
    "personio": ("personio", {"location": 1.0, "posted_at": 1.0, "employment_type": 1.0}),
    "teamtailor": ("teamtailor", {"url": 1.0, "company": 1.0, "location": 1.0, "posted_at": 1.0}),
    "bamboohr": ("bamboohr", {"location": 1.0, "employment_type": 1.0}),
    "pinpoint": (
        "pinpoint",
        {"location": 1.0, "description": 1.0, "salary_min": 1.0, "salary_period": 1.0, "expires_at": 0.5},
    ),
    "rippling": ("rippling", {"location": 1.0}),
    "avature": ("avature", {"url": 1.0, "company": 1.0, "posted_at": 1.0}),
    "jazzhr": ("jazzhr", {"url": 1.0, "company": 1.0, "location": 1.0, "description": 1.0, "posted_at": 1.0}),
    "jobvite": ("jobvite", {"url": 1.0, "company": 1.0, "location": 1.0}),
    "paylocity": ("paylocity", {"url": 1.0, "company": 1.0, "location": 1.0, "posted_at": 1.0}),
}
#: pages that say that their posting is gone
GONE = ("jobwatch_icims_closed.html",)


pytestmark = NEEDS_SAMPLES


@pytest.mark.parametrize("path", bodies(FOLDERS), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_body_is_found_out_and_fills_the_fields_that_its_format_carries(path: Path) -> None:
    if path.name in GONE:
        with pytest.raises(NotAFeed, match="could not be found"):
            parse(path.read_bytes())
        return
    kind, wanted = FOLDERS[path.parent.name]
    parsed = parse(path.read_bytes())
    assert (parsed.kind, parsed.skipped) == (kind, ())
    asked = {"id": 1.0, "title": 1.0, **wanted}
    assert {
        name: told for name, least in asked.items() if (told := share(parsed.entries, name)) < least
    } == {}
    assert {field.name for field in fields(Entry)} >= set(asked)
    assert all(len(entry.title) <= 200 and "\n" not in entry.title for entry in parsed.entries)
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)


def test_ashby_tells_the_pay_of_as_many_jobs_as_show_it() -> None:
    found = [parse(path.read_bytes()).entries for path in bodies(["ashby"])]
    entries = tuple(entry for part in found for entry in part)
    assert share(entries, "salary_raw") > 0.46
    for name in ("salary_min", "salary_max", "salary_currency", "salary_period"):
        assert share(entries, name) == share(entries, "salary_raw")


def test_offices_of_one_posting_are_one_entry() -> None:
    places = {
        path.name: [entry.location for entry in parse(path.read_bytes()).entries]
        for path in bodies(FOLDERS)
        if path.name in ("careerkit_workable.json", "careerkit_personio.xml", "careerkit_rippling.json")
    }
    assert places == {
        "careerkit_workable.json": ["Spain; Portugal"],
        "careerkit_personio.xml": ["Munich; Berlin"],
        "careerkit_rippling.json": ["Remote (New Jersey, US); New York, NY"],
    }
