"""From parsed TOML tables to a Guide; every complaint names the file and the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ctm_alerts.errors import SettingsError
from ctm_alerts.guide.facts import make_facts
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
    Responsibility,
    Skill,
    TierStep,
    TitleFunction,
    TitleRule,
    Tool,
)
from ctm_alerts.guide.make_career import (
    all_of,
    make_block,
    make_case,
    make_cue,
    make_employer_type,
    make_issuer,
    make_point,
    make_preference,
    make_question,
    make_section,
    make_step,
    make_study,
    sayings,
)
from ctm_alerts.guide.table import Table
from ctm_alerts.guide.topics import Regulation, Regulator, ToolClass, Topic

TIER_IDS = ("junior", "mid", "senior", "lead")
EMPLOYERS = ("agency", "government", "site", "cro", "sponsor", "care", "elsewhere")
ROLES = ("ctm", "feeder", "next", "related", "other")
NEEDS = ("", "trials", "shown", "medicine", "medicine shown", "feeder", "text")


def make_guide(tables: Mapping[str, Mapping[str, object]]) -> Guide:
    """The guide that the tables of config/guide spell (file stem -> parsed TOML); raises SettingsError."""

    def of(stem: str) -> Table:
        if stem not in tables:
            raise SettingsError(f"config/guide/{stem}.toml is missing; put it back")
        return Table(tables[stem], f"config/guide/{stem}.toml")

    tiers = of("tiers")
    titles = of("titles")
    careers, education, outlook, advice = of("careers"), of("education"), of("outlook"), of("advice")
    certificates = of("certifications")
    skills = all_of(of("skills"), "skill", _skill)
    abilities = all_of(of("soft"), "ability", _ability)
    return Guide(
        tiers=_tiers(tiers),
        tier_words=tiers.word_lists("words"),
        tie_rule=tiers.table("ties").text("rule"),
        skills=skills,
        tools=tuple(Tool(t.text("name"), t.terms(), t.line()) for t in of("tools").tables("tool")),
        certifications=all_of(certificates, "certification", _certification, named="name"),
        abilities=abilities,
        responsibilities=all_of(of("responsibilities"), "responsibility", _responsibility),
        skill_map=tuple(
            _group(t, {s.id for s in skills}, {a.id for a in abilities})
            for t in of("skill_map").tables("group")
        ),
        band=_band(of("bands").table("band")),
        regulators=all_of(of("regulators"), "regulator", _regulator),
        markets=all_of(of("markets"), "market", _market),
        title_rules=tuple(_title_rule(t) for t in titles.tables("rule")),
        title_functions=tuple(
            TitleFunction(t.text("name"), t.one_of("role", ROLES), t.words("titles"))
            for t in titles.tables("function")
        ),
        title_words=titles.word_lists("words"),
        role_labels={t.one_of("id", ROLES): t.text("label") for t in careers.tables("role")},
        employers={name: _employer(of("employers").table(name)) for name in EMPLOYERS},
        places=_places(of("places")),
        facts=make_facts(of("facts")),
        tie_gaps=tiers.table("ties").words("gaps"),
        topics=all_of(of("topics"), "topic", _topic),
        regulations=all_of(of("regulations"), "regulation", _regulation),
        tech_stack=all_of(of("tech_stack"), "class", _tool_class),
        issuers=all_of(certificates, "issuer", make_issuer),
        studies=all_of(education, "study", make_study),
        steps=all_of(careers, "step", make_step),
        employer_types=all_of(of("employer_types"), "type", make_employer_type),
        pay_points=all_of(of("bands"), "point", make_point),
        setting=all_of(of("setting"), "cue", make_cue),
        preferences=all_of(of("preferences"), "preference", make_preference),
        day=all_of(of("day"), "block", make_block),
        cases=all_of(of("cases"), "case", make_case),
        questions=all_of(of("questions"), "question", make_question),
        sections=all_of(of("sections"), "section", make_section),
        functions=sayings(of("path"), "function"),
        ways=sayings(of("path"), "way"),
        learning=sayings(education, "learning"),
        outlook=sayings(outlook, "fact"),
        challenges=sayings(outlook, "challenge"),
        growth=sayings(outlook, "growth"),
        trends=sayings(outlook, "trend"),
        advice=sayings(advice, "advice"),
        mistakes=sayings(advice, "mistake"),
        portfolio=sayings(advice, "portfolio"),
    )


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
        asks=t.words("asks"),
        asks_line=t.number("asks_line"),
        scope_line=t.number("scope_line"),
        years_line=t.number("years_line"),
    )


def _skill(t: Table) -> Skill:
    return Skill(t.text("id"), t.text("name"), t.all_terms(), t.line())


def _certification(t: Table) -> Certification:
    return Certification(
        t.text("name"),
        t.text("title"),
        t.text("issuer"),
        t.terms(),
        t.line(),
        t.lines("also"),
        t.text("conflict", ""),
    )


def _ability(t: Table) -> Ability:
    return Ability(t.text("id"), t.text("name"), t.all_terms(), t.line())


def _responsibility(t: Table) -> Responsibility:
    return Responsibility(t.text("id"), t.text("name"), t.text("text"), t.all_terms(), t.line())


def _group(t: Table, skills: set[str], abilities: set[str]) -> MapGroup:
    return MapGroup(
        id=t.text("id"),
        name=t.text("name"),
        text=t.text("text"),
        entries=all_of(t, "entries", lambda e: _entry(e, skills, abilities)),
        line=t.line(),
        also=t.lines("also"),
    )


def _entry(t: Table, skills: set[str], abilities: set[str]) -> MapEntry:
    return MapEntry(
        id=t.text("id"),
        name=t.text("name"),
        skills=_known(t, "skills", skills, "skills.toml"),
        abilities=_known(t, "abilities", abilities, "soft.toml"),
        line=t.line(),
    )


def _known(t: Table, key: str, known: set[str], file: str) -> tuple[str, ...]:
    named = t.words(key, [])
    if missing := set(named) - known:
        raise SettingsError(f"{t.where}: {key} names {', '.join(sorted(missing))}, not in {file}")
    return named


def _market(t: Table) -> Market:
    return Market(
        t.text("id"), t.text("name"), t.words("countries"), t.words("regulators"), t.text("text"), t.line()
    )


def _topic(t: Table) -> Topic:
    return Topic(t.text("id"), t.text("name"), t.all_terms(), t.line(), t.lines("also"))


def _regulation(t: Table) -> Regulation:
    return Regulation(
        t.text("id"), t.text("name"), t.words("countries"), t.all_terms(), t.line(), t.lines("also")
    )


def _tool_class(t: Table) -> ToolClass:
    return ToolClass(
        t.text("id"), t.text("name"), t.words("tools"), t.words("skills"), t.all_terms(), t.line()
    )


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
    return Regulator(
        t.text("id"), t.text("name"), t.words("countries"), t.all_terms(), t.line(), t.lines("also")
    )


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
        states=file.word_lists("states"),
        town_codes=file.word_lists("town_codes"),
        wide=file.word_lists("wide"),
        words=file.word_lists("words"),
        prefer_country=file.table("codes").words("prefer_country"),
        anywhere=file.table("anywhere").words("names"),
        giveaways=file.word_lists("giveaways"),
    )
