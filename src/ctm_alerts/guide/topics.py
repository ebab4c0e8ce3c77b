"""What postings of the field speak of beside skills: methods of trials, health authorities, regulations, kinds of tools."""

from __future__ import annotations

from dataclasses import dataclass

from ctm_alerts.guide.terms import Terms


@dataclass(frozen=True)
class Topic:
    """A method or trend of clinical trials: decentralised trials, adaptive designs, real-world evidence."""

    id: str
    name: str
    terms: tuple[Terms, ...]
    line: int | None
    #: further lines of the guide that name it
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Regulator:
    """A health authority and where it rules ("EU" and "*" beside ISO codes)."""

    id: str
    name: str
    countries: tuple[str, ...]
    terms: tuple[Terms, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Regulation:
    """A law, a standard or a guideline, and where it holds ("EU" and "*" beside ISO codes)."""

    id: str
    name: str
    countries: tuple[str, ...]
    terms: tuple[Terms, ...]
    line: int | None
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class ToolClass:
    """One entry of the guide's tech stack: a kind of system and the products that the guide names for it."""

    id: str
    name: str
    #: names of products in tools.toml
    tools: tuple[str, ...]
    #: ids of the technical skills that working with it shows
    skills: tuple[str, ...]
    terms: tuple[Terms, ...]
    line: int | None
