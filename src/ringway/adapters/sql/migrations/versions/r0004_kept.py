"""What customers keep: configurations, trunks, files, applications and more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "kept",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_kept"),
        sa.UniqueConstraint(
            "account_id", "kind", "id", name="uq_kept_account_id_kind_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_kept_account_id"
        ),
    )
    op.create_index(
        "ix_kept_account_id_kind_number", "kept", ["account_id", "kind", "number"]
    )
    op.create_index(
        "ix_kept_account_id_kind_label_number",
        "kept",
        ["account_id", "kind", "label", "number"],
    )
