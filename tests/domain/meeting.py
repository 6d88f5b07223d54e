"""Bridges of applications, one input at a time."""

from __future__ import annotations

from collections.abc import Sequence

from ringway.domain import bridge_messages as bm
from ringway.domain.bridge import decide, evolve, react
from ringway.domain.bridge_state import (
    APPLICATION_DIALOG,
    CONFERENCE,
    DEFAULT_ROLE,
    PROPAGATION,
    Bridge,
    Guest,
    Propagation,
)
from ringway.domain.effects import Effect
from ringway.domain.values import (
    SECOND,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    ConfigurationId,
    Endpoint,
    EndpointType,
    Ids,
    Input,
    LegId,
    Owner,
    Role,
)

US, ID = AccountId("us"), BridgeId("b")
OWNER = Owner(ConfigurationId("cfg"), "shop")
X, Y, Z = LegId("x"), LegId("y"), LegId("z")
PARENT, CHILD = LegId("parent"), LegId("child")
IDS = Ids(b"0123456789abcdef")
NOW = 1_700_000_000 * SECOND
HOUR = 3600 * SECOND


def guest(who: LegId) -> Guest:
    return Guest(Endpoint(EndpointType.WEBRTC, str(who)))


def seating(who: LegId, role: Role = DEFAULT_ROLE) -> bm.Seating:
    return bm.Seating(who, guest(who), role)


def step(
    bridge: Bridge | None, given: bm.Given, at: int = NOW
) -> tuple[Bridge, Sequence[bm.Event], Sequence[Effect]]:
    events = tuple(decide(bridge, Input(at, IDS, given)))
    effects: list[Effect] = []
    for event in events:
        bridge = evolve(bridge, event)
        effects += react(bridge, event)
    assert bridge is not None
    return bridge, events, effects


def attached(bridge: Bridge, who: LegId, at: int = NOW) -> Bridge:
    """The leg has taken the seat that it was given."""
    member = bridge.member(who)
    assert member is not None, f"{who} has no seat"
    return step(bridge, bm.LegAttached(who, member.seat, VOICE_ONLY), at)[0]


def conference(*legs: LegId, joined: bool = True) -> Bridge:
    seats = tuple(map(seating, legs))
    create = bm.Create(
        ID, US, CONFERENCE, seats=seats, owner=OWNER, max_duration=8 * HOUR
    )
    bridge = step(None, create)[0]
    for who in legs if joined else ():
        bridge = attached(bridge, who)
    return bridge


def dialog(propagation: Propagation = PROPAGATION) -> Bridge:
    """Parent and child have their seats; neither has come."""
    seats = (seating(PARENT), seating(CHILD))
    create = bm.Create(
        *(ID, US, APPLICATION_DIALOG),
        seats=seats,
        owner=OWNER,
        max_duration=HOUR,
        propagation=propagation,
    )
    return step(None, create)[0]


def met(propagation: Propagation = PROPAGATION) -> Bridge:
    """Parent and child talk."""
    return attached(attached(dialog(propagation), PARENT), CHILD)
