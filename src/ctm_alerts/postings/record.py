"""A posting as we keep it: one per real position, with its verdict and what its feeds say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.terms import QUOTE_LIMIT
from ctm_alerts.postings.cluster import places_meet
from ctm_alerts.postings.identity import place_words
from ctm_alerts.postings.posting import Ad, Evidence, Salary, Verdict

#: baseline: the feed already held it at its first poll, so it is new to nobody who was there before
Origin = Literal["baseline", "new"]


@dataclass(frozen=True)
class Credit:
    """What a source wants said beside its postings."""

    #: how it is named
    name: str
    #: its own page of the posting, as it gave it, where it wants a link back; else ""
    url: str = ""
    #: by which it publishes later here than on its own pages
    delay_hours: int = 0


@dataclass(frozen=True)
class Place:
    """Where one copy of a posting offers it."""

    #: as the source says it
    words: str
    #: ISO 3166 alpha-2; empty where unknown, ("*",) for anywhere
    countries: tuple[str, ...]
    #: the copy's own page
    url: str
    first_seen_at: datetime
    origin: Origin
    #: its copy is one by the likeness of title and text, so it brought the posting here; else it is how the posting is told
    is_clone: bool = False

    def suits(self, countries: Collection[str]) -> bool:
        """Whether it is known to suit someone who looks in these countries, or anywhere when they name none."""
        return not countries or "*" in self.countries or not set(self.countries).isdisjoint(countries)


@dataclass(frozen=True)
class Posting:
    """One real position, however many feeds carry it. All times are aware, UTC."""

    id: str
    #: counts material changes from 1: pay, place, workplace, closing date
    revision: int
    title: str
    company: str | None
    location: str | None
    url: str
    description: str
    verdict: Verdict
    posted_at: datetime | None
    expires_at: datetime | None
    #: by us, on any feed
    first_seen_at: datetime
    last_seen_at: datetime
    origin: Origin
    #: "" while open, else why it is closed: "expired", "left Jobicy"
    closed: str = ""
    #: names of the sources that carry it, first sighting first: of the feed, or as its terms want it named
    sources: tuple[str, ...] = ()
    #: of those sources that want a link or publish late
    credits: tuple[Credit, ...] = ()
    #: whether any of its sources lets it stand in a mail
    may_email: bool = True
    #: characters of its text that one card may hold
    quote_limit: int = QUOTE_LIMIT
    #: id of the posting that it repeats after more than 90 days, or None
    repost_of: str | None = None
    #: every place, first sighting first, when its copies name several; their countries are in the verdict too
    places: tuple[Place, ...] = ()

    def place_for(self, countries: Collection[str]) -> Place | None:
        """The place to show to someone who looks there: its own if that suits, else the first that does; None for its own."""
        suiting = [place for place in self.places if place.suits(countries)]
        if any(place.words == (self.location or "") for place in suiting):
            return None
        return suiting[0] if suiting else None

    def news_for(self, countries: Collection[str]) -> tuple[Origin, datetime]:
        """Origin and first sight for someone who looks in these countries.

        A clone that brings a posting to a country where none was before is news to those whom the others did not reach.
        """
        reaching = [place for place in self.places if place.suits(countries) or not place.countries]
        if not reaching or not reaching[0].is_clone:
            return self.origin, self.first_seen_at
        return reaching[0].origin, reaching[0].first_seen_at

    def is_open(self, now: datetime) -> bool:
        """Whether one can still apply, as far as its feeds say."""
        return not self.closed and (self.expires_at is None or self.expires_at > now)


def distinct_places(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each place once, as its first copy words it: "Boston, MA" and "Boston, MA, United States" are one."""
    kept: list[Place] = []
    for place in places:
        told = {country for other in kept for country in other.countries}
        known = any(places_meet(place_words(place.words), place_words(other.words)) for other in kept)
        if not known or not set(place.countries) <= told:
            kept.append(place)
    return tuple(kept)


def open_in(verdict: Verdict, places: Collection[Place]) -> Verdict:
    """The verdict of one copy with the countries of all, each with its own copy's words."""
    found = sorted({country for place in places for country in place.countries})
    if not found or found == list(verdict.countries):
        return verdict
    evidence = [e for e in verdict.evidence if e.field != "countries" or e.value in found]
    told = {e.value for e in evidence if e.field == "countries"}
    for place in places:
        for country in place.countries:
            if country not in told and place.words:
                told.add(country)
                said = Evidence("countries", country, place.words, 0, len(place.words), "location")
                evidence.append(said)
    return replace(verdict, countries=tuple(found), evidence=tuple(evidence))


def ad_of(entry: Entry) -> Ad:
    """The words of an entry that are judged."""
    return Ad(
        title=entry.title,
        company=entry.company,
        location=entry.location,
        description=entry.description,
        employment_type=entry.employment_type,
        salary_raw=entry.salary_raw,
        remote=entry.remote,
        workplace=entry.workplace,
    )


def with_stated_pay(verdict: Verdict, entry: Entry) -> Verdict:
    """The verdict with the pay that the source states in fields of its own, where the text states none."""
    if verdict.salary is not None or entry.salary_currency is None or entry.salary_period is None:
        return verdict
    if entry.salary_min is None and entry.salary_max is None:
        return verdict
    pay = Salary(entry.salary_min, entry.salary_max, entry.salary_currency, entry.salary_period)
    return replace(verdict, salary=pay)


#: where nobody says when a posting was published, a last day so long ago is rather left over from an earlier run
_STALE_AFTER = timedelta(days=365)


def ends_at(entry: Entry, verdict: Verdict, now: datetime) -> datetime | None:
    """The moment (UTC) at which a posting closes; None when nobody says.

    The source's own date comes first, then the last day to apply that the text names. A day counts to its end: a source
    that says no time says midnight. A day of the text before the posting was published is left over from an earlier run.
    """
    if entry.expires_at is not None:
        at = entry.expires_at.astimezone(timezone.utc)
        return _end_of(at.date()) if at.time() == time.min else at
    if verdict.closes_on is None:
        return None
    day = date.fromisoformat(verdict.closes_on)
    published = (entry.posted_at or now - _STALE_AFTER).date()
    return _end_of(day) if day >= published else None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), timezone.utc)


def material_words(verdict: Verdict, location: str | None, expires_at: datetime | None) -> str:
    """What counts as a material change when it differs: pay, place, workplace, closing date (semantics, ledger)."""
    pay = verdict.salary
    parts = (
        "" if pay is None else f"{pay.min}-{pay.max} {pay.currency}/{pay.period}",
        " ".join((location or "").casefold().split()),
        verdict.workplace,
        "" if expires_at is None else expires_at.date().isoformat(),
    )
    return "|".join(parts)
