"""Cheap words that stand in all that a dear pattern finds: one pass over a text tells where to look closer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ctm_alerts.postings.automaton import Automaton

#: what a cue is for; one group for each pattern that asks for it
Group = Literal[
    "internship", "contract", "part_time", "full_time", "temporary", "permanent_unspecified",
    "hybrid", "shared", "remote", "onsite", "money", "years", "travel", "eeo", "about", "stated",
    "phase", "visa", "closing", "hiring", "oversight", "hands_on",
]  # fmt: skip
#: where the cues of a group stand, in the order of the text
Places = Sequence[tuple[int, int]]

#: cues of one group that are followed up in one text; the fullest real posting holds 39
CUES_AT_MOST = 120
#: the codes of currencies that pay is read in
CURRENCIES = "usd gbp eur chf cad aud pln sek nok dkk jpy inr sgd nzd czk huf ron brl mxn ils zar cny krw hkd"
_CUES: dict[Group, Sequence[str]] = {
    "internship": ["internship", "praktikum", "alternance", "estágio"],
    "contract": ["contract", "contrat", "cdd", "契約社員", "befristet", "fixed-term", "fixed term", "freelance", "ir35"],
    "part_time": ["part-time", "part time", "teilzeit", "temps partiel", "tiempo parcial", "medio tiempo", "deeltijd", "max. 20", "max 20"],
    "full_time": ["full-time", "full time", "fulltime", "vollzeit", "temps plein", "tiempo completo", "jornada completa", " hours per week", " hours a week", "-hour week", " hour week", "stunden-woche", "stundenwoche", "stunden woche"],
    "temporary": ["temporary"],
    "permanent_unspecified": ["permanent", "unbefristet", "cdi", "正社員"],
    "hybrid": ["hybrid", "híbrid", "ibrid", "hybryd", "ハイブリッド"],
    "shared": [
        "office", "on-site", "on site", "onsite", "home", "remot", "in-person", "in person", "mobiles arbeiten", "télétravail", "teletrabajo", "thuis", "在宅", "split between", "divided between", "nating between",
    ],
    "remote": ["remot", "home-based", "home based", "homebased", "from home", "your home", "telecommut", "anywhere", "distributed", "home office", "リモート", "在宅", "homeoffice", "op afstand", "télétravail", "teletrabajo"],
    "onsite": [
        "on-site", "on site", "onsite", "office", "in-person", "in person", "days a week", "days per week", "days each week",
        *(f"based {word}" for word in ("mainly", "primarily", "at our", "at the", "in our", "in the", "from our", "from the")),
        *(f"{work} {at} {whose} " for work in ("work", "working") for at in ("at", "from", "in", "on") for whose in ("our", "the")),
        "both sites", "all sites",
        "sur place", "sur site", "présentiel", "wfo", "ward at", "wards at", " ward.", " ward,", "常駐", "op locatie", "vor ort", "presencial", "ward-based", "ward based", "ward level", "inpatient", "based within", "based out of", "roles are", "positions are", "jobs are", "the ward", "our ward", "to ward", "on ward", "across ward", "health center", "health centre", "hospital", "our clinic", "the clinic", "bedside", "homes", "own home", "出社",
    ],
    "money": ["$", "£", "€", "¥", "₹", "円", "zł", "euro", "euros", *CURRENCIES.split()],
    "years": ["year", "yrs", "yoe", "jahr", "jähr", "jaar", " ans", " an d'", " an minimum", "année", "año", "anni", " anno", "anos", "ano ", " år", " lat", " lata", "年"],
    "travel": ["travel", "reise", "déplacement", "deplacement", "viaj", "viagen", "viagg", "reizen", "出張"],
    "eeo": [
        "equal opportunit", "equal employment", "without regard to", "race, color", "race, colour", "race, religion", "race, sex",
        "protected veteran", "affirmative action", "e-verify", "unsolicited resume", "reasonable accommodation",
    ],
    "stated": ["location", "standort", "勤務地", "🌎"],
    "phase": ["phase", "phasen", "fase", "フェーズ", "相", "first in human", "first-in-human", "fih"],
    "visa": [
        "visa", "visum", "sponsorship", "work permit", "immigration", "to sponsor", "not sponsor", "n't sponsor", "cannot sponsor",
        "h-1b", "h1b", "ビザ", "patrocinio", "visado", "parrainage",
    ],
    "closing": [
        "closing date", "application deadline", "deadline for application", "deadline to apply", "deadline for submission",
        "deadline for receipt", "deadline:", "apply by", "apply before", "apply until", "apply no later than", "applications by", "application by",
        "applications close", "applications must be received by", "application closes", "application window", "closes on", "close on", "closing on", "closes:", "closes ",
        "advert closes", "vacancy closes", "accepted until", "accepted through", "open until", "posting end date", "posting expires", "expires on", "valid until",
        "bewerbungsschluss", "bewerbungsfrist", "bewerben sie sich bis", "bewirb dich bis", "bewerbung bis", "bewerbungen bis",
        "date limite", "candidatures jusqu'au", "postulez avant", "clôture des candidatures", "fecha límite", "fecha limite",
        "fecha de cierre", "cierre de la convocatoria", "plazo de presentación", "scadenza", "candidature entro",
        "sluitingsdatum", "solliciteer voor", "solliciteer vóór", "reageren kan tot", "data limite", "prazo de candidatura",
        "candidaturas até", "inscrições até", "termin składania", "aplikuj do", "締切", "締め切り", "応募期限", "応募期間",
        "ansök senast", "sista ansökningsdag", "ansøgningsfrist", "søknadsfrist",
    ],
    "oversight": [" cro", "/cro", "(cro", "vendor", "contract research", "service provider", "third part", "third-part", "supplier", " cras", "research associates", "monitors"],
    "hands_on": ["monitoring", " visits", "tmf", "trial master file", "essential documents", "site file", "sdv"],
    "hiring": ["payroll", " entity", "employed by", "employed through", "employed via", "hired through", "hired via", "employer of record", "angestellt", "employing company", "subsidiary"],
}  # fmt: skip
#: codes and short words count between word borders only: "eur" is none in "europe"
_WHOLE = frozenset((*CURRENCIES.split(), "euro", "euros", "cdi"))


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
