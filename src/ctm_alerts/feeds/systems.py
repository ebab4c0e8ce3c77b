"""What employers' own recruiting systems do alike: boards named in addresses, a row per office, a second call per posting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree as ET

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ctm_alerts.errors import NotAFeed, UsageError
from ctm_alerts.feeds.bodies import decode, describe, read_xml_text
from ctm_alerts.feeds.clean import one_line
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, currency, period, prettified
from ctm_alerts.feeds.feed import Entry, SalaryPeriod, StatedWorkplace
from ctm_alerts.feeds.shapes import places, text

Fields = Mapping[str, object]
Order = Literal["day first", "month first"]

_NO_ADDRESS = urlsplit("")
_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,].*)?", re.ASCII | re.DOTALL)
_DOMAIN_END = re.compile(
    r"\.(?:com|org|net|io|ai|co|bio|health|eu|de|ch|fr|uk)(?:\.[a-z]{2})?$", re.IGNORECASE
)
#: what career sites are called before the employer's own name
_SITE_WORDS = frozenset(
    "www careers career jobs job apply explore search hire work talent recruiting us uk eu de en".split()  # noqa: SIM905 - reads as what it is
)
_SECOND_LEVELS = ("ac", "co", "com", "gov", "net", "org")
#: half a second; a page of 15 MB has a tenth of it
MOST_DEPTHS = 50_000_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]{0,30})")
#: elements that have no end, or that the next of their kind ends
_SELF_ENDING = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th option".split()  # noqa: SIM905 - reads as what it is
)
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_HYBRID = re.compile(r"\bhybrid\b", re.IGNORECASE)


# --- addresses


def address(url: str | None) -> SplitResult:
    """The parts of a URL; empty ones where it is none."""
    try:
        parts = urlsplit(url or "")
        return parts if parts.port is None or parts.port >= 0 else _NO_ADDRESS
    except ValueError:
        return _NO_ADDRESS


def host_of(url: str | None) -> str:
    """The host that a URL names, or ""."""
    return address(url).hostname or ""


def steps(url: str | None) -> list[str]:
    """The steps of a URL's path, decoded."""
    return [unquote(step) for step in address(url).path.split("/") if step]


def asked_for(url: str | None, *names: str) -> str:
    """The first of these parameters that a URL's query has, or ""."""
    said = parse_qs(address(url).query)
    return next((said[name][0] for name in names if name in said), "")


def with_query(url: str, *given: tuple[str, str]) -> str:
    """The URL with these parameters in place of its own of the same names."""
    parts = address(url)
    names = {name for name, _ in given}
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return parts._replace(query=urlencode([*kept, *given], errors="replace"), fragment="").geturl()


