"""schema.org JobPosting as JSON-LD (https://schema.org/JobPosting), in a page's script elements or as a body of its own.

Of the page only these scripts are read, found by their tags without building a tree: pages come with megabytes of
markup, and tree builders are slow on hostile nesting.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import decode, describe, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import (
    Unreadable,
    amount,
    currency,
    entry_id,
    joined,
    period,
    prettified,
    read_each,
    titled,
)
from ctm_alerts.feeds.feed import Entry, Parsed, SalaryPeriod
from ctm_alerts.feeds.shapes import first, line, mapping, mappings, places, rows, text

JobPosting = Mapping[str, object]

#: values looked at in one script; a page of 1,000 postings has about 40,000
MOST_VALUES = 500_000

_SCRIPT = re.compile(r"<script\b([^<>]{0,500})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_LD = re.compile(r"application/(?:[\w.]+\+)?ld\+json", re.IGNORECASE)
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*\Z"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PAGE_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_MARKUP_ROOTS = ("html", "head", "body", "script")
# what systems write where they know nothing (iCIMS: "UNAVAILABLE")
_SAYS_NOTHING = frozenset(
    {"unavailable", "n/a", "na", "null", "none", "undefined", "not specified", "-", "other"}
)
# UN/CEFACT codes of time, which schema.org allows as unitCode
_UNIT_CODES: dict[str, SalaryPeriod] = {
    "ANN": "year",
    "MON": "month",
    "WEE": "week",
    "DAY": "day",
    "HUR": "hour",
}
# what some publishers keep out of the description, with the heading that it then gets
_SECTIONS = (
    ("responsibilities", "Responsibilities"),
    ("qualifications", "Qualifications"),
    ("skills", "Skills"),
    ("experienceRequirements", "Experience"),
    ("educationRequirements", "Education"),
)


def detects(said: object, url: str | None) -> bool:
    """A page with a JobPosting in one of its scripts, or JSON that is one, a list or a graph of them."""
    if isinstance(said, str):
        return "JobPosting" in said and root_name(said) in _MARKUP_ROOTS and bool(postings_in(said))
    tops = [*mappings(said), *mappings(mapping(said).get("@graph"))]
    return any(is_posting(top) for top in tops)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of a page; scripts that cannot be read are skipped with their place."""
    page = decode(body)
    postings, broken = _read(page)
    if not postings:
        raise NotAFeed("; ".join((f"{describe(page)} without a schema.org JobPosting", *broken)))
    alone = len(postings) == 1
    entries, skipped = read_each(postings, lambda posting: entry_of(posting, url, alone=alone))
    title = _PAGE_TITLE.search(page[:200_000])
    return Parsed("jsonld", entries, (*skipped, *broken), one_line(title[1]) or None if title else None)


def postings_in(page: str) -> list[JobPosting]:
    """Every JobPosting of an HTML page or a JSON-LD text, in its order; what cannot be read is left out."""
    return _read(page)[0]


def merge_page(entry: Entry, body: bytes) -> Entry:
    """The entry with what the JobPosting of its page says, of several the one with its address; id and url stay.

    A page without one says nothing more. Raises NotAFeed for a wall against robots or a login, which says nothing
    about the entry and may be gone the next time.
    """
    page = decode(body)
    postings = postings_in(page)
    if not postings:
        seen = describe(page)
        if seen.endswith((": a login", "against robots")):
            raise NotAFeed(seen)
        return entry
    try:
        told = entry_of(
            next((p for p in postings if _own_link(p, entry.url) == entry.url), postings[0]), entry.url
        )
    except Unreadable:
        return entry
    kept = {name: value for name, value in vars(entry).items() if getattr(told, name) in (None, "")}
    return replace(told, **{**kept, "id": entry.id, "url": entry.url or told.url})


# --- finding


def _read(page: str) -> tuple[list[JobPosting], tuple[str, ...]]:
    postings: list[JobPosting] = []
    broken: list[str] = []
    for number, script in enumerate(_scripts(page), start=1):
        try:
            for document in _documents(script):
                postings.extend(_in_document(document))
        except (ValueError, RecursionError) as e:
            if "JobPosting" in script:
                broken.append(f"JSON-LD script {number}: {one_line(str(e), 100)}")
    return postings, tuple(broken)


def _scripts(page: str) -> Iterator[str]:
    if page.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        yield page
        return
    at = 0
    while opening := _SCRIPT.search(page, at):
        end = _SCRIPT_END.search(page, opening.end())
        at = end.end() if end else len(page)
        if _LD.search(html.unescape(opening[1])):
            yield page[opening.end() : end.start() if end else len(page)]


