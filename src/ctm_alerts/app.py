"""The only place where the parts are put together: Settings in, App out."""

from __future__ import annotations

import contextlib
import importlib.resources
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from ctm_alerts import emails
from ctm_alerts.digests.desk import Desk, Due, window_of
from ctm_alerts.digests.digest import Brand, DueKind, Sponsor
from ctm_alerts.digests.period import NewMail
from ctm_alerts.errors import SettingsError
from ctm_alerts.feeds.catalogue import Catalogue, make_catalogue
from ctm_alerts.feeds.declared_file import make_lists
from ctm_alerts.feeds.keys import Keyring
from ctm_alerts.feeds.terms_file import make_book
from ctm_alerts.flows.asking import Asking
from ctm_alerts.flows.deliver import Deliver, Transport
from ctm_alerts.flows.dispatch import Dispatch
from ctm_alerts.flows.enlist import Enlist
from ctm_alerts.flows.health import Notice, Watch
from ctm_alerts.flows.ingest import Client as IngestClient
from ctm_alerts.flows.ingest import Ingest
from ctm_alerts.flows.links import LinkCheck
from ctm_alerts.flows.signup import Signup, Wording
from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.matching.index import Index
from ctm_alerts.net.client import Client, read_local
from ctm_alerts.net.keyed import Keyed
from ctm_alerts.parsing.child import Parser
from ctm_alerts.postings.classify import Classifier, make_classifier
from ctm_alerts.postings.links import LinkNews
from ctm_alerts.settings import EMBEDDED_SECRET, Settings, data_dir, mail_folder
from ctm_alerts.settings.sources import read_folder
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.digests import Digests
from ctm_alerts.storage.feed_lists import FeedLists
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.health import FeedHealth
from ctm_alerts.storage.hosts import Hosts
from ctm_alerts.storage.links import Links
from ctm_alerts.storage.openings import Openings
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.postings import Postings
from ctm_alerts.storage.proof import Proof
from ctm_alerts.storage.rounds import Rounds
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.links import Signer
from ctm_alerts.subscribers.subscriber import Subscriber
from ctm_alerts.transports.folder import Folder
from ctm_alerts.transports.lookup import make_lookup
from ctm_alerts.transports.smtp import Smtp, SmtpAddress, fqdn
from ctm_alerts.transports.writer import Writer

#: subscribers whose rows are read at one time
_AT_ONCE = 500


