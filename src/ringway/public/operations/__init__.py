"""The 109 operations of the Calls API, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ringway.public.operations.calls import CALLS
from ringway.public.operations.meetings import MEETINGS
from ringway.public.operations.row import ALWAYS, OCTETS, Operation, Rate
from ringway.public.operations.stores import STORES
from ringway.public.operations.trunks import TRUNKS

OPERATIONS: Final[tuple[Operation, ...]] = (*CALLS, *MEETINGS, *STORES, *TRUNKS)
BY_ID: Final[Mapping[str, Operation]] = {it.id: it for it in OPERATIONS}

__all__ = ["ALWAYS", "BY_ID", "OCTETS", "OPERATIONS", "Operation", "Rate"]
