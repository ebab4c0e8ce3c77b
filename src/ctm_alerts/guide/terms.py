"""Words that give a thing away in a text, with the guards that keep false friends out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """Words that give a thing away, and the guards that hold for all of them."""

    #: "=" before a word: its capitals count
    words: tuple[str, ...]
    #: one of these must stand nearby
    near: tuple[str, ...] = ()
    #: none of these may stand nearby
    never: tuple[str, ...] = ()
    #: one of these must stand somewhere in the text
    anywhere: tuple[str, ...] = ()
    #: none of these may stand anywhere in the text
    nowhere: tuple[str, ...] = ()
