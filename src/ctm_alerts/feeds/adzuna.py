"""Adzuna's search API (https://developer.adzuna.com): a country and the number of the page stand in the path.

The description is cut at 500 characters. Most sums are Adzuna's own guess (`salary_is_predicted`, a string) and no
stated pay. Its terms ask for credit and a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, entry_id, joined, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.shapes import first, flag, has, line, listed, mapping, opened, places, rows, text

#: pages of one round; what is new stands first when the feed's URL asks for sort_by=date
MOST_PAGES = 4

_PAGE = re.compile(r"(?<=/search/)(\d{1,4})/?\Z")
_CURRENCIES = {
    "at": "EUR", "au": "AUD", "be": "EUR", "br": "BRL", "ca": "CAD", "ch": "CHF", "de": "EUR", "es": "EUR", "fr": "EUR",
    "gb": "GBP", "in": "INR", "it": "EUR", "mx": "MXN", "nl": "EUR", "nz": "NZD", "pl": "PLN", "sg": "SGD", "us": "USD",
    "za": "ZAR",
}  # fmt: skip
_COUNTRY = re.compile(r"/api/jobs/([a-z]{2})/search/")


def detects(said: object, url: str | None) -> bool:
    """By the class that every object names, or a job's own names."""
    job = first(mapping(said).get("results"))
    own = str(mapping(said).get("__CLASS__", job.get("__CLASS__", ""))).startswith("Adzuna::")
    return has(said, "results") and (own or has(job, "redirect_url", "adref"))


def more(feed_url: str, body: bytes, read: int) -> Request | None:
    """The page after the one that holds the last of what was asked for; None after the last."""
    document = mapping(read_json(body))
    total, count = document.get("count"), len(rows(document.get("results")))
    parts = urlsplit(feed_url)
    first_page = _PAGE.search(parts.path)
    if first_page is None or not isinstance(total, int) or count == 0 or read >= MOST_PAGES:
        return None
    if (read * count) >= total or count < _per_page(parts.query):
        return None
    path = _PAGE.sub(str(int(first_page[1]) + read), parts.path)
    return Request(parts._replace(path=path).geturl())


def _per_page(query: str) -> int:
    said = dict(parse_qsl(query)).get("results_per_page", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 10


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The jobs of one page; the currency is that of the country in the API's address, else in the job's."""
    document = read_json(body)
    jobs = listed(document, "results", "Adzuna's API")
    country = _COUNTRY.search(urlsplit(url or "").path)
    code = _CURRENCIES.get(country[1]) if country else None
    entries, skipped = read_each(jobs, lambda job: _entry(opened(job), code))
    total = mapping(document).get("count")
    return Parsed("adzuna", entries, skipped, "Adzuna", not isinstance(total, int) or total <= len(jobs))


def _entry(job: Mapping[str, object], code: str | None) -> Entry:
    title = titled(one_line(text(job.get("title"))))
    company = line(mapping(job.get("company")).get("display_name"))
    number = text(job.get("id"))
    link = web_link(job.get("redirect_url"))
    ad = text(job.get("description"))
    low, high = _stated_pay(job)
    return Entry(
        id=entry_id(number, link, title, company),
        url=link and _without_session(link),
        title=title,
        company=company,
        location=_place(mapping(job.get("location"))),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(job.get("created")),
        employment_type=joined([text(job.get("contract_type")), text(job.get("contract_time"))]),
        salary_min=low,
        salary_max=high,
        salary_currency=(code or _currency_at(link)) if low or high else None,
        salary_period="year" if low or high else None,
    )


def _stated_pay(job: Mapping[str, object]) -> tuple[float | None, float | None]:
    """Sums are a year's; predicted ones are nobody's offer, and where nothing is said of it they may be."""
    if flag(job.get("salary_is_predicted")) is not False:
        return None, None
    return amount(job.get("salary_min")), amount(job.get("salary_max"))


def _currency_at(link: str | None) -> str | None:
    host = urlsplit(link or "").hostname or ""
    end = host.rpartition(".")[2]
    country = {"uk": "gb", "com": "us"}.get(end, end)
    return _CURRENCIES.get(country) if ".adzuna." in f".{host}" else None


def _place(location: Mapping[str, object]) -> str | None:
    """The place as shown, with its country, which only the list of areas tells."""
    shown = line(location.get("display_name"))
    country = line(next(iter(rows(location.get("area"))), None))
    known = (shown or "").casefold().split(", ")
    return places([shown, country if country and country.casefold() not in known else None], ", ")


def _without_session(link: str) -> str:
    """The link without `se`, which differs with each request; Adzuna's own marks of who sent the reader stay."""
    parts = urlsplit(link)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "se"]
    return parts._replace(query=urlencode(kept)).geturl()
