"""The role that a posting offers: the title first, the text where the title fits other work too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from ctm_alerts.guide.guide import Guide, Needs, TitleRule
from ctm_alerts.guide.terms import flexible
from ctm_alerts.postings.employer import EmployerNames
from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.posting import Evidence, Role
from ctm_alerts.postings.text import Passage, fold

#: characters of a title that are read
TITLE_AT_MOST = 300
#: a text shorter than the first says too little to speak against a title; one shorter than the second, a little
_TEXT_AT_LEAST, _LONG_FROM = 120, 400
#: so many different words of conducting a trial outweigh another function in the title
_CONDUCT_AT_LEAST = 4


@dataclass(frozen=True)
class Rule:
    """A title rule, compiled."""

    role: Role
    name: str
    titles: re.Pattern[str]
    unless: re.Pattern[str] | None
    needs: Needs
    without: Role


@dataclass(frozen=True)
class Function:
    """Work of another kind that may stand beside a trial manager's title, compiled."""

    name: str
    role: Role
    titles: re.Pattern[str]


@dataclass(frozen=True)
class RoleRules:
    """All rules over titles, in the order in which they are asked."""

    rules: tuple[Rule, ...]
    functions: tuple[Function, ...]
    #: words of a title that mean care for patients
    care: re.Pattern[str]
    #: words of an employer's name that mean another field
    elsewhere: re.Pattern[str]
    labels: dict[str, str]


@dataclass(frozen=True)
class RoleFound:
    """A role with its reason; `span` is where the title says so."""

    role: Role
    reason: str
    span: tuple[int, int] | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """All that can settle an ambiguous title."""

    company: Passage
    text: Passage
    #: hits of the lexicon's themes in the text
    trials: tuple[Hit, ...]
    elsewhere: tuple[Hit, ...]
    conduct: tuple[Hit, ...]
    names: EmployerNames


def make_role_rules(guide: Guide) -> RoleRules:
    """The compiled rules of the guide's titles."""
    return RoleRules(
        tuple(_compiled(rule) for rule in guide.title_rules),
        tuple(Function(f.name, cast(Role, f.role), _any_of(f.titles)) for f in guide.title_functions),
        _whole_words(guide.title_words["care"]),
        _whole_words(guide.title_words["elsewhere_names"]),
        dict(guide.role_labels),
    )


def _whole_words(words: Iterable[str]) -> re.Pattern[str]:
    bare = "|".join(flexible(re.escape(fold(w)).replace(r"\ ", " ")) for w in words)
    return re.compile(rf"(?<!\w)(?:{bare})(?!\w)")


def _compiled(rule: TitleRule) -> Rule:
    return Rule(
        role=cast(Role, rule.role),
        name=rule.name,
        titles=_any_of(rule.titles),
        unless=_any_of(rule.unless) if rule.unless else None,
        needs=rule.needs,
        without=cast(Role, rule.without),
    )


#: what titles write shorter too
_ABBREVIATED = re.compile(r"(?<![a-z])managers\?|(?<![a-z])manager(?![a-z])")


def _short_too(word: re.Match[str]) -> str:
    """A pattern for the word and its abbreviation: "Clinical Trial Mgr"."""
    return f"(?:{word.group()}|mgrs?\\b\\.?)"


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    # a border means no letter beside it; Chinese and Japanese write none, so they need none
    wide = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    joined = "|".join(_ABBREVIATED.sub(_short_too, flexible(p)) for p in patterns)
    return re.compile(
        rf"(?:(?<!\w)|(?<=[{wide}])|(?=[{wide}]))(?:{joined})(?:(?!\w)|(?=[{wide}])|(?<=[{wide}]))"
    )


def find_role(rules: RoleRules, title: Passage, around: Surroundings) -> RoleFound:
    """The role of a posting, with one sentence that says why."""
    words = title.folded[:TITLE_AT_MOST]
    for rule in rules.rules:
        found = rule.titles.search(words)
        if found and not (rule.unless and rule.unless.search(words)):
            other = _other_function(rules, rule, title, found.span(), around)
            return other or _settle(rules, rule, title, found.span(), around)
    return RoleFound("other", "The title names no role of clinical research.", None)


def _other_function(
    rules: RoleRules, rule: Rule, title: Passage, span: tuple[int, int], around: Surroundings
) -> RoleFound | None:
    """The role of a function that stands beside a trial manager's title: "Clinical Trial Manager, Sales"."""
    if rule.role != "ctm" or _conducts(around):
        return None
    words = title.folded[:TITLE_AT_MOST]
    beside = words[: span[0]] + "|" * (span[1] - span[0]) + words[span[1] :]
    for function in rules.functions:
        found = function.titles.search(beside)
        if found:
            low, high = min(span[0], found.start()), max(span[1], found.end())
            reason = f"The title says “{_quote(title, low, high)}”, which is {function.name} rather than the conduct of trials."
            return RoleFound(function.role, reason, span, (title.evidence("role", function.role, low, high),))
    return None


