"""From parsed TOML tables to what the guide tells people: steps, studies, sayings, cases, questions, pay, the day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from ctm_alerts.errors import SettingsError
from ctm_alerts.guide.career import (
    CareerStep,
    Case,
    Cue,
    DayBlock,
    Direction,
    EmployerType,
    Issuer,
    PayPoint,
    Preference,
    Question,
    Said,
    Saying,
    Section,
    Study,
)
from ctm_alerts.guide.table import Table

T = TypeVar("T")

DIRECTIONS = ("before", "after", "beside")
STUDIES = ("degree", "field", "programme")
KINDS = ("pro", "con")
#: the types of employers that a verdict knows
EMPLOYER_TYPES = ("sponsor", "cro", "site", "government", "agency", "other")


def all_of(file: Table, key: str, make: Callable[[Table], T], *, named: str = "id") -> tuple[T, ...]:
    """Each of an array of tables as a value; raises SettingsError when two have one id."""
    made, seen = [], set[str]()
    for table in file.tables(key):
        name = table.text(named)
        if name in seen:
            raise SettingsError(f"{table.where}: {named} {name!r} is there twice; give each its own")
        seen.add(name)
        made.append(make(table))
    return tuple(made)


def sayings(file: Table, key: str) -> tuple[Saying, ...]:
    """The sayings of an array of tables."""
    return all_of(file, key, _saying)


def _saying(t: Table) -> Saying:
    return Saying(t.text("id"), t.text("text"), t.line(), t.lines("also"), t.words("about", []))


def _said(t: Table) -> Said:
    return Said(t.text("text"), t.line())


def make_cue(t: Table) -> Cue:
    """A cue of the work setting."""
    return Cue(t.text("id"), t.text("name"), t.text("text"), t.all_terms(), t.line(), t.lines("also"))


def make_preference(t: Table) -> Preference:
    """A pro or a con."""
    return Preference(
        id=t.text("id"),
        name=t.text("name"),
        kind="pro" if t.one_of("kind", KINDS) == "pro" else "con",
        text=t.text("text"),
        line=t.line(),
        about=t.words("about", []),
    )


def make_block(t: Table) -> DayBlock:
    """A part of the day."""
    return DayBlock(
        id=t.text("id"),
        name=t.text("name"),
        hours=t.text("hours"),
        focus=_said(t.table("focus")),
        activities=sayings(t, "activities"),
        line=t.line(),
    )


def make_case(t: Table) -> Case:
    """A case study."""
    return Case(
        id=t.text("id"),
        title=t.text("title"),
        story=_said(t.table("story")),
        takeaway=_said(t.table("takeaway")),
        about=t.words("about", []),
        line=t.line(),
    )


def make_question(t: Table) -> Question:
    """A question and its answer."""
    return Question(t.text("id"), t.text("text"), _said(t.table("answer")), t.words("about", []), t.line())


def make_step(t: Table) -> CareerStep:
    """A rung of the ladder."""
    return CareerStep(
        id=t.text("id"),
        name=t.text("name"),
        direction=cast(Direction, t.one_of("direction", DIRECTIONS)),
        rungs=t.number("rungs"),
        also_called=t.words("also_called", []),
        line=t.line(),
        also=t.lines("also"),
    )


def make_study(t: Table) -> Study:
    """A degree, a field or a programme."""
    kind = t.one_of("kind", STUDIES)
    return Study(
        id=t.text("id"),
        name=t.text("name"),
        kind="degree" if kind == "degree" else "field" if kind == "field" else "programme",
        also_called=t.words("also_called", []),
        line=t.line(),
        also=t.lines("also"),
    )


def make_employer_type(t: Table) -> EmployerType:
    """A kind of employer."""
    return EmployerType(
        id=t.text("id"),
        name=t.text("name"),
        text=t.text("text"),
        type=t.one_of("type", EMPLOYER_TYPES),
        line=t.line(),
        also=t.lines("also"),
    )


def make_issuer(t: Table) -> Issuer:
    """Who issues certificates."""
    return Issuer(
        id=t.text("id"),
        name=t.text("name"),
        certifications=t.words("certifications"),
        terms=t.all_terms(),
        line=t.line(),
        also=t.lines("also"),
    )


def make_point(t: Table) -> PayPoint:
    """A figure of the guide's pay."""
    return PayPoint(
        t.text("id"), t.text("name"), t.number("amount"), t.text("note"), t.line(), t.lines("also")
    )


def make_section(t: Table) -> Section:
    """A section of the guide."""
    return Section(t.text("id"), t.text("title"), t.number("line"))
