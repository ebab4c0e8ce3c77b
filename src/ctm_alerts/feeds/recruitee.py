"""Recruitee (https://docs.recruitee.com/reference/intro-to-careers-site-api): all published offers of a career site."""

from __future__ import annotations

from ctm_alerts.feeds.bodies import read_json
from ctm_alerts.feeds.clean import as_html, as_text, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request, StatedWorkplace
from ctm_alerts.feeds.shapes import (
    first,
    flag,
    has,
    is_host,
    line,
    listed,
    mapping,
    mappings,
    opened,
    places,
    text,
)
from ctm_alerts.feeds.systems import Fields, address, below, headed, host_of, located, named, place, stated

HOST = "recruitee.com"


def request(feed_url: str) -> Request:
    """The site's offers; any page of the site leads there."""
    if address(feed_url).path.rstrip("/").endswith("/api/offers") or not is_host(feed_url, HOST):
        return Request(feed_url)
    return Request(f"https://{host_of(feed_url)}/api/offers/")


def detects(said: object, url: str | None) -> bool:
    """A list `offers` whose members have a `careers_url`; an empty one too."""
    offers = mapping(said).get("offers")
    return has(first(offers), "careers_url", "title") or (offers == [] and is_host(url, HOST))


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All published offers; drafts and closed ones, which an account's own key would show, are not read."""
    offers = listed(read_json(body), "offers", "a Recruitee career site")
    public = [offer for offer in offers if mapping(offer).get("status", "published") == "published"]
    entries, skipped = read_each(public, lambda offer: _entry(opened(offer), url))
    return Parsed("recruitee", entries, skipped)


def _entry(offer: Fields, url: str | None) -> Entry:
    title = titled(line(offer.get("title")) or "")
    link = web_link(offer.get("careers_url"))
    company = line(offer.get("company_name")) or named(below(link, HOST) or below(url, HOST))
    pay = mapping(offer.get("salary"))
    sums = stated(pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("period"))
    ad = headed("", offer.get("description")) + headed("", offer.get("requirements"))
    return Entry(
        id=entry_id(offer.get("id") or offer.get("guid"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=located(_places(offer), flag(offer.get("hybrid")) is True),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_date(offer.get("published_at")),
        expires_at=read_date(offer.get("close_at")),
        employment_type=_employment(offer),
        remote=flag(offer.get("remote")),
        workplace=_workplace(offer),
        salary_min=sums.low,
        salary_max=sums.high,
        salary_currency=sums.currency,
        salary_period=sums.period,
        apply_url=web_link(offer.get("careers_apply_url")),
    )


def _workplace(offer: Fields) -> StatedWorkplace | None:
    """Three flags of which one is set; an older account has the first alone, and its "no" says nothing of the others."""
    said: tuple[tuple[str, StatedWorkplace], ...] = (
        ("remote", "remote"),
        ("hybrid", "hybrid"),
        ("on_site", "onsite"),
    )
    found = [value for name, value in said if flag(offer.get(name)) is True]
    return found[0] if len(found) == 1 else None


def _employment(offer: Fields) -> str | None:
    """ "fulltime_permanent" as words: "fulltime permanent"."""
    return line(text(offer.get("employment_type_code")).replace("_", " "))


def _places(offer: Fields) -> str | None:
    """The towns of all places; a place without a town goes by its own name ("Remote UK")."""
    several = [
        place(where.get("city"), where.get("state"), where.get("country"))
        if where.get("city")
        else _name(where)
        for where in mappings(offer.get("locations"))
    ]
    one = place(offer.get("city"), offer.get("state_name"), offer.get("country"))
    return places(several) or one or line(offer.get("location"))


def _name(where: Fields) -> str | None:
    name, country = line(where.get("name")), line(where.get("country"))
    return name if name and country and country.lower() in name.lower() else place(name, country)
