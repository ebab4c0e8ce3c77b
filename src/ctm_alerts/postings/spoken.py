"""The languages that the work asks for: their names, where the words around speak of knowing them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.marks import Marks, quoted
from ctm_alerts.postings.posting import Evidence
from ctm_alerts.postings.text import Passage

#: characters on either side of a name in which its sentence is read
_REACH = 110
#: words of knowing a language
_KNOWN = re.compile(
    r"fluen|proficien|speak|spoken|written|verbal|oral (?:and|comm|skill|&)|language|command of| native|lingual|mother tongue|"
    r"working knowledge|business[- ]level|level| communicat|[ (/][abc][12]\b|toeic|ielts|conversation|literate|mastery|"
    r"reading|writing|presentation|skill|(?:recruit|collect|interview)\w* [\w ]{0,40}in (?:\w+ (?:and|or) )?\||"
    r"(?:good|excellent|strong|perfect|advanced|intermediate|great|business|professional|basic) \||kenntnis|sprach|fließend|verhandlungssicher|wort und schrift|"
    r"courant|maîtrise|parlé|langue|niveau|lingue|dominio|fluido|fluidez|nivel|idioma|hablado|avanzad|intermedi[oa]|avancé|avançado|fluente|conoscenza|lingua|"
    r"ottima|parlato|vloeiend|beheers|taal|nível|domínio|biegł|znajomo|język|plynul|folyékony|flytande|flydende|flytende|"
    r"力|レベル|流暢|堪能|ビジネス|ネイティブ|会話|読み書き|読解|読める|話せる|コミュニケーション|メール|文書|必須|できる|使用"
)
#: a measure straight before the name: "good English", "advanced level of English"
_MEASURED = re.compile(
    r"(?:good|excellent|strong|perfect|advanced|intermediate|basic|great|solid|professional|business|perfekt\w*|gute[snrm]?|"
    r"sehr gut\w*|bon|bonne|très bon|buen|buon[oa]?|goede?|fluent|full|high|clear|impeccable|fließend\w*|knowledge of|"
    r"knowledge of the|speaks?|speaking|in|of|and|or|und|et|y|,|/|:|\(|&|\+|plus|with)\s*(?:\w+\s){0,1}\Z"
)
#: what a name is about when it is not the language of the work
_OF_ELSE = re.compile(
    r"\s*(?:(?:the|its|their|up)\b|[- ]speaking (?:countr|region|market|world|client|customer|patient|communit|part|switzerland|jobs?\b|area)|"
    r"market|patients?\b|compan|cultur|customers?\b|bulldog|ranking|breakfast|law\b|regulat|authorit|government|version|translation|"
    r"class|lesson|course|tax|gaap|gmp|labeling|labelling|pharmacopoe|subsidiar|offices?\b|team\b|site\b|phase|citizen|"
    r"passport|nationals?\b|clinicians|healthcare|food|language (?:class|course|lesson|version|training))"
)
#: what is written in a language, not asked in it: "your CV in English"
_IN = re.compile(r"\b(?:in|into|auf|en|to|from)\s(?:either\s|both\s)?(?:\w+\s(?:and|or|und|oder|et|ou)\s)?\Z")
_WRITTEN = re.compile(
    r"\b(?:cv|résumé|resume|application|cover letter|documents?|apply|bewerbung|lebenslauf|unterlagen|candidature|submit|"
    r"job description|version|available|advert|ad|posting|jobs|translated?|translations?)\b[^.;\n]{0,80}\Z"
)
_FOUND = re.compile(r"\b(?:find|more|made in|the) (?:\w+ )?\Z")
_CLASSES = re.compile(r"(?:class|lesson|course|training|kurs|cours)\w*\b")
#: characters of a list item that is a language and hardly more
_ITEM_AT_MOST = 48


def find_languages(
    title_marks: Marks, marks: Marks, title: Passage, text: Passage, order: Sequence[str]
) -> tuple[tuple[str, ...], list[Evidence]]:
    """ISO 639-1 of the languages that are asked or wished for, each with the words that say so."""
    of_title, title_said = quoted(
        title_marks.get("languages", ()), title, order, lambda h: _in_title(h, title)
    )
    # a benefit is no reason to doubt: lessons are told apart by their word, and lists of requirements stand there too
    hits = [h for h in marks.get("languages", ()) if text.purpose_at(h.start) not in ("about", "eeo")]
    of_text, text_said = quoted(hits, text, order, lambda h: _is_asked(h, text))
    if not of_title and not of_text:
        return (), []
    said = title_said + [e for e in text_said if e.value not in of_title]
    return tuple(code for code in order if code in of_title or code in of_text), said


_TITLE_BEHIND = re.compile(r"[- ]*(?:speak|language|native|fluent|sprachig|kenntnis)")
_TITLE_BEFORE = re.compile(
    r"(?:fluent|bilingual|native|speaks?|speaking|with|\()\s*(?:in\s)?(?:\w+\s?(?:and|&|/|or)\s?)?\Z"
)


def _in_title(hit: Hit, title: Passage) -> bool:
    behind = _TITLE_BEHIND.match(title.folded, hit.end)
    before = _TITLE_BEFORE.search(title.folded, 0, hit.start)
    return bool(behind or before)


def _is_asked(hit: Hit, text: Passage) -> bool:
    """Whether the sentence around a name speaks of knowing the language at work."""
    if _OF_ELSE.match(text.folded, hit.end):
        return False
    low, high = text.sentence(hit.start, hit.end, most=_REACH)
    before = text.folded[low : hit.start]
    # texts with hard line breaks tear "your CV in / English" apart
    leading = text.folded[max(0, hit.start - _REACH) : hit.start].replace("\n", " ").rpartition(". ")[2]
    if _is_of_the_ad(leading) or _CLASSES.search(text.folded, low, high):
        return False
    if _KNOWN.search(before + "|" + text.folded[hit.start : high]):
        return True
    short = high - low <= _ITEM_AT_MOST
    return short and text.purpose_at(hit.start) in ("required", "preferred") and _is_measured(before)


def _is_of_the_ad(before: str) -> bool:
    """Whether the words before a name speak of a paper written in the language."""
    if _FOUND.search(before[-16:]):
        return True
    return bool(_IN.search(before[-32:]) and _WRITTEN.search(before))


def _is_measured(before: str) -> bool:
    return not before.strip(" *-") or bool(_MEASURED.search(before))
