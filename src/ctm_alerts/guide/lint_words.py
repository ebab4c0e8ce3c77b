"""What can be wrong with the guide's words, guards and patterns, each with its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ctm_alerts.guide.terms import flexible

#: characters around a hit in which guards are looked for; longer guards never fit (postings/lexicon.py)
NEAR, NEVER = 80, 160
#: ends of words that are understood without being written
_PLURALS = ("s", "es")

_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something wrong in one of the guide's tables."""

    file: str
    #: where in the file: "[[skill]] 3 T03: words"
    key: str
    level: Level
    says: str
    remedy: str


@dataclass(frozen=True)
class Entry:
    """Words with their guards, and where they stand."""

    file: str
    key: str
    #: the id or name of what they stand for
    owner: str
    words: tuple[str, ...]
    near: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()

    def error(self, what: str, says: str, remedy: str) -> Finding:
        """An error in one of the lists."""
        return Finding(self.file, f"{self.key}: {what}", "error", says, remedy)

    def warning(self, what: str, says: str, remedy: str) -> Finding:
        """A warning about one of the lists."""
        return Finding(self.file, f"{self.key}: {what}", "warning", says, remedy)


@lru_cache(maxsize=65_536)
def plain(word: str) -> str:
    """A word as texts are searched for it: small letters, blanks for signs as postings/lexicon.py has them, no marks."""
    return loose(word.removeprefix("=").removesuffix("*"))


def loose(text: str) -> str:
    """Small letters, and a blank for each sign that is no letter and no digit."""
    return text.lower().translate(_SIGNS)


#: Chinese, Japanese and Korean, which part no words
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def as_guard(word: str) -> str:
    """A guard as texts are searched for it: where a word begins, whatever its ending (postings/lexicon.py)."""
    low = plain(word)
    return low if _WIDE.match(low) or low[:1] == " " else f" {low}"


def check_entry(entry: Entry) -> Iterator[Finding]:
    """What is wrong within one list of words and its guards."""
    yield from _twice(entry)
    yield from _marks(entry)
    yield from _covered(entry)
    yield from _guards(entry, "near", entry.near, NEAR)
    yield from _guards(entry, "never", entry.never, NEVER)
    yield from _guards(entry, "anywhere", entry.anywhere, None)
    yield from _guards(entry, "nowhere", entry.nowhere, None)
    yield from _fights(entry)
    yield from _forbidden(entry)
    yield from _within(entry)


def _twice(entry: Entry) -> Iterator[Finding]:
    seen = set[str]()
    for word in entry.words:
        if word in seen:
            yield entry.error("words", f"{word!r} is there twice", "take one away")
        seen.add(word)


def _marks(entry: Entry) -> Iterator[Finding]:
    for word in entry.words:
        bare = word.removeprefix("=").removesuffix("*")
        if not plain(word).strip():
            yield entry.error("words", f"{word!r} holds no letters", "write the word, or take it away")
        elif "=" in bare or "*" in bare:
            yield entry.error(
                "words",
                f"{word!r} has a mark within",
                'put "=" before the word and "*" behind it, nowhere else',
            )
        elif not word.startswith("=") and bare != bare.lower():
            yield entry.error(
                "words", f"{word!r} has capitals that do not count", 'put "=" before it, or write it small'
            )
        elif word.endswith("*") and len(bare) < 4 and bare.isascii():
            yield entry.warning(
                "words", f"{word!r} is a short stem", "write four letters or more before the *"
            )


def _covered(entry: Entry) -> Iterator[Finding]:
    stems = tuple(plain(w) for w in entry.words if w.endswith("*"))
    small = {plain(w) for w in entry.words if not w.startswith("=")}
    for word in entry.words:
        bare = plain(word)
        stem = next((s for s in stems if bare.startswith(s) and bare != s), None)
        if stem is not None and " " not in bare[len(stem) :]:
            yield entry.warning("words", f"{word!r} is idle, {stem + '*'!r} finds it", "take it away")
        elif any(bare.endswith(end) and bare.removesuffix(end) in small for end in _PLURALS):
            yield entry.warning("words", f"{word!r} is idle, plurals are understood", "take it away")
        elif word.startswith("=") and bare in small:
            yield entry.warning("words", f"{word!r} is idle, it is there without its =", "take one away")


