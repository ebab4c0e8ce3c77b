"""The same three people, and the postings that they are told of, in every test; all of them made up.

Alice is on Free in New York, Bob on Plus in Berlin, Charlie was imported with nothing but an address.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.arrival import Understood, entry_fingerprint
from ctm_alerts.postings.identity import keys_of
from ctm_alerts.postings.posting import Evidence, Salary, Verdict
from ctm_alerts.postings.record import Origin, Posting
from ctm_alerts.subscribers.subscriber import Consent, NewSubscriber, Profile, Rhythm, Subscriber

#: a Wednesday, 03:00 in New York and 09:00 in Berlin
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)

ALICE = NewSubscriber(
    email="Alice@people.example",
    name="Alice",
    status="active",
    plan="free",
    rhythm=Rhythm("America/New_York", 8 * 60, 1),
    wishes=({"tiers": ["senior"], "countries": ["US"]},),
    assumed=False,
)
BOB = NewSubscriber(
    email="bob@people.example",
    name="Bob",
    status="active",
    plan="plus",
    rhythm=Rhythm("Europe/Berlin", 7 * 60 + 15, 3),
    wishes=({"countries": ["DE"]}, {"workplace": ["remote"]}),
    assumed=False,
    external_id="host-2",
)
CHARLIE = NewSubscriber(
    email="charlie@people.example",
    name="",
    status="active",
    plan="free",
    rhythm=Rhythm("UTC"),
    wishes=({},),
    assumed=True,
    external_id="host-3",
)
CONSENT = Consent(
    "confirmed", NOW, "confirmation page", "2026-11", "Yes, send me job alerts.", "192.0.2.7", "a browser"
)

_SUBSCRIBER = Subscriber(
    id="1",
    external_id=None,
    email="Alice@people.example",
    name="Alice",
    status="active",
    plan="free",
    plan_until=None,
    rhythm=Rhythm("America/New_York", 8 * 60, 1),
    start_mark=NOW,
    window_start=NOW,
    consent_words="you confirmed your address on 25 November 2026",
)
_PROFILE = Profile(id="1", subscriber_id="1", revision=1, mark=NOW)
_VERDICT = Verdict(
    role="ctm",
    reason="the title says Clinical Trial Manager",
    tier="senior",
    tier_reason="the title says Senior",
    years_min=7,
    workplace="hybrid",
    countries=("US",),
    employment="full_time",
    salary=Salary(128_000.0, 152_000.0, "USD", "year"),
    skills=("T01", "T05"),
    employer_type="sponsor",
    evidence=(Evidence("role", "ctm", "Clinical Trial Manager", 7, 29, "title"),),
)
_ENTRY = Entry(
    id="northlight-41",
    url="https://jobs.northlight.example/postings/41",
    title="Senior Clinical Trial Manager",
    company="Northlight Bio, Inc.",
    location="Boston, MA",
    description="You own two Phase 2 trials from protocol to report, two days a week in our Boston office.",
    description_html="<p>You own two Phase 2 trials from protocol to report.</p>",
    posted_at=datetime(2026, 11, 24, 15, tzinfo=UTC),
)
_POSTING = Posting(
    id="1",
    revision=1,
    title=_ENTRY.title,
    company=_ENTRY.company,
    location=_ENTRY.location,
    url="https://jobs.northlight.example/postings/41",
    description=_ENTRY.description,
    verdict=_VERDICT,
    posted_at=_ENTRY.posted_at,
    expires_at=None,
    first_seen_at=NOW,
    last_seen_at=NOW,
    origin="new",
    sources=("Northlight",),
)


def subscriber(**changes: Any) -> Subscriber:
    """Alice as she is stored, but for the changes."""
    return replace(_SUBSCRIBER, **changes)


def profile(**changes: Any) -> Profile:
    """A profile without any wish, but for the changes."""
    return replace(_PROFILE, **changes)


def verdict(**changes: Any) -> Verdict:
    """A Senior CTM role in the US, hybrid, full-time, paid, but for the changes."""
    return replace(_VERDICT, **changes)


def entry(**changes: Any) -> Entry:
    """What Northlight's board says of that role, but for the changes."""
    return replace(_ENTRY, **changes)


def posting(**changes: Any) -> Posting:
    """That role as we keep it, but for the changes."""
    return replace(_POSTING, **changes)


def understood(said: Entry, judged: Verdict = _VERDICT, origin: Origin = "new") -> Understood:
    """An entry with what is decided about it before it meets what is stored."""
    return Understood(said, keys_of(said), judged, origin, entry_fingerprint(said))
