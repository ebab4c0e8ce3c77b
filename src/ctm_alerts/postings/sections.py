"""What each stretch of a description is for, by its headings: duties, requirements, wishes, benefits, boilerplate."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Literal, NamedTuple

from ctm_alerts.postings.cues import Places

#: what a stretch of a description is for; "about" and "eeo" are the employer's boilerplate
Purpose = Literal["body", "duties", "required", "preferred", "benefits", "about", "eeo"]


class Stretch(NamedTuple):
    """A stretch of a description and what it is for."""

    start: int
    end: int
    purpose: Purpose


# headings, most telling first; matched against short lines and against "Heading:" within a line
_HEADINGS: tuple[tuple[Purpose, str], ...] = (
    (
        "eeo",
        (
            r"equal (?:employment )?opportunit|diversity|inclusion|eeo|reasonable accommodation|accommodations?|privacy|"
            r"recruitment (?:&|and) staffing|agency notice|notice to|disclaimer|fraud|applicant|how to apply|"
            r"datenschutz|bewerbung"
        ),
    ),
    (
        "preferred",
        (
            r"preferred|we prefer|nice to have|nice-to-have|desirable|desired|bonus points|ideally|good to have|advantageous|"
            r"plus points|wünschenswert|von vorteil|souhait|deseable|望ましい|歓迎|尚可|\bwant\b"
        ),
    ),
    (
        "benefits",
        (
            r"benefits|what we offer|we offer|perks|compensation|salary|pay range|our offer|why join|why work|rewards|"
            r"what you(?:'ll| will| can) (?:get|expect)|what's in it|was wir bieten|wir bieten|ihre vorteile|avantages|"
            r"nous offrons|ofrecemos|beneficios|待遇|福利厚生|給与"
        ),
    ),
    (
        "required",
        (
            r"requirements?|qualifications?|must have|must-have|what you(?:'ll)? (?:need|bring)|you(?:'ll)? (?:have|bring)|"
            r"who you are|about you|your profile|your background|skills|experience|education|minimum|essential|basic|"
            r"what we(?:'re| are) looking for|we are looking for|knowledge|competenc|ihr profil|anforderungen|"
            r"qualifikation|profil recherch|votre profil|compétences|requisitos|perfil|応募資格|必須|求める|要件|資格|"
            r"(?:about )?(?:the )?profile$|person specification|candidate|criteria|必要な|経験|"
            r"(?:is (?:that|this)|sounds? like) you|(?:be|you|makes you) success|to succeed|^(?:why )?you(?:'re| are| may be| might be) (?:a |the )?(?:great|good|right) fit|"
            r"the ideal|what (?:will help|helps) you|what you(?:'ve| have)|^you should |love to see|love (?:it )?if you"
        ),
    ),
    (
        "duties",
        (
            r"responsibilit|duties|what you(?:'ll| will) (?:do|be doing|learn)|your role|the role|role overview|"
            r"about the role|your tasks|accountabilit|key tasks|main tasks|job description|position summary|"
            r"job summary|purpose|the position|about this|overview|opportunity|in this role|day to day|activities|"
            r"aufgaben|tätigkeiten|missions?|vos missions|le poste|funciones|responsabilidades|tareas|職務|業務内容|"
            r"仕事内容|the impact you|where you (?:come|fit) in|^you(?:'ll| will)$|get ready to|^role$|(?:about )?the job$|à propos du poste|"
            r"how you(?:'ll| will) (?:make|contribute|help|spend|add)|what you(?:'ll| will) (?:work|own|build|lead|accomplish|achieve|be responsible)"
        ),
    ),
    (
        "about",
        (
            r"about (?:us|the company|our company|the team|[a-z0-9&.' -]{2,30})|who we are|our (?:company|story|values|"
            r"culture|mission|purpose)|company (?:overview|description|profile|information)|why us|more about|"
            r"the values|the team|über uns|wir über|qui sommes|à propos|sobre nosotros|quiénes somos|会社概要|企業情報"
        ),
    ),
)
#: characters of a line that may be a heading, ornaments included
_HEADING_AT_MOST = 160
#: what stands around the words of a heading
_ORNAMENTS = "".join(("*#:-=_. ", "[]<>", "【】■◆●"))
_HEADING = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _HEADINGS))
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_INLINE = re.compile(r"(?:(?<=[.!?;)] )|(?<=^))([a-z&'/ ]{4,48}):(?=\s)", re.MULTILINE)
#: a cheap look before the dear one
_ABOUT_STARTS = (
    "about us",
    "our company ",
    "at ",
    "we are ",
    "our mission",
    "our vision",
    "founded in",
    "headquartered",
)
_ABOUT_LINE = re.compile(
    r"^(?:(?:about us\s?[:\-]|our company (?:is an?|manages|provides|develops|speciali[sz]es)\b)(?!.*(?:\byou\b|requirements?:|responsibilities:|looking for))|at [a-z0-9&.' -]{2,40}, (?:we|our)|we are (?:a|an|the) |our mission|our vision|founded in|headquartered|"
    r"[a-z0-9&.', -]{2,60} is (?:a|an|the) (?:[a-z-]+ ){0,6}(?:company|organization|organisation|leader|provider|"
    r"firm|cro|business|group)\b)"
)


def divide(folded: str, by_law: Places = ()) -> tuple[Stretch, ...]:
    """The stretches of a folded description, by its headings; lines of plain boilerplate stand alone.

    `by_law` are the places of words that only stand in statements of equal opportunity.
    """
    marks: list[tuple[int, Purpose]] = [(0, "body")]
    purpose: Purpose = "body"
    legal = [start for start, _ in by_law]
    at = 0
    for line in folded.split("\n"):
        length = len(line)
        heading = _heading(line) if length < _HEADING_AT_MOST else None
        if heading:
            purpose = heading
            marks.append((at, purpose))
        elif purpose == "about" and length < _HEADING_AT_MOST and _is_emphasised(line):
            purpose = "body"
            marks.append((at, purpose))
        elif 60 < length < 1500 and (aside := _aside(line, bool(legal) and _holds(legal, at, at + length))):
            marks += [(at, aside), (at + length, purpose)]
        elif length > 120 and (inline := _inline_marks(line, at)):
            marks += inline
            purpose = marks[-1][1]
        at += length + 1
    ends = [start for start, _ in marks[1:]] + [len(folded)]
    return tuple(Stretch(s, e, p) for (s, p), e in zip(marks, ends, strict=True) if e > s or not folded)


def _heading(line: str) -> Purpose | None:
    bare = line.strip()
    return heading_of(bare) if len(bare) > 2 and _may_head(bare) else None


#: letters and blanks of a heading that says nothing known
_UNKNOWN_AT_MOST, _UNKNOWN_BLANKS = 60, 8


def _is_emphasised(line: str) -> bool:
    """Whether a line is set apart like a heading: it ends what an employer tells of itself, whatever it announces."""
    bare = line.strip()
    words = bare.strip(_ORNAMENTS)
    if not 2 < len(words) <= _UNKNOWN_AT_MOST or words.count(" ") > _UNKNOWN_BLANKS:
        return False
    is_bold = bare.startswith("**") and bare.endswith(("**", "**:"))
    return is_bold or bare.startswith("##") or bare.endswith((":", "：", "?"))


def _holds(places: list[int], start: int, end: int) -> bool:
    return bisect_left(places, start) < bisect_left(places, end)


def _may_head(line: str) -> bool:
    """A cheap look before the dear one: sentences and items of lists are no headings."""
    if line[-1] in ".,;" and not line.endswith("..."):
        return False
    return not (line[:2] in ("- ", "* ") and line[-1] not in ":：")


# the same few hundred headings stand over most postings
@lru_cache(maxsize=8192)
def heading_of(line: str) -> Purpose | None:
    """What a line announces when it is a heading; None for a line of text."""
    words = line.strip(_ORNAMENTS)
    if not 2 < len(words) <= 70 or words.count(" ") > 9:
        return None
    if not _may_head(line.strip()):
        return None
    if len(words) > 18 and _WIDE.search(words) and not line.lstrip().startswith(("【", "<", "[", "■", "◆")):
        return None
    found = _HEADING.search(words)
    if not found or (found.start() > 30 and not line.rstrip().endswith(":")):
        return None
    if words.count(" ") > 4 and not line.rstrip().endswith((":", "：", "?")) and found.start() > 12:
        return None
    purpose = _purpose_of(found)
    # "Salary: $120,000" is a line of its own and opens no section
    return None if purpose == "benefits" and _DIGIT.search(words) else purpose


_DIGIT = re.compile(r"\d")


def _purpose_of(found: re.Match[str]) -> Purpose:
    return next(name for name, _ in _HEADINGS if found.lastgroup == name)


def _aside(line: str, by_law: bool) -> Purpose | None:
    if by_law:
        return "eeo"
    line = line.strip(" *-")
    if not line.startswith(_ABOUT_STARTS) and " is a" not in line[:72] and " is the " not in line[:72]:
        return None
    return "about" if _ABOUT_LINE.match(line) else None


def _inline_marks(line: str, at: int) -> list[tuple[int, Purpose]]:
    marks: list[tuple[int, Purpose]] = []
    if ": " not in line:
        return marks
    for heading in _INLINE.finditer(line):
        found = _HEADING.search(heading.group(1))
        if found and found.lastgroup not in ("eeo", "about"):
            marks.append((at + heading.start(), _purpose_of(found)))
    return marks
