"""Calls as they are read, and when people were connected."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables and their indexes.

    The first revision made `calls` for a while, so the table may be there.
    """
    if not sa.inspect(op.get_bind()).has_table("calls"):
        make_calls()
    op.create_table(
        "connections",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("connected_at", sa.BigInteger, nullable=False),
        sa.Column("disconnected_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_connections"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_connections_account_id_identity_connected_at",
        "connections",
        ["account_id", "identity", "connected_at"],
    )
    op.create_index(
        "ix_connections_open",
        "connections",
        ["account_id"],
        sqlite_where=sa.text("disconnected_at IS NULL"),
    )


def make_calls() -> None:
    """Make the table that follows the log."""
    op.create_table(
        "calls",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("endpoint_type", sa.Text, nullable=False),
        sa.Column("endpoint_address", sa.Text, nullable=False),
        sa.Column("endpoint_name", sa.Text),
        sa.Column("counterpart_type", sa.Text, nullable=False),
        sa.Column("counterpart_address", sa.Text, nullable=False),
        sa.Column("counterpart_name", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("established_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("duration", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("bridge_id", sa.Text),
        sa.Column("fork_id", sa.Text),
        sa.Column("custom_data_key", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_calls"),
    )
    op.create_index(
        "ix_calls_account_id_created_at", "calls", ["account_id", "created_at"]
    )
    op.create_index("ix_calls_account_id_state", "calls", ["account_id", "state"])
