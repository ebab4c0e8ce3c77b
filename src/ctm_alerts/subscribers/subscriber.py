"""A subscriber: who, on which plan, in which rhythm; and what they look for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import idna

from ctm_alerts.postings.posting import EmployerType, Employment, Tier, Workplace

PlanName = Literal["free", "plus"]
#: pending -> active -> paused -> gone; only an active subscriber is due
Status = Literal["pending", "active", "paused", "gone"]

#: how far a saved profile reaches back (semantics: a profile edit reaches back 7 days)
EDIT_REACH = timedelta(days=7)


@dataclass(frozen=True)
class Rhythm:
    """When a subscriber wants their digest, in their own time."""

    #: IANA name
    timezone: str
    #: minutes after local midnight, in quarters of an hour
    minute: int = 8 * 60
    #: ISO weekday of the weekly digest, 1 is Monday
    weekday: int = 1
    #: Plus only: Monday to Friday
    weekdays_only: bool = False
    #: Plus only: weekly all the same, by their own wish
    weekly: bool = False


@dataclass(frozen=True)
class Profile:
    """One saved search; an empty tuple is "any"."""

    id: str
    subscriber_id: str
    #: counts edits from 1
    revision: int
    #: postings first seen after this are candidates (start mark, or 7 days before the last edit)
    mark: datetime
    #: our assumption about an imported person, shown as such
    assumed: bool = False
    tiers: tuple[Tier, ...] = ()
    #: keep to `tiers` alone; otherwise the tiers beside them are shown lower
    strict_tiers: bool = False
    #: T01..T15: wanted or held
    skills: tuple[str, ...] = ()
    #: ISO 3166 alpha-2, where they may work; a hard wish
    countries: tuple[str, ...] = ()
    workplace: tuple[Workplace, ...] = ()
    #: yearly, in `salary_currency`
    salary_floor: float | None = None
    salary_currency: str | None = None
    employment: tuple[Employment, ...] = ()
    #: therapeutic areas, as words
    areas: tuple[str, ...] = ()
    employer_types: tuple[EmployerType, ...] = ()
    #: words and employers that they never want to see
    exclude: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it holds any wish; a profile that someone saves must."""
        wishes = (
            self.tiers, self.skills, self.countries, self.workplace, self.salary_floor,
            self.employment, self.areas, self.employer_types, self.exclude,
        )  # fmt: skip
        return any(wishes)


@dataclass(frozen=True)
class Subscriber:
    """A person with an address. All times are aware, UTC."""

    id: str
    external_id: str | None
    email: str
    name: str
    status: Status
    #: as the host site states it
    plan: PlanName
    plan_until: datetime | None
    rhythm: Rhythm
    locale: str = "en"
    #: the moment of the first digest: postings first seen later are new
    start_mark: datetime | None = None
    #: end of the last window that was sent or found empty
    window_start: datetime | None = None
    last_regular_at: datetime | None = None
    #: when mail with content last went: digest or watch note
    last_mail_at: datetime | None = None
    #: periods in a row that had nothing to say
    silent_periods: int = 0
    paused_until: datetime | None = None
    #: "You receive this because ..."
    consent_words: str = ""

    def plan_at(self, now: datetime) -> PlanName:
        """The plan that holds at `now`: Plus ends by itself at `plan_until`; we never infer payment."""
        if self.plan == "plus" and self.plan_until is not None and self.plan_until <= now:
            return "free"
        return self.plan


@dataclass(frozen=True)
class Consent:
    """One line of the proof that a person wanted this."""

    event: str
    at: datetime
    source: str
    text_version: str
    wording: str = ""
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class NewSubscriber:
    """A person about to be stored, with profiles given as wishes."""

    email: str
    name: str
    status: Status
    plan: PlanName
    rhythm: Rhythm
    wishes: tuple[dict[str, Any], ...]
    assumed: bool
    external_id: str | None = None
    plan_until: datetime | None = None
    locale: str = "en"


#: the fields of a profile that a person chooses
WISHES = tuple(
    f.name for f in fields(Profile) if f.name not in ("id", "subscriber_id", "revision", "mark", "assumed")
)


def wishes_of(profile: Profile) -> dict[str, Any]:
    """The wishes of a profile, as stored: plain values, empty ones left out."""
    values = {name: getattr(profile, name) for name in WISHES}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items() if v}


def edit_mark(profile: Profile, window_start: datetime | None, now: datetime) -> datetime:
    """Since when postings are new to a profile that is saved at `now`: for 7 days, or since nobody has looked.

    An edit that came after the last digest reaches back further than that digest, and no digest has looked there yet.
    """
    reach = now - EDIT_REACH
    if window_start is None:
        return reach
    has_unread = profile.mark + EDIT_REACH > window_start
    return min(reach, window_start, profile.mark) if has_unread else min(reach, window_start)


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC where this machine does not know the name (any more): late mail beats none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def normal_address(email: str) -> str:
    """An address in the form in which two are the same: domain lower, local part lower too.

    RFC 5321 lets a local part keep its case, yet no mailbox provider tells "A@x" from "a@x", and two subscribers that
    differ in case are one person.
    """
    local, _, domain = email.strip().rpartition("@")
    return f"{local.lower()}@{_a_label(domain.lower())}"


def _a_label(domain: str) -> str:
    """A domain as it goes on the wire (IDNA 2008), or as it is where it is none: nobody is found under it."""
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def address_hash(email: str) -> str:
    """What the suppression list keeps of an address; it survives erasure."""
    return hashlib.sha256(normal_address(email).encode()).hexdigest()
