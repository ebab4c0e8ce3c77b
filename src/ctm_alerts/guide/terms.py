"""Words that give a thing away in a text, with the guards that keep false friends out; patterns of titles."""

from __future__ import annotations

import re
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


_BLANK = re.compile(r"\[[^\]]*\]| \?| ")


def flexible(pattern: str) -> str:
    """A title's pattern in which a blank stands for any run of blanks and dashes; within brackets it stays one."""

    def widen(piece: re.Match[str]) -> str:
        if piece.group() == " ":
            return r"[\s\-]+"
        return r"[\s\-]*" if piece.group() == " ?" else piece.group()

    return _BLANK.sub(widen, pattern)
