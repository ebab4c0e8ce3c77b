"""Towns and countries by name: a compact cut of GeoNames and CLDR (see the head of gazetteer.tsv), read once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

#: shipped beside this module, for it is no opinion that an operator would change
FILE = Path(__file__).with_name("gazetteer.tsv")
#: words of a longest name that is looked for
WORDS_AT_MOST = 6

_PLAIN = str.maketrans(
    {"ø": "o", "ß": "ss", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i", "þ": "th", "ð": "d", "'": "", "’": "", "‘": "", ".": ""}
)  # fmt: skip
_SHORT = {"saint": "st", "sankt": "st", "ft": "fort", "mt": "mount"}
_GAP = re.compile(r"[\s\-‐‑–—/_&,+]+")


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, str]:
    """What each name stands for: "US.MA=118 GB=145" for towns, thousands of people each; "!DE" for a country."""
    found: dict[str, str] = {}
    values: dict[str, str] = {}  # a third of them are different
    with FILE.open(encoding="utf-8") as lines:
        for line in lines:
            if line[0] != "#":
                name, _, value = line.rstrip("\n").partition("\t")
                found[name] = values.setdefault(value, value)
    return found


@lru_cache(maxsize=1)
def heads() -> frozenset[str]:
    """The words with which names of several words begin."""
    return frozenset({name[: name.index(" ")] for name in gazetteer() if " " in name})


@lru_cache(maxsize=4096)
def homes_of(value: str) -> tuple[tuple[str, int], ...]:
    """The homes of a gazetteer's value with their thousands of people, the largest first."""
    pairs = (share.partition("=") for share in value.split())
    return tuple((home, int(people)) for home, _, people in pairs)


@lru_cache(maxsize=16_384)
def key_of(name: str) -> str:
    """A name without accents, points and capitals, its words with one blank between: "St. Gallen" is "st gallen"."""
    small = name.lower()
    if not small.isascii():
        apart = unicodedata.normalize("NFKD", small)
        small = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    else:
        small = small.replace("'", "").replace(".", "")
    return " ".join(_SHORT.get(word, word) for word in _GAP.sub(" ", small).split())
