"""Where the work is done: remote, hybrid or on site, by the words that say so of this job.

Remote monitoring, hybrid trials, virtual visits and remote teams are ways of running trials, never evidence.
"""

from __future__ import annotations

import re
from typing import Literal

from ctm_alerts.postings.cues import Group, Places
from ctm_alerts.postings.posting import Evidence, Workplace
from ctm_alerts.postings.text import Passage, search_near, windows

_LABELS: tuple[tuple[Workplace, re.Pattern[str]], ...] = (
    ("hybrid", re.compile(r"\bhybrid\w*|\bhibrid\w|ハイブリッド")),
    (
        "remote",
        re.compile(
            r"\bremote\w*|home[- ]?based|\bhomeoffice\b|home[- ]office|work(?:ing)? (?:from|at) home|\bwfh\b|\bvirtual\b|"
            r"télétravail|teletrabajo|\bremoto\b|telecommut\w*|\bdistributed\b|work from anywhere|フルリモート|在宅勤務"
        ),
    ),
    ("onsite", re.compile(r"\bon[- ]?site\b|office[- ]based|\bin[- ]office\b|vor ort|sur site|presencial")),
)
#: what makes the words of a label speak of trials or teams, not of this job's place
_JARGON = re.compile(
    r"(?:remote|hybrid|virtual|decentrali[sz]ed)(?:ly)?[ -]+(?:\w+ (?:and|or|&) )?(?:\w+[ -]+)?(?:monitor\w*|visits?|trials?|stud(?:y|ies)|site|sites|"
    r"sdv|teams?|assessments?|oversight|data|patient|consent|tour|interviews?|audits?|inspections?|meetings?|technolog\w*|"
    r"sensing|cloud|infrastructure|sensors?|care|health|control|access|desktop|assistants?|events?|training|workshops?|"
    r"methods?|approaches|designs?|elements|solutions?|tools?|employees|workers|workforce|colleagues|support|diagnos\w*|surgery|assays?|capture|source|"
    r"review|reality|machine|server|network|clinical)\b"
    r"|(?:monitor\w*|visits?|conducted?|performed?|reviewed|interviews?|meetings?)[\w\s,/&()-]{0,30}(?:remotely|virtually|remote or on[- ]?site|on[- ]?site (?:or|and) remote)"
    r"|(?:remote|hybrid|virtual|decentrali[sz]ed)(?:ly)?\s?[,/(&]\s?(?:(?:and |or |& )?(?:remote|hybrid|virtual|decentrali[sz]ed|dcts?|traditional|centrali[sz]ed)"
    r"[)\s,/&-]+(?:and |or )?){0,3}(?:phase [iv\d]+ )?(?:\w+[\s-]+)?(?:monitor\w*|visits?|trials?|stud(?:y|ies)|sdv)\b"
    r"|part remote\b|remote, (?:cross[- ]functional|global|diverse|international|multi[\w-]+)\b[\w\s-]{0,30}(?:teams?|colleagues)|hybrid environments? of"
    r"|hybrid[- ](?:casual|games?|apps?|intermediate|operating|unit|icu|surgical|room|lab\b|infrastructure|systems?)"
    r"|on[- ]?site[\s-]+(?!at\b|in\b)(?:\w+[\s-]+)?(?:monitor\w*|visits?|audits?|inspections?|gym|parking|cafeteria|canteen|restaurant|initiation|support|childcare|fitness|"
    r"managers?|coordinators?|supervisors?|"
    r"training|assessments?|meetings?|activities|events|staff|personnel|engineers?|clients?|customers?|interviews?|sdv|review|crèche|nursery|amenities|doctor)"
)
_DAYS = r"(?:[1-4]|one|two|three|four|zwei|drei|deux|trois)"
#: characters around a cue in which its pattern is looked for
REACH = 64
_Kind = Literal["hybrid", "remote", "onsite"]
#: each pattern has a group of cues, one of which stands in all that it finds
_SAID: tuple[tuple[_Kind, Group, re.Pattern[str]], ...] = (
    (
        "hybrid",
        "hybrid",
        re.compile(
            r"\bhybrid\b(?: [\w-]+){0,3} (?:work\w*|role|position|job|model|schedule|policy|arrangement\w*|set[- ]?up|basis|office|pattern|opportunit\w*|"
            r"approach|mode|employee|type|location|culture|status)|"
            r"\bhybrid (?:and \w+ )?work(?:ing)? environment|(?:work\w*|role|position|job|location|this is|office|is|be|arrangement|type|model|basis|style|site|setting|status|on a|as|are)[\s:,(]*(?:a |an |in a )?\bhybrid\b(?! (?:trial|stud|cloud))|#li-hybrid|\bhybrid[\s]*(?:[-(:,|–]|/(?=\s?(?:remote|on|office|in|home|flex)))|(?<!or )\bin a hybrid (?:environment|setting)\b(?! (?:of|with|\())|\bhybrid (?:in|from|out of) (?!nature|design|style|approach|conduct|manner)(?![^\n.]{0,24}(?:/|or) remote)|[-(,:/|]\s*hybrid\b(?!\s*/\s*(?!remote|on|office|in|home|flex))|"
            r"ハイブリッド勤務|(?:modalidad|modelo|esquema|trabajo|trabalho|regime|formato|lavoro|modalità|modello)(?: de trabajo| de trabalho| di lavoro)? h?[ií]brid[oa]|"
            r"hybrydow\w+|hybride[rsn]? (?:arbeit\w*|werken|werk\w*|modell\w*|homeoffice)|(?:travail|mode|poste|organisation) hybride|\bhybrid remote\b"
        ),
    ),
    (
        "hybrid",
        "shared",
        re.compile(
            rf"{_DAYS}(?:[- ](?:to|-)?[- ]?{_DAYS})?\+? days?(?: (?:a|per|each|every|/)? ?week)?,? (?:in|at|from|on|of)?[- ]?(?:the |our |your |an )?(?:\w+ ){{0,2}}(?:office|on[- ]?site|home|remote)|"
            rf"(?:office|on[- ]?site|home|remote\w*|in[- ]person)[\w\s,(-]{{0,24}}{_DAYS}(?:[- ](?:to[- ])?{_DAYS})?\+? ?(?:days?|times?|x)(?:[ /]+(?:a|per|each|every))?[ /]*(?:week|month)|"
            r"(?:minimum|least|about|around|up to) (?:of )?\d{2}%[\w\s,]{0,40}(?:on[- ]?site|in (?:the |our )?office|from home)|(?<!\d)\d{2} ?%[\w\s]{0,20} (?:in (?:the|our|an) office|on[- ]?site|in[- ]office)|(?<!\d)\d{2} ?% (?:remote|home)|remote work(?:ing)? (?:would|can|may|will|could) be (?:considered|possible|discussed|negotiated)|"
            rf"remote (?:work )?policy\s?:\s?{_DAYS}(?:[- ](?:to[- ])?{_DAYS})? days?\b|"
            rf"{_DAYS}(?: or {_DAYS})? (?:home[- ]?office|remote|wfh|in[- ]office|office) days? (?:a|per|each|every) week\b|"
            r"work (?:both )?from (?:the |our )?(?:[\w'’]+ )?office (?:or|and) (?:from )?home|home and office|office and (?:from )?home|office[- ]home|"
            r"(?:split|divided?|alternat\w+) between (?:the |our |your )?(?:office (?:in [\w ]{2,20} )?and (?:your )?home|home and (?:the |our )?office)|(?<!to )(?<!- )(?<!-)(?<!through )\b(?:mon|tues|wednes|thurs|fri)days?(?: (?:and|or|&) (?:mon|tues|wednes|thurs|fri)days?)?\b(?! ?(?:to|through|thru|-|until)\b)(?! ?-)[^.\n]{0,24}(?:work(?:ing)? from home|work(?:ing)? remotely)|"
            r"option to work from home|mix of (?:home|remote|office|in[- ]office|on[- ]?site)|balance of (?:home|remote|office)|blend(?:ed)? (?:of )?(?:home|remote|office|working)|"
            r"(?:some|partial|partly|partially|occasional(?:ly)?) (?:remote|home)[- ]?(?:work\w*|office)?|remote (?:work )?flexibility|"
            r"teilweise (?:remote|homeoffice)|home[- ]?office[- ](?:option|möglichkeit|tage?|anteil|regelung)\w*|home[- ]?office[^.\n]{0,16}(?:möglich|je nach)|und/oder (?:remote|home)|"
            r"mobiles arbeiten|télétravail (?:partiel|\d)|télétravail[\w\s:(]{0,20}\b\d jours?|\d jours?(?: par semaine)? (?:de|en) télétravail|"
            r"\d tagen? (?:(?:pro|die) woche )?(?:im )?(?:home[- ]?office|mobil)|home[- ]?office[\w\s:(,-]{0,24}\d tagen?\b|\d días?(?: a la semana| por semana| semanales)? (?:de|en) teletrabajo|teletrabajo[\w\s:(]{0,16}\b\d días?|"
            r"\d dagen?(?: per week)? (?:thuis|op kantoor)|在宅勤務(?:可|ok)?\s?[(（]?週\d日|週\d日(?:まで)?(?:の)?(?:在宅|リモート)"
        ),
    ),
    (
        "remote",
        "remote",
        re.compile(
            r"(?:fully|100 ?%|completely|entirely|permanent(?:ly)?|full|home) remote|remote workplace|long[- ]term remote engagements?|based (?:out of|from|at|in) (?:a|your) home\b|(?:entirely|always) from (?:your|a) home(?! (?:country|base|state|site))|your location will be a home|"
            r"(?:totalmente|completamente|100 ?%) remot[oa]|(?:lavoro |trabajo |trabalho )?da remoto (?:al )?100|remote[- ](?:first|based)(?: (?:role|position|company|work|job))?|"
            r"\bremote (?:role|position|job|opportunity|work(?:ing)?(?! flex)(?! option)(?! polic)(?! from time)|working|location|contract|opening|vacancy|us\b|usa\b|uk\b|eu\b|in\b|within|across|anywhere)|"
            r"(?:role|position|job|opportunity|this|location|work\w*|workplace|vacancy)(?: type| arrangement| model| location| mode| setting| style)?(?: is| can be| may be| will be|:|\s-)+ (?:a |an |performed |based |fully |done |located |worked )*(?:remote|home[- ]based|work[- ]from[- ]home)\b|"
            r"work(?:s|ing)? (?:100% |fully |entirely |primarily )?(?:remotely|from home)(?! (?:\d|one|two|three|up to|on |policy|flex|option))|#li-remote|home[- ]?based(?: (?:role|position|in|role|contract|worker|working))?|"
            r"🌎[^\n]{0,60}\bremote\b|^[^\w\n]{0,8}(?:job |work )?location ?:[^\n]{0,40}\bremote\b|(?:in|is|offering) a (?:\w+ )?remote environment|work (?:\w+ )?in a remote setting|"
            r"\(remote\)|\bremote\)|^[^\w\n]{0,8}remote[^\w\n]{0,8}$|\bremote[\s]*[-,:]\s|based (?:from|at) (?:your )?home|telecommut\w+ (?:role|position)|work (?:from )?anywhere(?! (?:era|world|culture|movement))|"
            r"(?:us|usa|uk|eu|europe) ?- ?distributed|(?:can|may|could) be (?:done |performed |based |located )?(?:remote|anywhere)|フルリモート|完全在宅|100 ?% remot[oea]\b|(?:volledig|geheel) op afstand|teletrabajo completo|(?:^|(?<=[.;] ))remote\.(?=\s|\Z)|(?:^|(?<=[.;] ))remote \([a-z ,]{2,24}\)|100 ?% (?:homeoffice|télétravail|teletrabajo)|(?:homeoffice|télétravail|teletrabajo)(?: al| à)? 100 ?%|trabajo remoto|poste en télétravail complet",
            re.MULTILINE,
        ),
    ),
    (
        "onsite",
        "onsite",
        re.compile(
            r"(?:role|position|job|this|opportunity|location|work\w*|is|be)(?: is| will be| type|:)* (?:an? |fully |performed |based |required |100% |expected |strictly )*(?:on[- ]?site|office[- ]based|in[- ]office|in[- ]person)\b(?! (?:or|and|/) (?:remote|hybrid|virtual))|"
            r"\bon[- ]?site (?:role|position|job|work(?:ing)?\b|only|presence|basis|location|in\b|at\b|,|\d days|full)|fully on[- ]?site|100 ?% (?:on[- ]?site|office)|office[- ]based|#li-onsite|"
            r"(?:roles|positions|jobs) are (?:fully |all |100% )?(?:on[- ]?site|in[- ]office|in[- ]person)\b(?! (?:or|and|/) (?:remote|hybrid|virtual))|"
            r"(?:five|5) days (?:a|per|each) week (?:in|at|on)|in[- ]person,? (?:five|5) days|work from (?:the |our )?office only|(?:mode|type|model|location) ?: ?wfo\b|(?:must|will|shall|required to) (?:be |work )*in[- ]person\b|"
            r"100 ?% (?:en )?présentiel|poste (?:en )?présentiel|modalidad ?:? ?presencial|(?:modelo|regime|formato|local)(?: de trabalho| de trabajo)? ?:? ?presencial|(?:病院|現場|施設|客先)に?常駐|in[- ]office (?:role|position|job|\d days)|"
            r"(?:you|role|position|job|post|candidate|holder)(?: will| is| would)?(?: be)? based (?:mainly |primarily )?(?:at|in|from|within|out of) (?:our|the|an?) (?!home)(?![\w' ]{0,40}(?:close|near|area|country|region)\b)[\w' ]{0,40}(?:site|office|hospital|campus|clinic|centre|center|headquarters|laborator\w+)\b|(?:post|posts|role|position|job|department|team|service|you)(?:,? (?:is|are|will be|which is|that is))*,? based (?:at|out of) (?!home)[\w'. ]{2,40} hospital\b|^[^\w\n]{0,8}(?:mainly |primarily )?based (?:mainly |primarily )?(?:at|in|from) (?:our|the) [\w' ]{2,40}(?:site|office|hospital|campus|clinic)\b|(?:100 ?%|fully|entirely) (?:based )?(?:on[- ]?site|in[- ]office)|in[- ]person team|work on (?:all|both) sites|"
            r"(?:work|working) (?:at|from|in|on) (?:our|the) [\w' ]{0,30}(?:site|hospital|ward|campus|clinic|health center)s?\b|(?:primarily|mainly|predominantly) (?:from|in) (?:our|the) office|sur place|\bsur site à\b|100 ?% sur site|puesto presencial|trabajo presencial|100 ?% presencial|\bop locatie in\b|vor ort|modalidad presencial|"
            r"(?:position|role|job|post|vacancy|opening),? (?:is )?(?:located |based )?(?:in|at) (?:our|the) [\w' ]{2,40}(?:office|clinic|hospital|health cent(?:er|re)|site|laboratory|campus)\b(?! (?:or|and) (?:remote|home|hybrid))|"
            r"^[^\w\n]{0,8}based at [\w' ]{2,40} hospital\b|(?:remain|report|present|patients|stationed) at (?:the|our|designated) (?:[\w']+ ){0,2}(?:health cent(?:er|re)|clinic|hospital)s?\b|"
            r"ward[- ]based|ward level|inpatient (?:\w+ ){0,2}wards?|(?:on|to|across) (?:the |our )?(?:\w+ )?wards?\b|bedside|patients'? (?:own )?homes|patients in their own homes?|出社",
            re.MULTILINE,
        ),
    ),
)
#: one of these stands in everything that _JARGON and _REFUSED find, at most so many characters from either end
_MAY_BE_JARGON = re.compile(
    r"remot|hybrid|virtual|decentrali|on[- ]?site|home|télétravail|teletrabajo|リモート|在宅"
)
_JARGON_REACH = 160
#: one of these stands in everything that a label of a title or a location says
_LABEL_WORDS = (
    "hybrid", "hibrid", "ハイブリッド", "remot", "リモート", "home", "wfh", "virtual", "travail", "teletrabajo", "telecommut", "distributed",
    "anywhere", "worldwide", "在宅", "site", "office", "vor ort", "presencial",
)  # fmt: skip
#: sentences of policy for all staff, of perks, or of law, which say little of this job
_PERK = re.compile(
    r"many of our|some of our|where (?:possible|applicable)|depending on (?:the |your )?(?:role|position|country|location)|"
    r"most (?:roles|positions)|hybrid[\w ]{0,30} may be available|element of (?:home|working)|for (?:eligible|certain|some) (?:roles|positions)|may be eligible|if applicable|equipment|"
    r"flexible working requests|company[- ]wide|many roles|will vary|vary (?:from|by)|varies|abroad|stipend|trial work|interview|onboarding"
)


