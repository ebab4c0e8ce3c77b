"""The golden bodies of this folder, what is written beside each, and ways to spoil a document."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

from ctm_alerts.feeds.feed import Entry, Parsed

DATA = Path(__file__).parent / "data"
#: employers' own systems
SYSTEMS = (
    *(
        "ashby",
        "avature",
        "bamboohr",
        "eightfold",
        "icims",
        "jazzhr",
        "jobvite",
        "lever",
        "oracle",
        "paylocity",
    ),
    *(
        "personio",
        "phenom",
        "pinpoint",
        "recruitee",
        "rippling",
        "smartrecruiters",
        "successfactors",
        "taleo",
    ),
    *("teamtailor", "workable"),
)
SYSTEM_BODIES = sorted(
    path for path in DATA.iterdir() if path.name.partition("_")[0] in SYSTEMS and path.suffix != ".py"
)
SYSTEM_PAGES = [path for path in SYSTEM_BODIES if path.suffix == ".html"]
SYSTEM_LISTS = [path for path in SYSTEM_BODIES if path.suffix == ".json"]

#: boards and aggregators, by the name of their JSON body; and what they and the general formats have as markup
BOARD_LISTS = [
    "adzuna",
    "amazon_jobs",
    "arbeitnow",
    "hackernews",
    "himalayas",
    "jooble",
    "jsearch",
    "json_feed",
    "remoteok",
    "remotive",
    "the_muse",
    "uk_ats",
    "usajobs",
    "workingnomads",
]
BOARD_MARKUP = [
    "google_careers.xml",
    "hrmdirect_list.html",
    "job_xml_broken.xml",
    "job_xml_indeed.xml",
    "job_xml_jobrapido.xml",
    "job_xml_linkedin.xml",
    "jsonld_page.html",
    "neogov.xml",
    "sitemap_index.xml",
    "sitemap_urlset.xml",
    "uk_ats_channel.xml",
    "uk_ats_items.xml",
    "uk_ats_vacancies.xml",
    "weworkremotely.xml",
    "weworkremotely_2014.xml",
]


#: addresses of invented employers
ORACLE = "https://hcm.marshquill.example/hcmUI/CandidateExperience/en/sites/CX_1"
REST = "https://hcm.marshquill.example/hcmRestApi/resources/latest"
TALEO = "https://marshquill.taleo.net/careersection/2/jobsearch.ftl?lang=en&portal=101430233"


def said(path: Path | str) -> Parsed:
    """What is written beside a body, which may be named as a file of `data`."""
    parsed: Parsed = runpy.run_path(f"{DATA / path}.py")["PARSED"]
    return parsed


def body(name: str) -> bytes:
    """A body by its file's name."""
    return (DATA / name).read_bytes()


def paths_in(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value within a JSON document, outer ones first; () is the document itself."""
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from paths_in(child, (*above, key))


def at(document: object, path: tuple[str | int, ...]) -> object:
    """The value at the end of a way."""
    for step in path:
        document = document[step]  # type: ignore[index]  # a path leads through objects and lists only
    return document


def with_value(document: object, path: tuple[str | int, ...], value: object) -> object:
    """A copy of a document with another value at the end of a way."""
    if not path:
        return value
    if isinstance(document, dict):
        return {k: with_value(v, path[1:], value) if k == path[0] else v for k, v in document.items()}
    assert isinstance(document, list)
    return [with_value(v, path[1:], value) if k == path[0] else v for k, v in enumerate(document)]


def entry(**told: object) -> Entry:
    """An entry of an invented employer, with what the test says of it."""
    plain = {"title": "Clinical Trial Manager", "company": "Marsh", "location": "Leeds"}
    empty = {"id": "1", "url": "https://careers.example/1", "description": "", "description_html": ""}
    return Entry(**{**plain, **empty, **told})  # type: ignore[arg-type]  # names and values are both of an Entry