def _documents(script: str) -> list[object]:
    """The values of one script.

    Raw line ends in strings, HTML escapes around all of it, comment and CDATA marks, trailing commas and several
    values in a row are forgiven.
    """
    script = _WRAPPING.sub("", _WRAPPING.sub("", script)).strip("\ufeff \t\r\n")
    failure: ValueError | None = None
    for attempt in _attempts(script):
        try:
            return _values(attempt)
        except ValueError as e:
            failure = failure or e
    assert failure is not None
    raise failure


def _attempts(script: str) -> Iterator[str]:
    yield script
    yield _TRAILING_COMMA.sub(r"\1", script)
    yield html.unescape(script)


def _values(script: str) -> list[object]:
    reader = json.JSONDecoder(strict=False)
    found: list[object] = []
    at = 0
    while at < len(script):
        value, end = reader.raw_decode(script, at)
        found.append(value)
        rest = script[end : end + 200].lstrip(" \t\r\n;,")
        at = end + (len(script[end : end + 200]) - len(rest)) if rest else len(script)
    return found


def _in_document(document: object) -> Iterator[JobPosting]:
    nodes: dict[str, JobPosting] = {}
    postings: list[JobPosting] = []
    waiting, seen = [document], 0
    while waiting and seen < MOST_VALUES:
        value = waiting.pop()
        seen += 1
        if isinstance(value, Mapping):
            if isinstance(name := value.get("@id"), str) and len(value) > 1:
                nodes.setdefault(name, value)
            if is_posting(value):
                postings.append(value)
                continue
            waiting.extend(reversed([inner for inner in value.values() if isinstance(inner, Mapping | list)]))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
    return (_resolved(posting, nodes) for posting in postings)


def is_posting(value: JobPosting) -> bool:
    """Whether an object says of itself that it is a JobPosting, alone or among other types."""
    kinds = value.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and re.split(r"[/:#]", name)[-1] == "JobPosting" for name in names)


def _resolved(posting: JobPosting, nodes: Mapping[str, JobPosting]) -> JobPosting:
    """In a @graph the employer and the place may be nodes of their own, named by their @id."""
    said = {
        name: nodes.get(text(value["@id"]), value)
        for name, value in posting.items()
        if isinstance(value, Mapping) and set(value) <= {"@id", "@type"} and "@id" in value
    }
    return {**posting, **said} if said else posting


# --- reading


@dataclass(frozen=True)
class _Pay:
    low: float | None = None
    high: float | None = None
    currency: str | None = None
    period: SalaryPeriod | None = None
    raw: str | None = None


def entry_of(posting: JobPosting, url: str | None, *, alone: bool = True) -> Entry:
    """A JobPosting as our entry.

    Args:
        url: of the page that it stands on; its own links are joined to it.
        alone: whether it is the only one there, so that the page's address is its own. Of several, one without
            an identifier and an address of its own is known by title, employer and place.

    Raises:
        Unreadable: it has no title.
    """
    title = titled(one_line(text(posting.get("title")) or text(posting.get("name"))))
    company = _company(posting.get("hiringOrganization"))
    own = _own_link(posting, url)
    remote = "TELECOMMUTE" in (joined(posting.get("jobLocationType")) or "").upper()
    location = _location(posting, remote)
    ad, pay = _ad(posting), _pay(posting)
    known_by = own or (web_link(url) if alone else None)
    return Entry(
        id=entry_id(_identifier(posting.get("identifier")), known_by, f"{title}\n{location or ''}", company),
        url=own or web_link(url),
        title=title,
        company=company,
        location=location,
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(posting.get("datePosted")),
        expires_at=read_date(posting.get("validThrough")),
        employment_type=_employment(posting.get("employmentType")),
        remote=True if remote else None,
        salary_min=pay.low,
        salary_max=pay.high,
        salary_currency=pay.currency,
        salary_period=pay.period,
        salary_raw=pay.raw,
    )


def _own_link(posting: JobPosting, url: str | None) -> str | None:
    for name in ("url", "mainEntityOfPage", "@id"):
        value = posting.get(name)
        address = value.get("@id") or value.get("url") if isinstance(value, Mapping) else value
        link = web_link(address, url) if text(address).startswith(("http", "/")) else None
        # the address of the site alone ("https://acme.example/") is that of no posting
        if link and (urlsplit(link).path.strip("/") or urlsplit(link).query):
            return link
    return None


def _identifier(value: object) -> object:
    """An identifier as text or number, whichever of its shapes it has."""
    if isinstance(value, list):
        value = next((inner for inner in value if inner), None)
    if isinstance(value, Mapping):
        value = value.get("value") or value.get("@value")
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _company(value: object) -> str | None:
    if isinstance(value, list):
        value = next((inner for inner in value if inner), None)
    if isinstance(value, Mapping):
        value = text(value.get("name")) or text(value.get("legalName")) or _site_name(value)
    return _said(value)


