"""Cheap words that stand in all that a dear pattern finds: one pass over a text tells where to look closer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ctm_alerts.postings.automaton import Automaton

#: what a cue is for; one group for each pattern that asks for it
Group = Literal[
    "internship", "contract", "part_time", "full_time", "temporary", "permanent_unspecified",
    "hybrid", "remote", "onsite", "money", "years", "travel", "eeo", "about", "stated",
]  # fmt: skip
#: where the cues of a group stand, in the order of the text
Places = Sequence[tuple[int, int]]

#: cues of one group that are followed up in one text; three times what the longest real posting holds
CUES_AT_MOST = 400
_CODES = "usd gbp eur chf cad aud pln sek nok dkk jpy inr sgd nzd czk huf ron brl mxn ils zar cny krw hkd"
_CUES: dict[Group, Sequence[str]] = {
    "internship": ["internship", "praktikum", "alternance"],
    "contract": ["contract", "fixed-term", "fixed term", "freelance", "ir35"],
    "part_time": ["part-time", "part time", "teilzeit", "max. 20", "max 20"],
    "full_time": ["full-time", "full time", "fulltime", "vollzeit", "temps plein", "tiempo completo", " hours per week", " hours a week"],
    "temporary": ["temporary"],
    "permanent_unspecified": ["permanent", "unbefristet", "cdi", "正社員"],
    "hybrid": [
        "hybrid", "híbrid", "office", "on-site", "on site", "onsite", "home", "remot", "in-person", "in person", "ハイブリッド",
        "mobiles arbeiten", "télétravail",
    ],
    "remote": ["remot", "home-based", "home based", "from home", "your home", "telecommut", "anywhere", "distributed", "リモート", "在宅", "homeoffice", "télétravail", "teletrabajo"],
    "onsite": [
        "on-site", "on site", "onsite", "office", "in-person", "in person", "days a week", "days per week", "days each week",
        *(f"based {word}" for word in ("mainly", "primarily", "at our", "at the", "in our", "in the", "from our", "from the")),
        *(f"{work} {word}" for work in ("work", "working") for word in ("at ", "from ", "in ", "on ")),
        "sur place", "vor ort", "presencial", "ward-based", "ward based", "ward level", "bedside", "homes", "own home", "出社",
    ],
    "money": ["$", "£", "€", "¥", "₹", "zł", *_CODES.split()],
    "years": ["year", "yrs", "yoe", "jahr", "jaar", " ans", " an d'", " an minimum", "année", "año", "anni", " anno", "anos", "ano ", " år", " lat", "年"],
    "travel": ["travel", "reise", "déplacement", "viaj", "viagg", "出張"],
    "eeo": [
        "equal opportunit", "equal employment", "without regard to", "race, color", "race, colour", "race, religion", "race, sex",
        "protected veteran", "affirmative action", "e-verify", "unsolicited resume", "reasonable accommodation",
    ],
    "stated": ["location", "standort", "勤務地", "🌎"],
}  # fmt: skip
#: codes and short words count between word borders only: "eur" is none in "europe"
_WHOLE = frozenset((*_CODES.split(), "cdi"))


def _make_automaton() -> Automaton[tuple[Group, ...]]:
    groups: dict[str, tuple[Group, ...]] = {}
    for group, words in _CUES.items():
        for word in words:
            groups[word] = (*groups.get(word, ()), group)
    return Automaton(groups)


_AUTOMATON = _make_automaton()


def find_cues(folded: str) -> Mapping[Group, Places]:
    """Where the cues of each group stand in a folded text; a group without any is not there."""
    found: dict[Group, list[tuple[int, int]]] = {}
    for groups, start, end in _AUTOMATON.find(folded):
        if folded[start:end] in _WHOLE and _within_a_word(folded, start, end):
            continue
        for group in groups:
            places = found.setdefault(group, [])
            if len(places) < CUES_AT_MOST:
                places.append((start, end))
    return found


def _within_a_word(folded: str, start: int, end: int) -> bool:
    return folded[start - 1 : start].isalpha() or folded[end : end + 1].isalpha()
