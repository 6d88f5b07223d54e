"""Makes the tables of a new file, and brings those of an older one up to date.

A new file gets the newest tables at once; Alembic is imported only when there is
an older version to begin from, because importing it costs more than 12 MB.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from ringway.adapters.sql.schema import VERSION, metadata, version
from ringway.ports.storage import StorageUnavailable, Trouble


def bring_up_to_date(connection: Connection, file: Path) -> None:
    """See to it that the tables are those of `VERSION`.  Or `StorageUnavailable`."""
    if not inspect(connection).has_table(version.name):
        metadata.create_all(connection)
        connection.execute(version.insert().values(version_num=VERSION))
        return
    found = connection.execute(version.select()).scalar_one_or_none()
    if found != VERSION:
        migrate(connection, file)


def migrate(connection: Connection, file: Path) -> None:
    """Run the revisions that are missing, inside the connection's transaction."""
    from alembic import command  # noqa: PLC0415  # see the head of this module
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    scripts = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", scripts.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageUnavailable(
            Trouble.NEWER,
            f"The database {file} was written by another, newer version: {error}",
        ) from error
