"""Vacancy lists that British recruiting systems write for job boards: Broadbean, Vacancy Poster, Ventrus, Fusion.

Three are XML of different roots with the same names inside, one is JSON with them. Some are ill-formed (a declaration
with escaped quotes, end tags in another case), and their importers forgive it; so do we.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctm_alerts.feeds.bodies import decode, read_json, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.entries import entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.shapes import has, line, not_the_kind, opened, text
from ctm_alerts.feeds.streamed import Fields, read_elements
from ctm_alerts.feeds.systems import read_slashed

_ROOTS = ("items", "channel", "rss", "vacancies")
_ITEMS = frozenset({"item", "vacancy"})
_OWN = re.compile(r"<(?:advertUrl|jobAdvert|VacancyID|Advert_text)>")
_NAMES = {
    "id": ("reference", "vacancyid", "vacancypublishinfoid"),
    "title": ("jobtitle", "vacancytitle", "vtitle", "title"),
    "link": ("adverturl", "link", "applicationurl"),
    "ad": ("jobadvert", "adverttext", "description"),
    "company": ("organisation", "employer", "schoolname", "company"),
    "place": ("joblocation", "location"),
    "posted": ("publishon", "startpublishdate"),
    "expires": ("expiresat", "expirydate", "closingdate"),
    "salary": ("salary", "salarytext"),
    "pattern": ("workingpatterns",),
    "contract": ("contracttype", "vcontracttype"),
}


def detects(said: object, url: str | None) -> bool:
    """By the names that these systems share."""
    if isinstance(said, str):
        return root_name(said) in _ROOTS and bool(_OWN.search(said))
    return isinstance(said, list) and any(has(row, "jobAdvert", "jobTitle") for row in said[:1])


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The vacancies of one list; the channel's title is that of the employer's feed."""
    page = decode(body)
    if page.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
        return _parse_json(body)
    found = re.search(r"<title>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200})", page[:2000])
    title = one_line(found[1]) if found else ""
    whole = (_whole(fields) for fields in read_elements(body, _ROOTS, _ITEMS))
    entries, skipped = read_each(whole, lambda row: _entry(row, _employer(title)))
    return Parsed("uk_ats", entries, skipped, title or None)


def _parse_json(body: bytes) -> Parsed:
    document = read_json(body)
    if not isinstance(document, list):
        raise not_the_kind(document, "JSON that is no list of vacancies")
    entries, skipped = read_each(document, lambda row: _entry(_lowered(opened(row)), None))
    return Parsed("uk_ats", entries, skipped)


def _whole(fields: Fields) -> Mapping[str, str]:
    """Every text by the last name of its path: Ventrus keeps its names in <content><Vacancy>."""
    said: dict[str, str] = {}
    for path, texts in fields.said.items():
        said.setdefault(path.rpartition(".")[2], texts[0])
    return said


def _lowered(row: Mapping[str, object]) -> Mapping[str, str]:
    return {
        str(name).lower(): (joined(value) or "") if isinstance(value, list) else text(value)
        for name, value in row.items()
    }


def _employer(title: str) -> str | None:
    """The employer in the channel's title ("Halden Trust RSS Feed"), unless the title names a system only."""
    name = re.sub(
        r"\s*\b(?:RSS|XML|ATS|Integration|Vacanc(?:y|ies)|Jobs?|Feed)\b", "", title, flags=re.IGNORECASE
    ).strip()
    return name or None


def _first(row: Mapping[str, str], of: str) -> str:
    return next((said for name in _NAMES[of] if (said := (row.get(name) or "").strip())), "")


def _entry(row: Mapping[str, str], employer: str | None) -> Entry:
    title = titled(one_line(_first(row, "title")))
    address = _first(row, "link")
    link = web_link(f"http://{address}" if address.startswith("www.") else address)
    company = line(_first(row, "company")) or employer
    ad, words = _first(row, "ad"), line(_first(row, "salary"))
    return Entry(
        id=entry_id(_first(row, "id"), link, title, company),
        url=link,
        title=title,
        company=company,
        # some write "Whitby,_Yorkshire"
        location=line(_first(row, "place").replace("_", " ")),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_slashed(_first(row, "posted"), "day first"),
        expires_at=read_slashed(_first(row, "expires"), "day first"),
        employment_type=joined([_first(row, "pattern"), _first(row, "contract")]),
        salary_raw=words if words and re.search(r"[1-9]", words) else None,
    )
