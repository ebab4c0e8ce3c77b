"""What trial managers ask first: whose desk it is, the form of the engagement, how far the studies reach, who does
the work of them, whether a visa is sponsored, and where the entity sits that employs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from ctm_alerts.guide.guide import Guide
from ctm_alerts.postings.cues import Group
from ctm_alerts.postings.lexicon import Hit
from ctm_alerts.postings.marks import BOILERPLATE, Marks, of_the_work, quoted
from ctm_alerts.postings.posting import (
    EmployerType,
    Engagement,
    Evidence,
    Hands,
    Reach,
    Role,
    Side,
    Visa,
)
from ctm_alerts.postings.text import Passage, fold

#: mentions of one kind that are followed up in one text
_MENTIONS_AT_MOST = 12
#: roles whose work is the conduct of trials; "global" and "vendor management" speak of other things elsewhere
_RUN_TRIALS: tuple[Role, ...] = ("ctm", "feeder", "next")
_OF_EMPLOYER: Mapping[EmployerType, Side] = {"sponsor": "sponsor", "cro": "cro", "site": "site"}


def find_side(
    role: Role,
    marks: Marks,
    title_marks: Marks,
    title: Passage,
    text: Passage,
    employer: tuple[EmployerType, list[Evidence]],
) -> tuple[Side, list[Evidence]]:
    """Whose desk it is; words of a team lent to one sponsor beat the type of employer, unless that is a sponsor or a site.

    A sponsor that says FSP speaks of those whom it hires.
    """
    kind, employer_said = employer
    if role != "other" and kind not in ("sponsor", "site"):
        for hits, passage in ((title_marks.get("side", ()), title), (_of_desk(marks, text), text)):
            _, said = quoted(hits, passage, ("fsp",))
            if said:
                return "fsp", said
    side = _OF_EMPLOYER.get(kind, "unknown")
    return side, [e._replace(field="side", value=side) for e in employer_said] if side != "unknown" else []


#: what a house sells, beside what one desk is: "our FSP and full-service solutions"
_SOLD = ("func", "fsp", "insourc", "outsourc")


def _of_desk(marks: Marks, text: Passage) -> list[Hit]:
    """The hits of a team lent to one sponsor; where a house tells of itself, not those of what it sells."""
    hits = marks.get("side", ())
    work = set(of_the_work(hits, text))
    return [h for h in hits if h in work or not text.folded.startswith(_SOLD, h.start)]


#: in titles and in the source's own field the plain words say it
_PLAIN: tuple[tuple[Engagement, re.Pattern[str]], ...] = (
    ("permanent", re.compile(r"(?<!to )\bpermanent\b|unbefristet|festanstellung|\bcdi\b|indefinid|正社員")),
    (
        "fixed_term",
        re.compile(
            r"\bfixed[- ]term|\bftc\b|\bcdd\b|(?<!un)befristet|(?:maternity|parental|paternity)(?: leave)? cover|\bmat(?:ernity)? cover|"
            r"temporary contract|\b\d{1,2}[- ]?months?\b|elternzeitvertretung|契約社員"
        ),
    ),
    (
        "freelance",
        re.compile(
            r"\bfreelanc|freiberuf|\bb2b[- ](?:contract|basis)|independent contractor|self[- ]employed|業務委託"
        ),
    ),
    ("w2", re.compile(r"\bw-?2\b")),
    ("1099", re.compile(r"\b1099\b")),
    ("c2c", re.compile(r"\bc2c\b|\bcorp[- ]to[- ]corp\b")),
    ("inside_ir35", re.compile(r"\binside (?:of )?ir35")),
    ("outside_ir35", re.compile(r"\boutside (?:of )?ir35")),
)
#: most titles and fields hold none of these pieces
_PIECES = (
    *(
        "perman",
        "fixed",
        "ftc",
        "cdi",
        "cdd",
        "indefinid",
        "unbefristet",
        "befristet",
        "festanst",
        "cover",
        "month",
    ),
    *(
        "freelanc",
        "freiberuf",
        "b2b",
        "self",
        "independent",
        "w2",
        "w-2",
        "1099",
        "c2c",
        "corp",
        "ir35",
        "temporary",
    ),
    *("elternzeit", "社員", "委託"),
)


def find_engagement(
    marks: Marks, title: Passage, field: Passage, text: Passage, order: Sequence[str]
) -> tuple[tuple[Engagement, ...], list[Evidence]]:
    """The forms of the engagement that title, the source's own field or the text name; several when offered."""
    said: dict[str, Evidence] = {}
    for passage in (title, field):
        if passage.folded and any(piece in passage.folded for piece in _PIECES):
            for kind, pattern in _PLAIN:
                if found := pattern.search(passage.folded):
                    said.setdefault(kind, passage.evidence("engagement", kind, *found.span()))
    hits = [h for h in marks.get("engagement", ()) if text.purpose_at(h.start) not in ("about", "eeo")]
    _, of_text = quoted(hits, text, order)
    for evidence in of_text:
        said.setdefault(evidence.value, evidence)
    kinds = tuple(kind for kind in order if kind in said)
    return cast(tuple[Engagement, ...], kinds), [said[kind] for kind in kinds]


