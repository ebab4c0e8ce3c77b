"""The tier of a Clinical Trial Manager's posting: a word of the title first, then the years asked, then mid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.posting import TIERS, Evidence, Tier, TierSign
from ctm_alerts.postings.role import TITLE_AT_MOST
from ctm_alerts.postings.text import Passage, fold
from ctm_alerts.postings.years import YearsAsked


@dataclass(frozen=True)
class TierRules:
    """The title words of each tier, compiled, and the guide's years."""

    junior: re.Pattern[str]
    senior: re.Pattern[str]
    lead: re.Pattern[str]
    guide: Guide


@dataclass(frozen=True)
class TierFound:
    """A tier and why, with each sign that speaks for one."""

    tier: Tier
    reason: str
    signs: tuple[TierSign, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def make_tier_rules(guide: Guide) -> TierRules:
    """The compiled tier words of the guide."""
    words = guide.tier_words
    return TierRules(_words(words["junior"]), _words(words["senior"]), _words(words["lead"]), guide)


def _words(words: Iterable[str]) -> re.Pattern[str]:
    bare = "|".join(sorted((re.escape(fold(w)) for w in words), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{bare})(?![^\W_])|(?:{_wide(words)})")


def _wide(words: Iterable[str]) -> str:
    """Japanese words need no border; a pattern that never matches when there are none."""
    return "|".join(re.escape(w) for w in words if ord(w[0]) > 0x3000) or r"(?!)"


def tier_distance(a: Tier, b: Tier) -> int:
    """How many tiers lie between two: 0 for the same, 1 for neighbours."""
    return abs(TIERS.index(a) - TIERS.index(b))


def find_tier(
    rules: TierRules, title: Passage, years: YearsAsked, scope: Sequence[Evidence], employment: str
) -> TierFound:
    """The tier by the written order: title word, years asked, nothing said -> mid.

    `scope` are the words of the text for the scope of a tier (guide lines 166-184). They decide nothing, for postings of
    every tier use them; where they or the years speak of another tier than the title, the signs show it.
    """
    found = _by_title(rules, title)
    asked = years.required
    signs = _signs(rules, title, found, years, scope)
    quoted = tuple(_as_tier(e, cast(Tier, e.value)) for e in scope)
    if found and not (found.project and asked is not None and asked < 7):
        return TierFound(
            found.tier, _title_reason(found, title, asked), signs, (_said(title, found), *quoted)
        )
    if employment == "internship":
        return TierFound("junior", "an internship", signs, quoted)
    if asked is not None:
        tier = cast(Tier, rules.guide.tier_of_years(asked))
        said = tuple(_as_tier(e, tier) for e in years.said("years_min"))
        lead = "a clinical project manager's title; " if found else ""
        return TierFound(tier, lead + _years_words(asked, said), signs, (*said, *quoted))
    return TierFound("mid", "no tier word and no years asked, so the middle tier", signs, quoted)


def _signs(
    rules: TierRules,
    title: Passage,
    found: _TitleTier | None,
    years: YearsAsked,
    scope: Sequence[Evidence],
) -> tuple[TierSign, ...]:
    signs = []
    if found:
        signs.append(TierSign("title", found.tier, " ".join(title.raw[slice(*found.span)].split())))
    if years.required is not None:
        asked = f"{years.required} asked"
        signs.append(TierSign("years", cast(Tier, rules.guide.tier_of_years(years.required)), asked))
    signs += [TierSign("scope", cast(Tier, e.value), " ".join(e.quote.split())) for e in scope]
    return tuple(signs)


def _title_reason(found: _TitleTier, title: Passage, years: int | None) -> str:
    if found.project:
        asked = f"{years} years asked" if years is not None else "no years asked"
        return f"a clinical project manager's title and {asked}"
    return f"the title says “{' '.join(title.raw[slice(*found.span)].split())}”"


def _years_words(years: int, said: Sequence[Evidence]) -> str:
    """The years asked, and of what where the same sentence says so."""
    of = " of clinical research" if any("clinical research" in e.quote.lower() for e in said) else ""
    return f"{years} {'year' if years == 1 else 'years'}{of} asked"


def _said(title: Passage, found: _TitleTier) -> Evidence:
    return title.said("tier", found.tier, *found.span)


def _as_tier(said: Evidence, tier: Tier) -> Evidence:
    return Evidence("tier", tier, said.quote, said.start, said.end, said.source)


@dataclass(frozen=True)
class _TitleTier:
    tier: Tier
    span: tuple[int, int]
    #: a plain "Clinical Project Manager": years below 7 overrule it
    project: bool = False
    #: any clinical project manager's, senior ones too
    is_project: bool = False


_NOUN = re.compile(
    r"manag|mgr|\blead|leader|head|leiter|leitung|leder|leider|ledare|chef|responsa|responsável|jef[ea]\b|gerente|gestor|gestionnaire|capo\b|ctm|cpm|director|マネジャー|マネージャー|"
    r"リーダー|studieleder|intern\b|internship|経理|经理"
)
_ALTERNATIVES = re.compile(r"/|\||\bor\b|\boder\b|\bou\b")
_GRADE = re.compile(
    r"(?<![\w&])(?P<grade>i{1,3}|iv|[1-3])(?![\w&%.])(?!\s*(?:month|year|position|location|day))"
)
_PROJECT = re.compile(
    r"clinical\s+(?:projects?|program(?:me)?)\s+(?:senior\s+)?(?:manage\w+|leads?|leader|director)|(?<![\w-])cpm(?!\w)"
    r"|clinical operations project manager|clinical trial project (?:manager|lead)"
    r"|(?:project|program(?:me)?) (?:manager|lead|leader)\W{1,3}(?:global )?clinical (?:trials?|stud(?:y|ies)|operations)"
    # its equals in French, German, Dutch, Danish, Swedish, Spanish, Portuguese and Italian
    r"|(?:chef(?:fe)?|gestionnaire|responsable) de projets? (?:en |d'|des )?(?:études? |essais? |recherche |développement )?cliniques?"
    r"|klinische[rn]? projekt(?:manager|leiter)(?:in)?|klinische projektleitung|projekt(?:manager|leiter)(?:in)?,? (?:für )?klinische"
    r"|klinisch projectleider|klinisch projectmanager|project(?:leider|manager) klinisch|klinisk projekt(?:leder|ledare)"
    r"|project (?:manager|leader) cl[ií]nico|(?:jef[ea]|gerente|gestora?|directora?|responsável) de (?:proyectos?|projetos?) clínicos?"
    r"|(?:responsabile|capo) (?:di |dei |del )?progett[oi] clinic[oi]"
)
#: roles whose own names hold a tier word that says nothing of the tier
_NOT_A_TIER = re.compile(
    r"clinical\s+(?:research|trials?|study)\s+associates?(?!\s+manager)|lead management|lead generation|"
    r"(?:reports?|reporting) to .*|deputy head of|medical lead"
)
#: "(Senior) Study Manager" is a double title
_IN_BRACKETS = re.compile(r"\((senior|sr\.?|associate|principal|lead)\)(?=\s)")
_DIRECTOR = re.compile(r"(?<!\w)(?:associate\s+|assoc\.?\s+|senior\s+|assistant\s+)?director(?!\w)")
_PLAIN_MANAGER = re.compile(r"(?<!\w)(?:manager|mgr)(?!\w)")
_LEAD_NOUN = re.compile(r"(?<!\w)(?:lead|leader)(?!\s+(?:\w+\s+){0,4}manager)(?!\w)")


def _by_title(rules: TierRules, title: Passage) -> _TitleTier | None:
    """The lowest tier that one of the title's alternatives speaks of; None when all are plain."""
    text = title.folded[:TITLE_AT_MOST]
    text = _NOT_A_TIER.sub(lambda m: " " * len(m.group()), text)
    text = _IN_BRACKETS.sub(lambda m: f" {m.group(1)}/", text)
    found: list[_TitleTier | None] = []
    for start, end in _segments(text):
        if _NOUN.search(text, start, end) or _is_grade_alone(rules, text[start:end].strip(" ([.,")):
            found.append(_segment_tier(rules, text, start, end))
    found = _with_projects(found)
    if not found or (None in found and not _later_only(found)):
        return None
    return min((f for f in found if f), key=lambda f: TIERS.index(f.tier), default=None)


def _with_projects(found: list[_TitleTier | None]) -> list[_TitleTier | None]:
    """A senior grade beside a clinical project manager's title is that title's: "(Senior) Clinical Project Manager"."""
    if not any(f and f.tier == "lead" and f.is_project for f in found):
        return found
    return [f for f in found if f is None or f.tier != "senior" or f.is_project] or found


def _is_grade_alone(rules: TierRules, segment: str) -> bool:
    """Whether an alternative is only a grade: the first half of "Senior / Clinical Trial Manager"."""
    return any(words.fullmatch(segment) for words in (rules.junior, rules.senior, rules.lead))


def _later_only(found: list[_TitleTier | None]) -> bool:
    """Whether a junior alternative stands beside plain ones: the lower holds."""
    return any(f and f.tier == "junior" for f in found)


def _segments(text: str) -> list[tuple[int, int]]:
    cuts = [m.span() for m in _ALTERNATIVES.finditer(text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return list(zip(starts, ends, strict=True))


def _segment_tier(rules: TierRules, text: str, start: int, end: int) -> _TitleTier | None:
    director = _DIRECTOR.search(text, start, end)
    if director:
        return _TitleTier("lead", director.span())
    junior = rules.junior.search(text, start, end)
    if junior:
        return _TitleTier("junior", junior.span())
    project = _PROJECT.search(text, start, end)
    graded = _graded(text, start, end)
    if graded:
        return graded
    senior = rules.senior.search(text, start, end)
    if project:
        first = min(project.start(), senior.start() if senior else project.start())
        return _TitleTier("lead", (first, project.end()), project=senior is None, is_project=True)
    return _senior_or_lead(rules, text, start, end, senior)


def _senior_or_lead(
    rules: TierRules, text: str, start: int, end: int, senior: re.Match[str] | None
) -> _TitleTier | None:
    lead = rules.lead.search(text, start, end)
    if lead and not _is_double(text, start, end):
        return _TitleTier("lead", lead.span())
    if senior:
        return _TitleTier("senior", senior.span())
    return None


def _is_double(text: str, start: int, end: int) -> bool:
    """Whether the segment names a manager and a lead beside each other: "Manager, Clinical Study Lead"."""
    manager = _PLAIN_MANAGER.search(text, start, end)
    noun = _LEAD_NOUN.search(text, start, end)
    return bool(manager and noun)


_GRADES: dict[str, Tier] = {
    "i": "junior",
    "1": "junior",
    "ii": "mid",
    "2": "mid",
    "iii": "senior",
    "3": "senior",
    "iv": "lead",
}


def _graded(text: str, start: int, end: int) -> _TitleTier | None:
    for grade in _GRADE.finditer(text, start, end):
        before = text[start : grade.start()].rstrip()
        if re.search(r"(?:manager|lead|leader|level|mgr)[\s,(\-]*$", before):
            tier = _GRADES[grade["grade"]]
            return _TitleTier(tier, grade.span())
    return None
