"""What a fork is: one caller, several ringing devices, one winner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.causes import Cause
from ringway.domain.values import (
    AccountId,
    BridgeId,
    DeviceId,
    Endpoint,
    ForkId,
    LegId,
    PublicName,
)

MAX_BRANCHES: Final = 32
"""Devices of a person that ring at once."""


def fork_of(caller: LegId) -> ForkId:
    """Give the id of the fork that looks for somebody to answer this caller.

    Always the same, so that routing a call twice makes one fork; and no UUID, so
    that it can never be an id that a client has minted.
    """
    return ForkId(f"fork-of-{caller}")


@unique
class Stage(PublicName):
    """Where a fork is in its life."""

    OPEN = auto()
    WON = auto()
    CLOSED = auto()


STAGES: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.OPEN: frozenset({Stage.WON, Stage.CLOSED}),
    Stage.WON: frozenset(),
    Stage.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One ringing device."""

    leg: LegId
    device: DeviceId
    endpoint: Endpoint
    lost: Cause | None = None
    """Why it can not win any more."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A caller's search for somebody to answer."""

    id: ForkId
    account: AccountId
    caller: LegId
    bridge: BridgeId
    """Where caller and winner will meet."""
    branches: tuple[Branch, ...]
    stage: Stage = Stage.OPEN
    rang: bool = False
    winner: LegId | None = None

    @property
    def over(self) -> bool:
        """Whether nothing can happen any more."""
        return self.stage is not Stage.OPEN

    @property
    def live(self) -> tuple[LegId, ...]:
        """The legs that can still win."""
        return tuple(b.leg for b in self.branches if b.lost is None)


_RANKS: Final = (
    Cause.REJECTED,
    Cause.BUSY,
    Cause.NO_ANSWER,
    Cause.MEDIA_ERROR,
    Cause.NETWORK_ERROR,
)


def best_of(causes: tuple[Cause, ...]) -> Cause:
    """Choose what the caller hears when every branch is lost.

    In the manner of RFC 3261 section 16.7 step 6, the answer that tells most of
    the person wins: somebody declined, before all who could not: busy, before
    nobody answered, before media trouble, before lost connections, before
    anything else.
    """
    heard = [cause.for_the_other for cause in causes]
    return next((rank for rank in _RANKS if rank in heard), heard[0])