#: a label that is refused: "hybrid working is not available"
_REFUSED = re.compile(
    r"(?:hybrid|remote|home)[\w\s-]{0,24}(?:not|isn't|cannot be) (?:\w+ )?(?:available|possible|offered|an option|considered)|"
    r"(?:not|n't|cannot|unable to) (?:\w+ ){0,3}?(?:offer\w*|support|allow|provide|accommodate|permit|consider)(?: \w+){0,3}? (?:hybrid|remote|home)(?!(?:[\s-]?\w+)? (?:to|for) (?:residents|candidates|applicants|people|those))[\s-]?\w*|"
    r"(?:no|not a|not|not eligible for|ineligible for) (?:hybrid|remote|home)[\s-]?\w*|"
    r"home[- ]?office ist (?:leider |hier )?nicht \w+|kein(?:e|en)? (?:home[- ]?office|remote)\w*|pas de télétravail|sin teletrabajo|(?:在宅|リモート)(?:勤務|ワーク)?(?:は)?(?:不可|なし)"
)


def find_workplace(
    title: Passage,
    location: Passage,
    text: Passage,
    remote_flag: bool | None,
    stated: Workplace | None = None,
) -> tuple[Workplace, list[Evidence]]:
    """How the job is done and the words that say so; the source's own field only where nobody says otherwise."""
    for passage in (title, location):
        found = _label(passage)
        if found:
            return found
    spoken = _said(text)
    if spoken:
        return spoken
    return stated or ("remote" if remote_flag else "unknown"), []


