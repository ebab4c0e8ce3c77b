"""robots.txt (RFC 9309): what a site lets us read, and how fast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

#: what sites call us by in their robots.txt
NAME = "ctm-alerts"
#: beyond it nothing is read (RFC 9309, 2.5 asks for 500 KiB at least); lines and their length for the same reason
MOST_BYTES = 500_000
_MOST_RULES, _LONGEST_RULE = 2_000, 2_000
#: seconds; who asks for longer pauses is read by fewer calls in a round
LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class Robots:
    """The rules of one site for us.

    Attributes:
        rules: (pattern, whether it allows), as they stand.
        pause: seconds between two requests.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    pause: float = 0.0

    def allows(self, url: str) -> bool:
        """By the longest pattern that fits; of two as long the one that allows (RFC 9309, 2.2.2)."""
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + (f"?{unquote(parts.query)}" if parts.query else "")
        fitting = [(len(pattern), allows) for pattern, allows in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


def read_robots(text: str) -> Robots:
    """The group that names us, else the one for all; groups of one name count as one."""
    ours: dict[str, list[tuple[str, str]]] = {NAME: [], "*": []}
    found: set[str] = set()
    for agents, key, value in _lines(text):
        for name in agents & ours.keys():
            found.add(name)
            ours[name].append((key, value))
    said = ours[NAME] if NAME in found else ours["*"]
    rules = [
        (unquote(value), key == "allow") for key, value in said if key in ("allow", "disallow") and value
    ]
    pauses = [
        float(value)
        for key, value in said
        if key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value)
    ]
    return Robots(tuple(rules[:_MOST_RULES]), min(max(pauses, default=0.0), LONGEST_PAUSE))


def _lines(text: str) -> Iterator[tuple[frozenset[str], str, str]]:
    """Each line of a group with the names that the group is for; one with an empty key for the names themselves."""
    agents: frozenset[str] = frozenset()
    in_rules = False
    for raw in text[:MOST_BYTES].splitlines():
        key, colon, value = raw.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()[:_LONGEST_RULE]
        if not colon:
            continue
        if key == "user-agent":
            agents = frozenset({_named(value)}) | (frozenset() if in_rules else agents)
            in_rules = False
            yield agents, "", ""
        elif key in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            yield agents, key, value


def _named(value: str) -> str:
    """A name as we compare it: sites write "CTM-Alerts/1.0" for it too."""
    return value.lower().partition("/")[0].strip()


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern with "*" and a last "$" begins a path; a step through its pieces, so no pattern takes long."""
    ends = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not ends or path == first
    at = len(first)
    for piece in pieces[:-1]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    last = pieces[-1]
    return path.endswith(last) and len(path) - len(last) >= at if ends else path.find(last, at) >= 0
