"""When people were connected."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table and its indexes."""
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
