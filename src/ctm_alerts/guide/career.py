"""What the guide tells people rather than machines: the work, the way into it and on, pay, markets, advice.

`text` is the guide's own wording or shorter; `about` names what a saying is about by the ids of this guide
(T01 a skill, S01 an ability, D01 a duty, a topic, a tier), so that a posting can bring the right one up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ctm_alerts.guide.terms import Terms

#: before, after and beside the role of Clinical Trial Manager
Direction = Literal["before", "after", "beside"]


@dataclass(frozen=True)
class Said:
    """A text of the guide and its line."""

    text: str
    line: int | None


@dataclass(frozen=True)
class Saying:
    """One thing that the guide says."""

    id: str
    text: str
    line: int | None
    #: further lines that belong to it
    also: tuple[int, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cue:
    """Something about the work setting that the words of a posting may give away: pace, long hours, travel."""

    id: str
    name: str
    text: str
    terms: tuple[Terms, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Preference:
    """A pro or a con of the role: what somebody may look for, or want to avoid."""

    id: str
    #: one word: "impact", "travel"
    name: str
    kind: Literal["pro", "con"]
    text: str
    line: int | None
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class DayBlock:
    """A part of the working day, as the guide tells it."""

    id: str
    name: str
    #: "9:00 AM - 12:00 PM"
    hours: str
    focus: Said
    activities: tuple[Saying, ...]
    line: int | None


@dataclass(frozen=True)
class Case:
    """A case study: a story and what to take from it."""

    id: str
    title: str
    story: Said
    takeaway: Said
    about: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class Question:
    """A question that people ask about the role, and the guide's answer."""

    id: str
    text: str
    answer: Said
    about: tuple[str, ...]
    line: int | None


@dataclass(frozen=True)
class CareerStep:
    """A role before, after or beside, and how many rungs of the ladder it is away."""

    id: str
    name: str
    direction: Direction
    #: -1 leads here, +1 is the next step; 0 beside
    rungs: int
    also_called: tuple[str, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Study:
    """A degree, a field of study or a programme."""

    id: str
    name: str
    kind: Literal["degree", "field", "programme"]
    also_called: tuple[str, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class EmployerType:
    """A kind of employer that the guide names, and what a verdict calls it."""

    id: str
    name: str
    text: str
    #: the verdict's employer type
    type: str
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Issuer:
    """Who issues certificates."""

    id: str
    name: str
    certifications: tuple[str, ...]
    terms: tuple[Terms, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class PayPoint:
    """One figure of the guide's pay; `note` says what it is and is not."""

    id: str
    name: str
    amount: int
    note: str
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A section of the guide."""

    id: str
    title: str
    line: int
