"""Real bodies, from the folder that CTM_ALERTS_SAMPLES names: what a format carries must be there, in the share it has."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.parse import parse
from tests.feeds.samples import NEEDS_SAMPLES, bodies, share

FOLDERS = ("jobicy", "wp_job_manager_rss", "generic_rss", "greenhouse", "workday_cxs")
#: the least share of entries that have the field, by kind of body; what is not named here is not asked for
EVERYWHERE = {"id": 1.0, "title": 1.0}
WANTED = {
    "jobicy_json": {
        "url": 1.0,
        "company": 1.0,
        "location": 1.0,
        "description": 1.0,
        "posted_at": 1.0,
        "employment_type": 1.0,
        "remote": 1.0,
        "salary_min": 0.25,
        "salary_currency": 0.25,
        "salary_period": 0.25,
    },
    "wp_job_manager": {
        "url": 1.0,
        "company": 1.0,
        "location": 1.0,
        "description": 1.0,
        "posted_at": 1.0,
        "employment_type": 1.0,
    },
    "rss": {"url": 1.0, "company": 0.95, "location": 1.0, "description": 1.0, "posted_at": 1.0},
    "greenhouse": {"url": 1.0, "company": 1.0, "location": 1.0, "description": 0.5, "posted_at": 0.5},
    "workday": {"location": 1.0},
}


pytestmark = NEEDS_SAMPLES
BODIES = bodies(FOLDERS)


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.name)
def test_a_real_body_fills_the_fields_that_its_format_carries(path: Path) -> None:
    parsed = parse(path.read_bytes())
    if path.name.startswith("empty_run"):
        assert parsed.entries == ()
        return
    short = {
        name: share(parsed.entries, name)
        for name, least in {**EVERYWHERE, **WANTED[parsed.kind]}.items()
        if share(parsed.entries, name) < least
    }
    assert short == {}
    assert {field.name for field in fields(Entry)} >= set(WANTED[parsed.kind])
    assert all(len(entry.title) <= 200 and "\n" not in entry.title for entry in parsed.entries)
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)


def test_only_the_entry_that_leads_off_its_site_is_skipped() -> None:
    skipped = [reason for path in BODIES for reason in parse(path.read_bytes()).skipped]
    assert skipped == ['entry 3: the path of "Evil" leads off the site']