@dataclass
class App:
    """Everything that runs, ready to use. Close it when done."""

    settings: Settings
    database: Database
    guide: Guide
    signer: Signer
    brand: Brand
    templates: emails.Templates
    client: IngestClient
    #: asks for the pages behind links; None: links are trusted
    pages: IngestClient | None
    parser: Parser
    transport: Transport
    feeds: Feeds
    hosts: Hosts
    postings: Postings
    subscribers: Subscribers
    digests: Digests
    outbox: Outbox
    proof: Proof
    rounds: Rounds
    links: Links
    health: FeedHealth
    openings: Openings
    enlist: Enlist

    @cached_property
    def classifier(self) -> Classifier:
        """Understands ads; made when first needed, since most commands judge none (0.35 s)."""
        return make_classifier(self.guide)

    # -- the flows, each with the parts that it needs

    @contextmanager
    def ingest(self, jitter: Callable[[], float] = random.random) -> Iterator[Ingest]:
        """The flow from feeds to postings; its parser child is started when first needed and lives until `close`."""
        yield Ingest(
            self.feeds,
            self.postings,
            self.client,
            self.hosts,
            read_local,
            self.parser,
            self.classifier,
            lease=self.settings.lease,
            jitter=jitter,
            past=self.health.looks,
        )

    def watch(self) -> Watch:
        """The flow that judges feeds by their looks."""
        return Watch(self.health, self._notice)

    def _notice(self, notices: Sequence[Notice], now: datetime) -> NewMail | None:
        """The mail to whoever runs this, if a setting names an address."""
        address = self.settings.admin_address
        lines = [
            emails.FeedNotice(n.feed, n.name if n.what == "fault" else f"{n.name}, over", n.says)
            for n in notices
        ]
        return self.writer().notice(lines, address, now) if address else None

    def dispatch(self) -> Dispatch:
        """The flow from due rows to the outbox."""
        return Dispatch(
            self.subscribers,
            self.digests,
            self.postings,
            self.feeds,
            self.writer(),
            self.guide,
            self.settings.plans,
            self.sponsor,
            self.settings.lease,
            self.link_check,
        )

    def link_check(self, now: datetime) -> LinkCheck | None:
        """The look behind the links of one round; None when they are trusted."""
        if self.pages is None or not self.settings.check_links:
            return None
        return LinkCheck(self.links, Asking(self.pages, self.hosts, lambda: now).page)

    def deliver(self) -> Deliver:
        """The flow from the outbox to receipts."""
        return Deliver(
            self.outbox,
            self.transport,
            lease=self.settings.lease,
            connections=self.settings.mail_connections,
            ambiguous=self.settings.ambiguous,
            rates=self.settings.mail_rates,
            per_connection=self.settings.mail_per_connection,
        )

    def signup(self) -> Signup:
        """The flow of people: asked, confirmed, changed, gone."""
        wording = Wording(self.settings.consent_text_version, self.settings.consent_text)
        return Signup(self.subscribers, self.outbox, self.writer(), self.settings.plans, wording)

    def catalogue(self) -> Catalogue:
        """The boards of config/feeds.d/, or the shipped ones where that folder is missing; raises SettingsError."""
        own, shipped = self.settings.config / "feeds.d", data_dir("config") / "feeds.d"
        return make_catalogue(read_folder(own if own.is_dir() else shipped), self.enlist.book)

    def writer(self, *, placeholder: bool = False) -> Writer:
        """Makes the bytes of mails; with `placeholder` its links do nothing."""
        return Writer(
            self.signer,
            self.brand,
            self.templates,
            self.settings.public_url,
            self.settings.plans,
            self.settings.consent_text,
            placeholder=placeholder,
        )

    @property
    def sponsor(self) -> Sponsor | None:
        """The advertisement that Free digests carry, if any."""
        slots = self.settings.sponsors
        return Sponsor(slots[0].text, slots[0].url) if slots else None

    def desk(self, subscriber: Subscriber, now: datetime, kind: DueKind = "regular") -> Desk:
        """All that is needed to judge one subscriber at one moment; nothing is written."""
        told = self.digests.told([subscriber.id]).get(subscriber.id, [])
        standings = self.digests.standings([subscriber.id]).get(subscriber.id, {})
        healthy, total = self.feeds.health()
        due = Due(subscriber.id, kind, now)
        read, ctm = self.postings.read_since(window_of(subscriber, due))
        read_since_mail, ctm_since_mail = self.postings.read_since(
            subscriber.last_mail_at or subscriber.start_mark or now
        )
        return Desk(
            subscriber=subscriber,
            plan=self.settings.plans[subscriber.plan_at(now)],
            due=due,
            now=now,
            profiles=self.subscribers.profiles([subscriber.id])[subscriber.id],
            index=Index(self.postings.open_for(["ctm"], now)),
            told=told,
            standings=standings,
            known=self.postings.of_ids({t.posting_id for t in told} | set(standings)),
            guide=self.guide,
            feeds_healthy=healthy,
            feeds_total=total,
            postings_read=read,
            ctm_postings=ctm,
            read_since_mail=read_since_mail,
            ctm_since_mail=ctm_since_mail,
            sponsor=self.sponsor,
            links=LinkNews(walls=self.links.walls(now)),
        )

    def desks(self, people: Sequence[Subscriber], now: datetime) -> Iterator[Desk]:
        """A desk for each of them, over one index: for a judge of all, who reads no numbers of the receipt."""
        index = Index(self.postings.open_for(["ctm"], now)) if people else None
        for start in range(0, len(people), _AT_ONCE):
            some = people[start : start + _AT_ONCE]
            ids = [p.id for p in some]
            told, standings = self.digests.told(ids), self.digests.standings(ids)
            profiles = self.subscribers.profiles(ids)
            # what is told and open no more is no candidate; what stands there is
            known = self.postings.of_ids({i for them in standings.values() for i in them})
            for person in some:
                assert index is not None
                yield Desk(
                    subscriber=person, plan=self.settings.plans[person.plan_at(now)],
                    due=Due(person.id, "regular", now), now=now, profiles=profiles[person.id], index=index,
                    told=told.get(person.id, ()), standings=standings.get(person.id, {}), known=known,
                    guide=self.guide, feeds_healthy=0, feeds_total=0, postings_read=0, ctm_postings=0,
                    read_since_mail=0, ctm_since_mail=0,
                )  # fmt: skip

    def close(self) -> None:
        """End all connections and the parser child."""
        self.parser.close()
        self.database.close()