def _site_name(organisation: JobPosting) -> str:
    """From the employer's own address, where it gives nothing else."""
    link = web_link(organisation.get("sameAs")) or web_link(organisation.get("url")) or ""
    host = urlsplit(link).hostname or ""
    return prettified(host.removeprefix("www.").partition(".")[0])


def _said(value: object) -> str | None:
    said = line(value)
    return None if said is None or said.lower() in _SAYS_NOTHING else said


def _employment(value: object) -> str | None:
    values = value if isinstance(value, list) else [value]
    return joined([said for inner in values if (said := _said(inner))])


def _ad(posting: JobPosting) -> str:
    """The description, and behind it what the publisher tells beside it and not in it."""
    ad = text(posting.get("description"))
    plain = as_text(ad)
    more = [
        (heading, said)
        for name, heading in _SECTIONS
        if (said := _section(posting.get(name))) and as_text(said)[:60] not in plain
    ]
    if not more:
        return ad
    # made safe before they are joined: of escaped markup beside plain markup one would be shown as it stands
    return as_html(ad) + "".join(f"\n<h3>{heading}</h3>\n{as_html(said)}" for heading, said in more)


def _section(value: object) -> str:
    return "\n".join(filter(None, map(text, rows(value)))) if isinstance(value, list) else text(value)


# --- the place


def _location(posting: JobPosting, remote: bool) -> str | None:
    """The places of work; of remote work first the places from which it may be done."""
    named = [_place(value) for value in _each(posting.get("jobLocation"))]
    allowed = (
        [_name(value) for value in _each(posting.get("applicantLocationRequirements"))] if remote else []
    )
    return places([*filter(None, allowed), *filter(None, named)])


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _place(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return _said(value)
    address = value.get("address")
    if isinstance(address, list):
        return places(filter(None, (_place({"address": inner}) for inner in address)))
    if isinstance(address, Mapping):
        parts = [_name(address.get(part)) for part in ("addressLocality", "addressRegion", "addressCountry")]
        told = ", ".join(dict.fromkeys(part for part in parts if part))
        return told or _name(value) or _said(address.get("streetAddress"))
    return _said(address) or _name(value) or _named_parts(value)


def _named_parts(value: JobPosting) -> str | None:
    """Some write the parts of the address into the place itself."""
    parts = [_name(value.get(part)) for part in ("addressLocality", "addressRegion", "addressCountry")]
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _name(value: object) -> str | None:
    if isinstance(value, list):
        return places(filter(None, (_name(inner) for inner in value if not isinstance(inner, list))), ", ")
    return _said(value.get("name") if isinstance(value, Mapping) else value)


# --- the pay


def _pay(posting: JobPosting) -> _Pay:
    """baseSalary in all its shapes; estimatedSalary is the publisher's guess and left out."""
    base = posting.get("baseSalary")
    base = base[0] if isinstance(base, list) and base else base
    if not isinstance(base, Mapping):
        return _with_numbers(base, {}, posting)
    value = base.get("value", base.get("price"))
    value = first(value) if isinstance(value, list) else value
    return _with_numbers(value, base, posting)


def _with_numbers(value: object, base: JobPosting, posting: JobPosting) -> _Pay:
    inner = mapping(value)
    low = _first_amount(inner.get("minValue"), base.get("minValue"))
    high = _first_amount(inner.get("maxValue"), base.get("maxValue"))
    if low is None and high is None:
        low = high = _first_amount(inner.get("value"), value)
    if low is None and high is None:
        return _Pay(raw=_pay_words(inner.get("value", value)))
    code = next(filter(None, (currency(v) for v in _currencies(inner, base, posting))), None)
    return _Pay(low, high, code, _period(inner) or _period(base))


def _first_amount(*values: object) -> float | None:
    return next((number for value in values if (number := amount(value)) is not None), None)


def _currencies(inner: JobPosting, base: JobPosting, posting: JobPosting) -> tuple[object, ...]:
    named = base.get("currency"), base.get("priceCurrency")
    return (*named, inner.get("currency"), posting.get("salaryCurrency"))


def _period(value: JobPosting) -> SalaryPeriod | None:
    return period(value.get("unitText")) or _UNIT_CODES.get(text(value.get("unitCode")).upper())


def _pay_words(value: object) -> str | None:
    """Free text ("$294-325K"); a bare 0 says nothing."""
    said = _said(value)
    return said if said and re.search(r"[1-9]", said) else None