_TITLE_REACH: tuple[tuple[Reach, re.Pattern[str]], ...] = (
    ("local", re.compile(r"\b(?:local|country|national|in-country)\b")),
    ("regional", re.compile(r"\bregional\b")),
    ("global", re.compile(r"\b(?:global|international|worldwide|multinational)\b|グローバル")),
)


def find_reach(role: Role, marks: Marks, title: Passage, text: Passage) -> tuple[Reach, list[Evidence]]:
    """How far the studies reach: by the title, else by what the text says most often; unknown when that is even."""
    if role not in _RUN_TRIALS:
        return "unknown", []
    for reach, pattern in _TITLE_REACH:
        if found := pattern.search(title.folded):
            return reach, [title.evidence("reach", reach, *found.span())]
    hits = of_the_work(marks.get("reach", ()), text)
    counts = Counter(h.term.value for h in hits).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return "unknown", []
    most = counts[0][0]
    return cast(Reach, most), quoted(hits, text, (most,))[1]


_DO_OTHERS = (
    r"\bcros?\b|vendors?\b|contract research organi[sz]ations?|service providers?\b|third[- ]part(?:y|ies)\b|"
    r"suppliers?\b|\bcras?\b|clinical research associates?|monitors\b(?! (?:clinical|trials|studies|sites|the|and))"
)
_OVERSIGHT = re.compile(
    rf"\b(?:overs(?:ee|ight)\w*|manag(?:e|es|ing|ement of)|supervis(?:e|es|ing|ion of)|direct(?:s|ing)?|"
    r"lead(?:s|ing)?|govern\w*|ensur(?:e|es|ing))\b"
    rf"[^.;:*\n]{{0,60}}?(?:{_DO_OTHERS})|"
    r"\b(?:cros?|vendors?|suppliers?|third[- ]party)(?:[ /,&-]+\w+){0,2}[ /-]+(?:oversight|management|performance|governance)\b"
)
_BY_HAND = re.compile(
    r"\b(?:conduct|perform|carr(?:y|ies|ying) out|complet|undertak|execut)\w*[^.;:*\n]{0,60}?(?:\bsdv\b|(?:monitoring|initiation|close-?out|"
    r"qualification|selection|pre-?study|site)(?:[ ,/&-]+\w+){0,5}[ ,/-]+visits?\b|site monitoring|monitoring activities|on-?site monitoring|remote monitoring)|"
    r"\b(?:maintain|set(?:ting)?[- ]?up|fil(?:e|es|ing)|prepar|manag|reconcil|collect|updat|compil|track)\w*[^.;:*\n]{0,40}?"
    r"(?:\be?tmf\b|trial master file|essential documents|(?:investigator )?site files?\b)"
)
_HELPS = re.compile(r"\b(?:support|assist|help|under (?:close|minimal|general|the)|familiar\w*)\b")
#: others do the work, and one sees to it that they do
_OTHERS_DO = re.compile(
    r"\b(?:overs(?:ee|ight)|ensur|supervis|review|train|support(?:s|ing)? cras|cras? (?:to|who|in)|accompan)\w*"
)


def find_hands(role: Role, marks: Marks, text: Passage) -> tuple[Hands, list[Evidence]]:
    """Whether one does the work of a study, oversees CROs, vendors and monitors who do it, or both."""
    if role not in _RUN_TRIALS:
        return "unknown", []
    hits = of_the_work(marks.get("hands", ()), text)
    _, found = quoted(hits, text, ("oversight", "hands_on"), lambda hit: not _helps(hit, text))
    said = {e.value: e for e in found}
    for kind, pattern in (("oversight", _OVERSIGHT), ("hands_on", _BY_HAND)):
        if kind not in said and (more := _seen_to(kind, pattern, text)):
            said[kind] = more
    if len(said) == 2:
        return "both", [said[kind]._replace(value="both") for kind in ("oversight", "hands_on")]
    return (cast(Hands, next(iter(said))) if said else "unknown"), list(said.values())


