"""What trial managers ask first, as words: degrees, languages, areas, whose desk, engagement, reach, hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ctm_alerts.errors import NotFound, SettingsError
from ctm_alerts.guide.table import Table
from ctm_alerts.guide.terms import Terms

#: the fields of a verdict that have words here
FACT_FIELDS = ("degrees", "languages", "areas", "side", "engagement", "reach", "hands")


@dataclass(frozen=True)
class FactWords:
    """Words that speak for one value of one field."""

    #: "areas"
    field: str
    #: "oncology"
    value: str
    terms: Terms
    #: phrases that hold one of the words and mean something else; a word within them does not count
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The words of all fields, and the names of their values for people."""

    words: tuple[FactWords, ...]
    #: field -> id -> name, both in the order of the file
    names: Mapping[str, Mapping[str, str]]
    #: adjectives in small letters by the country that they speak of (ISO 3166 alpha-2)
    nationalities: Mapping[str, tuple[str, ...]]
    _order: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        order = {name: tuple(values) for name, values in self.names.items()}
        object.__setattr__(self, "_order", MappingProxyType(order))

    def order(self, name: str) -> tuple[str, ...]:
        """The ids of a field in the order in which they are shown; raises NotFound."""
        try:
            return self._order[name]
        except KeyError:
            raise NotFound(f"no such fact: {name!r}; there are {', '.join(self._order)}") from None

    def name(self, field_name: str, value: str) -> str:
        """What people call a value ("rare_disease" -> "Rare diseases"); the id itself where it has no name."""
        return self.names.get(field_name, {}).get(value, value)


def make_facts(file: Table) -> Facts:
    """The facts that facts.toml spells; raises SettingsError, which names the file and the key."""
    words: list[FactWords] = []
    names: dict[str, dict[str, str]] = {name: {} for name in FACT_FIELDS}
    for name in FACT_FIELDS:
        for entry, value in _entries(file, name, names[name]):
            words.append(FactWords(name, value, entry.terms(), entry.words("apart", [])))
    return Facts(
        words=tuple(words),
        names=MappingProxyType({name: MappingProxyType(values) for name, values in names.items()}),
        nationalities=MappingProxyType(file.word_lists("nationalities")),
    )


def _entries(file: Table, name: str, names: dict[str, str]) -> Iterator[tuple[Table, str]]:
    """Each entry of a field with its id; the first of an id must name it, the others must not."""
    for entry in file.tables(name):
        value = entry.text("id")
        if ("name" in entry.values) == (value in names):
            wish = "take the second name away" if value in names else "add a name for people"
            raise SettingsError(f"{entry.where}: the first entry of {value!r} carries its name; {wish}")
        names.setdefault(value, entry.text("name", value))
        yield entry, value
