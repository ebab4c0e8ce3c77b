"""RSS and Atom of no special kind: a title, a link, a text, and whatever else the feed was kind enough to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ctm_alerts.feeds.bodies import FEED_ROOTS, root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import amount, currency, entry_id, period, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.items import Channel, Item, read_items
from ctm_alerts.feeds.wp_job_manager import employment_of

#: a form of title counts as the feed's own when this share of its titles has it
OWN_SHARE = 0.9
#: and when there are at least so many
OWN_COUNT = 3

_LABELLED_PLACE = re.compile(
    r"^(?:- )?(?:job )?(?:location|headquarters)s?\s*:\s*(.{2,200})$", re.IGNORECASE | re.MULTILINE
)
_DOTTED = " · "
# what may stand after a dash in a title and is no company
_NO_COMPANY = re.compile(
    r"\b(?:remote|hybrid|on-?site|home|full[- ]?time|part[- ]?time|contract|temporary|permanent|fsp|m/w/d|months?|usa?|uk|eu"
    r"|emea|apac|latam|europe|germany|france|spain|canada|india|china|japan|australia|location|shift|bonus|urgent)\b|\d{3}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Heading:
    title: str
    company: str | None = None


_Split = Callable[[str], _Heading | None]


def detects(said: object, url: str | None) -> bool:
    """Any RSS or Atom; the kinds that know more of theirs are asked before."""
    return isinstance(said, str) and root_name(said) in FEED_ROOTS


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The items of one feed; the company is taken out of the title only where the feed shows that it stands there."""
    channel = read_items(body, url)
    split = _own_form(channel)
    entries, skipped = read_each(channel.items, lambda item: _entry(item, split))
    return Parsed("rss", entries, skipped, channel.title or None)


def _entry(item: Item, split: _Split | None) -> Entry:
    full = titled(one_line(item.title))
    description = as_text(item.html)
    given = item.first("company", "companyname", "employer", "hiringorganization")
    heading = _heading(full, given, split, item, description)
    company = given or heading.company
    link = web_link(item.link)
    currency_given = currency(item.extra.get("salarycurrency") or item.extra.get("currency"))
    low, high = amount(item.extra.get("minimumsalary")), amount(item.extra.get("maximumsalary"))
    return Entry(
        id=entry_id(item.guid, link, full, company),
        url=link,
        title=heading.title,
        company=company,
        location=_given_place(item) or _told_place(description, company),
        description=description,
        description_html=as_html(item.html),
        posted_at=read_date(item.published),
        expires_at=_first_date(
            item, "expiresat", "expirationdate", "expirydate", "validthrough", "advertisetodatetimeutc"
        ),
        employment_type=employment_of(item) if _says_employment(item) else None,
        remote=True if split is _before_colon else _remote(item),
        salary_min=low,
        salary_max=high,
        salary_currency=currency_given if low or high else None,
        salary_period=period(item.extra.get("salaryinterval")) if low or high else None,
        salary_raw=item.first("salary", "salaryrange", "compensation"),
        apply_url=web_link(item.extra.get("applyurl") or item.extra.get("applicationlink")),
    )


def _says_employment(item: Item) -> bool:
    return any(name in item.extra for name in ("jobtype", "type", "employmenttype"))


def _first_date(item: Item, *names: str) -> datetime | None:
    return next((moment for name in names if (moment := read_date(item.extra.get(name)))), None)


def _remote(item: Item) -> bool | None:
    said = (item.first("remote", "isremote", "remotestatus", "remotetype") or "").lower()
    if said in ("true", "yes", "1", "fully", "remote", "fully remote"):
        return True
    return False if said in ("false", "no", "0", "none", "onsite") else None


# --- the place


def _given_place(item: Item) -> str | None:
    if place := item.first("location", "joblocation", "featurename", "locations"):
        return place
    if locality := item.first("city"):
        parts = (locality, item.first("state"), item.first("country"))
        return ", ".join(part for part in parts if part)
    return item.first("region", "country", "locationrestriction")


def _told_place(description: str, company: str | None) -> str | None:
    """From "Location: Leeds" on a line of its own, or "Company · Leeds · source" as the whole text."""
    if match := _LABELLED_PLACE.search(description):
        return one_line(match[1]) or None
    parts = description.split(_DOTTED)
    if len(parts) < 2 or "\n" in description or parts[0].strip() != company:
        return None
    return one_line(parts[1]) or None


# --- the company in the title


def _own_form(channel: Channel) -> _Split | None:
    """The way in which this feed writes companies into its titles, when nearly all titles agree."""
    if _is_we_work_remotely(channel):
        return _before_colon
    titles = [one_line(item.title) for item in channel.items]
    forms: Sequence[_Split] = (_after_long_dash, _after_at, _after_dash)
    return next((form for form in forms if _is_own(form, titles)), None)


def _is_we_work_remotely(channel: Channel) -> bool:
    """The one source known to write "Company: Role"; elsewhere what stands before a colon may be anything."""
    return "weworkremotely.com" in channel.link or "We Work Remotely" in channel.title


def _is_own(form: _Split, titles: Sequence[str]) -> bool:
    hits = sum(form(title) is not None for title in titles)
    return len(titles) >= OWN_COUNT and hits >= OWN_SHARE * len(titles)


def _heading(full: str, given: str | None, split: _Split | None, item: Item, description: str) -> _Heading:
    whole = _Heading(full)
    found = _confirmed(full, description) or (split(full) if split else None)
    if found is None or (given and found.company != given):
        return whole
    # after a hyphen there may as well be a place: only believed when the ad tells its place elsewhere
    if split is _after_dash:
        place = _given_place(item) or _told_place(description, found.company)
        name = found.company or ""
        if not place or name in place or place in name or _NO_COMPANY.search(name):
            return whole
    return found


def _confirmed(full: str, description: str) -> _Heading | None:
    """The company behind a dash of any kind, when the text begins with the very same name."""
    company = description.partition(_DOTTED)[0].strip() if _DOTTED in description[:200] else ""
    for dash in (" — ", " – ", " - "):
        if company and full.endswith(dash + company):
            return _Heading(full.removesuffix(dash + company).strip(), company)
    return None


def _after_long_dash(title: str) -> _Heading | None:
    return _last_part(title, " — ")


def _after_dash(title: str) -> _Heading | None:
    return _last_part(title, " - ")


def _after_at(title: str) -> _Heading | None:
    found = _last_part(title, " at ")
    return found if found and (found.company or "")[:1].isupper() else None


def _last_part(title: str, mark: str) -> _Heading | None:
    role, _, company = title.rpartition(mark)
    role, company = role.strip(), company.strip()
    return _Heading(role, company) if role and company and len(company) <= 80 else None


def _before_colon(title: str) -> _Heading | None:
    company, _, role = title.partition(": ")
    role, company = role.strip(), company.strip()
    return _Heading(role, company) if role and company and len(company) <= 80 else None
