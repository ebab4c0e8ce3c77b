"""The whole present schema, as prose. Times are UTC; ids are given by the database.

The numbered steps that lead here stand in migrations/; a test holds that both end the same.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UTC(TypeDecorator[datetime]):
    """An aware datetime in UTC; a naive one is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC, and for SQLite without the zone that it cannot keep."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone was handed to the database: {value!r}")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: always aware and in UTC, whatever zone the server is set to."""
        if value is None or value.tzinfo is not None:
            return None if value is None else value.astimezone(timezone.utc)
        return value.replace(tzinfo=timezone.utc)


#: SQLite gives ids only to a column that is an INTEGER
_BIG = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _BIG, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, _BIG, ForeignKey(f"{target}.id"), nullable=options.pop("nullable", False), **options)


# ---- what we read -------------------------------------------------------------------------------------------------

feeds = Table(
    "feeds",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),  # a path is kept as file:///...
    Column("kind", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(20), nullable=False),  # active | paused
    Column("paused_reason", Text, nullable=False),  # "" while active
    Column(
        "backfill_days", Integer, nullable=False
    ),  # entries this young are new at the first poll; 0: all baseline
    Column("poll_minutes", Integer, nullable=False),
    Column("added_at", UTC, nullable=False),
    Column("baseline_at", UTC),  # when the first poll succeeded; null: never yet
    Column("next_check_at", UTC, nullable=False),
    Column("host", Text, nullable=False),  # that is asked first, to let it rest; "" for a file
    Column("lease_until", UTC),  # a worker is at it until then
    Column("claim", Integer, nullable=False),  # counts claims; who settles must have the last one
    Column("failures", Integer, nullable=False),  # in a row
    Column("quiet_looks", Integer, nullable=False, default=0),  # good looks in a row that brought nothing new
    Column("last_ok_at", UTC),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("moving_to", Text),  # where permanent redirects lead
    Column("moving_days", Integer, nullable=False),  # on which they did, with a good answer
    Column("moving_on", UTC),  # the last look that counted
    Column("missing_since", UTC),  # the source says 404 since then
    Column("origin", String(10), nullable=False, default="added"),  # declared | added | catalogue
    Column(
        "accepted", Text, nullable=False, default=""
    ),  # an admin's word on its terms: "read on DATE by NAME"
    Column(
        "terms", String(10), nullable=False, default="may"
    ),  # may | paused | refused: only `may` is ever polled
    Column(
        "floor_minutes", Integer, nullable=False, default=0
    ),  # by its terms; the kind has a floor of its own
    Column("may_email", Boolean, nullable=False, default=True),  # whether its postings may stand in a mail
    Column("quote_limit", Integer, nullable=False, default=900),  # characters of a posting's text on one card
    Column(
        "credit", Text, nullable=False, default=""
    ),  # how its source wants to be named; "" by the feed's name
    Column("link_back", Boolean, nullable=False, default=False),  # a card that names it links to its page
    Column(
        "delay_hours", Integer, nullable=False, default=0
    ),  # by which it publishes later here than at home
    Index("ix_feeds_due", "state", "next_check_at"),
)

hosts = Table(  # what we remember of a host that asked us to wait, or whose robots.txt we read
    "hosts",
    metadata,
    Column("name", String(300), primary_key=True),  # with its port where that is no usual one
    Column("rests_until", UTC),
    Column("reason", Text, nullable=False),  # "" or why it rests
    Column("refusals", Integer, nullable=False),  # in a row
    Column("robots", Text),  # "" when it has none, null when it was never read
    Column("robots_at", UTC),
)

fetches = Table(  # one row per look at a feed: the feed's history
    "fetches",
    metadata,
    _id(),
    _ref("feed_id", "feeds"),
    Column("at", UTC, nullable=False),
    Column("outcome", String(20), nullable=False),  # ok | not_modified | error
    Column("reason", Text, nullable=False),
    Column("status", Integer),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("deferred", Integer, nullable=False),  # surplus entries left for the next round
    Column("skipped", Integer, nullable=False),  # entries that could not be read
    Column("milliseconds", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),  # entries under the id of another one
    Column("newest_at", UTC),  # the newest date among its entries
    Column("filled", Text, nullable=False),  # JSON: how many entries had each field that health watches
    Column("unknown_ids", Integer, nullable=False),  # entries under ids that the feed did not hold before
    Column("in_field", Integer, nullable=False),  # of those understood, the ones for clinical research
    Column("understood", Integer, nullable=False),
    Index("ix_fetches_feed_at", "feed_id", "at"),
)

faults = Table(  # what ailed a feed, from the look that showed it to the one that did not
    "faults",
    metadata,
    _id(),
    _ref("feed_id", "feeds", index=True),
    Column("name", String(20), nullable=False),
    Column("evidence", Text, nullable=False),  # one sentence, at its first sight
    Column("since", UTC, nullable=False),
    Column("over_at", UTC),  # null while it lasts
    Column("digests", Integer),  # how many digests went out meanwhile; null while it lasts
    Column("told_at", UTC),  # when an admin was told of it; null: still to be told
    Column("over_told_at", UTC),  # and of its end
)

postings = Table(  # one row per real position
    "postings",
    metadata,
    _id(),
    Column("revision", Integer, nullable=False),  # counts material changes from 1
    Column("material", Text, nullable=False),  # what a material change would change
    Column("title", Text, nullable=False),
    Column("company", Text),
    Column("location", Text),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("role", String(10), nullable=False),  # of the verdict, to look up by
    Column("verdict", Text, nullable=False),  # JSON, with its evidence
    Column("posted_at", UTC),
    Column("expires_at", UTC),
    Column("first_seen_at", UTC, nullable=False),
    Column("last_seen_at", UTC, nullable=False),
    Column("origin", String(10), nullable=False),  # baseline | new
    Column("closed", Text, nullable=False),  # "" while open, else why
    Column("closed_at", UTC),
    Column("updated_at", UTC, nullable=False),  # when its words or places last changed, or it was open again
    Column("repost_of", _BIG, ForeignKey("postings.id")),
    Column("merged_into", _BIG, ForeignKey("postings.id")),  # it is the same position as that one
    Column("voice_id", _BIG),  # the sighting whose words these are; null until they are read
    Index("ix_postings_open", "role", "closed", "first_seen_at"),
)

inheritances = (
    Table(  # after a merge or a split: who was told of `from_id` until `at` was told of `posting_id`
        "inheritances",
        metadata,
        _ref("posting_id", "postings", primary_key=True),
        _ref("from_id", "postings", primary_key=True, index=True),
        Column("how", String(10), nullable=False),  # merge | split
        Column("at", UTC, nullable=False),
        Column(
            "seen_revision", Integer, nullable=False
        ),  # of `posting_id` at that moment: what was told counts as this
        Column("because", Text, nullable=False),  # in words: who joined or parted them, and why
    )
)

posting_keys = (
    Table(  # the names under which a posting is found again: canonical URL, employer + title + place
        "posting_keys",
        metadata,
        Column("key", Text, nullable=False),
        _ref("posting_id", "postings"),
        UniqueConstraint("key", "posting_id"),
    )
)

sightings = Table(  # one feed's copy of a posting
    "sightings",
    metadata,
    _id(),
    _ref("feed_id", "feeds"),
    Column("source_id", Text, nullable=False),
    _ref("posting_id", "postings", index=True),
    Column("url", Text),
    Column("origin", String(10), nullable=False),
    Column("first_seen_at", UTC, nullable=False),
    Column("last_seen_at", UTC, nullable=False),
    Column(
        "absences", Integer, nullable=False
    ),  # complete listings in a row that lacked it; two close the posting
    Column("fingerprint", String(64), nullable=False),  # of all that the entry says
    Column("expires_at", UTC),
    Column("location", Text),
    Column("countries", Text, nullable=False, default=""),  # of its own verdict: "DE GB"
    Column("rank", Integer, nullable=False, default=1),  # how near to the employer: the lowest speaks
    Column("joined_by", String(20), nullable=False, default=""),  # "" for the first one, else what joined it
    Column("because", Text, nullable=False, default=""),  # and why, in words
    Column("sketch", Text, nullable=False, default=""),  # what later entries are compared with
    UniqueConstraint("feed_id", "source_id"),
)

posting_bands = Table(  # the names under which a sighting meets what may be the same position
    "posting_bands",
    metadata,
    Column("band", _BIG, primary_key=True, autoincrement=False),
    _ref("sighting_id", "sightings", primary_key=True, index=True),
)

link_checks = Table(  # what the page behind a posting's link showed when it was last looked at
    "link_checks",
    metadata,
    Column("url", Text, primary_key=True),
    Column("host", Text, nullable=False, index=True),
    Column("state", String(10), nullable=False),  # alive | dead | wall | unknown
    Column("reason", Text, nullable=False),
    Column("checked_at", UTC, nullable=False),
)

waiting_entries = Table(  # surplus of a fetch, read in the next round; never dropped
    "waiting_entries",
    metadata,
    _id(),
    _ref("feed_id", "feeds"),
    Column("source_id", Text, nullable=False),
    Column("entry", Text, nullable=False),  # JSON
    Column("origin", String(10), nullable=False),
    Column("at", UTC, nullable=False),
    UniqueConstraint("feed_id", "source_id"),
)

# ---- who reads it -------------------------------------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    _id(),
    Column("external_id", Text, unique=True),
    Column("email", Text, nullable=False),  # as they write it
    Column("email_normal", Text, nullable=False, unique=True),  # as two are compared
    Column("name", Text, nullable=False),
    Column("status", String(10), nullable=False),  # pending | active | paused | gone
    Column("plan", String(10), nullable=False),  # as the host states it
    Column("plan_until", UTC),
    Column(
        "plan_in_force", String(10), nullable=False
    ),  # what next_due was computed with; differs once Plus lapsed
    Column("timezone", Text, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("weekdays_only", Boolean, nullable=False),
    Column("weekly", Boolean, nullable=False),  # by their own wish, although the plan is daily
    Column("locale", String(20), nullable=False),
    Column("start_mark", UTC),
    Column("window_start", UTC),
    Column("last_regular_at", UTC),
    Column("last_mail_at", UTC),
    Column("silent_periods", Integer, nullable=False),
    Column("paused_until", UTC),
    Column("created_at", UTC, nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers", index=True),
    Column("revision", Integer, nullable=False),
    Column("mark", UTC, nullable=False),
    Column("edited_at", UTC, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("wishes", Text, nullable=False),  # JSON
)

consents = Table(  # append-only: the proof that a person wanted this
    "consents",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers", index=True),
    Column("event", String(20), nullable=False),  # asked | confirmed | imported | unsubscribed | resumed
    Column("at", UTC, nullable=False),
    Column("source", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

suppressions = Table(  # addresses that must not be written to; survives erasure and re-import
    "suppressions",
    metadata,
    Column("address_hash", String(64), primary_key=True),
    Column("scope", String(10), nullable=False),  # stream: digests and notes | all
    Column("reason", Text, nullable=False),
    Column("at", UTC, nullable=False),
)

# ---- what is due, and what became of it ---------------------------------------------------------------------------

dues = Table(  # next_due as rows: one per subscriber and kind
    "dues",
    metadata,
    _ref("subscriber_id", "subscribers", primary_key=True),
    Column("kind", String(10), primary_key=True),  # first | regular | catchup
    Column("due_at", UTC, nullable=False),
    Column("ready_at", UTC, nullable=False),  # later than due_at while quiet hours hold it back
    Column("lease", String(32)),
    Column("lease_until", UTC),
    Column("tries", Integer, nullable=False, default=0),  # how often composing it ended in a defect of ours
    Column("fault", Text, nullable=False, default=""),  # what the last of them said
    Column("set_aside_at", UTC),  # quarantined: nobody claims it until an operator says so
    Index("ix_dues_ready", "ready_at"),
)

due_log = (
    Table(  # every period that fell due, written when it is first claimed: what `digests` must account for
        "due_log",
        metadata,
        _ref("subscriber_id", "subscribers", primary_key=True),
        Column("kind", String(10), primary_key=True),
        Column("due_at", UTC, primary_key=True),
        Column("claimed_at", UTC, nullable=False),
    )
)

digests = Table(  # one row per period that fell due; the key makes a second one impossible
    "digests",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers"),
    Column("kind", String(10), nullable=False),  # first | regular | catchup | quiet | watch
    Column("due_at", UTC, nullable=False),
    Column("composed_at", UTC, nullable=False),
    Column("window_start", UTC, nullable=False),
    Column("window_end", UTC, nullable=False),
    Column("plan", String(10), nullable=False),
    Column(
        "status", String(10), nullable=False, index=True
    ),  # queued | sent | quiet | held | failed | withdrawn
    Column("reason", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("count", Integer, nullable=False),  # the number in the subject
    Column("matched", Integer, nullable=False),  # counted by the matcher, before anything was chosen
    Column("shown", Integer, nullable=False),
    Column("carried", Integer, nullable=False),
    Column("capped", Integer, nullable=False),
    Column("below_bar", Integer, nullable=False),
    Column("aged", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    UniqueConstraint("subscriber_id", "kind", "due_at"),
    Index("ix_digests_composed_at", "composed_at", "count"),  # what went out while a feed ailed
)

ledger = Table(  # what a subscriber was told; "new" has revision 0, so it is there at most once ever
    "ledger",
    metadata,
    _ref("subscriber_id", "subscribers", primary_key=True),
    _ref("posting_id", "postings", primary_key=True),
    Column("kind", String(10), primary_key=True),  # new | changed | closing | closed
    Column("revision", Integer, primary_key=True),
    _ref("digest_id", "digests", index=True),
    Column("since", UTC, nullable=False),  # when it first matched: what a released row goes on waiting with
    Column("seen_revision", Integer, nullable=False),  # the posting's revision that was shown
    Column("at", UTC, nullable=False),
)

standings = Table(  # what became of a matched posting that has no ledger row
    "standings",
    metadata,
    _ref("subscriber_id", "subscribers", primary_key=True),
    _ref("posting_id", "postings", primary_key=True),
    Column("state", String(10), nullable=False),  # carried | capped | below_bar | aged | closed
    Column("since", UTC, nullable=False),
    _ref("digest_id", "digests", index=True),
    Column("profile_revision", Text, nullable=False),  # "12:3", judged once per profile and posting revision
    Column("posting_revision", Integer, nullable=False),
)

outbox = Table(  # the final bytes of a mail, and how far they got
    "outbox",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers", index=True, nullable=True),  # null: a notice to an admin
    Column("digest_id", _BIG, ForeignKey("digests.id"), unique=True),  # null: a confirmation
    Column("purpose", String(20), nullable=False),  # digest | note | confirm | notice
    Column("message_id", Text, nullable=False, unique=True),
    Column("to_address", Text, nullable=False),
    Column("address_hash", String(64), nullable=False),  # as `suppressions` keeps it
    Column("domain", Text, nullable=False),  # of the address, in lower case: what rates count by
    Column("body", LargeBinary),  # zlib; null once the retention time is over
    Column("body_hash", String(64), nullable=False),
    Column("plan", String(10), nullable=False),  # the plan that it was composed for
    Column("status", String(10), nullable=False),  # queued | claimed | dot | sent | failed | withdrawn | held
    Column("attempts", Integer, nullable=False),
    Column("created_at", UTC, nullable=False),
    Column("not_before", UTC, nullable=False),
    Column("give_up_at", UTC, nullable=False),
    Column("lease", String(32)),
    Column("lease_until", UTC),
    Column("dot_at", UTC),  # the intent: committed before the final dot
    Column(
        "tried_at", UTC
    ),  # the last time that its relay was given it, whatever came of it: what rates count
    Column("resends", Integer, nullable=False),  # how often an ambiguous mail went once more
    Column("lapses", Integer, nullable=False),  # how often a worker that had it died or fell silent
    Column("line_losses", Integer, nullable=False),  # how often the line broke between its dot and its reply
    Column("sent_at", UTC),
    Column("reply", Text, nullable=False),  # what the relay said last
    Index("ix_outbox_ready", "status", "not_before"),
    Index("ix_outbox_lease", "status", "lease_until"),
    Index("ix_outbox_lapses", "lapses"),
    Index("ix_outbox_tried_at", "tried_at"),
)

rounds = Table(  # one row per run of a background flow
    "rounds",
    metadata,
    _id(),
    Column("flow", String(20), nullable=False),  # ingest | dispatch | deliver
    Column("started_at", UTC, nullable=False),
    Column("finished_at", UTC, nullable=False),
    Column("counts", Text, nullable=False),  # JSON
    Column("duration_ms", Float, nullable=False),
)
