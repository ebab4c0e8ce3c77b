"""From parsed TOML tables to a Guide; every complaint names the file and the key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from ctm_alerts.errors import SettingsError
from ctm_alerts.guide.guide import (
    Ability,
    Band,
    Certification,
    EmployerWords,
    Guide,
    MapEntry,
    MapGroup,
    Market,
    Needs,
    Places,
    Regulator,
    Responsibility,
    Skill,
    Terms,
    TierStep,
    TitleFunction,
    TitleRule,
    Tool,
)

T = TypeVar("T")

TIER_IDS = ("junior", "mid", "senior", "lead")
EMPLOYERS = ("agency", "government", "site", "cro", "sponsor", "care")
ROLES = ("ctm", "feeder", "next", "related", "other")
NEEDS = ("", "trials", "shown", "medicine", "feeder", "text")


class Table:
    """One TOML table that knows its file and key, so that errors can name them."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise SettingsError(f"{where} must be a table, not {type(values).__name__}")
        self.values: Mapping[str, object] = values
        self.where = where

    def _get(self, key: str, kind: type[T], default: T | None) -> T:
        value = self.values.get(key, default)
        if value is None:
            raise SettingsError(f"{self.where}: {key} is missing; add it")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise SettingsError(f"{self.where}: {key} must be {kind.__name__}, not {value!r}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self._get(key, str, default)

    def number(self, key: str) -> int:
        return self._get(key, int, None)

    def line(self) -> int | None:
        return self.number("line") if "line" in self.values else None

    def words(self, key: str, default: list[object] | None = None) -> tuple[str, ...]:
        found: list[object] = self._get(key, list, default)
        if not all(isinstance(w, str) and w for w in found):
            raise SettingsError(f"{self.where}: {key} must be a list of words, none empty")
        return tuple(cast(list[str], found))

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise SettingsError(
                f"{self.where}: {key} is {value!r}; use one of {', '.join(a or repr(a) for a in allowed)}"
            )
        return value

    def table(self, key: str) -> Table:
        if key not in self.values:
            raise SettingsError(f"{self.where}: [{key}] is missing; add it")
        return Table(self.values[key], f"{self.where}: [{key}]")

    def tables(self, key: str) -> Iterator[Table]:
        """Each of an array of tables; at least one."""
        for n, values in enumerate(self._get(key, list, None), 1):
            yield Table(values, f"{self.where}: [[{key}]] {n}")

    def word_lists(self, key: str) -> dict[str, tuple[str, ...]]:
        inner = self.table(key)
        return {name: inner.words(name) for name in inner.values}


def make_guide(tables: Mapping[str, Mapping[str, object]]) -> Guide:
    """The guide that the tables of config/guide spell (file stem -> parsed TOML); raises SettingsError."""

    def of(stem: str) -> Table:
        if stem not in tables:
            raise SettingsError(f"config/guide/{stem}.toml is missing; put it back")
        return Table(tables[stem], f"config/guide/{stem}.toml")

    tiers = of("tiers")
    titles = of("titles")
    skills = tuple(_skill(t) for t in of("skills").tables("skill"))
    return Guide(
        tiers=_tiers(tiers),
        tier_words=tiers.word_lists("words"),
        tie_rule=tiers.table("ties").text("rule"),
        skills=skills,
        tools=tuple(Tool(t.text("name"), _terms(t), t.line()) for t in of("tools").tables("tool")),
        certifications=tuple(_certification(t) for t in of("certifications").tables("certification")),
        abilities=tuple(_ability(t) for t in of("soft").tables("ability")),
        responsibilities=tuple(_responsibility(t) for t in of("responsibilities").tables("responsibility")),
        skill_map=tuple(_group(t, {s.id for s in skills}) for t in of("skill_map").tables("group")),
        band=_band(of("bands").table("band")),
        regulators=tuple(_regulator(t) for t in of("regulators").tables("regulator")),
        markets=tuple(
            Market(t.text("name"), t.words("countries"), t.line()) for t in of("markets").tables("market")
        ),
        title_rules=tuple(_title_rule(t) for t in titles.tables("rule")),
        title_functions=tuple(
            TitleFunction(t.text("name"), t.one_of("role", ROLES), t.words("titles"))
            for t in titles.tables("function")
        ),
        title_words=titles.word_lists("words"),
        role_labels={t.one_of("id", ROLES): t.text("label") for t in of("careers").tables("role")},
        employers={name: _employer(of("employers").table(name)) for name in EMPLOYERS},
        places=_places(of("places")),
    )


def _terms(t: Table) -> Terms:
    return Terms(t.words("words"), t.words("near", []), t.words("never", []))


def _tiers(file: Table) -> tuple[TierStep, ...]:
    tiers = tuple(_tier(t) for t in file.tables("tier"))
    if tuple(t.id for t in tiers) != TIER_IDS:
        raise SettingsError(f"{file.where}: [[tier]] must be {', '.join(TIER_IDS)}, in this order")
    starts = [t.years_from for t in tiers]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise SettingsError(f"{file.where}: years_from must start at 0 and rise, not {starts}")
    return tiers


def _tier(t: Table) -> TierStep:
    return TierStep(
        id=t.one_of("id", TIER_IDS),
        name=t.text("name"),
        full_name=t.text("full_name"),
        years=t.text("years"),
        years_from=t.number("years_from"),
        scope=t.words("scope"),
        line=t.line(),
    )


def _skill(t: Table) -> Skill:
    return Skill(t.text("id"), t.text("name"), tuple(_terms(x) for x in t.tables("terms")), t.line())


def _certification(t: Table) -> Certification:
    return Certification(t.text("name"), t.text("title"), t.text("issuer"), _terms(t), t.line())


def _ability(t: Table) -> Ability:
    return Ability(t.text("id"), t.text("name"), t.words("words"), t.line())


def _responsibility(t: Table) -> Responsibility:
    return Responsibility(t.text("id"), t.text("text"), t.words("words"), t.line())


def _group(t: Table, known: set[str]) -> MapGroup:
    return MapGroup(t.text("name"), tuple(_entry(e, known) for e in t.tables("entries")), t.line())


def _entry(t: Table, known: set[str]) -> MapEntry:
    skills = t.words("skills")
    if missing := set(skills) - known:
        raise SettingsError(f"{t.where}: skills names {', '.join(sorted(missing))}, not in skills.toml")
    return MapEntry(t.text("name"), skills, t.line())


def _band(t: Table) -> Band:
    return Band(
        country=t.text("country"),
        currency=t.text("currency"),
        period=t.text("period"),
        min=t.number("min"),
        max=t.number("max"),
        junior=t.number("junior"),
        mid=t.number("mid"),
        senior=t.number("senior"),
        top_from=t.number("top_from"),
        line=t.line(),
    )


def _regulator(t: Table) -> Regulator:
    return Regulator(t.text("id"), t.text("name"), t.words("countries"), t.line())


def _title_rule(t: Table) -> TitleRule:
    return TitleRule(
        role=t.one_of("role", ROLES),
        name=t.text("name"),
        titles=t.words("titles"),
        unless=t.words("unless", []),
        needs=cast(Needs, t.one_of("needs", NEEDS, "")),
        without=t.one_of("without", ROLES, "other"),
    )


def _employer(t: Table) -> EmployerWords:
    return EmployerWords(t.words("names"), t.words("parts"), t.words("text"))


def _places(file: Table) -> Places:
    return Places(
        countries=file.word_lists("countries"),
        regions=file.word_lists("regions"),
        cities=file.word_lists("cities"),
        state_codes=file.word_lists("state_codes"),
        prefer_country=file.table("codes").words("prefer_country"),
        anywhere=file.table("anywhere").words("names"),
        giveaways=file.word_lists("giveaways"),
    )
