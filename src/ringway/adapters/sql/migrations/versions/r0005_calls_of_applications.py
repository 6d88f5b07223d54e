"""Calls of applications: whose they are, what they meet in, how many there were."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PAST_CALL = sa.text("configuration_id IS NOT NULL AND ended_at IS NOT NULL")
PAST_MEETING = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    """Make the tables; calls from before belong to no application."""
    for name in ("configuration_id", "application_id", "caller", "callee", "bulk_id"):
        op.add_column("calls", sa.Column(name, sa.Text))
    op.add_column("calls", sa.Column("more", sa.LargeBinary))
    for name in ("configuration_id", "application_id", "caller", "callee", "state"):
        op.create_index(
            f"ix_calls_past_{name}",
            "calls",
            ["account_id", name, "created_at", "id"],
            sqlite_where=PAST_CALL,
        )
    op.create_index(
        "ix_calls_past",
        "calls",
        ["account_id", "created_at", "id"],
        sqlite_where=PAST_CALL,
    )
    op.create_index(
        "ix_calls_bulk_id",
        "calls",
        ["account_id", "bulk_id"],
        sqlite_where=sa.text("bulk_id IS NOT NULL"),
    )
    op.create_index("ix_calls_ended_at", "calls", ["ended_at"], sqlite_where=PAST_CALL)
    make_meetings()
    op.create_table(
        "totals",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("configuration_id", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("endpoint_type", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id",
            "kind",
            "configuration_id",
            "application_id",
            "state",
            "endpoint_type",
            "direction",
            name="pk_totals",
        ),
        sqlite_with_rowid=False,
    )


def make_meetings() -> None:
    """Make the tables of dialogs and conferences."""
    op.create_table(
        "meetings",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("configuration_id", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("child_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_meetings"),
    )
    op.create_table(
        "participants",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "meeting_id", "seat", name="pk_participants"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_participants_account_id_call_id", "participants", ["account_id", "call_id"]
    )
    for name in ("configuration_id", "application_id", "name", "state"):
        op.create_index(
            f"ix_meetings_past_{name}",
            "meetings",
            ["account_id", "kind", name, "created_at", "id"],
            sqlite_where=PAST_MEETING,
        )
    op.create_index(
        "ix_meetings_past",
        "meetings",
        ["account_id", "kind", "created_at", "id"],
        sqlite_where=PAST_MEETING,
    )
    op.create_index(
        "ix_meetings_ended_at", "meetings", ["ended_at"], sqlite_where=PAST_MEETING
    )
