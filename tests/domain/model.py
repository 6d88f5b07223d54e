"""Every machine of a call in one value: the whole house, with no event loop.

A machine takes the letters of its own mailbox in order; which machine is next is
anybody's guess.  That is the house as `runtime` builds it, so a walk over all
guesses walks all it can do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringway.domain import bridge, fork, leg, leg_events
from ringway.domain import bridge_messages as bm
from ringway.domain import fork_messages as fm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge_state import Bridge
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind, Route, Tell
from ringway.domain.fork_state import Fork, fork_of
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    Device,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    Ids,
    Input,
    LegId,
)

US = AccountId("us")
IDS = Ids(b"a seed of sixteen")
CALLER = LegId("caller")
BRANCHES = tuple(LegId(IDS.nth(n)) for n in (1, 2, 3))
DIALOG_ID = IDS.nth(0)
RED = Endpoint(EndpointType.WEBRTC, "red")
BLUE = Endpoint(EndpointType.WEBRTC, "blue")

MACHINES: dict[Kind, Any] = {Kind.LEG: leg, Kind.BRIDGE: bridge, Kind.FORK: fork}
UNHEARD: dict[Kind, Any] = {
    Kind.LEG: lm.Unheard,
    Kind.BRIDGE: bm.Unheard,
    Kind.FORK: fm.Unheard,
}


@dataclass(frozen=True)
class Letter:
    given: Any
    source: Address | None = None
    """Who wants to know when it is refused."""


_one: dict[Any, Any] = {}


def one(value: Any) -> Any:
    """Give the one object that stands for all equal ones: `is` is `==` then.

    A walk compares houses a hundred thousand times, but makes few new values.
    """
    return _one.setdefault(value, value)


@dataclass(frozen=True, eq=False)
class House:
    machines: Mapping[Address, Any] = field(default_factory=dict)
    mail: Mapping[Address, tuple[Letter, ...]] = field(default_factory=dict)
    ends: tuple[tuple[LegId, Cause], ...] = ()
    """Every terminal event so far."""
    devices: int = 2

    @property
    def key(self) -> object:
        """Equal houses have equal keys."""
        return (
            frozenset((id(a), id(state)) for a, state in self.machines.items()),
            frozenset((id(a), id(letters)) for a, letters in self.mail.items()),
            self.ends,
        )

    def state(self, address: Address) -> Any:
        return self.machines.get(one(address))

    def leg(self, who: LegId) -> Leg | None:
        found = self.state(Address(Kind.LEG, who))
        assert found is None or isinstance(found, Leg)
        return found

    def legs(self) -> list[Leg]:
        return [s for s in self.machines.values() if isinstance(s, Leg)]

    @property
    def fork(self) -> Fork | None:
        found = self.state(Address(Kind.FORK, fork_of(CALLER)))
        assert found is None or isinstance(found, Fork)
        return found

    @property
    def bridge(self) -> Bridge | None:
        found = self.state(Address(Kind.BRIDGE, DIALOG_ID))
        assert found is None or isinstance(found, Bridge)
        return found

    @property
    def quiet(self) -> bool:
        return not self.mail

    # ---------------------------------------------------------------- moves

    def post(self, to: Address, given: Any, source: Address | None = None) -> House:
        to = one(to)
        letters = one((*self.mail.get(to, ()), one(Letter(given, source))))
        return self.with_mail({**self.mail, to: letters})

    def with_mail(self, mail: Mapping[Address, tuple[Letter, ...]]) -> House:
        return House(self.machines, mail, self.ends, self.devices)

    def with_machine(self, address: Address, state: Any) -> House:
        machines = {**self.machines, address: state}
        return House(machines, self.mail, self.ends, self.devices)

    def tell(self, who: LegId, given: lm.Given) -> House:
        return self.post(Address(Kind.LEG, who), given)

    def next(self) -> Iterator[House]:
        """Every way the house can go on by itself."""
        for address in self.mail:
            yield self.take(address)

    def settle(self) -> House:
        """Go on, one way, until nothing is in the mail."""
        house = self
        while house.mail:
            house = house.take(min(house.mail, key=str))
        return house

    def take(self, address: Address) -> House:
        mail = dict(self.mail)
        letter, *rest = mail.pop(address)
        if rest:
            mail[address] = one(tuple(rest))
        house = self.with_mail(mail)
        machine = MACHINES[address.kind]
        state = house.state(address)
        try:
            begins = isinstance(letter.given, lm.Create | bm.Create | fm.Create)
            assert state is not None or begins, "nobody is told before it begins"
            events = tuple(machine.decide(state, Input(0, IDS, letter.given)))
        except Refused as refused:
            if letter.source is None:
                return house
            cause = refused.ended or Cause.NORMAL_HANGUP
            unheard = UNHEARD[letter.source.kind](address.id, cause)
            return house.post(letter.source, unheard)
        for event in events:
            state = one(machine.evolve(state, event))
            house = house.with_machine(address, state)
            if isinstance(event, leg_events.Ended):
                house = replace(house, ends=(*house.ends, (state.id, event.cause)))
            for effect in machine.react(state, event):
                house = house.perform(address, state, effect)
        return house

    def perform(self, source: Address, state: Any, effect: object) -> House:
        match effect:
            case Tell(to, given, back):
                return self.post(to, given, source if back else None)
            case Route():
                return self.post(Address(Kind.FORK, fork_of(state.id)), self._route())
            case _:
                return self

    def _route(self) -> fm.Create:
        devices = tuple(
            Device(DeviceId(f"blue-{n}"), US, "blue") for n in range(self.devices)
        )
        return fm.Create(US, CALLER, RED, VOICE_ONLY, False, None, devices)


def create(who: LegId = CALLER) -> lm.Create:
    return lm.Create(who, US, Direction.INBOUND, RED, BLUE, DeviceId("red-0"))


def called(devices: int = 2) -> House:
    """A call on its way: its devices ring, or will."""
    return House(devices=devices).tell(CALLER, create()).settle()
