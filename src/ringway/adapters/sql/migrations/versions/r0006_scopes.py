"""What a key may be used for; keys from before may do everything."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("api_keys", sa.Column("scopes", sa.Text))