def _helps(hit: Hit, text: Passage) -> bool:
    """Whether one only helps with what oversees others: "assist with vendor management"."""
    if hit.term.value != "oversight":
        return False
    low, _ = text.sentence(hit.start, hit.end, most=120)
    return bool(_HELPS.search(text.folded, low, hit.start))


def _seen_to(kind: str, pattern: re.Pattern[str], text: Passage) -> Evidence | None:
    """The first words outside of boilerplate that a pattern finds; what others do by hand is left out."""
    for found in islice(text.near(pattern, cast(Group, kind), 90), _MENTIONS_AT_MOST):
        start, end = found.span()
        low, _ = text.sentence(start, end)
        if text.purpose_at(start) in BOILERPLATE or "experience" in text.folded[low:start]:
            continue
        others = _HELPS if kind == "oversight" else _OTHERS_DO
        if not others.search(text.folded, low, end):
            return text.said("hands", kind, start, end)
    return None


_VISA = r"(?:\b(?:visas?|work[- ]permits?|immigration|h-?1-?b|green cards?|work[- ]authori[sz]ation)\b|ビザ)"
#: sponsoring of people, not of trials or events
_SPONSORS = rf"(?:(?<!research )(?<!trial )(?<!study )(?<!industry )(?<!commercial )(?<!executive )(?<!fiscal )(?<!pharmaceutical )(?<!pharma )(?<!corporate )(?<!regulatory )sponsorships?\b(?! for an? export)(?! (?:of|for|from) (?:[\w-]+ ){{0,3}}(?:trials?|stud(?:y|ies)|research|events?|investigators?|pharma\w*|industry)\b)|sponsor(?:ed|ing)?\b(?=[^.;\n]{{0,50}}(?:{_VISA}|applicant|candidate|employ|individual|work\b|at this time|this (?:role|position)|now or)))"
_REFUSED = re.compile(
    rf"(?:\bnot\b|n't\b|\bcannot\b|\bno\b|\bunable\b|\bwithout\b|\bneither\b|\bnever\b|ineligible)(?! only)(?! (?:always |necessarily )?guarantee)[^.;\n]{{0,90}}?(?:{_VISA} (?:support|assistance|sponsor)|{_SPONSORS})|"
    rf"(?:\b(?:working |work )?visas?\b(?! status)|\bwork permits?\b|\bimmigration (?:support|assistance)|sponsorships?\b)[^.;\n]{{0,60}}?(?:\bnot\b|n't\b|\bcannot\b|\bunavailable|:\s*no\b|\?:?\s*no\b|\bunable\b)|"
    r"kein(?:e[nr]?)? (?:visa|visum)|\bno (?:\w+ ){0,4}(?:patrocinio|visados?)\b|(?:pas de|sans) (?:parrainage|visa)\b|ビザ(?:の)?(?:サポート|スポンサー)(?:は|の)?(?:不可|なし|ありません)"
)
_OFFERED = re.compile(
    rf"{_VISA}(?:\s*(?:and|&|/|or)\s*\w+)?[- ]?(?:sponsorships?|support|assistance|help)\b|"
    rf"\b(?:can|will|do|also|currently|actively|able to|happy to|willing to|we|and|offer to|may|to) sponsor (?:[\w-]+ ){{0,4}}?{_VISA}|"
    rf"sponsorships? (?:for|of) (?:[\w-]+ ){{0,3}}?{_VISA}|\b(?:support|assistance|help)\w*(?: you)? (?:for|with|in) (?:[\w-]+ ){{0,3}}?{_VISA}|"
    r"eligible for (?:[\w-]+ ){0,3}sponsorship|sponsorship (?:is )?(?:available|offered|provided|possible)|skilled worker sponsorship|"
    rf"h-?1-?b (?:transfers?|visas?) (?:accepted|welcome|considered|possible|ok)\b|sponsor {_VISA}|visum(?:s)?(?:unterstützung|hilfe)|patrocinio de visado|parrainage de visa|ビザ(?:サポート|スポンサー)(?:あり|有)"
)
#: a question or a condition, which says nothing of what is offered
_ASKED = re.compile(r"requir|guarantee|\bneed|\bdo you\b|will you|discriminat|without regard|regardless")
_WELCOME = re.compile(
    r"welcome|if (?:needed|necessary|required)|will be considered|are considered|available|offered|we (?:can|do|will|offer|provide)|can be|provided"
)
_DUTY = re.compile(r"\bmanag|\bcoordinat|\badminist|\bprocess|\bemployees'|\bcaseload|tracking")