#: one may choose to work from home: "San Francisco, CA or Remote or Hybrid", "US Remote; preference for hybrid"
_OR_REMOTE = re.compile(
    r"\bor remote\b|\bremote or (?:hybrid|on[- ]?site|office)|remote\W{1,3}preferen\w+ (?:for|is) hybrid|^anywhere in (?:the )?\w+|"
    r"\bremote\W{1,4}hybrid\b|^(?:worldwide|anywhere)$"
)


def _label(passage: Passage) -> tuple[Workplace, list[Evidence]] | None:
    """What a short text (a title, a location) says of the workplace."""
    if not any(map(passage.folded.__contains__, _LABEL_WORDS)):
        return None
    words = _without_jargon(passage.folded)
    if found := _OR_REMOTE.search(words):
        return "remote", [passage.said("workplace", "remote", *found.span())]
    for kind, pattern in _LABELS:
        found = pattern.search(words)
        if found:
            return kind, [passage.said("workplace", kind, *found.span())]
    return None


def _without_jargon(folded: str) -> str:
    blanked = _JARGON.sub(lambda m: "~" * len(m.group()), folded)
    return _REFUSED.sub(lambda m: "~" * len(m.group()), blanked)


def _trimmed(words: str, found: re.Match[str]) -> tuple[int, int]:
    """The span of a match without the blanks and signs around."""
    start, end = found.span()
    while start < end and not words[start].isalnum():
        start += 1
    while start < end and not words[end - 1].isalnum():
        end -= 1
    return (start, end) if start < end else found.span()


