"""Sitemaps (https://www.sitemaps.org/protocol.html): which of a site's pages are postings; each page then tells its own.

An entry is a stub made of its address; the second call reads the page's JSON-LD. `lastmod` is no date of a posting:
sites write the day of their last build into it.

A map holds the postings of all professions, and each page is a call. The fragment of the feed's URL keeps those with one
of its words in their address: https://careers.acme.example/sitemap.xml#clinical,trial,study
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urldefrag, urlsplit

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import one_line, web_link
from ctm_alerts.feeds.entries import entry_id, prettified, read_each
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.jsonld import merge_page
from ctm_alerts.feeds.streamed import read_elements

ROOTS = ("urlset", "sitemapindex")
_PLACES = frozenset({"url", "sitemap"})

# one of these as a whole step says that what follows it is a posting ("/jobs/j/...", "/JobDetail/Title/123")
_POSTING_STEP = re.compile(
    r"j|jobs?|job[-_]?details?|job[-_]?postings?|job[-_]?openings?|openings?|vacanc(?:y|ies)|positions?|postings?|requisitions?"
    r"|roles?|stellen(?:angebote?|anzeigen?)?|emplois?|offres?(?:-d-?emploi)?|empleos?|vagas?",
    re.IGNORECASE,
)
# such steps stand in addresses of lists, not of postings
_LIST_STEP = re.compile(
    r"search(?:[-_]?jobs?)?|jobs?[-_]?search|categor(?:y|ies)|locations?|departments?|teams?|tags?|companies|company|login|register"
    r"|apply|page|students?|benefits|saved[-_]?jobs?|talent[-_]?(?:community|network)|in|c|l",
    re.IGNORECASE,
)
_READING_STEP = re.compile(
    r"blog|news|events?|insights|stories|press(?:[-_]releases?)?|resources|articles?", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:^|[-_/])(?:[A-Z]{0,4}[-_]?)?\d{3,}|[0-9a-f]{8,}", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}")
# the number that ends or begins a slug, or the mark of an aggregator
_NUMBER_ENDS = re.compile(r"(?:[-_](?=\w*\d)[\da-f-]{5,}|[-_]\d{3,})$|^\d{3,}[-_]", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"(?<=[^/])/(?:en|de|fr|es|it|pt|nl|pl|cs|da|sv|fi|nb|hu|ro|tr|ru|ja|zh|ko)(?:[-_][a-z]{2})?/",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"/en(?:[-_][a-z]{2})?/", re.IGNORECASE)
_JOB_MAP = re.compile(r"job|career|vacanc|position|posting|stelle|emploi|empleo|vaga", re.IGNORECASE)


def detects(said: object, url: str | None) -> bool:
    """By the root alone; both are of no other use."""
    return isinstance(said, str) and root_name(said) in ROOTS


def request(feed_url: str) -> Request:
    """The map itself; the words behind "#" are ours."""
    return Request(urldefrag(feed_url).url)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The postings' pages of one sitemap as stubs.

    An index has none itself: the maps of postings that it names are read after it (`following`).
    """
    found = list(dict.fromkeys(link for link in _links(body, url) if link))
    if _is_index(body):
        return Parsed("sitemap", (), complete=not _maps_of_postings(found))
    words = _words_of(url)
    wanted = [
        link
        for link in found
        if is_posting(link) and (not words or any(word in _path(link) for word in words))
    ]
    entries, skipped = read_each(wanted, _stub)
    return Parsed("sitemap", entries, skipped)


def _words_of(url: str | None) -> list[str]:
    return [word for word in re.split(r"[,+\s]+", unquote(urldefrag(url or "").fragment).casefold()) if word]


def _path(link: str) -> str:
    return unquote(urlsplit(link).path).casefold()


def _links(body: bytes, url: str | None) -> Iterable[str | None]:
    return (web_link(place.first("loc"), url) for place in read_elements(body, ROOTS, _PLACES))


def following(feed_url: str, body: bytes) -> tuple[Request, ...]:
    """The maps of postings that an index names, on the site whose index this is; a map names none."""
    if not _is_index(body):
        return ()
    named = _maps_of_postings([link for link in _links(body, feed_url) if link])
    return tuple(Request(link) for link in named if _site(link) == _site(feed_url))


def _is_index(body: bytes) -> bool:
    return root_name(body.decode("utf-8", "replace")) == "sitemapindex"


def _maps_of_postings(links: list[str]) -> list[str]:
    """The maps that sound like jobs, or all of them; of maps that differ in language only the English or first one."""
    named = [link for link in links if _JOB_MAP.search(urlsplit(link).path)] or links
    english_first = sorted(named, key=lambda link: not _ENGLISH.search(link))
    chosen = {_LANGUAGE.sub("/", link): link for link in reversed(english_first)}
    return [link for link in dict.fromkeys(english_first) if chosen[_LANGUAGE.sub("/", link)] == link]


def is_posting(link: str) -> bool:
    """Whether an address looks like that of one posting, not of a list, a login or a blog."""
    steps = [unquote(step) for step in urlsplit(link).path.split("/") if step]
    marks = [at for at, step in enumerate(steps[:-1]) if _POSTING_STEP.fullmatch(_bare(step))]
    if not marks or _LIST_STEP.fullmatch(_bare(steps[-1])) or any(map(_READING_STEP.fullmatch, steps)):
        return False
    after = steps[marks[-1] + 1 :]
    if any(_LIST_STEP.fullmatch(step) for step in after):
        return False
    return bool(_NUMBERED.search("/".join(after))) or len(_WORDS.findall(after[-1])) >= 2


def _bare(step: str) -> str:
    return re.sub(r"\.(?:html?|aspx?|php)$", "", step, flags=re.IGNORECASE)


def _stub(link: str) -> Entry:
    return Entry(entry_id(None, link, "", None), link, _title(link), None, None, "", "")


def _title(link: str) -> str:
    """The words of the step that has most of them, behind the last mark of a posting; its page will say better."""
    steps = [_bare(unquote(step)) for step in urlsplit(link).path.split("/") if step]
    marks = [at for at, step in enumerate(steps[:-1]) if _POSTING_STEP.fullmatch(step)]
    after = steps[marks[-1] + 1 :] if marks else steps[-1:]
    longest = max(after, key=lambda step: len(_WORDS.findall(_NUMBER_ENDS.sub("", step))), default="")
    return prettified(_NUMBER_ENDS.sub("", longest)) or one_line(longest) or one_line(link)


def detail(feed_url: str, entry: Entry) -> Request | None:
    """The posting's page, when it is on the site whose map this is."""
    if entry.description or entry.url is None:
        return None
    return Request(entry.url) if _site(entry.url) == _site(feed_url) else None


def _site(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return ".".join(host.split(".")[-2:])


def merge_detail(entry: Entry, body: bytes) -> Entry:
    """The entry with what the JSON-LD of its page says; a page without any leaves the stub as it is."""
    return merge_page(entry, body)