def _guards(entry: Entry, what: str, guards: tuple[str, ...], reach: int | None) -> Iterator[Finding]:
    sought = [as_guard(g) for g in guards]
    for n, (guard, low) in enumerate(zip(guards, sought, strict=True)):
        shorter = next((s for k, s in enumerate(sought) if k != n and s in low and (s != low or k < n)), None)
        if "*" in guard:
            yield entry.error(
                what,
                f"{guard!r} is dead, a guard knows no *",
                "write the stem alone; a guard may have any ending",
            )
        elif reach is not None and len(low) > reach:
            yield entry.error(what, f"{guard!r} is dead, it is longer than {reach} characters", "shorten it")
        elif shorter is not None:
            yield entry.warning(
                what, f"{guard!r} is idle, {shorter.strip()!r} is found wherever it is", "take it away"
            )
        elif len(bare := low[1:]) < 4 and bare.isascii() and bare.isalpha() and set(bare) & set("aeiouy"):
            yield entry.warning(
                what, f"{guard!r} begins other words too", f"write {f'{bare} '!r} for the word alone"
            )


def _fights(entry: Entry) -> Iterator[Finding]:
    bans = (*entry.never, *entry.nowhere)
    for what, guards in (("near", entry.near), ("anywhere", entry.anywhere)):
        # what stands far away may be anywhere, so only what is nowhere forbids it
        for guard in guards:
            ban = next(
                (b for b in (bans if what == "near" else entry.nowhere) if as_guard(b) in as_guard(guard)),
                None,
            )
            if ban is not None:
                says = f"{guard!r} is dead, {ban!r} is forbidden"
                yield entry.error(what, says, "take it out of one of the two")


def _forbidden(entry: Entry) -> Iterator[Finding]:
    for what, bans in (("never", entry.never), ("nowhere", entry.nowhere)):
        for word in entry.words:
            ban = next((b for b in bans if as_guard(b) in as_guard(word)), None)
            if ban is not None:
                says = f"{ban!r} is a part of {word!r}, which is never found"
                yield entry.error(what, says, "take one of the two away")


def _within(entry: Entry) -> Iterator[Finding]:
    guards = [plain(g) for g in entry.near if plain(g).strip()]
    own = [word for word in entry.words if any(g in plain(word) for g in guards)]
    if own:
        shown = ", ".join(repr(w) for w in own[:3]) + (f" and {len(own) - 3} more" if len(own) > 3 else "")
        yield entry.warning(
            "near",
            f"{shown} hold a guard themselves, which does not count: it must stand beside them",
            "move them to [[terms]] without this guard when they are plain enough by themselves",
        )


def check_between(entries: Mapping[str, list[Entry]]) -> Iterator[Finding]:
    """Words that stand for two things of one file, or twice for one with guards and without."""
    for of_file in entries.values():
        first: dict[str, Entry] = {}
        for entry in of_file:
            for word in dict.fromkeys(entry.words):
                other = first.setdefault(word, entry)
                if other is entry:
                    continue
                if other.owner != entry.owner:
                    says = f"{word!r} stands for {other.owner} too"
                    yield entry.warning("words", says, "keep it where it means the most, or leave it in both")
                elif not (other.near or other.never) or not (entry.near or entry.never):
                    says = f"{word!r} is also there without guards, which makes these idle"
                    yield entry.warning("words", says, "keep one of the two")


def check_pattern(pattern: str) -> tuple[str, str] | None:
    """What is wrong with a regular expression and the remedy; None when nothing is."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is no regular expression: {error}", "mend it, or escape what is meant literally"
    try:
        re.compile(flexible(pattern))
    except re.error as error:
        return (
            f"{pattern!r} fails once each blank stands for any run of blanks and dashes: {error}",
            "write a blank within a look-behind as [ ]",
        )
    if runs_away(pattern):
        return (
            f"{pattern!r} repeats a group that repeats within; it can take for ever",
            "bound one of the two: {0,3} for + or *",
        )
    return None


def runs_away(pattern: str) -> bool:
    """Whether an endless repeat stands within a group that is repeated without end."""
    groups = [False]
    # what is escaped, and what stands in brackets, is one letter
    flat = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", pattern)
    for place, char in enumerate(flat):
        if char == "(":
            groups.append(False)
        elif char == ")" and len(groups) > 1:
            endless, repeated = groups.pop(), _is_endless(flat, place + 1)
            if endless and repeated:
                return True
            groups[-1] = groups[-1] or endless or repeated
        elif _is_endless(flat, place) and flat[place - 1 : place] != ")":
            groups[-1] = True
    return False


def _is_endless(flat: str, place: int) -> bool:
    return re.match(r"[+*]|\{\d+,\}", flat[place:]) is not None
