"""A life of four weeks: five people, two plans, two summer-time changes; the judge is an SMTP sink outside of the product."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from ctm_alerts.app import App, make_app
from ctm_alerts.flows.judge import prove
from ctm_alerts.settings import load
from ctm_alerts.subscribers.subscriber import NewSubscriber, PlanName, Rhythm
from tests.conftest import Sink, Taken

UTC = timezone.utc
BEGIN = datetime(
    2026, 10, 12, 6, tzinfo=UTC
)  # a Monday; Berlin leaves summer time on 25 October, New York on 1 November
DAYS = 28
NEW_YORK, BERLIN, LOS_ANGELES = "America/New_York", "Europe/Berlin", "America/Los_Angeles"
TITLE = re.compile(r"Clinical Trial Manager, Study (\w\w-\d+)")


@dataclass(frozen=True)
class Opening:
    """One posting of the invented board."""

    code: str
    day: int
    place: str

    def as_greenhouse(self) -> dict[str, object]:
        number = int(self.code.split("-")[1])
        return {
            "id": 1000 + number,
            "title": f"Clinical Trial Manager, Study {self.code}",
            "company_name": f"Sponsor {number} Biotech",
            "location": {"name": self.place},
            "absolute_url": f"https://boards.example/jobs/{1000 + number}",
            "first_published": (BEGIN + timedelta(days=self.day)).isoformat(),
            "content": f"&lt;p&gt;You manage study {self.code} on your own, with 4 years of experience in clinical research.&lt;/p&gt;",
        }


def openings() -> list[Opening]:
    """Two in the United States on most days, one in Germany on every third; none at all for nine days in week three."""
    made, number = [], 0
    for day in range(DAYS):
        places = [] if 14 <= day < 23 else ["Boston, MA, United States"] * (1 + day % 2)
        places += ["Berlin, Germany"] if day % 3 == 0 and not 14 <= day < 23 else []
        for place in places:
            number += 1
            made.append(Opening(f"{'US' if 'States' in place else 'DE'}-{number}", day, place))
    return made


@pytest.fixture
def app(tmp_path: Path, sink: Sink, database_url: str) -> Iterator[App]:
    made = make_app(
        load(
            {
                "CTM_ALERTS_HOME": str(tmp_path),
                "CTM_ALERTS_DATABASE_URL": database_url,
                "CTM_ALERTS_MAIL_URL": f"smtp://127.0.0.1:{sink.port}?starttls=never",
                "CTM_ALERTS_PUBLIC_URL": "https://alerts.example",
                "CTM_ALERTS_SECRET_KEY": "s" * 40,
                "CTM_ALERTS_FROM": "CTM Alerts <alerts@alerts.example>",
                "CTM_ALERTS_POSTAL_ADDRESS": "1 Main Street, Boston",
            }
        ),
        migrate=True,
    )
    yield made
    made.close()


class Life:
    """Plays the weeks in quarters of an hour; the wall clock stands still at another time, so nobody may ask it."""

    def __init__(self, app: App, board: Path) -> None:
        self.app, self.board = app, board
        self.seen_at: dict[str, datetime] = {}

    def join(
        self, name: str, plan: PlanName, rhythm: Rhythm, country: str, now: datetime, *, confirms: bool = True
    ) -> None:
        person = NewSubscriber(
            f"{name}@people.example", name, "pending", plan, rhythm, ({"countries": [country]},), False
        )
        asked = self.app.signup().ask(person, "test", now)
        self.app.deliver().round(lambda: now)
        if confirms:
            self.app.signup().confirm(asked, now)

    def play(self) -> None:
        self.board.write_text(json.dumps({"jobs": []}))
        self.app.feeds.add(self.board.as_uri(), "greenhouse", "Board", BEGIN, poll_minutes=360)
        now, end = BEGIN, BEGIN + timedelta(days=DAYS)
        with (
            freeze_time("2001-01-01", ignore=["subprocess", "ctm_alerts.parsing"]),
            self.app.ingest(jitter=lambda: 0.0) as ingest,
        ):
            while now <= end:
                self._publish(now)
                for result in ingest.round(now):
                    assert result.outcome != "error", result
                self._events(now)
                self.app.dispatch().round(now)
                self._deliver(now)
                now += timedelta(minutes=15)

    def _deliver(self, now: datetime) -> None:
        self.app.deliver().round(lambda: now)

    def _publish(self, now: datetime) -> None:
        if (now.hour, now.minute) not in ((0, 0), (6, 0), (12, 0), (18, 0)):
            return
        due = [o for o in openings() if BEGIN + timedelta(days=o.day) < now]
        self.board.write_text(json.dumps({"jobs": [o.as_greenhouse() for o in due]}))
        for opening in due:
            self.seen_at.setdefault(opening.code, now)

    def _events(self, now: datetime) -> None:
        people, signup = self.app.subscribers, self.app.signup()
        if now == BEGIN:
            self.join("alice", "plus", Rhythm(NEW_YORK, 7 * 60), "US", now)
            self.join("bob", "free", Rhythm(BERLIN, 8 * 60 + 15, weekday=2), "DE", now)
            self.join("charlie", "plus", Rhythm(BERLIN), "DE", now, confirms=False)
            self.join("dana", "free", Rhythm(NEW_YORK, 9 * 60, weekday=3), "US", now)
        if now == datetime(2026, 10, 19, 15, tzinfo=UTC):
            signup.set_plan(people.get("dana@people.example"), "plus", None, now)
        if now == datetime(2026, 10, 22, 15, tzinfo=UTC):
            signup.pause(people.get("dana@people.example"), datetime(2026, 10, 24, 20, tzinfo=UTC), now)
        if now == datetime(2026, 10, 31, 16, tzinfo=UTC):
            signup.set_rhythm(people.get("dana@people.example"), Rhythm(LOS_ANGELES, 9 * 60, weekday=3), now)
        if now == datetime(2026, 11, 5, 20, tzinfo=UTC):
            signup.set_plan(people.get("dana@people.example"), "free", None, now)


@pytest.fixture
def life(app: App, tmp_path: Path) -> Life:
    played = Life(app, tmp_path / "board.json")
    played.play()
    return played


def mails_of(sink: Sink, name: str) -> list[Taken]:
    return [m for m in sink.mails if m.to == f"{name}@people.example"]


def due_at(mail: Taken, zone: str) -> datetime:
    return parsedate_to_datetime(mail.message["Date"]).astimezone(ZoneInfo(zone))


def codes(mail: Taken) -> set[str]:
    return set(TITLE.findall(mail.text))


def is_digest(mail: Taken) -> bool:
    return bool(re.match(r"\d+ (new|open) CTM posting", mail.message["Subject"]))


def test_four_weeks(life: Life, sink: Sink) -> None:
    # one life takes half a minute, so its laws are judged one after the other
    every_digest_is_on_its_local_day_and_hour(sink)
    nothing_is_new_twice_and_nothing_is_lost(life, sink)
    who_never_confirms_gets_one_mail_that_asks(sink)
    nine_thin_days_bring_one_watch_note(sink)
    a_pause_a_move_and_two_plan_changes_keep_the_rhythm(sink)
    the_sink_saw_exactly_the_mails_of_the_ledger(life, sink)
    prove_agrees(life)


def every_digest_is_on_its_local_day_and_hour(sink: Sink) -> None:
    first, *alice = [m for m in mails_of(sink, "alice") if is_digest(m)]
    assert due_at(first, "UTC") >= BEGIN
    moments = [due_at(m, NEW_YORK) for m in alice]
    assert {(m.hour, m.minute) for m in moments} == {(7, 0)}
    days = [m.date() for m in moments]
    assert days == sorted(set(days))
    assert {m.utcoffset() for m in moments} == {timedelta(hours=-4), timedelta(hours=-5)}
    bob = [due_at(m, BERLIN) for m in mails_of(sink, "bob") if is_digest(m)]
    assert {(m.isoweekday(), m.hour, m.minute) for m in bob} == {(2, 8, 15)}
    assert [m.date() for m in bob] == [
        date(2026, 10, 13),
        date(2026, 10, 20),
        date(2026, 10, 27),
        date(2026, 11, 10),
    ][: len(bob)]


def nothing_is_new_twice_and_nothing_is_lost(life: Life, sink: Sink) -> None:
    for name, zone, country in (("alice", NEW_YORK, "US"), ("bob", BERLIN, "DE"), ("dana", None, "US")):
        digests = [m for m in mails_of(sink, name) if is_digest(m)]
        told = Counter(code for m in digests for code in codes(m))
        assert set(told.values()) == {1}, name
        last = max(due_at(m, zone or "UTC") for m in digests)
        seen = {code for code, at in life.seen_at.items() if code.startswith(country) and at < last}
        assert seen <= set(told), name
        for mail in digests:
            assert int(mail.message["Subject"].split()[0]) == len(codes(mail))


def who_never_confirms_gets_one_mail_that_asks(sink: Sink) -> None:
    assert [m.message["Subject"] for m in mails_of(sink, "charlie")] == [
        "Please confirm your sign-up to CTM Alerts"
    ]


def nine_thin_days_bring_one_watch_note(sink: Sink) -> None:
    notes = [due_at(m, NEW_YORK).date() for m in mails_of(sink, "alice") if not is_digest(m)][1:]
    assert notes == [date(2026, 11, 2)]


def a_pause_a_move_and_two_plan_changes_keep_the_rhythm(sink: Sink) -> None:
    moments = [due_at(m, "UTC") for m in mails_of(sink, "dana") if is_digest(m)]
    assert datetime(2026, 10, 14, 13, tzinfo=UTC) in moments  # Free: Wednesday 09:00 in New York
    assert datetime(2026, 10, 19, 15, tzinfo=UTC) in moments  # upgraded: a catch-up at once
    pause = (datetime(2026, 10, 22, 15, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC))
    assert not [m for m in moments if pause[0] < m < pause[1]]
    daily = [
        m
        for m in moments
        if datetime(2026, 10, 19, 16, tzinfo=UTC) < m < datetime(2026, 10, 31, 16, tzinfo=UTC)
    ]
    assert {m.astimezone(ZoneInfo(NEW_YORK)).hour for m in daily} == {9}
    west = [
        m.astimezone(ZoneInfo(LOS_ANGELES))
        for m in moments
        if datetime(2026, 10, 31, 16, tzinfo=UTC) < m < datetime(2026, 11, 5, 20, tzinfo=UTC)
    ]
    assert {m.hour for m in west} == {9}
    # Free again on Thursday 5 November: Wednesday 11 November lies after this story
    assert not [m for m in moments if m > datetime(2026, 11, 5, 20, tzinfo=UTC)]


def the_sink_saw_exactly_the_mails_of_the_ledger(life: Life, sink: Sink) -> None:
    rows = life.app.outbox.rows(limit=10_000)
    assert Counter(m.message_id for m in sink.mails) == Counter(
        r.message_id for r in rows if r.status == "sent"
    )
    assert {r.status for r in rows} == {"sent"}
    told = life.app.digests.told([p.id for p in life.app.subscribers.all()])
    ledger = sum(t.kind == "new" for lines in told.values() for t in lines)
    assert ledger == sum(len(codes(m)) for m in sink.mails if is_digest(m))


def prove_agrees(life: Life) -> None:
    end = BEGIN + timedelta(days=DAYS)
    proven = prove(life.app.proof, life.app.subscribers, life.app, end)
    assert proven.breaches == ()
    assert proven.ok
