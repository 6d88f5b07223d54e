"""Legs and bridges of an application, with their letters on the way in any order.

A machine takes the letters of its own mailbox in order; which machine is next is
anybody's guess, as in `model`.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.domain import bridge, leg, leg_events
from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge_state import (
    APPLICATION_DIALOG,
    CONFERENCE,
    Bridge,
    Propagation,
    Standing,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind, Route, Tell
from ringway.domain.leg_requests import PickUp, PreAnswer, Release, SendRinging
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    NO_WISHES,
    VOICE_ONLY,
    BridgeId,
    Device,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    Input,
    LegId,
)

from .meeting import HOUR, IDS, NOW, OWNER, US, guest

CALLERS = [LegId("ann"), LegId("bob")]
BRIDGES = [BridgeId("one"), BridgeId("two")]
PHONE = Device(DeviceId("phone"), US, "cat")
MOST_CALLED = 4
APPLICATION = Endpoint(EndpointType.APPLICATION, "cfg")
MACHINES: dict[Kind, Any] = {Kind.LEG: leg, Kind.BRIDGE: bridge}
UNHEARD: dict[Kind, Any] = {Kind.LEG: lm.Unheard, Kind.BRIDGE: bm.Unheard}


OUT = Direction.OUTBOUND


class Walk:
    """Two who call, whoever is called, and a dialog or a conference or two."""

    def __init__(self) -> None:
        self.states: dict[Address, Any] = {}
        self.mail: dict[Address, deque[tuple[Any, Address | None]]] = {}
        self.ends: Counter[str] = Counter()
        self.called: list[LegId] = []
        for who in CALLERS:
            party, device = guest(who).endpoint, DeviceId(f"{who}-1")
            create = lm.Create(who, US, Direction.INBOUND, party, APPLICATION, device)
            address = Address(Kind.LEG, who)
            for told in (create, lm.Receive(OWNER)):
                self.post(address, told)
                self.take(address)

    # ------------------------------------------------------------ the house

    def post(self, to: Address, given: Any, source: Address | None = None) -> None:
        self.mail.setdefault(to, deque()).append((given, source))

    def tell(self, who: LegId, given: Any) -> None:
        """Have a request or a signal reach a leg, if it is there."""
        if Address(Kind.LEG, who) in self.states:
            self.post(Address(Kind.LEG, who), given)

    def take(self, address: Address) -> None:
        """Let a machine hear its next letter."""
        told, source = self.mail[address].popleft()
        if not self.mail[address]:
            del self.mail[address]
        machine, state = MACHINES[address.kind], self.states.get(address)
        begins = isinstance(told, lm.Create | bm.Create)
        if state is None and not begins:
            # It has refused to begin: whoever told it hears that it is no more.
            self.answer(address, source, Cause.NORMAL_HANGUP)
            return
        try:
            events = tuple(machine.decide(state, Input(NOW, IDS, told)))
        except Refused as refused:
            signals = lm.Signal if address.kind is Kind.LEG else bm.Signal
            assert not isinstance(told, signals), "a signal is never refused"
            self.answer(address, source, refused.ended or Cause.NORMAL_HANGUP)
            return
        for event in events:
            assert state is None or not state.over, "nothing happens after the end"
            state = self.states[address] = machine.evolve(state, event)
            self.ends[address.id] += isinstance(event, leg_events.Ended | bm.Closed)
            for effect in machine.react(state, event):
                if isinstance(effect, Tell):
                    back = address if effect.back else None
                    self.post(effect.to, effect.given, back)
                elif isinstance(effect, Route) and state.direction is OUT:
                    self.post(address, lm.Reach((PHONE,)))

    def answer(self, by: Address, to: Address | None, cause: Cause) -> None:
        if to is not None:
            self.post(to, UNHEARD[to.kind](by.id, cause))

    def leg(self, who: LegId) -> Leg | None:
        found = self.states.get(Address(Kind.LEG, who))
        assert found is None or isinstance(found, Leg)
        return found

    def bridge(self, meeting: BridgeId) -> Bridge | None:
        found = self.states.get(Address(Kind.BRIDGE, meeting))
        assert found is None or isinstance(found, Bridge)
        return found

    # ------------------------------------------------------------ the moves

    def move(self, what: str, who: int, where: int, variant: int) -> None:
        """Have something happen, or one machine hear its next letter."""
        meeting, call = BRIDGES[where], self.anybody(who)
        match what:
            case "deliver":
                if self.mail:
                    self.take(sorted(self.mail, key=str)[variant % len(self.mail)])
            case "begin":
                if Address(Kind.BRIDGE, meeting) not in self.states:
                    self.begin(meeting, CALLERS[who % 2], variant)
            case "rule":
                if Address(Kind.BRIDGE, meeting) in self.states:
                    self.post(Address(Kind.BRIDGE, meeting), self.ruling(call, variant))
            case "ask":
                asked = (PickUp(), PreAnswer(), SendRinging(), PickUp(), Release())
                self.tell(call, asked[variant % 5])
            case _:
                accept = lm.Accept(NO_WISHES, VOICE_ONLY, PHONE.id)
                decline = lm.Decline(everywhere=True, device=PHONE.id)
                opened = lm.PipeOpened(0)
                news = (opened, accept, opened, accept, decline, lm.Hangup())
                self.tell(call, news[variant % 6])

    def begin(self, meeting: BridgeId, parent: LegId, variant: int) -> None:
        seats = [self.new_call(parent)] if variant % 2 else []
        if dialog := variant > 3:
            seats = [bm.Seating(parent, guest(parent)), self.new_call(parent)]
        create = bm.Create(
            *(meeting, US, APPLICATION_DIALOG if dialog else CONFERENCE),
            seats=tuple(seats),
            owner=OWNER,
            max_duration=HOUR,
            propagation=Propagation(variant % 2 == 0, variant % 3 == 0),
        )
        self.post(Address(Kind.BRIDGE, meeting), create)

    def ruling(self, call: LegId, variant: int) -> bm.Given:
        match variant:
            case 0 if len(self.called) < MOST_CALLED:
                new = self.new_call(None)
                return bm.TakeIn(new.leg, new.guest, call=new.call)
            case 1 | 2:
                return bm.Remove(call)
            case 3:
                return bm.Close(Cause.NORMAL_HANGUP)
            case _:
                return bm.TakeIn(call, guest(call))

    def new_call(self, parent: LegId | None) -> bm.Seating:
        who = LegId(f"called-{len(self.called)}")
        self.called.append(who)
        party = guest(who).endpoint
        call = lm.Create(
            *(who, US, OUT, party, APPLICATION, None),
            parent=parent,
            owner=OWNER,
        )
        return bm.Seating(who, guest(who), call=call)

    def anybody(self, number: int) -> LegId:
        everybody = [*CALLERS, *self.called]
        return everybody[number % len(everybody)]

    # ------------------------------------------------------------- at rest

    def rest(self) -> None:
        """Let all letters arrive, and see that everybody agrees."""
        while self.mail:
            self.take(min(self.mail, key=str))
        legs = [it for it in self.states.values() if isinstance(it, Leg)]
        bridges = [it for it in self.states.values() if isinstance(it, Bridge)]
        for it in legs:
            assert self.ends[it.id] == it.over
            meeting = None if it.bridge is None else self.bridge(it.bridge)
            if it.bridge is not None:
                assert meeting is not None
                member = meeting.member(it.id)
                assert member is not None, "a leg points at a bridge that lacks it"
                joined = member.standing is Standing.JOINED
                assert joined is it.is_mixed, "who is mixed has joined, and nobody else"
        for meeting in bridges:
            assert self.ends[meeting.id] == meeting.over
            for member in meeting.members:
                there = self.leg(member.leg)
                assert there is not None
                assert there.bridge == meeting.id, "a member is where it is said to be"


MOVES = st.tuples(
    st.sampled_from(
        ["deliver", "deliver", "deliver", "begin", "rule", "ask", "happen"]
    ),
    st.integers(0, 3),
    st.integers(0, 1),
    st.integers(0, 6),
)


@given(st.lists(MOVES, min_size=40, max_size=120))
@settings(max_examples=80, deadline=None)
def test_whatever_the_order_everybody_agrees_in_the_end(
    moves: list[tuple[str, int, int, int]],
) -> None:
    walk = Walk()
    for move in moves:
        walk.move(*move)
    walk.rest()


def test_who_is_removed_and_brought_back_at_once_is_in() -> None:
    """Its farewell to the former seat comes when it has the next one."""
    walk = Walk()
    one, ann = Address(Kind.BRIDGE, BRIDGES[0]), Address(Kind.LEG, CALLERS[0])
    seats = tuple(bm.Seating(who, guest(who)) for who in CALLERS)
    walk.post(one, bm.Create(BRIDGES[0], US, CONFERENCE, seats=seats, owner=OWNER))
    walk.post(ann, lm.PipeOpened(0))
    walk.post(ann, PickUp())
    walk.rest()
    walk.post(one, bm.Remove(CALLERS[0]))
    walk.post(one, bm.TakeIn(CALLERS[0], guest(CALLERS[0])))
    for address in (one, one, ann, ann):
        walk.take(address)
    walk.rest()
    meeting = walk.bridge(BRIDGES[0])
    assert meeting is not None
    member = meeting.member(CALLERS[0])
    assert member is not None
    assert (member.seat, member.standing) == (3, Standing.JOINED)