def without_query(url: str | None, *names: str) -> str | None:
    """The URL without these parameters of its query."""
    if url is None:
        return None
    parts = address(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return parts._replace(query=urlencode(kept, errors="replace")).geturl()


def below(url: str | None, *ends: str) -> str | None:
    """The label before one of these host names ("acme" in acme.recruitee.com), or None."""
    host = host_of(url)
    for end in ends:
        if host.endswith("." + end):
            label = host.removesuffix("." + end).rpartition(".")[2]
            return None if label in _SITE_WORDS else label
    return None


def step(value: object) -> str:
    """A value made fit for one step of a path."""
    return quote(text(value), safe="", errors="replace")


def no_site(feed_url: str, system: str, example: str) -> UsageError:
    """The error for an address that is none of a system's, with one that is."""
    return UsageError(f"{one_line(feed_url)} names no {system} site; give its address, such as {example}")


# --- the employer


def named(slug: str | None) -> str | None:
    """An employer's name made from a board's slug, as a last resort; a domain's ending is no part of it."""
    return prettified(_DOMAIN_END.sub("", unquote(slug or ""))) or None


def employer_at(host: str, system: str = "") -> str | None:
    """An employer's name made from the host of its career site ("careers.acme-bio.com" -> "Acme Bio").

    None for a host of the system itself that names no employer.
    """
    own = bool(system) and (host == system or host.endswith("." + system))
    labels = (host.removesuffix(system).strip(".") if own else _without_end(host)).split(".")
    words = [word for label in labels for word in label.split("-") if word]
    while words and words[0] in _SITE_WORDS:
        words.pop(0)
    return prettified("-".join(words)) or None


def _without_end(host: str) -> str:
    """The host without its public suffix: the last label, and such as "co" before it."""
    labels = host.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVELS:
        labels.pop()
    return ".".join(labels)


# --- what entries are made of


class Pay(NamedTuple):
    """Pay as a source states it; no sum, no currency and no period."""

    low: float | None = None
    high: float | None = None
    currency: str | None = None
    period: SalaryPeriod | None = None


def stated(low: object, high: object, code: object, per: object) -> Pay:
    """The pay that four fields of a source state; zero and words are none."""
    least, most = amount(low), amount(high)
    return Pay(least, most, currency(code), period(per)) if least or most else Pay()


def place(*parts: object) -> str | None:
    """Town, region and country on one line, each once; "Berlin, Berlin, Germany" says one thing twice."""
    return places(parts, ", ")


def located(where: str | None, hybrid: bool) -> str | None:
    """The place, with the source's own word that the work is hybrid; there is no other field for it."""
    if not hybrid or _HYBRID.search(where or ""):
        return where
    return f"{where} (hybrid)" if where else "Hybrid"


def workplace(word: object) -> tuple[bool | None, bool]:
    """Whether a source's word ("on_site", "Fully remote", "HYBRID") means remote, and whether it means hybrid."""
    said = re.sub(r"[^a-z]+", "", text(word).lower())
    if "hybrid" in said or said == "temporarilyremote":
        return False, True
    if "remote" in said or said in ("telecommute", "fully", "homebased", "virtual"):
        return True, False
    return (False if said in ("onsite", "office", "inoffice", "inperson", "none") else None), False


def stated_workplace(remote: bool | None, hybrid: bool) -> StatedWorkplace | None:
    """What `workplace` made of a source's word, as one of the three."""
    if hybrid:
        return "hybrid"
    return None if remote is None else "remote" if remote else "onsite"


def headed(heading: object, html: object) -> str:
    """A section of an ad under its heading; "" when it says nothing."""
    said, title = text(html).strip(), one_line(text(heading))
    if not said:
        return ""
    title = title.replace("&", "&amp;").replace("<", "&lt;")
    return f"<h3>{title}</h3>{said}" if title else f"<div>{said}</div>"


def completed(entry: Entry, told: Entry) -> Entry:
    """The entry with what its second call said; its id and url stay as they are."""
    said = {
        field.name: getattr(told, field.name)
        for field in fields(Entry)
        if field.name != "id" and getattr(told, field.name) not in (None, "")
    }
    return replace(entry, **(said | {"url": entry.url or told.url}))


def by_id(rows: Iterable[object], *names: str) -> list[list[Fields] | object]:
    """The rows of one posting together, in order of the first: some systems write one row for each office.

    A row without an id, or one that is no object, stays alone.
    """
    groups: list[list[Fields] | object] = []
    found: dict[str, list[Fields]] = {}
    for row in rows:
        if not isinstance(row, dict):
            groups.append(row)
            continue
        key = next((said for name in names if (said := text(row.get(name)))), "")
        if key in found:
            found[key].append(row)
            continue
        group: list[Fields] = [row]
        groups.append(group)
        if key:
            found[key] = group
    return groups


# --- dates with slashes


def slash_order(values: Iterable[object]) -> Order | None:
    """Which of day and month comes first, told by all the slashed dates of one body; None when they do not tell."""
    pairs = [(int(m[1]), int(m[2])) for value in values if (m := _SLASHED.fullmatch(text(value)[:64]))]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first == month_first:
        return None
    return "day first" if day_first else "month first"


def read_slashed(value: object, order: Order | None) -> datetime | None:
    """A date that may be slashed; "03/04/2026" means something only where the order is known."""
    match = _SLASHED.fullmatch(text(value)[:64])
    if match is None or order is None:
        return read_date(value)
    day, month = (match[1], match[2]) if order == "day first" else (match[2], match[1])
    try:
        return read_date(datetime(int(match[3]), int(month), int(day), tzinfo=UTC))
    except ValueError:
        return None


# --- pages and XML


def read_page(body: bytes, *marks: str) -> LexborHTMLParser:
    """An HTML page that has one of these marks of its system; raises NotAFeed for any other body."""
    page = decode(body)
    if not any(mark in page for mark in marks):
        raise NotAFeed(f"{describe(page)}, without a list of jobs")
    if not _is_shallow(page):
        raise NotAFeed("an HTML page nested too deeply to be read")
    return LexborHTMLParser(page)


def _is_shallow(page: str) -> bool:
    """Whether a page's tree is built in bearable time: lexbor takes as long as the depths of all elements add up to."""
    opened: Counter[str] = Counter()
    depth = depths = 0
    for match in _TAG.finditer(page):
        name = match[2].lower()
        if name in _SELF_ENDING:
            continue
        if not match[1]:
            opened[name] += 1
            depth += 1
            depths += depth
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depths > MOST_DEPTHS:
            return False
    return True


def words_of(node: LexborNode | None) -> str:
    """The words of an element on one line."""
    return one_line(node.text(separator=" ")) if node is not None else ""


def read_tree(body: bytes, *roots: str) -> ET.Element:
    """The root of an XML body that has one of these names; what is ill-formed and yet whole is mended.

    Raises NotAFeed for any other body, for one that breaks off, and for a DOCTYPE.
    """
    source = read_xml_text(body, roots)
    try:
        return ET.fromstring(source.encode())  # noqa: S314 - no DOCTYPE, no ENTITY, see read_xml_text
    except ET.ParseError as e:
        tail = source.rstrip()[-200:].lower()
        if not any(tail.endswith(f"</{root}>") for root in roots):
            raise NotAFeed(
                f"truncated XML: it ends after {len(source):,} characters inside of its root"
            ) from e
        return _mended(source, e)


def _mended(source: str, cause: ET.ParseError) -> ET.Element:
    """A tree of ill-formed XML: with bare ampersands escaped, or else with what lxml makes of it."""
    source = _BARE_AMPERSAND.sub("&amp;", source)
    from lxml import etree  # in the parser's child only, which is why it is not imported above

    lenient = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(source.encode(), lenient)
        return ET.fromstring(etree.tostring(root))  # noqa: S314 - written by lxml just now
    except (etree.LxmlError, ET.ParseError, TypeError) as e:
        raise NotAFeed(f"broken XML: {one_line(str(cause), 80)}") from e


def local(element: ET.Element) -> str:
    """An element's name without its namespace, in lower case; "" for comments."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def inside(element: ET.Element, *path: str) -> list[ET.Element]:
    """The elements that lie at a path of local names below an element."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent if local(child) == name]
    return found


def said_in(element: ET.Element, *names: str) -> str:
    """The text of the first child of these names that says anything."""
    for name in names:
        for child in inside(element, name):
            if said := "".join(child.itertext()).strip():
                return said
    return ""
