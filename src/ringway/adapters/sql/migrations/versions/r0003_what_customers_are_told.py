"""Public events, who wants them, and how far they were brought."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

PLACE = ("position", "number")


def upgrade() -> None:
    """Make the tables and their indexes."""
    make_outbox()
    make_courses()
    for name in ("subscriptions", "profiles", "security_settings", "certificates"):
        op.create_table(
            name,
            sa.Column("account_id", sa.Text, nullable=False),
            sa.Column("id", sa.Text, nullable=False),
            sa.Column("definition", sa.LargeBinary, nullable=False),
            sa.PrimaryKeyConstraint("account_id", "id", name=f"pk_{name}"),
            sa.ForeignKeyConstraint(
                ["account_id"], ["accounts.id"], name=f"fk_{name}_account_id"
            ),
        )


def make_outbox() -> None:
    """Make the table that follows the log."""
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("configuration_id", sa.Text),
        sa.Column("application_id", sa.Text),
        sa.Column("entity_id", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("trace_id", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint(*PLACE, name="pk_outbox"),
    )
    of_account, of_subject = ["account_id", *PLACE], ["account_id", "subject", *PLACE]
    for columns in (of_account, of_subject):
        op.create_index("ix_outbox_" + "_".join(columns), "outbox", columns)


def make_courses() -> None:
    """Make what delivery remembers."""
    op.create_table(
        "courses",
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("stopped_at", sa.BigInteger),
        sa.Column("stopped_why", sa.Text),
        sa.PrimaryKeyConstraint("course", name="pk_courses"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "held_subjects",
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("course", "subject", name="pk_held_subjects"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_held_subjects_course_due_at", "held_subjects", ["course", "due_at"]
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("took_us", sa.BigInteger, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_course_id", "attempts", ["course", "id"])