def make_app(
    settings: Settings,
    *,
    client: IngestClient | None = None,
    pages: IngestClient | None = None,
    transport: Transport | None = None,
    migrate: bool | None = None,
) -> App:
    """The app of these settings.

    Args:
        client: another way to fetch, for the demo and tests.
        pages: another way to the pages behind links; with a client of one's own and no pages, links are trusted.
        transport: another way out for mail, for tests.
        migrate: bring the database to this version first; by default only the embedded SQLite one.

    Raises:
        StorageError: the database is of another version.
        SettingsError: a template or the guide is not as it must be.
    """
    database = Database(settings.database_url)
    if migrate if migrate is not None else settings.database_url.startswith("sqlite"):
        database.migrate()
    else:
        database.require_current()
    guide = make_guide(settings.guide_tables)
    web = Client(allow_hosts=settings.allow_hosts)
    brand = Brand(
        name=settings.brand_name,
        domain=settings.domain,
        sender_name=settings.from_name,
        sender_address=settings.from_address,
        postal_address=settings.postal_address,
        colour=settings.brand_colour,
    )
    return App(
        settings=settings,
        database=database,
        guide=guide,
        signer=Signer(*secret_keys(settings)),
        brand=brand,
        templates=emails.make_templates(read_templates(settings.templates)),
        parser=Parser(),
        client=client or Keyed(web, Keyring(settings.sources.keys)),
        pages=pages or (web if client is None else None),
        transport=transport or make_transport(settings),
        feeds=Feeds(database),
        hosts=Hosts(database),
        postings=Postings(database),
        subscribers=Subscribers(database),
        digests=Digests(database),
        outbox=Outbox(database),
        proof=Proof(database),
        rounds=Rounds(database),
        links=Links(database),
        health=FeedHealth(database),
        openings=Openings(database),
        enlist=make_enlist(settings, database),
    )


def make_enlist(settings: Settings, database: Database) -> Enlist:
    """The flow of which feeds are ours; raises SettingsError when config/terms or config/feeds.toml is wrong."""
    book = make_book(settings.sources.terms, settings.allow_hosts)
    return Enlist(FeedLists(database), make_lists(settings.sources.feeds, book), book)


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that sign links, newest first (`new,old` for rotation); embedded, one of this installation's own."""
    if settings.secret_key != EMBEDDED_SECRET:
        return tuple(k.strip() for k in settings.secret_key.split(",") if k.strip())
    path = settings.home / "secret.key"
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        # written whole and then linked: of two processes that start together one wins, and both read the same key
        draft = path.with_name(f".secret.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return (path.read_text(encoding="ascii"),)


def read_templates(folder: Path) -> dict[str, str]:
    """Every template of a folder by its name below it; raises SettingsError when the folder is missing."""
    if not folder.is_dir():
        raise SettingsError(f"the folder of templates {folder} is missing; put it back from the shipped one")
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make_transport(settings: Settings) -> Transport:
    """The way out for mail that the settings name."""
    if settings.mail_scheme == "folder":
        path = mail_folder(settings.mail_url)
        assert path is not None
        return Folder(path)
    address = SmtpAddress.from_url(settings.mail_url)
    lookup = None if address.lookup is None else make_lookup(address.lookup)
    return Smtp(address, settings.from_address, fqdn(), lookup)


@lru_cache(maxsize=1)
def _zone_countries() -> dict[str, str]:
    """IANA zone -> ISO 3166 country, as zone.tab of the tz database has it."""
    text = importlib.resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def country_of_zone(zone: str) -> str | None:
    """The country that a zone lies in, or None for zones of no country (UTC)."""
    return _zone_countries().get(zone)
