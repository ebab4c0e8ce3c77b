"""A posting as we keep it: one per real position, with its verdict and what its feeds say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.posting import Ad, Salary, Verdict

#: baseline: the feed already held it at its first poll, so it is new to nobody who was there before
Origin = Literal["baseline", "new"]


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
    #: names of the feeds that carry it, first sighting first
    sources: tuple[str, ...] = ()
    #: id of the posting that it repeats after more than 90 days, or None
    repost_of: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether one can still apply, as far as its feeds say."""
        return not self.closed and (self.expires_at is None or self.expires_at > now)


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
    )


def with_stated_pay(verdict: Verdict, entry: Entry) -> Verdict:
    """The verdict with the pay that the source states in fields of its own, where the text states none."""
    if verdict.salary is not None or entry.salary_currency is None or entry.salary_period is None:
        return verdict
    if entry.salary_min is None and entry.salary_max is None:
        return verdict
    pay = Salary(entry.salary_min, entry.salary_max, entry.salary_currency, entry.salary_period)
    return Verdict(**{**{k: getattr(verdict, k) for k in verdict.__dataclass_fields__}, "salary": pay})


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