def _conducts(around: Surroundings) -> bool:
    """Whether the text speaks of conducting a trial, in several words and more than of another field."""
    spoken = {around.text.folded[h.start : h.end] for h in around.conduct}
    return len(spoken) >= _CONDUCT_AT_LEAST and len(around.conduct) > 2 * len(around.elsewhere)


def _quote(passage: Passage, start: int, end: int) -> str:
    return " ".join(passage.raw[start:end].split())


def _settle(
    rules: RoleRules, rule: Rule, title: Passage, span: tuple[int, int], around: Surroundings
) -> RoleFound:
    doubt = _doubt(rules, rule, title, around)
    role = rule.without if doubt else rule.role
    quote = _quote(title, *span)
    said = (title.evidence("role", role, *span),)
    if doubt:
        return RoleFound(role, f"The title says “{quote}”, but {doubt}.", span, said)
    return RoleFound(role, _sentence(rule, quote, around), span, said)


def _sentence(rule: Rule, quote: str, around: Surroundings) -> str:
    if rule.role == "ctm" and "clinical trial manager" in fold(quote):
        return f"The title says “{quote}”."
    return f"The title says “{quote}”, {rule.name}{_support(rule, around)}."


def _support(rule: Rule, around: Surroundings) -> str:
    if rule.needs not in ("trials", "shown", "text") or not around.trials:
        return ""
    hit = around.trials[0]
    return f"; the text speaks of “{_quote(around.text, hit.start, hit.end)}”"


def _doubt(rules: RoleRules, rule: Rule, title: Passage, around: Surroundings) -> str:
    """Why the title does not mean what it says here; "" when it does."""
    if rule.needs in ("trials", "shown"):
        return _doubt_trials(rules, title, around, shown=rule.needs == "shown")
    if rule.needs == "text" and len(around.trials) < 3:
        return "nothing else speaks of clinical trials"
    if rule.needs in ("medicine", "medicine shown"):
        return _doubt_medicine(around, shown=rule.needs == "medicine shown")
    return ""


def _doubt_trials(rules: RoleRules, title: Passage, around: Surroundings, *, shown: bool) -> str:
    care = rules.care.search(title.folded[:TITLE_AT_MOST])
    strong = bool(_TRIAL_TITLE.search(title.folded))
    if care and not strong and len(around.trials) < 8:
        return f"“{care.group()}” makes it a role in care"
    if len(around.text.raw) >= _TEXT_AT_LEAST:
        return _doubt_text(around)
    if field := rules.elsewhere.search(around.company.folded):
        return f"“{field.group()}” in the employer's name speaks of another field"
    if strong or around.names.type_of(around.company)[0] in ("sponsor", "cro"):
        return ""
    if around.names.sounds_like_care(around.company):
        return "the employer's name speaks of care and nothing of trials"
    return "nothing else speaks of clinical trials" if shown else ""


def _doubt_text(around: Surroundings) -> str:
    trials, elsewhere = len(around.trials), len(around.elsewhere)
    enough = 3 if len(around.text.raw) >= _LONG_FROM else 1
    if trials >= enough and trials >= 2 * elsewhere:
        return ""
    if elsewhere:
        hit = around.elsewhere[0]
        return f"the text speaks of “{_quote(around.text, hit.start, hit.end)}” more than of trials"
    return "" if trials >= enough - 1 and trials else "the text says nothing of clinical trials"


def _doubt_medicine(around: Surroundings, *, shown: bool) -> str:
    if around.names.type_of(around.company)[0] in ("sponsor", "cro"):
        return ""
    if len(around.text.raw) >= _LONG_FROM:
        spoken = len(_MEDICINE.findall(around.text.folded))
        return (
            "" if spoken >= 3 or len(around.trials) >= 3 else "the text says nothing of medicines or devices"
        )
    if around.names.is_elsewhere(around.company):
        return "the employer's name speaks of another field"
    care = around.names.sounds_like_care(around.company)
    if care:
        return "the employer's name speaks of care, not of medicines"
    return "nothing else speaks of medicines" if shown else ""


_TRIAL_TITLE = re.compile(
    r"clinical (?:trial|stud)|clinical research|(?:head|director|president|vp|lead)[ ,]{1,2}(?:of )?(?:global )?clinical development\b|(?:trial|study) (?:manager|lead)|oncology|phase|cro\b|fsp"
)
_MEDICINE = re.compile(
    r"medicin|pharma|drug|clinical|medical device|therap|patient|biolog|diagnostic|薬|医療|臨床|gxp"
)
