"""What a leg is, the table of moves it may make, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.causes import Cause
from ringway.domain.values import (
    NO_WISHES,
    SECOND,
    TERMS,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    PublicName,
    Terms,
    TextKey,
    Wishes,
)

CONNECT_TIME: Final = 20 * SECOND
"""An answered leg without media ends so late; the engine gives up after 15 s."""
LOST_TIME: Final = 15 * SECOND
"""A leg whose media was lost, and did not come back, ends so late."""
RESUME_TIME: Final = 60 * SECOND
"""A leg whose device was lost, and did not come back, ends so late."""


@unique
class Phase(PublicName):
    """Where a leg is in its life."""

    CALLING = auto()
    RINGING = auto()
    PRE_ESTABLISHED = auto()
    """Its media is there, and it is not answered."""
    CONNECTING = auto()
    """Answered, and its media is not there yet."""
    ESTABLISHED = auto()
    FINISHED = auto()
    FAILED = auto()
    CANCELLED = auto()
    NO_ANSWER = auto()
    BUSY = auto()


@unique
class CallState(PublicName):
    """The public API's names (`api/calls-api.md`, CallState)."""

    CALLING = auto()
    RINGING = auto()
    PRE_ESTABLISHED = auto()
    ESTABLISHED = auto()
    FINISHED = auto()
    FAILED = auto()
    CANCELLED = auto()
    NO_ANSWER = auto()
    BUSY = auto()


def call_state(phase: Phase) -> CallState:
    """Say how the public API calls the phase.

    An answered call without media is still ringing to the public:
    PRE_ESTABLISHED means early media there, and has an event of its own.
    """
    return CallState.RINGING if phase is Phase.CONNECTING else CallState[phase.name]


ENDS: Final = frozenset(
    {Phase.FINISHED, Phase.FAILED, Phase.CANCELLED, Phase.NO_ANSWER, Phase.BUSY}
)
UNANSWERED: Final = frozenset({Phase.CALLING, Phase.RINGING, Phase.PRE_ESTABLISHED})
_UNTALKED: Final = ENDS - {Phase.FINISHED}

LIFE: Final[Mapping[Phase, frozenset[Phase]]] = {
    Phase.CALLING: frozenset({Phase.RINGING, Phase.PRE_ESTABLISHED, Phase.CONNECTING})
    | _UNTALKED,
    Phase.RINGING: frozenset({Phase.PRE_ESTABLISHED, Phase.CONNECTING}) | _UNTALKED,
    Phase.PRE_ESTABLISHED: frozenset({Phase.CONNECTING}) | _UNTALKED,
    Phase.CONNECTING: frozenset({Phase.ESTABLISHED, Phase.FAILED, Phase.CANCELLED}),
    Phase.ESTABLISHED: frozenset({Phase.FINISHED, Phase.FAILED}),
    **dict.fromkeys(ENDS, frozenset()),
}
"""The diagram in the documentation is drawn from this table."""


@unique
class Media(PublicName):
    """How the leg's pipe is doing."""

    NONE = auto()
    OPENING = auto()
    OPEN = auto()
    LOST = auto()
    """The offer of the next generation is awaited."""
    REOPENING = auto()


FLOW: Final[Mapping[Media, frozenset[Media]]] = {
    Media.NONE: frozenset({Media.OPENING}),
    Media.OPENING: frozenset({Media.OPEN, Media.LOST, Media.NONE}),
    Media.OPEN: frozenset({Media.LOST, Media.NONE}),
    Media.LOST: frozenset({Media.REOPENING, Media.NONE}),
    Media.REOPENING: frozenset({Media.OPEN, Media.LOST, Media.NONE}),
}
"""How media may go on; NONE at the end of the leg."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a bridge; the numbers of a bridge only grow."""

    bridge: BridgeId
    number: int
    meeting: Meeting = Meeting.ROOM
    early: bool = False
    """The leg's media is in it with early media, not only with the answer."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """An offer of the call to another application."""

    id: str
    to: Owner
    until: int
    """Microseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One party's connection to the house; its pipe has the same id."""

    id: LegId
    account: AccountId
    direction: Direction
    endpoint: Endpoint
    """The party this leg reaches."""
    counterpart: Endpoint
    """Whom that party calls, or who calls it."""
    device: DeviceId | None
    """Where its party is; None while nobody has taken it."""
    created_at: int
    video: bool = False
    wishes: Wishes = NO_WISHES
    parent: LegId | None = None
    """The caller's leg this one was made for."""
    fork: ForkId | None = None
    phase: Phase = Phase.CALLING
    media: Media = Media.NONE
    generation: int = 0
    """Which pipe of the leg; a lost one is replaced by the next."""
    look: Look = VOICE_ONLY
    remote: Look = VOICE_ONLY
    """What the other side shows, as far as this party was told."""
    remote_data: TextKey | None = None
    """The custom data the callee accepted with."""
    seat: Seat | None = None
    """The last seat taken; only `bridge` says whether it still is."""
    bridge: BridgeId | None = None
    answered_at: int | None = None
    established_at: int | None = None
    lost_at: int | None = None
    """When its media was lost, as far as the house learned of it."""
    heard_at: int | None = None
    """Until when its lost media was really heard."""
    line_lost_at: int | None = None
    """When its device was lost; None while it is connected."""
    cause: Cause | None = None
    owner: Owner | None = None
    """The application whose call it is; None: people call people."""
    terms: Terms = TERMS
    asked: Owner | None = None
    """The application that its caller wants, until it is known to be there."""
    custom_data: TextKey | None = None
    """Where the call's custom data is kept now."""
    ringing: tuple[DeviceId, ...] = ()
    """The devices that ring with this leg, until one of them has it."""
    out: tuple[Cause, ...] = ()
    """Why others of them ring no more."""
    rang_at: int | None = None
    pre_answered: bool = False
    """Media may flow before the answer."""
    transfer: Transfer | None = None
    """What another application has not answered yet."""
    disconnected: bool = False
    """The application knows that its party is not connected."""

    @property
    def devices(self) -> tuple[DeviceId, ...]:
        """The one its party is at, or all that ring."""
        return self.ringing if self.device is None else (self.device,)

    @property
    def is_routed(self) -> bool:
        """Whether it is known whom a new leg reaches."""
        if self.owner is None:
            return self.fork is not None
        return self.direction is Direction.INBOUND or bool(self.devices)

    @property
    def is_kept(self) -> bool:
        """Whether somebody waits for its media to come back."""
        return self.wishes.auto_reconnect or self.owner is not None

    @property
    def is_limited(self) -> bool:
        """Whether it may last only as long as its terms say: an application's own."""
        return self.owner is not None and self.direction is Direction.OUTBOUND

    @property
    def is_mixed(self) -> bool:
        """Whether its media belongs into its bridge now.

        An application may seat a call that is not answered; its media joins later.
        """
        if self.owner is None or self.phase is Phase.ESTABLISHED:
            return self.bridge is not None
        early = self.seat is not None and self.seat.early
        return self.bridge is not None and early and self.phase is Phase.PRE_ESTABLISHED

    @property
    def in_room(self) -> bool:
        """Whether it is, or wants to be, in a room."""
        return self.counterpart.type is EndpointType.ROOM

    @property
    def over(self) -> bool:
        """Whether nothing can happen any more."""
        return self.phase in ENDS