def find_visa(text: Passage) -> tuple[Visa, list[Evidence]]:
    """Whether a visa is sponsored, and the words; a refusal anywhere decides. That one may work is no refusal."""
    offered: list[Evidence] = []
    done = -1
    for start, stop in islice(text.cues.get("visa", ()), _MENTIONS_AT_MOST):
        if start < done:
            continue
        low, high = text.sentence(start, stop, most=160)
        done = high
        sentence = text.folded[low:high]
        discriminating = "discriminat" in sentence or "without regard" in sentence or "regardless" in sentence
        refused = None if discriminating else _REFUSED.search(text.folded, low, high)
        if refused:
            return "refused", [text.said("visa", "refused", *refused.span())]
        found = _OFFERED.search(text.folded, low, high)
        if found and not offered and _is_offer(sentence, text, found.start()):
            offered = [text.said("visa", "offered", *found.span())]
    return ("offered" if offered else "unknown"), offered


def _is_offer(sentence: str, text: Passage, at: int) -> bool:
    if _ASKED.search(sentence) and not _WELCOME.search(sentence):
        return False
    return text.purpose_at(at) != "duties" and not _DUTY.search(sentence)


@dataclass(frozen=True)
class Nations:
    """The names of countries and the adjectives that stand for them, folded."""

    countries: Mapping[str, str]
    adjectives: Mapping[str, str]


def make_nations(guide: Guide) -> Nations:
    """The countries' names and adjectives of the guide."""
    return Nations(
        {fold(name): code for code, names in guide.places.countries.items() for name in names},
        {word: code for code, words in guide.facts.nationalities.items() for word in words},
    )


_HIRE = r"(?:employed|employment|hired?|contracted|engaged|engagement|payroll\w*|contract)"
_ENTITY = r"(?:entity|subsidiary|affiliate|branch|legal entity|employer of record|eor|payroll|gmbh|ltd|limited|inc|s\.?a\.?r\.?l|b\.?v|sp\. z o\.?o|company)"
_HIRING = re.compile(
    rf"\b{_HIRE}\b[^.;\n]{{0,60}}?\b{_ENTITY}\b\.?,? (?:that is |which is )?(?:based |registered |located |established )?in (?:the )?(?P<place>[a-z][a-z. ]{{1,30}})|"
    rf"\b{_HIRE}\b[^.;\n]{{0,40}}?\b(?:our|the|a|its|their) (?P<adjective>[a-z.]+)(?: legal| local| group)? {_ENTITY}\b|"
    r"\b(?:on|via|through|onto) (?:the |our |a )?(?:local )?payroll in (?:the )?(?P<paid>[a-z][a-z. ]{1,30})|"
    r"\b(?:employing|hiring|contracting) (?:legal )?(?:entity|company|country)(?: is|:)? (?:[^\n;:]{0,40}?(?:\bin |\(|, ))?(?:the )?(?P<named>[a-z][a-z. ]{1,30})|"
    r"\bangestellt (?:bei|über|durch) (?:[\w.]+ ){0,5}?in (?:der |den )?(?P<bei>[a-zäöü]{3,20})"
)


def find_hiring_country(nations: Nations, text: Passage) -> tuple[str | None, list[Evidence]]:
    """The country of the entity that employs, where the text names it apart from the place of work."""
    for found in islice(text.near(_HIRING, "hiring", 90), _MENTIONS_AT_MOST):
        if text.purpose_at(found.start()) in ("duties", "eeo"):
            continue
        words = found["place"] or found["paid"] or found["named"] or found["bei"]
        country = (
            nations.adjectives.get(found["adjective"]) if found["adjective"] else _country(nations, words)
        )
        if country:
            return country, [text.said("hiring_country", country, *found.span())]
    return None, []


def _country(nations: Nations, words: str) -> str | None:
    """The country whose name some words begin with."""
    parts = words.split()
    for count in range(min(4, len(parts)), 0, -1):
        name = " ".join(parts[:count]).rstrip(".,")
        if code := nations.countries.get(name) or nations.countries.get(name + "."):
            return code
    return None