def _without_jargon_near(cues: Places, folded: str) -> str:
    """The text without jargon where it may be looked at."""
    pieces, done = [], 0
    near = [
        m.span() for start, stop in windows(cues, REACH) for m in _MAY_BE_JARGON.finditer(folded, start, stop)
    ]
    for start, stop in windows(near, _JARGON_REACH):
        pieces += [folded[done:start], _without_jargon(folded[start:stop])]
        done = min(stop, len(folded))
    return "".join((*pieces, folded[done:]))


_REMOTE_FIRST = re.compile(r"\bremote[- ]first\b")


def _is_policy(text: Passage, at: int, kind: _Kind) -> bool:
    """Whether a word stands where it says nothing of this job: in law, or as knowledge of wards that is asked for."""
    purpose = text.purpose_at(at)
    return purpose == "eeo" or (
        kind == "onsite" and purpose in ("required", "preferred") and text.folded.startswith("ward", at)
    )


def _said(text: Passage) -> tuple[Workplace, list[Evidence]] | None:
    """What the text says: hybrid beats remote beats on site; the words of a policy or of a refusal do not count."""
    cues = sorted({cue for _, group, _ in _SAID for cue in text.cues.get(group, ())})
    words = _without_jargon_near(cues, text.folded)
    if first := next(search_near(_REMOTE_FIRST, text.cues.get("remote", ()), words, 20), None):
        return "remote", [text.said("workplace", "remote", *first.span())]
    for kind, group, pattern in _SAID:
        for found in search_near(pattern, text.cues.get(group, ()), words, REACH):
            low, high = text.sentence(*found.span())
            if not _is_policy(text, found.start(), kind) and not _PERK.search(words[low:high]):
                return kind, [text.said("workplace", kind, *_trimmed(words, found))]
    return None
