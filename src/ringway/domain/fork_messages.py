"""What a fork is told, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.fork_state import Branch
from ringway.domain.values import (
    AccountId,
    BridgeId,
    Device,
    Endpoint,
    ForkId,
    LegId,
    Look,
    TextKey,
)

# ------------------------------------------- commands: may be refused


@dataclass(frozen=True, slots=True)
class Create:
    """Ring these devices for the caller; telling it again changes nothing."""

    account: AccountId
    caller: LegId
    party: Endpoint
    """Who calls."""
    look: Look
    """What the caller shows."""
    video: bool
    custom_data: TextKey | None
    devices: tuple[Device, ...]


# ------------------------------------------- signals: facts, never refused


@dataclass(frozen=True, slots=True)
class BranchRang:
    """A device shows the call to its person."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class BranchAccepted:
    """The person at a device has taken it."""

    leg: LegId
    look: Look
    custom_data: TextKey | None


@dataclass(frozen=True, slots=True)
class BranchGone:
    """A device's leg is over."""

    leg: LegId
    cause: Cause
    everywhere: bool


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's leg is over."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Unheard:
    """A machine has refused what the fork told it."""

    by: str
    """Its id."""
    cause: Cause


Command: TypeAlias = Create
Signal: TypeAlias = BranchRang | BranchAccepted | BranchGone | CallerGone | Unheard
Given: TypeAlias = Command | Signal

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Created:
    """The devices are being called."""

    id: ForkId
    account: AccountId
    caller: LegId
    party: Endpoint
    look: Look
    video: bool
    custom_data: TextKey | None
    branches: tuple[Branch, ...]
    bridge: BridgeId
    at: int


@dataclass(frozen=True, slots=True)
class Rang:
    """The first device shows the call."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class BranchLost:
    """A device can not win any more."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class Won:
    """The first device has accepted."""

    at: int
    leg: LegId
    look: Look
    custom_data: TextKey | None


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody will answer."""

    at: int
    cause: Cause


Event: TypeAlias = Created | Rang | BranchLost | Won | Closed
