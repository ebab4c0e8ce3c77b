"""The whole service on one database, with sources and a relay in this process, and the model that judges it.

Everything that happens goes through a method of `World`; what it did to the database is read by SQL right after, and
judged by the laws of `judge`.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, event

from ctm_alerts.app import App, make_app
from ctm_alerts.errors import NotFound, UsageError
from ctm_alerts.settings import Plan, load
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.digests import Digests
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.postings import Postings
from ctm_alerts.storage.proof import Proof
from ctm_alerts.storage.rounds import Rounds
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.importing import ImportRow
from ctm_alerts.subscribers.subscriber import NewSubscriber, PlanName, Rhythm
from ctm_alerts.transports.writer import Writer
from tests.laws import judge, rows
from tests.laws.judge import PER_EMPLOYER, SIZE
from tests.laws.model import Marks, Person, Search
from tests.laws.sources import KINDS, URLS, Died, FeedName, Mood, Opening, Sources
from tests.laws.wire import Fate, Wire

_SUBJECT = re.compile(r"^(\d+) (?:new|open) CTM posting")
_TITLE = re.compile(r"^\* (.*?)(?: \[[^\]]*\])?$", re.MULTILINE)
_FOLLOW_UPS = re.compile(r"^(?:Changed|Closing soon|Closed since)$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A mail as it was written, and what a reader finds in it."""

    row: rows.MailRow
    #: the number in the subject; None for a note or a confirmation
    says: int | None
    #: titles of the cards under the headings of what is new
    titles: tuple[str, ...]

    @classmethod
    def read(cls, row: rows.MailRow) -> Mail:
        """As a reader sees it: subject and text part."""
        message = message_from_bytes(row.body, policy=policy.default)
        found = _SUBJECT.match(str(message["Subject"]))
        part = message.get_body(("plain",))
        assert part is not None
        text = "\n".join(str(part.get_content()).splitlines())
        fresh = _FOLLOW_UPS.split(text)[0]
        titles = tuple(_TITLE.findall(fresh)) if found else ()
        return cls(row, int(found[1]) if found else None, titles)


class DyingWriter(Writer):
    """Writes so many mails; then the process is killed."""

    mails_left: int | None = None

    def _pack(self, *args: Any) -> Any:
        if self.mails_left == 0:
            raise Died
        if self.mails_left is not None:
            self.mails_left -= 1
        return super()._pack(*args)


class MortalApp(App):
    """The app, with a life that may end in the middle of a round."""

    mails_left: int | None = None

    def writer(self, *, placeholder: bool = False) -> Writer:
        made = super().writer(placeholder=placeholder)
        dying = DyingWriter.__new__(DyingWriter)
        dying.__dict__.update(made.__dict__)
        dying.mails_left = self.mails_left
        return dying


@lru_cache(maxsize=1)
def shared_app() -> App:
    """An app of whose parts those are shared that know no database: the classifier takes half a second to make."""
    folder = tempfile.mkdtemp(prefix="laws")
    app = make_app(load({"CTM_ALERTS_HOME": folder}))
    app.database.close()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(app.close)
    return app


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="laws")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def empty_sqlite() -> str:
    """The URL of a fresh database of the present schema; each call empties the one before."""
    url = f"sqlite:///{_folder() / 'laws.db'}"
    database_at(url).close()
    for old in _folder().glob("laws.db*"):
        old.unlink()
    shutil.copy(shared_app().database.url.removeprefix("sqlite:///"), _folder() / "laws.db")
    return url


@lru_cache(maxsize=4)
def database_at(url: str) -> Database:
    """The database; one for all lives at that URL, since most of the time goes into compiling the same statements."""
    database = Database(url)
    if url.startswith("sqlite"):  # no power cut here, and syncing takes most of the rest
        event.listen(database.engine, "connect", _in_haste)
    return database


def open_app(url: str, sources: Sources, wire: Wire, ambiguous: Literal["resend", "hold"]) -> MortalApp:
    """The service on this database; small digests, so that postings are carried and capped."""
    shared = shared_app()
    plans: dict[str, Plan] = {
        name: replace(plan, size=SIZE, per_employer=PER_EMPLOYER)
        for name, plan in shared.settings.plans.items()
    }
    settings = replace(
        shared.settings, database_url=url, plans=plans, mail_connections=1, ambiguous=ambiguous
    )
    database = database_at(url)
    parts = {name: getattr(shared, name) for name in App.__dataclass_fields__}
    own = {
        "feeds": Feeds, "postings": Postings, "subscribers": Subscribers, "digests": Digests, "outbox": Outbox,
        "proof": Proof, "rounds": Rounds,
    }  # fmt: skip
    parts |= {name: kind(database) for name, kind in own.items()}
    return MortalApp(
        **{**parts, "settings": settings, "database": database, "client": sources, "transport": wire}
    )


