"""The language that a description is written in: by its script, else by a vote of its smallest words."""

from __future__ import annotations

import re
from collections import Counter

from ctm_alerts.postings.text import Passage

#: characters that are looked at from the beginning and from the middle, for an employer's introduction is often in
#: English where the rest is not; and the letters below which nothing is said
HEAD, MIDDLE, LETTERS_AT_LEAST = 500, 600, 60
#: votes that the winner needs, and how far it must be ahead of the next
_VOTES_AT_LEAST, _AHEAD = 4, 1.15
#: words that stand in nearly every sentence; one that several languages share votes for each of them
_WORDS = {
    "en": "the and of to with for you our will is are this that your we be as by from on at an have who in or a",
    "de": "und der die das mit für von wir sie ist eine einer einem den zu im auf bei ihre ihr oder dem du sowie unser zur als in",
    "fr": "et les des une vous pour dans du avec nous votre est sur au aux ou de la le qui que par en vos à un l'équipe",
    "es": "y los las el con para del una por en que de la un nuestro nuestra se como o al experiencia su en",
    "it": "il di che per della con nel una dei alla delle e la in un del sono gli le i nostro dell'azienda da o si nella",
    "pt": "e de do da em com para uma os as um que no na dos das ou não o a você por nosso são à experiência",
    "nl": "het een van voor met wij je en de bij zijn ook jouw onze naar deze wordt in op te of is aan dat als",
    "sv": "och att är för på som med av en ett vi du till det i din vår den inom eller har kommer",
    "da": "og at af til er på som med en et vi for du i det ikke vores eller hos dig din har kan den vil",
    "no": "og å av til er på som med en et vi for du i det ikke vår eller hos deg din har kan den vil våre",
    "fi": "ja on tai sekä että ovat olet kanssa joka sinulla meillä se voit mukaan työ myös ei hyvä",
    "pl": "i w z na do oraz się jest dla nie lub od o pracy przez są jak że za ich po",
    "cs": "a v se na je pro že jako nebo ve při také s z do práce jsou který jsme o bude",
    "sk": "a v sa na je pre že ako alebo vo pri tiež s z do práce sú ktorý sme o bude",
    "hu": "és az a egy hogy nem vagy valamint is van meg azt ez munka",
    "ro": "și în cu pentru care este sau din la de o un să pe ale a",
    "tr": "ve bir için ile olarak bu veya olan da de en çok daha",
}  # fmt: skip


def _by_word() -> dict[str, tuple[str, ...]]:
    votes: dict[str, tuple[str, ...]] = {}
    for language, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            votes[word] = (*votes.get(word, ()), language)
    return votes


_BY_WORD = _by_word()
#: so many of these three in plain letters are English without a vote, which most postings are
_ENGLISH, _ENGLISH_AT_LEAST = (" the ", " and ", " of "), 10
#: a cheap look before the dear one
_NOT_LATIN = re.compile(r"[\u0370-\u1dff\u3040-\ud7af]")
#: other scripts; a character of the first three says as much as several letters
_SCRIPTS = re.compile(
    r"(?P<kana>[\u3040-\u30ff]+)|(?P<hangul>[\uac00-\ud7af]+)|(?P<han>[\u3400-\u9fff]+)|(?P<cyrillic>[\u0400-\u04ff]+)|"
    r"(?P<greek>[\u0370-\u03ff]+)|(?P<arabic>[\u0600-\u06ff]+)|(?P<hebrew>[\u0590-\u05ff]+)|(?P<thai>[\u0e00-\u0e7f]+)"
)
_DENSE = 3
_UKRAINIAN = re.compile(r"[іїєґ]")
_OF_SCRIPT = {
    "hangul": "ko",
    "greek": "el",
    "arabic": "ar",
    "hebrew": "he",
    "thai": "th",
    "kana": "ja",
    "han": "zh",
}


def find_language(text: Passage) -> str:
    """The ISO 639-1 code of a description's language; "" when it says too little or two languages are as likely."""
    folded = text.folded
    read = folded if len(folded) <= HEAD + MIDDLE else _of_both(folded)
    if read.isascii() and sum(map(read.count, _ENGLISH)) >= _ENGLISH_AT_LEAST:
        return "en"
    words = read.split()
    letters = sum(map(len, words))
    foreign = "" if read.isascii() else "".join(_NOT_LATIN.findall(read))
    by_script = _by_script(foreign, letters) if len(foreign) * _DENSE >= LETTERS_AT_LEAST else ""
    if by_script:
        return by_script
    return _by_vote(words) if letters >= LETTERS_AT_LEAST else ""


def _of_both(folded: str) -> str:
    start = max(HEAD, len(folded) // 2)
    return f"{folded[:HEAD]} {folded[start : start + MIDDLE]}"


def _by_script(foreign: str, letters: int) -> str:
    """The language of a script other than Latin that makes up half of what is said."""
    counts: Counter[str] = Counter()
    for run in _SCRIPTS.finditer(foreign):
        counts[str(run.lastgroup)] += len(run.group())
    if not counts:
        return ""
    weights = {s: n * (_DENSE if s in ("kana", "han", "hangul") else 1) for s, n in counts.items()}
    other = sum(counts.values())
    weight = sum(weights.values())
    if weight < LETTERS_AT_LEAST or weight < letters - other:
        return ""
    # Japanese is written in two scripts: kana beside them make the characters Japanese
    if counts["kana"] * 10 > counts["han"] and counts["kana"] + counts["han"] > other / 2:
        return "ja"
    script = max(weights, key=lambda s: weights[s])
    if script == "cyrillic":
        return "uk" if _UKRAINIAN.search(foreign) else "ru"
    return _OF_SCRIPT[script]


def _by_vote(words: list[str]) -> str:
    votes: Counter[str] = Counter()
    for languages, times in Counter(_BY_WORD[w] for w in words if w in _BY_WORD).items():
        for language in languages:
            votes[language] += times
    if not votes:
        return ""
    (first, most), *others = votes.most_common(2)
    second = others[0][1] if others else 0
    return first if most >= _VOTES_AT_LEAST and most >= second * _AHEAD else ""
