"""The tables, as they are in the newest version of the database.

A change here needs a revision in `migrations/versions` and its id in `VERSION`; a
test compares what both of them make.  Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ringway.adapters.sql.call_tables import calls, meetings, participants, totals
from ringway.adapters.sql.naming import metadata

__all__ = [
    "VERSION",
    "calls",
    "meetings",
    "metadata",
    "participants",
    "totals",
]

VERSION = "0006"
"""The revision of Alembic that makes these tables."""

version = Table(
    # Alembic's own table, by its names.
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# ----------------------------------------------------------------- the log

events = Table(
    "events",
    metadata,
    # Given by us from the counter, so that the order of positions is the order of
    # commits, and none is ever used again.
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account_id", Text, nullable=False),
    Column("stream_kind", Text, nullable=False),
    Column("stream_id", Text, nullable=False),
    Column("stream_version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("trace_id", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("ends", Boolean(create_constraint=False), nullable=False),
    # Not by account: a stream's id is taken for all accounts (`ports.event_log`).
    UniqueConstraint("stream_id", "stream_version"),
)
"""What has happened, in the order in which it was committed."""

live_streams = Table(
    "live_streams",
    metadata,
    Column("stream_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("stream_kind", Text, nullable=False),
    Column("began", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Derived from `events`: which have begun, at which position, and not ended."""

texts = Table(
    "texts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
)
"""What people said or typed: beside the log, so that it can be erased."""

cursors = Table(
    "cursors",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)
"""How far each consumer of the log has come."""

connections = Table(
    "connections",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("connected_at", BigInteger, nullable=False),
    Column("disconnected_at", BigInteger),
    Index(None, "account_id", "identity", "connected_at"),
    sqlite_with_rowid=False,
)
"""When people were connected; the open ones are few."""

Index(
    "ix_connections_open",
    connections.c.account_id,
    sqlite_where=connections.c.disconnected_at.is_(None),
)

# ------------------------------------------------ what customers are told

outbox = Table(
    "outbox",
    metadata,
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("configuration_id", Text),
    Column("application_id", Text),
    Column("entity_id", Text),
    Column("subject", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("trace_id", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    PrimaryKeyConstraint("position", "number"),
    Index(None, "account_id", "position", "number"),
    Index(None, "account_id", "subject", "position", "number"),
)
"""Derived from `events`, with the rows of calls: public events, for some days."""

courses = Table(
    "courses",
    metadata,
    Column("course", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("stopped_at", BigInteger),
    Column("stopped_why", Text),
    sqlite_with_rowid=False,
)
"""How far each subscription has come in the outbox."""

held_subjects = Table(
    "held_subjects",
    metadata,
    Column("course", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Index(None, "course", "due_at"),
    sqlite_with_rowid=False,
)
"""What a receiver did not take, and is tried again: all after this place."""

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("took_us", BigInteger, nullable=False),
    Column("result", Text, nullable=False),
    Column("status", Integer),
    Column("detail", Text, nullable=False),
    Index(None, "course", "id"),
)
"""The delivery log: the newest of each subscription."""


def _definitions(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
        Column("id", Text, primary_key=True),
        Column("definition", LargeBinary, nullable=False),  # JSON
    )


subscriptions = _definitions("subscriptions")
profiles = _definitions("profiles")
security_settings = _definitions("security_settings")
certificates = _definitions("certificates")

# ------------------------------------------------------------- the catalog

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),  # JSON; a missing one has its default
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("scopes", Text),  # JSON; NULL is everything
    Index(None, "account_id", "created_at"),
)

identities = Table(
    "identities",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("identity", Text, primary_key=True),
    Column("display_name", Text),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

demo_identities = Table(
    "demo_identities",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("holder", LargeBinary, nullable=False),  # SHA-256 of the cookie
    Column("used_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

kept = Table(
    "kept",
    metadata,
    # The order in which what is there was added.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),  # JSON; secrets in it are sealed
    UniqueConstraint("account_id", "kind", "id"),
    Index(None, "account_id", "kind", "number"),
    Index(None, "account_id", "kind", "label", "number"),
)
"""What customers keep (`ports.shelves`)."""

control = Table(
    "control",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Counters: ``position`` of the log, ``fence`` of the control plane."""