def _in_haste(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()


@dataclass
class World:
    """Everything that there is, and everything that was seen of it."""

    url: str
    now: datetime
    ambiguous: Literal["resend", "hold"] = "resend"
    can_be_asked: bool = False
    sources: Sources = field(default_factory=Sources)
    people: dict[str, Person] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    mails: dict[str, Mail] = field(default_factory=dict)
    digests: dict[int, rows.DigestRow] = field(default_factory=dict)
    #: periods whose mail went nowhere, so that their rows were given back
    released: set[int] = field(default_factory=set)
    #: what broke a law in the middle of a round, told after it
    offences: list[str] = field(default_factory=list)
    #: listings in a row of the board that lacked a source id
    absences: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    look: int = 0
    #: a round of dispatch went through, and nothing happened since
    is_dispatched: bool = False
    #: something was stored since the laws were last asked
    is_touched: bool = True
    #: an admin parted a posting: its words may be those of the other half
    has_split: bool = False

    def __post_init__(self) -> None:
        self.wire = Wire(can_be_asked=self.can_be_asked)
        self.wire.on_taken = lambda copy: judge.taken(self, copy)
        self.app = open_app(self.url, self.sources, self.wire, self.ambiguous)

    def close(self) -> None:
        self.app.database.close()

    def reopen(self) -> None:
        """The process is gone, its leases stay; another one starts."""
        self.close()
        self.app = open_app(self.url, self.sources, self.wire, self.ambiguous)

    def read(self) -> Connection:
        """A connection to look at what is stored; close it."""
        return self.app.database.engine.connect()

    def tick(self, step: timedelta = timedelta(seconds=1)) -> None:
        """No two things happen at the same moment."""
        self.now += step
        self.is_dispatched = False
        self.is_touched = True

    # ---- sources

    def add_feed(self, feed: FeedName) -> None:
        self.tick()
        self.app.feeds.add(URLS[feed], KINDS[feed], feed, self.now, poll_minutes=60)

    def publish(self, opening: Opening) -> None:
        """A new opening, or what an opening says from now on."""
        self.sources.openings[opening.number] = opening

    def ingest(self, moods: dict[FeedName, Mood] | None = None) -> None:
        """One round over the feeds that are due."""
        self.tick()
        self.sources.moods |= moods or {}
        try:
            with self.app.ingest(jitter=lambda: 0.0) as flow:
                list(flow.round(self.now))
        except Died:
            self.reopen()
        finally:
            self.sources.moods = {"board": "well", "weekly": "well"}
        self._note_looks()

    def _note_looks(self) -> None:
        with self.read() as connection:
            looks = rows.looks_after(connection, self.look)
            seen = rows.all_sightings(connection)
        for look in looks:
            self.look = look.id
            if look.feed == "board" and look.outcome != "error":
                listed = {o.source_id("board") for o in self.sources.openings.values() if "board" in o.feeds}
                for sighting in seen:
                    if sighting.feed == "board":
                        absent = sighting.source_id not in listed
                        count = self.absences[sighting.source_id] + 1
                        self.absences[sighting.source_id] = min(count, 2) if absent else 0
        judge.looked(self, [look.feed for look in looks if look.outcome != "error"])

    # ---- rounds

    def dispatch(self, mails_left: int | None = None) -> None:
        """One round over what is due; with `mails_left` the process is killed while it writes the mail after those."""
        self.tick()
        self._wake()
        before = judge.Before.read(self)
        self.app.mails_left = mails_left
        died = False
        try:
            done = self.app.dispatch().round(self.now)
            errors = [d for d in done if d.outcome == "error"]
            assert errors == [], errors
        except Died:
            died = True
        self.app.mails_left = None
        if died:
            self.reopen()
        self._note_mails()
        judge.dispatched(self, before, died=died)
        self.is_dispatched = not died

    def _wake(self) -> None:
        for person in self.people.values():
            if person.status == "paused" and person.paused_until and person.paused_until <= self.now:
                person.status, person.paused_until, person.has_changed = "active", None, True
            if person.plan == "plus" and person.until is not None and person.until <= self.now:
                person.has_changed, person.plan, person.until = True, "free", None

    def _note_mails(self) -> None:
        with self.read() as connection:
            last = max((m.row.id for m in self.mails.values()), default=0)
            for row in rows.mails_after(connection, last):
                self.mails[row.message_id] = Mail.read(row)

    def deliver(self, fates: tuple[Fate, ...] = ()) -> None:
        """One round over the outbox; the relay does to the next messages what `fates` says."""
        self.tick()
        self.wire.fates.extend(fates)
        with suppress_death(self):
            self.app.deliver().round(lambda: self.now)
        self.wire.fates.clear()
        self._note_ends()

    def _note_ends(self) -> None:
        """Periods that ended without their mail: what they showed counts as told no more."""
        with self.read() as connection:
            found = rows.statuses(connection)
        for mail in self.mails.values():
            digest = mail.row.digest_id
            if digest is None or digest in self.released:
                continue
            if found[digest][0] in ("failed", "withdrawn"):
                self.released.add(digest)
                judge.ended(self, mail)
                self.marks.release(mail.row.message_id, mail.row.person)

    def settle_by_hand(self, what: Literal["release", "drop"], pick: int) -> None:
        """An operator's word about one mail that waits or is held."""
        self.tick()
        with self.read() as connection:
            waiting = rows.mails_by_status(connection, ("held", "queued"))
        if not waiting:
            return
        mail_id = waiting[pick % len(waiting)]
        if what == "release":
            self.app.outbox.release(mail_id, self.now)
        else:
            self.app.outbox.drop(mail_id, self.now)
        self._note_ends()

    # ---- people

    def join(
        self, email: str, plan: PlanName, rhythm: Rhythm, wishes: tuple[dict[str, Any], ...], *, how: str
    ) -> Person:
        """Someone signs up and confirms, or comes confirmed from the host."""
        self.tick()
        new = NewSubscriber(email, "", "pending", plan, rhythm, wishes, how == "imported")
        if how == "imported":
            person = replace(new, status="active")
            row = ImportRow(2, email, person, self.now - timedelta(days=30), "host", "2026-01")
            done = self.app.signup().bring_in(row, confirmed=True, dry_run=False, now=self.now)
            assert done.outcome == "added", done
        else:
            self.app.signup().ask(new, "test", self.now)
        stored = self.app.subscribers.get(email)
        saved = self.app.subscribers.profiles([stored.id])[stored.id]
        searches = [Search(p.id, dict(w), 1, self.now, self.now) for p, w in zip(saved, wishes, strict=True)]
        made = Person(stored.id, email, rhythm, plan, None, "pending", searches)
        self.people[made.id] = made
        if how == "imported":
            made.begin(self.now)
        if how == "confirmed":
            self.confirm(made)
        self._note_mails()
        return made

    def confirm(self, person: Person) -> None:
        """The button of the confirmation mail."""
        self.tick()
        done = self.app.signup().confirm(self.app.subscribers.get(person.id), self.now)
        assert done == (person.status == "pending")
        if done:
            person.begin(self.now)

    def ask_again(self, person: Person) -> None:
        """Who left signs up anew; the mail that asks goes out."""
        if person.status != "gone":
            return
        self.tick()
        self.app.signup().ask_again(self.app.subscribers.get(person.id), "test", self.now)
        person.status = "pending"
        self._note_mails()

    def unsubscribe(self, person: Person) -> None:
        self.tick()
        self.app.signup().unsubscribe(self.app.subscribers.get(person.id), self.now, source="one-click")
        person.status = "gone"

    def come_back_weekly(self, person: Person) -> None:
        self.tick()
        done = self.app.signup().resume_weekly(self.app.subscribers.get(person.id), self.now)
        assert done == (person.status == "gone" and person.start is not None)
        if done:
            person.status, person.has_changed = "active", True
            person.rhythm = replace(person.rhythm, weekly=True)

    def pause(self, person: Person, until: datetime) -> None:
        self.tick()
        with suppress(UsageError):
            self.app.signup().pause(self.app.subscribers.get(person.id), until, self.now)
            person.status, person.paused_until = "paused", until

    def resume(self, person: Person) -> None:
        """The pause ends now, by an operator's word."""
        if person.status == "paused":
            self.tick()
            self.app.subscribers.change(person.id, {"paused_until": self.now})
            person.paused_until = self.now

    def set_plan(self, person: Person, plan: PlanName, until: datetime | None) -> None:
        self.tick()
        before = person.plan_at(self.now)
        self.app.signup().set_plan(self.app.subscribers.get(person.id), plan, until, self.now)
        person.plan, person.until = plan, until
        person.has_changed |= before != person.plan_at(self.now)

    def set_rhythm(self, person: Person, rhythm: Rhythm) -> None:
        self.tick()
        self.app.signup().set_rhythm(self.app.subscribers.get(person.id), rhythm, self.now)
        person.rhythm, person.has_changed = rhythm, True

    def edit(self, person: Person, search: Search, wishes: dict[str, Any]) -> None:
        self.tick()
        stored = self.app.subscribers.get(person.id)
        saved = self.app.subscribers.profiles([person.id])[person.id]
        profile = next(p for p in saved if p.id == search.id)
        self.app.signup().save_wishes(stored, profile, wishes, self.now)
        search.edit(wishes, person.last_window, self.now)

    # ---- postings

    def merge(self, keep: int, gone: int) -> None:
        self.tick()
        with suppress(NotFound, UsageError):
            self.app.postings.merge(str(keep), str(gone), "an admin says so", self.now)
            self.marks.merge(keep, gone, list(self.people))

    def split(self, posting: int, sighting_ids: list[int]) -> None:
        self.tick()
        with suppress(NotFound, UsageError):
            half = self.app.postings.split(
                str(posting), [str(i) for i in sighting_ids], "an admin says so", self.now
            )
            self.marks.split(posting, int(half), list(self.people))
            self.has_split = True


class suppress_death:  # noqa: N801 - reads like contextlib.suppress
    """A block that may end the process: then another one is started."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        if kind is None or not issubclass(kind, Died):
            return False
        self._world.reopen()
        return True
