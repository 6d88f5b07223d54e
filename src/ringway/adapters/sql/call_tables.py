"""The tables that follow the log: calls, what they meet in, how many there were.

Part of `schema`, which has the rules for a change.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from ringway.adapters.sql.naming import metadata

calls = Table(
    "calls",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("parent_id", Text),
    Column("direction", Text, nullable=False),
    Column("endpoint_type", Text, nullable=False),
    Column("endpoint_address", Text, nullable=False),
    Column("endpoint_name", Text),
    Column("counterpart_type", Text, nullable=False),
    Column("counterpart_address", Text, nullable=False),
    Column("counterpart_name", Text),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("established_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("duration", BigInteger, nullable=False),
    Column("cause", Text),
    Column("detail", Text, nullable=False),
    Column("bridge_id", Text),
    Column("fork_id", Text),
    Column("custom_data_key", Text),
    Column("position", Integer, nullable=False),
    Column("configuration_id", Text),
    Column("application_id", Text),
    Column("caller", Text),
    Column("callee", Text),
    Column("bulk_id", Text),
    Column("more", LargeBinary),  # JSON of what is only ever read with the row
    Index(None, "account_id", "created_at"),
    Index(None, "account_id", "state"),
)
"""Derived from `events` by the consumer `calls`: legs as a customer sees them."""

meetings = Table(
    "meetings",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("configuration_id", Text, nullable=False),
    Column("application_id", Text),
    Column("name", Text),
    Column("state", Text, nullable=False),
    Column("parent_id", Text),
    Column("child_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("content", LargeBinary, nullable=False),  # JSON of the row
)
"""Derived with `calls`: dialogs and conferences of applications."""

participants = Table(
    "participants",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("meeting_id", Text, primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON of the stay
    Index(None, "account_id", "call_id"),
    sqlite_with_rowid=False,
)
"""Who is, and was, in `meetings`."""

totals = Table(
    "totals",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("configuration_id", Text, primary_key=True),
    Column("application_id", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("endpoint_type", Text, primary_key=True),
    Column("direction", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many ended calls and meetings of a sort there are: counted as they end."""

_PAST_CALL = calls.c.configuration_id.is_not(None) & calls.c.ended_at.is_not(None)
_PAST_MEETING = meetings.c.ended_at.is_not(None)

for _column in ("configuration_id", "application_id", "caller", "callee", "state"):
    Index(
        f"ix_calls_past_{_column}",
        calls.c.account_id,
        calls.c[_column],
        calls.c.created_at,
        calls.c.id,
        sqlite_where=_PAST_CALL,
    )
Index(
    "ix_calls_past",
    calls.c.account_id,
    calls.c.created_at,
    calls.c.id,
    sqlite_where=_PAST_CALL,
)
Index(
    "ix_calls_bulk_id",
    calls.c.account_id,
    calls.c.bulk_id,
    sqlite_where=calls.c.bulk_id.is_not(None),
)
Index("ix_calls_ended_at", calls.c.ended_at, sqlite_where=_PAST_CALL)

for _column in ("configuration_id", "application_id", "name", "state"):
    Index(
        f"ix_meetings_past_{_column}",
        meetings.c.account_id,
        meetings.c.kind,
        meetings.c[_column],
        meetings.c.created_at,
        meetings.c.id,
        sqlite_where=_PAST_MEETING,
    )
Index(
    "ix_meetings_past",
    meetings.c.account_id,
    meetings.c.kind,
    meetings.c.created_at,
    meetings.c.id,
    sqlite_where=_PAST_MEETING,
)
Index("ix_meetings_ended_at", meetings.c.ended_at, sqlite_where=_PAST_MEETING)
