"""SAP SuccessFactors career sites, in their three XML forms; no real body was seen, all is from documented shapes.

- the career site's own RSS: `/services/rss/job/?locale=en_US&keywords=...` (the newest ones of a search) and
  `/sitemal.xml` (all, with Google's `g:` names); titles end in the place: "Trial Manager (Leeds, GB, LS1)";
- the older job portal: `/career?company=ACME&career_ns=job_listing_summary&resultType=XML`, a <Job-Listing> whose facets
  (`filter1`, `mfield2`) are known by their labels only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ctm_alerts.feeds.bodies import root_name
from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import entry_id, read_each, titled
from ctm_alerts.feeds.feed import Entry, Parsed, Request
from ctm_alerts.feeds.items import Item, read_items
from ctm_alerts.feeds.shapes import is_host, places
from ctm_alerts.feeds.systems import (
    Order,
    address,
    asked_for,
    employer_at,
    host_of,
    inside,
    local,
    located,
    named,
    no_site,
    place,
    read_slashed,
    read_tree,
    said_in,
    slash_order,
    stated_workplace,
    step,
    steps,
    with_query,
    without_query,
    workplace,
)

HOSTS = ("successfactors.com", "successfactors.eu", "sapsf.com", "sapsf.eu")
_GOOGLE = "http://base.google.com/ns/1.0"
#: "(Leeds, GB, LS1)": a country's code in two capitals stands among the parts
_PLACE_IN_TITLE = re.compile(r"(?P<title>.+?)\s*\((?P<place>[^()]*,\s*[A-Z]{2}(?:,[^()]*)?)\)")
_TRACKING = ("feedId", "utm_source", "utm_medium", "utm_campaign")
#: facets by their labels, the surest first
_PLACE_LABELS = ("posting location", "job location", "geographic location", "location", "city")
_COUNTRY_LABELS = ("country", "country/region", "country - career")
_TYPE_LABELS = ("employment type", "type of employment", "job type", "job status", "contract type")
_WORKPLACE_LABELS = ("work setting", "workplace type", "location flexibility", "work arrangement", "remote")


def request(feed_url: str) -> Request:
    """The XML of a portal or the RSS of a career site; the address of its search page gives the words to look for."""
    if is_host(feed_url, *HOSTS) and (company := asked_for(feed_url, "company")):
        return Request(_portal(feed_url, company))
    if not host_of(feed_url):
        raise no_site(
            feed_url, "SuccessFactors", "https://jobs.acme.example/search/?q=clinical+trial+manager"
        )
    if address(feed_url).path.endswith(".xml") or "rss" in steps(feed_url):
        return Request(feed_url)
    words = asked_for(feed_url, "q", "keywords")
    asked = [
        ("locale", asked_for(feed_url, "locale") or "en_US"),
        *([("keywords", f"({words})")] if words else []),
    ]
    return Request(with_query(f"https://{host_of(feed_url)}/services/rss/job/", *asked))


def _portal(feed_url: str, company: str) -> str:
    asked = [("company", company), ("career_ns", "job_listing_summary"), ("resultType", "XML")]
    locale = asked_for(feed_url, "rcm_site_locale", "lang") or "en_US"
    return with_query(f"https://{host_of(feed_url)}/career", *asked, ("rcm_site_locale", locale))


def detects(said: object, url: str | None) -> bool:
    """The portal's root, or RSS with Google's employer, or RSS whose links are those of a career site."""
    if not isinstance(said, str):
        return False
    if root_name(said) == "job-listing":
        return True
    if root_name(said) != "rss":
        return False
    # "J2W" is what the career site's links call its feed, after the firm that first made it
    own = "/services/rss/job" in said[:5000] or "utm_source=J2WRSS" in said
    return own or (_GOOGLE in said and "<g:employer>" in said)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """All postings of any of the three forms."""
    if root_name(body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")) == "job-listing":
        return _parse_portal(body, url)
    channel = read_items(body, url)
    company = _site_of(channel.title) or (employer_at(host_of(url)) if url else None)
    entries, skipped = read_each(channel.items, lambda item: _of_item(item, company))
    return Parsed("successfactors", entries, skipped, channel.title or None)


# --- the career site's RSS


def _site_of(title: str) -> str | None:
    """ "Acme Careers", "Jobs at Acme"; a channel that is named for a search says nothing."""
    match = re.fullmatch(r"(?:Jobs|Careers) at (.+)|(.+?) (?:Careers|Jobs)(?: .*)?", title)
    return one_line(match[1] or match[2]) if match else None


def _of_item(item: Item, company: str | None) -> Entry:
    title, where = _told_apart(titled(one_line(item.title)), item.first("location"))
    link = without_query(web_link(item.link), *_TRACKING)
    name = item.first("employer") or company or (employer_at(host_of(link)) if link else None)
    return Entry(
        id=entry_id(item.first("id") or _number_in(link) or item.guid, link, title, name),
        url=link,
        title=title,
        company=name,
        location=where,
        description=as_text(item.html),
        description_html=as_html(item.html),
        posted_at=read_date(item.published),
        expires_at=read_date(item.first("expirationdate")),
    )


def _told_apart(title: str, given: str | None) -> tuple[str, str | None]:
    """A title without the place that ends it, and the place."""
    if given and title.endswith(f"({given})"):
        return title.removesuffix(f"({given})").strip() or title, _without_post_code(given)
    match = _PLACE_IN_TITLE.fullmatch(title)
    if match is None:
        return title, _without_post_code(given or "")
    return match["title"], _without_post_code(given or match["place"])


def _without_post_code(where: str) -> str | None:
    """ "Leeds, GB, LS1 4AP" without its last part, which says nothing to people or to matching."""
    return place(*(part for part in where.split(",") if not re.search(r"\d", part)))


def _number_in(link: str | None) -> str:
    parts = steps(link)
    return parts[-1] if parts and parts[-1].isdigit() else ""


# --- the portal's XML


def _parse_portal(body: bytes, url: str | None) -> Parsed:
    # facets that were never set up have no name, which no reader of XML takes
    mended = body.replace(b"<>", b"").replace(b"</>", b"")
    jobs = [job for job in read_tree(mended, "job-listing") if local(job) == "job"]
    order = slash_order(said_in(job, "posted-date") for job in jobs)
    entries, skipped = read_each(jobs, lambda job: _of_job(job, url, order))
    return Parsed("successfactors", entries, skipped)


def _of_job(job: ET.Element, url: str | None, order: Order | None) -> Entry:
    title = titled(one_line(said_in(job, "jobtitle")))
    number, company = one_line(said_in(job, "reqid")), asked_for(url, "company")
    link = _page_of(url, company, number)
    facets = dict(_facets(job))
    remote, hybrid = workplace(_first(facets, _WORKPLACE_LABELS))
    where = place(said_in(job, "location") or _first(facets, _PLACE_LABELS), _first(facets, _COUNTRY_LABELS))
    name = _first(facets, ("company", "legal entity", "hiring company")) or named(company)
    ad = said_in(job, "job-description")
    return Entry(
        id=entry_id(number, link, title, name),
        url=link,
        title=title,
        company=name,
        location=located(where, hybrid),
        description=as_text(ad),
        description_html=as_html(ad),
        posted_at=read_slashed(said_in(job, "posted-date"), order),
        employment_type=_first(facets, _TYPE_LABELS),
        remote=remote,
        workplace=stated_workplace(remote, hybrid),
    )


def _page_of(url: str | None, company: str, number: str) -> str | None:
    if not is_host(url, *HOSTS) or not company or not number:
        return None
    query = f"career_ns=job_listing&company={step(company)}&career_job_req_id={step(number)}"
    return f"https://{host_of(url)}/career?{query}"


def _facets(job: ET.Element) -> Iterator[tuple[str, str]]:
    """Label and value of each facet; what the page's own script would have filled in ("[[filter7]]") is left out."""
    for element in job:
        label, values = said_in(element, "label"), inside(element, "value")
        said = places("".join(value.itertext()) for value in values)
        if label and said and not said.startswith("[["):
            yield one_line(label).lower(), said


def _first(facets: dict[str, str], labels: tuple[str, ...]) -> str | None:
    return next((facets[label] for label in labels if label in facets), None)
