"""Whatever happens in a conference, the engine was told who hears and sees whom."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ringway.domain import bridge_messages as bm
from ringway.domain.bridge_state import Bridge, Member, Standing
from ringway.domain.causes import Refused
from ringway.domain.leg_requests import Release
from ringway.domain.roles import hears, sees
from ringway.domain.values import BridgeId, LegId, Role, RoleType
from ringway.ports import engine_messages as wire
from ringway.runtime.application import NoSuchCall, NoSuchMeeting
from ringway.runtime.meeting_terms import Entrance
from tests.runtime.scene import SHOP, Scene, to
from tests.runtime.world import US

NAMES = ("red", "blue", "green")
WHO = st.sampled_from(NAMES)
WHERE = st.integers(0, 1)
ROLES = st.tuples(st.sampled_from(RoleType), st.lists(WHO, max_size=2, unique=True))
"""What kind, and whom an ADVISOR advises."""
Asked = tuple[RoleType, list[str]]
MAYBE = st.none() | st.booleans()
Pair = tuple[str, str]


def told(orders: list[wire.Order]) -> dict[str, wire.Attach]:
    """Give the place of every pipe, as the engine knows it by now."""
    places: dict[str, wire.Attach] = {}
    for order in orders:
        match order:
            case wire.Attach(pipe=pipe):
                places[pipe] = order
            case wire.Detach(pipe=pipe) | wire.ClosePipe(pipe=pipe):
                places.pop(pipe, None)
            case wire.CloseBridge(bridge=bridge):
                places = {k: v for k, v in places.items() if v.bridge != bridge}
            case _:
                pass
    return places


def heard_in(
    places: dict[str, wire.Attach], bridge: str
) -> tuple[set[Pair], set[Pair]]:
    """Give who hears whom, and who sees whom, of those in the bridge."""
    there = [place for place in places.values() if place.bridge == bridge]
    pairs = [(to_, by) for to_ in there for by in there if to_.pipe != by.pipe]
    hearing = {
        (to_.pipe, by.pipe)
        for to_, by in pairs
        if not to_.deaf and (by.heard_by is None or to_.pipe in by.heard_by)
    }
    seeing = {
        (to_.pipe, by.pipe)
        for to_, by in pairs
        if not to_.blind and (by.seen_by is None or to_.pipe in by.seen_by)
    }
    return hearing, seeing


def joined(bridge: Bridge) -> list[Member]:
    return [it for it in bridge.members if it.standing is Standing.JOINED]


class Places(RuleBasedStateMachine):
    """Two conferences, three callers who talk, and one who is called."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.meetings = [BridgeId("none"), BridgeId("none")]
        self.calls: dict[str, LegId] = {}
        self.made = count(1)

    def run(self, coroutine: Coroutine[Any, Any, object]) -> None:
        async def whole() -> None:
            with suppress(Refused, NoSuchCall, NoSuchMeeting):
                await coroutine
            await self.scene.world.quiet()

        self.runner.run(whole())

    def role(self, asked: Asked) -> Role:
        kind, advised = asked
        advises = kind is RoleType.ADVISOR
        return Role(kind, tuple(self.calls[it] for it in advised) if advises else ())

    def meeting_of(self, name: str) -> BridgeId:
        leg = self.scene.world.views.leg(US, self.calls[name])
        return self.meetings[0] if leg is None or leg.bridge is None else leg.bridge

    def meeting(self, where: int) -> BridgeId:
        """Give a conference that is there, if need be a new one."""

        async def found() -> None:
            bridge = await self.scene.meetings.create_conference(US, SHOP)
            self.meetings[where] = bridge.id

        if self.scene.world.views.bridge(US, self.meetings[where]) is None:
            self.run(found())
        return self.meetings[where]

    @initialize()
    def begin(self) -> None:
        self.scene = Scene()
        self.scene.world.lines.connect("grey-1", "grey")
        for name in NAMES:
            self.talk(name)
            self.add(name, 0, (RoleType.DEFAULT, []))

    def teardown(self) -> None:
        self.runner.close()

    @rule(name=WHO)
    def talk(self, name: str) -> None:
        """Call the application, unless this one does."""
        if self.scene.world.views.leg(US, self.calls.get(name, LegId(""))) is None:
            self.calls[name] = LegId(f"{name}-{next(self.made)}")
            self.run(self.scene.talks(name, call=self.calls[name]))

    @rule(name=WHO, where=WHERE, role=ROLES)
    def add(self, name: str, where: int, role: Asked) -> None:
        entrance, meeting = Entrance(self.role(role)), self.meeting(where)
        call = self.calls[name]
        self.run(self.scene.meetings.add_call(US, meeting, call, entrance))

    @rule(where=WHERE, role=ROLES)
    def dial(self, where: int, role: Asked) -> None:
        entrance, meeting = Entrance(self.role(role)), self.meeting(where)
        self.run(self.scene.meetings.add_new_call(US, meeting, to("grey"), entrance))

    @rule()
    def accept(self) -> None:
        grey = self.scene.world.lines.devices_of(US, "grey")[0]
        if self.scene.world.views.leg_of(grey.id) is not None:
            self.run(self.scene.takes(grey))

    @rule(name=WHO)
    def remove(self, name: str) -> None:
        meeting, call = self.meeting_of(name), self.calls[name]
        self.run(self.scene.meetings.remove(US, meeting, call))

    @rule(name=WHO)
    def release(self, name: str) -> None:
        self.run(self.scene.world.desk.command(US, self.calls[name], Release()))

    @rule(name=WHO, muted=MAYBE, deaf=MAYBE, blind=MAYBE)
    def restrain(
        self, name: str, muted: bool | None, deaf: bool | None, blind: bool | None
    ) -> None:
        restrain = bm.Restrain(None, muted, deaf, blind)
        meeting, call = self.meeting_of(name), self.calls[name]
        self.run(self.scene.meetings.update_call(US, meeting, call, restrain))

    @rule(name=WHO, role=ROLES)
    def assign(self, name: str, role: Asked) -> None:
        restrain = bm.Restrain(role=self.role(role))
        meeting, call = self.meeting_of(name), self.calls[name]
        self.run(self.scene.meetings.update_call(US, meeting, call, restrain))

    @rule(where=WHERE, muted=MAYBE, deaf=MAYBE)
    def restrain_all(self, where: int, muted: bool | None, deaf: bool | None) -> None:
        restrain = bm.Restrain(muted=muted, deaf=deaf)
        self.run(self.scene.meetings.update(US, self.meetings[where], restrain))

    @rule(where=WHERE)
    def hang_up(self, where: int) -> None:
        self.run(self.scene.meetings.hangup(US, self.meetings[where]))

    @invariant()
    def the_engine_knows_who_hears_whom(self) -> None:
        places = told(self.scene.world.engine.orders)
        inside: set[str] = set()
        for meeting in self.meetings:
            bridge = self.scene.world.views.bridge(US, meeting)
            members = [] if bridge is None else joined(bridge)
            inside |= {member.leg for member in members}
            pairs = [(a, b) for a in members for b in members]
            hearing = {(a.leg, b.leg) for a, b in pairs if hears(a, b)}
            seeing = {(a.leg, b.leg) for a, b in pairs if sees(a, b)}
            assert heard_in(places, meeting) == (hearing, seeing)
        assert set(places) == inside, "nobody else is in a bridge of the engine"


Places.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None
)
TestPlaces = Places.TestCase
