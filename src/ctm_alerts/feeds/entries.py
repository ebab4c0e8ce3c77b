"""What all kinds do alike on the way from a source's fields to our entry."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from ctm_alerts.feeds.clean import one_line
from ctm_alerts.feeds.feed import Entry, SalaryPeriod

#: no source's id is longer; what is longer is hashed
LONGEST_ID = 300
#: characters of any name that is looked up: of four bytes each they are fewer than PostgreSQL's 2,700
LONGEST_NAME = 600

_Raw = TypeVar("_Raw")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PERIOD_WORDS: tuple[tuple[SalaryPeriod, str], ...] = (
    ("year", "year yearly annual annually annum pa"),
    ("month", "month monthly"),
    ("week", "week weekly"),
    ("day", "day daily"),
    ("hour", "hour hourly ph"),
)
_PERIODS = {word: period for period, words in _PERIOD_WORDS for word in words.split()}


class Unreadable(Exception):
    """One entry cannot be read; the others can. Never leaves this package."""


def read_each(
    raws: Iterable[_Raw], read: Callable[[_Raw], Entry]
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries that could be read, in order, and one reason for each that could not."""
    entries: list[Entry] = []
    skipped: list[str] = []
    for number, raw in enumerate(raws, start=1):
        try:
            entries.append(read(raw))
        except Unreadable as e:
            skipped.append(f"entry {number}: {e}")
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as e:
            # an entry of a shape that nobody thought of must not cost its neighbours
            skipped.append(f"entry {number}: unexpected shape ({type(e).__name__}: {one_line(str(e), 80)})")
    return _told_apart(entries), tuple(skipped)


def entry_id(given: object, link: str | None, title: str, company: str | None) -> str:
    """The source's id as text; else the link; else a hash of title and company."""
    text = (
        one_line(str(given), LONGEST_ID * 4) if isinstance(given, str | int) and given not in ("", 0) else ""
    )
    text = text or link or ""
    return shortened(text, LONGEST_ID) if text else _hashed(f"{title}\n{company or ''}")


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """A name under which something is looked up: the text itself, or its hash when it has more characters."""
    return text if len(text) <= most else _hashed(text)


def _hashed(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def titled(title: str) -> str:
    """The title itself; an entry without one is not readable."""
    if not title:
        raise Unreadable("no title")
    return title


def amount(value: object) -> float | None:
    """A sum of money; 0, negative, words and the like are unknown."""
    if isinstance(value, str):
        text = value.replace(",", "").replace(" ", "").strip("$€£")
        value = float(text) if _NUMBER.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # compared before it is converted: an int may be too large for a float, and NaN compares to nothing
    return float(value) if 0 < value < 1e12 else None


def period(value: object) -> SalaryPeriod | None:
    """The period that a source's word means: "yearly", "per hour", "PA"."""
    if not isinstance(value, str):
        return None
    words = re.findall(r"[a-z]+", value.lower())
    return next((_PERIODS[word] for word in words if word in _PERIODS), None)


def currency(value: object) -> str | None:
    """An ISO 4217 code, or None."""
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if re.fullmatch(r"[A-Z]{3}", text) else None


def joined(value: object) -> str | None:
    """A text, or a list of texts joined by ", "; None when it says nothing."""
    values = value if isinstance(value, list) else [value]
    texts = [one_line(v) for v in values if isinstance(v, str)]
    return one_line(", ".join(text for text in dict.fromkeys(texts) if text)) or None


def prettified(slug: str) -> str:
    """A name made from a slug, as a last resort: "acme-bio" -> "Acme Bio"."""
    words = re.split(r"[-_.\s]+", one_line(slug))
    return " ".join(word if any(c.isupper() for c in word) else word.capitalize() for word in words if word)


def _told_apart(entries: list[Entry]) -> tuple[Entry, ...]:
    """Entries that share an id but lead to different places get the link into their ids; plain repeats go."""
    links: dict[str, set[str | None]] = {}
    for entry in entries:
        links.setdefault(entry.id, set()).add(entry.url)
    apart = [
        entry
        if len(links[entry.id]) == 1
        else replace(entry, id=entry_id(f"{entry.id} {entry.url or ''}", None, entry.title, entry.company))
        for entry in entries
    ]
    seen: Counter[str] = Counter()
    kept = []
    for entry in apart:
        seen[entry.id] += 1
        if seen[entry.id] == 1:
            kept.append(entry)
    return tuple(kept)
