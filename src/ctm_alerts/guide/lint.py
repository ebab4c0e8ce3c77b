"""A lint for whoever edits the guide: shape, ids, words, guards, patterns, countries, coverage; findings as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide.coverage import carrier_at, make_coverage
from ctm_alerts.guide.guide import Guide
from ctm_alerts.guide.lint_words import Entry, Finding, check_between, check_entry, check_pattern
from ctm_alerts.guide.make import make_guide

Tables = Mapping[str, Mapping[str, Any]]

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
#: ISO 3166-1 alpha-2
COUNTRIES = frozenset(_CODES.split())
#: the tables whose entries may share an id: each holds words of its own with guards of its own
SHARED = frozenset({"facts", "tools"})
#: the lists of an entry
LISTS = ("words", "near", "never", "anywhere", "nowhere")
#: tables keyed by country
BY_COUNTRY = (
    ("places", ("countries", "regions", "cities", "state_codes", "town_codes", "giveaways")),
    ("facts", ("nationalities",)),
)
#: what an `about` may name besides ids of skills, abilities, duties, topics, cues, tiers and steps
ABOUT = frozenset({"certifications", "1", "2", "3", "4"})


def lint(tables: Tables, schema: Mapping[str, Any], plans: Mapping[str, object] | None) -> list[Finding]:
    """All that is wrong with the tables of config/guide; `plans` is config/plans.toml, None where it is not at hand."""
    found = [*_shape(tables, schema), *_ids(tables)]
    if not any(f.level == "error" for f in found):
        found += _whole(tables, plans)
    entries = {stem: list(_entries(stem, tables[stem])) for stem in sorted(tables)}
    found += [f for of_file in entries.values() for entry in of_file for f in check_entry(entry)]
    found += check_between({stem: e for stem, e in entries.items() if stem != "responsibilities"})
    found += _patterns(tables.get("titles"))
    found += _countries(tables)
    return sorted(found, key=lambda f: (f.level, f.file))


def _shape(tables: Tables, schema: Mapping[str, Any]) -> Iterator[Finding]:
    from jsonschema import Draft202012Validator

    for stem in sorted(tables):
        if stem not in schema["$defs"]["files"]:
            yield Finding(
                _file(stem),
                "",
                "error",
                "no such table is read",
                "take the file away, or name it as its like",
            )
            continue
        validator = Draft202012Validator({**schema, "anyOf": [{"$ref": f"#/$defs/files/{stem}"}]})
        for error in validator.iter_errors(tables[stem]):
            for inner in error.context or (error,):
                yield Finding(_file(stem), _path(inner.absolute_path), "error", *_said(inner))


def _said(error: Any) -> tuple[str, str]:
    message = str(error.message)
    says = message if len(message) < 200 else message[:80] + " ... " + message[-100:]
    remedies = {
        "required": "add the key",
        "additionalProperties": "take the key away, or mend its name",
        "minItems": "add a word, or take the empty list away",
        "maximum": "the guide has 431 lines; give the line of the guide, or leave the key out",
        "minimum": "the guide's lines begin at 1",
        "enum": "use one of these",
        "type": "write it as the schema wants it",
    }
    return says, remedies.get(error.validator, "write it as the schema wants it")


def _path(steps: Any) -> str:
    shown = ""
    for step in steps:
        shown += f" {step + 1}" if isinstance(step, int) else f"{': ' if shown else ''}{step}"
    return shown


def _whole(tables: Tables, plans: Mapping[str, object] | None) -> Iterator[Finding]:
    try:
        guide = make_guide(tables)
    except SettingsError as error:
        file, _, says = str(error).partition(" ")
        yield Finding(file.rstrip(":"), "", "error", says, "the guide cannot be read as it is")
        return
    yield from _names(guide)
    yield from _coverage(guide, tables, plans)


def _names(guide: Guide) -> Iterator[Finding]:
    """Ids that are named somewhere and exist nowhere."""
    skills, tools = {s.id for s in guide.skills}, {t.name for t in guide.tools}
    regulators, certificates = {r.id for r in guide.regulators}, {c.name for c in guide.certifications}
    issuers, known_ids = {i.name for i in guide.issuers} | {"various"}, _known(guide)
    named = [
        *(("tech_stack", c.id, "skills", c.skills, skills) for c in guide.tech_stack),
        *(("tech_stack", c.id, "tools", c.tools, tools) for c in guide.tech_stack),
        *(("markets", m.id, "regulators", m.regulators, regulators) for m in guide.markets),
        *(("certifications", i.id, "certifications", i.certifications, certificates) for i in guide.issuers),
        *(("certifications", c.name, "issuer", (c.issuer,), issuers) for c in guide.certifications),
        *((stem, owner, "about", about, known_ids) for stem, owner, about in _abouts(guide)),
    ]
    for stem, owner, key, names, known in named:
        for name in names:
            if name not in known:
                yield Finding(
                    _file(stem), f"{owner}: {key}", "error", f"{name!r} is nowhere", "mend the id, or add it"
                )


def _abouts(guide: Guide) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for stem, sayings in (
        ("advice", (*guide.advice, *guide.mistakes, *guide.portfolio)),
        ("outlook", (*guide.outlook, *guide.challenges, *guide.growth, *guide.trends)),
        ("path", (*guide.functions, *guide.ways)),
        ("education", guide.learning),
        ("day", tuple(a for block in guide.day for a in block.activities)),
    ):
        yield from ((stem, s.id, s.about) for s in sayings)
    yield from (("cases", c.id, c.about) for c in guide.cases)
    yield from (("questions", q.id, q.about) for q in guide.questions)
    yield from (("preferences", p.id, p.about) for p in guide.preferences)


def _known(guide: Guide) -> set[str]:
    things = (guide.skills, guide.abilities, guide.responsibilities, guide.topics, guide.setting, guide.steps)
    ids = {thing.id for of_kind in things for thing in of_kind}
    return ids | {t.id for t in guide.tiers} | set(guide.facts.names["areas"]) | ABOUT


def _coverage(guide: Guide, tables: Tables, plans: Mapping[str, object] | None) -> Iterator[Finding]:
    try:
        coverage = make_coverage(tables.get("coverage", {}))
    except SettingsError as error:
        yield Finding(_file("coverage"), "", "error", str(error), "mend what is named")
        return
    for row, paths in coverage.carried.items():
        for path in paths:
            if path.startswith("plans.") and plans is None:
                continue
            try:
                carrier_at(guide, plans or {}, path)
            except NotFound as error:
                yield Finding(
                    _file("coverage"), row, "error", str(error), "give the path of what carries it now"
                )


def _entries(stem: str, table: Mapping[str, Any], key: str = "", owner: str = "") -> Iterator[Entry]:
    """All lists of words with guards in a file, wherever they stand."""
    owner = str(table.get("id") or table.get("name") or owner)
    lists = {name: tuple(map(str, _list(table, name))) for name in LISTS}
    if lists["words"]:
        yield Entry(_file(stem), key, owner, **lists)
    for name in table:
        for n, item in enumerate(_list(table, name), 1):
            if isinstance(item, Mapping):
                of = str(item.get("id") or item.get("name") or "")
                yield from _entries(
                    stem, item, f"{key + ' ' if key else ''}[[{name}]] {n} {of}".rstrip(), owner
                )


def _list(table: object, name: str) -> list[object]:
    """A list of a table; empty where it is none, for the schema has said so."""
    value = table.get(name) if isinstance(table, Mapping) else None
    return value if isinstance(value, list) else []


def _table(table: object, name: str) -> Mapping[str, object]:
    value = table.get(name) if isinstance(table, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _ids(tables: Tables) -> Iterator[Finding]:
    for stem in sorted(set(tables) - SHARED):
        for key in tables[stem]:
            seen = set[str]()
            for n, item in enumerate(_list(tables[stem], key), 1):
                name = item.get("id") if isinstance(item, Mapping) else None
                if str(name) in seen:
                    says = f"id {name!r} is there twice"
                    yield Finding(_file(stem), f"[[{key}]] {n}", "error", says, "give it its own")
                if name is not None:
                    seen.add(str(name))


def _patterns(titles: object) -> Iterator[Finding]:
    for key in ("rule", "function"):
        for n, rule in enumerate(_list(titles, key), 1):
            for name in ("titles", "unless"):
                for pattern in _list(rule, name):
                    wrong = check_pattern(str(pattern))
                    if wrong is not None:
                        yield Finding(_file("titles"), f"[[{key}]] {n}: {name}", "error", *wrong)


def _countries(tables: Tables) -> Iterator[Finding]:
    for stem, key in (("regulators", "regulator"), ("regulations", "regulation"), ("markets", "market")):
        for n, item in enumerate(_list(tables.get(stem), key), 1):
            for code in _list(item, "countries"):
                if str(code) not in COUNTRIES | {"EU", "*"}:
                    yield _no_country(stem, f"[[{key}]] {n}: countries", code)
    for stem, keys in BY_COUNTRY:
        for key in keys:
            for code in _table(tables.get(stem), key):
                if code not in COUNTRIES:
                    yield _no_country(stem, f"[{key}]", code)


def _no_country(stem: str, key: str, code: object) -> Finding:
    remedy = (
        'write the two capitals of ISO 3166; "EU" and "*" hold for regulators, regulations and markets only'
    )
    return Finding(_file(stem), key, "error", f"{code!r} is no country", remedy)


def _file(stem: str) -> str:
    return f"config/guide/{stem}.toml"
