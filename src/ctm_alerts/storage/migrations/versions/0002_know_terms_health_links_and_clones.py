"""Know terms, health, links and clones."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from ctm_alerts.storage import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("rests_until", schema.UTC(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("robots_at", schema.UTC(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hosts")),
    )
    op.create_table(
        "link_checks",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("checked_at", schema.UTC(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_link_checks")),
    )
    with op.batch_alter_table("link_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_checks_host"), ["host"], unique=False)

    op.create_table(
        "faults",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since", schema.UTC(timezone=True), nullable=False),
        sa.Column("over_at", schema.UTC(timezone=True), nullable=True),
        sa.Column("digests", sa.Integer(), nullable=True),
        sa.Column("told_at", schema.UTC(timezone=True), nullable=True),
        sa.Column("over_told_at", schema.UTC(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_faults_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faults")),
    )
    with op.batch_alter_table("faults", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_faults_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "posting_bands",
        sa.Column(
            "band", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["sighting_id"], ["sightings.id"], name=op.f("fk_posting_bands_sighting_id")),
        sa.PrimaryKeyConstraint("band", "sighting_id", name=op.f("pk_posting_bands")),
    )
    with op.batch_alter_table("posting_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posting_bands_sighting_id"), ["sighting_id"], unique=False)

    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.create_index("ix_digests_composed_at", ["composed_at", "count"], unique=False)

    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("host", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("claim", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("quiet_looks", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("moving_to", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("moving_days", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("moving_on", schema.UTC(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("missing_since", schema.UTC(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.String(length=10), nullable=False, server_default="added"))
        batch_op.add_column(sa.Column("accepted", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("terms", sa.String(length=10), nullable=False, server_default="may"))
        batch_op.add_column(sa.Column("floor_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("may_email", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("quote_limit", sa.Integer(), nullable=False, server_default="900"))
        batch_op.add_column(sa.Column("credit", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("link_back", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("delay_hours", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("fetches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("repeated", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("newest_at", schema.UTC(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("filled", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("unknown_ids", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("in_field", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("understood", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("subscriber_id", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("voice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )

    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", schema.UTC(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("location", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("countries", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("joined_by", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("because", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("sketch", sa.Text(), nullable=False, server_default=""))

    _tell_what_is_known()


def _tell_what_is_known() -> None:
    """What the rows that are there can say already; the next look at each feed reads its entries anew and says the rest."""
    connection = op.get_bind()
    feeds, postings, sightings = (_bare(name) for name in ("feeds", "postings", "sightings"))
    for row in connection.execute(sa.select(feeds.c.id, feeds.c.url)).all():
        parts = urlsplit(row.url)
        host = parts.netloc.rpartition("@")[2].lower() if parts.scheme in ("http", "https") else ""
        connection.execute(sa.update(feeds).where(feeds.c.id == row.id).values(host=host))
    for held in connection.execute(sa.select(postings.c.id, postings.c.location, postings.c.verdict)).all():
        countries = " ".join(json.loads(held.verdict)["countries"])
        of_it = sightings.c.posting_id == held.id
        values = {"location": held.location, "countries": countries, "fingerprint": ""}
        connection.execute(sa.update(sightings).where(of_it).values(**values))
    connection.execute(sa.update(feeds).values(etag=None, last_modified=None, body_hash=None))


def _bare(name: str) -> sa.TableClause:
    """A table with the columns that are read and written here, whatever it becomes later."""
    columns = ("id", "url", "host", "etag", "last_modified", "body_hash", "location", "verdict", "posting_id")
    return sa.table(name, *(sa.column(c) for c in (*columns, "countries", "fingerprint")))
