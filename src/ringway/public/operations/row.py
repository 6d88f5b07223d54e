"""An operation as one row: what is sent, what comes back, who may, how often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
ANY_SCOPE: Final = "calls:manage"
"""Lets its key do everything under `/calls/1`."""
ALWAYS: Final = (401, 403, 429, 500)
"""Errors that every operation can end with."""
CREATED: Final = 201
BEGIN_CALLS: Final = frozenset(
    {"connect-calls", "connect-with-new-call", "add-new-conference-call"}
)
"""Operations that answer 200 and begin a call or a conference."""
OCTETS: Final = "application/octet-stream"
_SECONDS: Final = {"s": 1, "m": 60}
_RATE: Final = re.compile(r"(\d+)/([sm])")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an account may ask, as the reference declares it."""

    times: int
    seconds: int

    @property
    def per_s(self) -> float:
        """In the long run."""
        return self.times / self.seconds

    def __str__(self) -> str:
        """Write it as ``100/s``, ``100/m``."""
        return f"{self.times}/{'s' if self.seconds == 1 else 'm'}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table that routes, limits, scopes and the document are made from."""

    id: str
    method: Method
    path: str
    answer: Any
    """A model, a list of one, `bytes`, or None: an answer without a body."""
    code: int
    body: Any
    """A model, `bytes` for a file in multipart/form-data, or None."""
    body_needed: bool
    query: Any
    """A model of the parameters, or None."""
    errors: tuple[int, ...]
    """Beside those that every operation can end with."""
    rate: Rate
    scopes: tuple[str, ...]
    """Any one of them is enough."""
    ranged: bool
    """Whether a part can be asked for (RFC 9110 section 14.2)."""
    deprecated: bool
    limit: int | None = None
    """Bytes of a body that is larger than others may be."""

    @property
    def family(self) -> str:
        """The first segment below the root, as in ``/calls/1``."""
        return self.path.split("/")[3]

    @property
    def creates(self) -> bool:
        """Whether it begins something that a repeated request would begin again."""
        return self.code == CREATED or self.id in BEGIN_CALLS

    @property
    def names(self) -> tuple[str, ...]:
        """What of the path is given by who asks."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))


def row(
    id_: str,
    line: str,
    answer: Any,
    scope: str,
    *,
    code: int = 200,
    body: Any = None,
    optional: bool = False,
    query: Any = None,
    errors: tuple[int, ...] = (),
    rate: str = "100/s",
    ranged: bool = False,
    deprecated: bool = False,
    limit: int | None = None,
    root: str = "/calls/1",
    wide: str = ANY_SCOPE,
) -> Operation:
    """Read a row; `line` is method and path below `root`, `wide` its widest scope."""
    method, _, path = line.partition(" ")
    found = _RATE.fullmatch(rate)
    assert found is not None
    assert method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    return Operation(
        id=id_,
        method=method,  # type: ignore[arg-type]  # looked at above
        path=f"{root}{path}",
        answer=answer,
        code=code,
        body=body,
        body_needed=body is not None and not optional,
        query=query,
        errors=errors,
        rate=Rate(int(found[1]), _SECONDS[found[2]]),
        scopes=tuple(dict.fromkeys((wide, scope))),
        ranged=ranged,
        deprecated=deprecated,
        limit=limit,
    )
