"""Counters of an installation that only grow, each a row of `control`."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.schema import control

_COUNT = (
    insert(control)
    .values(name=bindparam("name"), value=bindparam("step"))
    .on_conflict_do_update(
        index_elements=[control.c.name],
        set_={"value": control.c.value + bindparam("step")},
    )
    .returning(control.c.value)
)


def count(
    connection: Connection, name: Literal["position", "fence"], step: int = 1
) -> int:
    """Add to a counter, which begins at 0, and give its new value."""
    done = connection.execute(_COUNT, {"name": name, "step": step})
    value: int = done.scalar_one()
    return value
