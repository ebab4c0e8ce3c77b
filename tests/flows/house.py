"""A whole service on one scratch database, with boards that the test writes and a clock that the test sets."""

from __future__ import annotations

import atexit
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import text

from ctm_alerts.app import App, make_app, read_templates
from ctm_alerts.emails import Templates, make_templates
from ctm_alerts.feeds.source import Ingested
from ctm_alerts.flows.deliver import Delivered
from ctm_alerts.flows.dispatch import Dispatched
from ctm_alerts.flows.ingest import Client
from ctm_alerts.flows.judge import Proven, prove
from ctm_alerts.guide import make_guide
from ctm_alerts.parsing.child import Parser
from ctm_alerts.postings.classify import Classifier, make_classifier
from ctm_alerts.settings import load
from ctm_alerts.storage.database import Database
from ctm_alerts.subscribers.subscriber import NewSubscriber, PlanName, Rhythm, Subscriber
from tests.people import ALICE, NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Opening:
    """One job of an invented board; each number has an employer of its own."""

    number: int
    title: str = "Clinical Trial Manager"
    place: str = "Boston, MA, United States"
    says: str = "You manage trials on your own, with 4 years of experience in clinical research."
    employer: str = ""
    #: its closing date
    until: datetime | None = None

    @property
    def url(self) -> str:
        return f"https://boards.example/jobs/{self.number}"

    def as_greenhouse(self) -> dict[str, object]:
        return {
            "id": self.number,
            "title": self.title,
            "company_name": self.employer or f"Sponsor {self.number} Biotech",
            "location": {"name": self.place},
            "absolute_url": self.url,
            "first_published": (NOW - DAY).isoformat(),
            "application_deadline": self.until and self.until.isoformat(),
            "content": f"&lt;p&gt;{self.says} Study {self.number}.&lt;/p&gt;",
        }


def greenhouse(openings: Sequence[Opening]) -> bytes:
    """The body of a board that holds these openings."""
    return json.dumps({"jobs": [o.as_greenhouse() for o in openings]}).encode()


@dataclass
class House:
    """The service; every step is done at the moment that is handed in."""

    app: App
    folder: Path

    def reopened(self) -> House:
        """The same service, opened anew on its database."""
        return replace(self, app=make_app(self.app.settings))

    def board(self, *openings: Opening, name: str = "board") -> str:
        """Write a board's file; its URL."""
        path = self.folder / f"{name}.json"
        path.write_bytes(greenhouse(openings))
        return path.as_uri()

    def feed(self, *openings: Opening, name: str = "board", at: datetime = NOW, backfill: int = 0) -> None:
        """A board that is polled from now on."""
        url = self.board(*openings, name=name)
        self.app.feeds.add(url, "greenhouse", name, at, backfill_days=backfill, poll_minutes=60)

    def ingest(self, now: datetime) -> list[Ingested]:
        with self.app.ingest(jitter=lambda: 0.0) as flow:
            return list(flow.round(now))

    def dispatch(self, now: datetime) -> list[Dispatched]:
        return self.app.dispatch().round(now)

    def deliver(self, now: datetime) -> list[Delivered]:
        return self.app.deliver().round(lambda: now)

    def round(self, now: datetime) -> list[tuple[str, str, int]]:
        """All three flows; what each period came to: kind, outcome, count."""
        self.ingest(now)
        done = [(d.due.kind, d.outcome, d.count) for d in self.dispatch(now)]
        self.deliver(now)
        return done

    def person(
        self,
        email: str = "alice@people.example",
        plan: PlanName = "free",
        rhythm: Rhythm = ALICE.rhythm,
        at: datetime = NOW,
        wishes: tuple[dict[str, object], ...] = ({"countries": ["US"]},),
        until: datetime | None = None,
        name: str = "",
    ) -> Subscriber:
        """Someone who was asked and has confirmed."""
        new = NewSubscriber(email, name, "pending", plan, rhythm, wishes, False, plan_until=until)
        asked = self.app.signup().ask(new, "test", at)
        self.app.signup().confirm(asked, at)
        return self.again(asked)

    def again(self, person: Subscriber) -> Subscriber:
        """The person as stored now."""
        return self.app.subscribers.get(person.id)

    def due(self, person: Subscriber) -> dict[str, datetime]:
        """What is due next, by kind."""
        return {d.kind: d.due_at for d in self.app.digests.next_dues().get(person.id, [])}

    def told(self, person: Subscriber) -> list[str]:
        """The postings that they were told of as new, by id."""
        lines = self.app.digests.told([person.id]).get(person.id, [])
        return sorted((t.posting_id for t in lines if t.kind == "new"), key=int)

    def postings(self) -> list[tuple[str, str, str]]:
        """Every posting: title, origin, why it is closed."""
        return [tuple(row) for row in self.sql("SELECT title, origin, closed FROM postings ORDER BY id")]

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What an outsider does to the database."""
        with self.app.database.write() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def prove(self, now: datetime) -> Proven:
        return prove(self.app.proof, self.app.subscribers, self.app, now)

    def breaches(self, now: datetime) -> list[str]:
        """The names of what breaks the promise; [] when both sums hold."""
        proven = self.prove(now)
        return sorted({b.name for b in proven.breaches}) if not proven.ok else []


@cache
def shipped_classifier() -> Classifier:
    """The classifier of the guide as shipped."""
    return make_classifier(make_guide(load({}).guide_tables))


@cache
def shipped_templates() -> Templates:
    """The templates as shipped."""
    return make_templates(read_templates(load({}).templates))


@cache
def shared_parser() -> Parser:
    """One parser child for all services of a process, as a worker has one for all its feeds."""
    parser = Parser()
    atexit.register(parser.close)
    return parser


@cache
def empty_database() -> bytes:
    """The embedded database of a new service; to copy it takes a hundredth of the time of all migrations."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()


@contextmanager
def house(folder: Path, client: Client | None = None, **environment: str) -> Iterator[House]:
    """A service of its own below a folder."""
    settings = load({"CTM_ALERTS_HOME": str(folder / "home"), **environment})
    if settings.database_url.startswith("sqlite:///"):
        embedded = Path(settings.database_url.removeprefix("sqlite:///"))
        if not embedded.exists():
            embedded.parent.mkdir(parents=True, exist_ok=True)
            embedded.write_bytes(empty_database())
    app = make_app(replace(settings, mail_connections=1), client=client)
    own = app.parser
    if "CTM_ALERTS_CONFIG" not in environment:
        # they know no database and no folder, and take half a second to make
        vars(app).update(classifier=shipped_classifier(), templates=shipped_templates())
    vars(app).update(parser=shared_parser())
    try:
        yield House(app, folder)
    finally:
        vars(app).update(parser=own)
        app.close()
