"""How long the histories are: kept while they grow, so that nobody has to count.

A page tells the length of the whole list.  What most lists are narrowed by is a
column here, so their lengths are sums of a few rows; the others are counted by an
index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.schema import totals
from ringway.domain.values import AccountId

CALL: Final = "CALL"
"""The kind that no meeting has."""
_ADD = insert(totals)
_ADD = _ADD.on_conflict_do_update(
    index_elements=[c for c in totals.c if c.primary_key],
    set_={"number": totals.c.number + _ADD.excluded.number},
)
_NONE = delete(totals).where(totals.c.number <= 0)


@dataclass(frozen=True, slots=True)
class Sort:
    """What an ended call or meeting is counted under; "" where it has nothing."""

    account_id: AccountId
    kind: str
    configuration_id: str
    application_id: str
    state: str
    endpoint_type: str = ""
    direction: str = ""


def counted(connection: Connection, sorts: Iterable[Sort], sign: int) -> None:
    """Add what has ended (+1), or take away what is forgotten (-1)."""
    changes = [
        {name: getattr(sort, name) for name in Sort.__slots__}
        | {"number": sign * number}
        for sort, number in Counter(sorts).items()
    ]
    if changes:
        connection.execute(_ADD, changes)
    if changes and sign < 0:
        connection.execute(_NONE)


def total_of(
    account: AccountId, kind: str, narrowed: Mapping[str, str | None]
) -> Select[tuple[int]]:
    """Ask how many there are, narrowed by columns; None does not narrow."""
    query = select(func.coalesce(func.sum(totals.c.number), 0).label("total"))
    query = query.where(totals.c.account_id == account, totals.c.kind == kind)
    for name, value in narrowed.items():
        if value is not None:
            query = query.where(totals.c[name] == value)
    return query
