"""The same few people, postings and brand in every test of the mails; all of them made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctm_alerts import emails
from ctm_alerts.digests.digest import Brand, Card, Digest, Links, Note, Reason, Receipt, Section, Sponsor
from ctm_alerts.transports import mime

TEMPLATES = Path(__file__).parents[2] / "templates"

BRAND = Brand(
    name="CTM Alerts",
    domain="ctm-alerts.example",
    sender_name="CTM Alerts",
    sender_address="digest@ctm-alerts.example",
    postal_address="4 Harbour Row, Portland, ME 04101, USA",
)
LINKS = Links(
    unsubscribe="https://ctm-alerts.example/u/AAECAwQFBgcICQoLDA0ODw",
    unsubscribe_mailto="mailto:leave+AAECAwQFBgcICQoLDA0ODw@ctm-alerts.example?subject=unsubscribe",
    adjust_tier="https://ctm-alerts.example/a/tier/AAECAwQFBgcICQoLDA0ODw",
    adjust_place="https://ctm-alerts.example/a/place/AAECAwQFBgcICQoLDA0ODw",
    home="https://ctm-alerts.example/",
)
SENIOR = Card(
    posting_id="p-1001",
    kind="new",
    title="Senior Clinical Trial Manager",
    employer="Northlight Bio",
    place="Boston, MA",
    workplace="Hybrid",
    workplace_quote="two days a week in our Boston office",
    tier="Senior CTM (7-10 years)",
    tier_why="the title says Senior",
    tier_note="",
    pay="USD 128,000-152,000 a year",
    pay_note="above the guide's senior point of USD 130,250 at its upper end",
    employment="Full-time",
    reasons=(
        Reason("Role", "own end-to-end delivery of two Phase 2 oncology trials"),
        Reason("Skill: Vendor and site management", "oversee our CRO and central lab"),
    ),
    skills_matched=("GCP compliance", "Vendor and site management"),
    skills_other=("Risk-based monitoring",),
    freshness="Posted 2 days ago",
    sources=("Jobicy",),
    url="https://jobs.northlight.example/postings/senior-ctm",
    also_in="also in Durham, NC",
)
PLAIN = Card(
    posting_id="p-1002",
    kind="new",
    title="Clinical Trial Manager (m/w/d)",
    employer="Employer not named",
    place="Place not stated",
    workplace="Workplace not stated",
    workplace_quote="",
    tier="CTM (3-6 years)",
    tier_why="4 years asked",
    tier_note="one tier below yours",
    pay="Pay not stated",
    pay_note="",
    employment="",
    reasons=(Reason("Role", "Betreuung klinischer Studien über alle Phasen"), Reason("Pay not stated", "")),
    skills_matched=(),
    skills_other=(),
    freshness="First seen today",
    sources=("Greenhouse: Rheinau Therapeutics", "Remotive"),
    url="https://boards.rheinau.example/4711?gh_src=a&lang=de",
    flag="reposted",
)
REMOTE = replace(
    SENIOR,
    posting_id="p-1003",
    title="Clinical Trial Manager, Rare Disease",
    employer="Tamarack & Wells Clinical",
    place="United States",
    workplace="Remote",
    workplace_quote="fully remote within the contiguous US",
    tier="CTM (3-6 years)",
    tier_why="5 years asked",
    tier_note="one tier below yours",
    pay="Pay not stated",
    pay_note="",
    employment="Contract",
    url="https://careers.tamarack.example/ctm-rare",
    flag="closes in 3 days",
    also_in="",
    sources=("Workday: Tamarack & Wells",),
)
CLOSED = replace(
    PLAIN, posting_id="p-1004", kind="closed", title="CTM, Vaccines", flag="closed on 22 November"
)
RECEIPT = Receipt(
    window_start=datetime(2026, 11, 18, 12, 0, tzinfo=UTC),
    window_end=datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    feeds_healthy=41,
    feeds_total=42,
    postings_read=1204,
    ctm_postings=96,
    matched=7,
    shown=3,
    carried=2,
    capped=1,
    below_bar=1,
    aged=0,
    closed=0,
)
WHY = "You receive this because you confirmed alice@example.com on 3 May 2026."
FREE = Digest(
    subscriber_id="s-1",
    kind="regular",
    due_at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    to_address="alice@example.com",
    to_name="Alice",
    plan="free",
    timezone="America/New_York",
    profile_words="Senior CTM in the United States, remote included",
    assumed=True,
    sections=(
        Section("new", "New since your last digest", "", (SENIOR, REMOTE)),
        Section("stretch", "One tier away", "Near your wish, and labelled as such.", (PLAIN,)),
        Section("closed", "Closed since last time", "", (CLOSED,)),
    ),
    receipt=RECEIPT,
    footnotes=("+1 more at Northlight Bio.", "2 more wait for the next digest."),
    sponsor=Sponsor(
        "Saltmarsh Academy: prepare for the CCRP in six weeks.", "https://www.saltmarsh.example/ccrp"
    ),
    why=WHY,
)
PLUS = replace(FREE, plan="plus", assumed=False, sponsor=None, to_name="Bob", to_address="bob@example.com")
FIRST = replace(
    FREE,
    kind="first",
    sections=(
        Section("open_now", "Open now", "Found before you joined, and still open today.", (SENIOR, REMOTE)),
    ),
    footnotes=(),
)
WATCH = Note(
    subscriber_id="s-2",
    kind="watch",
    due_at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    to_address="bob@example.com",
    to_name="Bob",
    plan="plus",
    timezone="Europe/London",
    profile_words="Lead CTM in the United Kingdom",
    receipt=replace(RECEIPT, matched=0, shown=0, carried=0, capped=0, below_bar=0),
    near_misses=(
        ("Clinical Trial Manager", "Ferrybridge Oncology", "Place: Switzerland only"),
        ("Senior CTM", "Calder & Moss", "Tier: two tiers below yours"),
    ),
    suggestion="Remote work open to the whole of Europe would have shown 2 more in these 7 days.",
    why="You receive this because you confirmed bob@example.com on 3 May 2026.",
)
QUIET = replace(WATCH, kind="quiet", plan="free", suggestion="")


def read_templates() -> emails.Templates:
    """All templates of the checkout, as app.py hands them over."""
    files = (p for p in TEMPLATES.rglob("*") if p.suffix in (".html", ".txt", ".css"))
    return emails.make_templates({p.relative_to(TEMPLATES).as_posix(): p.read_text("utf-8") for p in files})


def write_all() -> dict[str, emails.Message]:
    """One mail of each sort, by the name of its golden files."""
    templates = read_templates()
    digests = {"free": FREE, "plus": PLUS, "first": FIRST}
    notes = {"watch": WATCH, "quiet": QUIET}
    return {
        **{name: emails.digest(d, LINKS, BRAND, templates) for name, d in digests.items()},
        **{name: emails.note(n, LINKS, BRAND, templates) for name, n in notes.items()},
        "confirm": emails.confirm(
            "alice@example.com",
            "Alice",
            "https://ctm-alerts.example/c/AAECAwQFBgcICQoLDA0ODw",
            "I agree to receive CTM postings by e-mail, weekly, with labelled advertisements, until I leave.",
            BRAND,
            templates,
        ),
        "notice": emails.notice(
            [
                emails.FeedNotice(
                    "Trial Board", "no items", "Answered well and held nothing; it used to hold 33."
                ),
                emails.FeedNotice("Alder & Oak", "errors, over", "14 digests went out meanwhile."),
            ],
            "admin@ctm-alerts.example",
            datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
            BRAND,
            templates,
        ),
    }


def pack(message: emails.Message, **changed: object) -> bytes:
    """The mail to Alice as bytes, as the delivery would build it."""
    values: dict[str, Any] = {
        "message_id": "<Zm9ydHktdHdvLWJ5dGVz@ctm-alerts.example>",
        "date": datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
        "to_address": "alice@example.com",
        "to_name": "Alice",
        "brand": BRAND,
        "list_id": message.list_id,
        "unsubscribe_url": message.unsubscribe_url,
        "unsubscribe_mailto": message.unsubscribe_mailto,
        "feedback_id": None if message.transactional else "digest:free:2026w48:ctmalerts",
        "boundary": "=_8c1f0d2e",
        "transactional": message.transactional,
    }
    return mime.build(message, **(values | changed))
