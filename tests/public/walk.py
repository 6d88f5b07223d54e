"""The legs and bridges of applications, as the house runs them, and their log."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ringway.domain import bridge, leg
from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge_state import (
    APPLICATION_DIALOG,
    CONFERENCE,
    Bridge,
    Guest,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind, Tell
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    SECOND,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    ConfigurationId,
    Device,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    Ids,
    Input,
    LegId,
    MachineDetection,
    Owner,
    Recording,
    RecordingTerms,
    Terms,
    TextKey,
    Wishes,
)
from ringway.ports.event_log import Entry, Recorded, Stream
from ringway.runtime.codec import encode

US = AccountId("us")
SHOP = Owner(ConfigurationId("shop"), "web", "till")
BANK = Owner(ConfigurationId("bank"))
NOON = 1_763_726_400 * SECOND
TRACE = "0" * 31 + "1"
IDS = Ids(b"a seed of sixteen")
MACHINES: dict[Kind, Any] = {Kind.LEG: leg, Kind.BRIDGE: bridge}
UNHEARD: dict[Kind, Any] = {Kind.LEG: lm.Unheard, Kind.BRIDGE: bm.Unheard}
WEIGHTY = Terms(
    external_id="order 7",
    recording=RecordingTerms(Recording.AUDIO),
    machine_detection=MachineDetection(2.0, 9),
)


@dataclass
class Walk:
    """Gives a command, and lets everything happen that comes of it."""

    at: int = NOON
    states: dict[Address, Any] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    versions: dict[Address, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    # ------------------------------------------------------------ the machines

    def tell(self, to: Address, given: Any) -> None:
        """Tell a machine, a moment later than the last."""
        self.at += SECOND // 8
        mail: deque[tuple[Address, Any, Address | None]] = deque([(to, given, None)])
        while mail:
            address, letter, source = mail.popleft()
            state = self.states.get(address)
            if state is not None and state.over and not isinstance(letter, lm.Unheard):
                continue
            machine = MACHINES[address.kind]
            try:
                events = tuple(machine.decide(state, Input(self.at, IDS, letter)))
            except Refused as refused:
                self.refused.append(refused)
                if source is not None:
                    told = UNHEARD[source.kind](address.id, refused.code)
                    mail.append((source, told, None))
                continue
            for event in events:
                state = self.states[address] = machine.evolve(
                    self.states.get(address), event
                )
                self._record(address, event, ends=state.over)
                for effect in machine.react(state, event):
                    if isinstance(effect, Tell):
                        back = address if effect.back else None
                        mail.append((effect.to, effect.given, back))

    def _record(self, address: Address, event: object, *, ends: bool) -> None:
        version = self.versions[address] = self.versions.get(address, 0) + 1
        stream = Stream(US, address.kind, address.id)
        kind, type_version, payload = encode(address.kind, event)
        entry = Entry(
            stream, version, kind, type_version, self.at, TRACE, payload, ends
        )
        self.recorded.append(Recorded(len(self.recorded) + 1, entry))

    def leg(self, name: str, given: Any) -> None:
        self.tell(Address(Kind.LEG, name), given)

    def bridge(self, name: str, given: Any) -> None:
        self.tell(Address(Kind.BRIDGE, name), given)

    def state(self, name: str) -> Leg:
        found = self.states[Address(Kind.LEG, name)]
        assert isinstance(found, Leg)
        return found

    @property
    def legs(self) -> list[Leg]:
        return [it for it in self.states.values() if isinstance(it, Leg)]

    @property
    def bridges(self) -> list[Bridge]:
        return [it for it in self.states.values() if isinstance(it, Bridge)]

    # ------------------------------------------------------------- what people do

    def comes(self, name: str, owner: Owner | None = SHOP) -> None:
        """Somebody calls an application, which exists or does not."""
        self.leg(
            name,
            lm.Create(
                LegId(name),
                US,
                Direction.INBOUND,
                Endpoint(EndpointType.WEBRTC, name, name.title()),
                Endpoint(EndpointType.APPLICATION, "shop"),
                DeviceId(f"{name}-1"),
                wishes=Wishes(TextKey(f"{name}/custom-data")),
            ),
        )
        if owner is None:
            self.leg(name, lm.End(Cause.DESTINATION_NOT_FOUND))
        else:
            self.leg(name, lm.Receive(owner))

    def goes(self, name: str, terms: Terms = WEIGHTY) -> None:
        """An application calls somebody, whose devices ring."""
        self.leg(name, outbound(name, terms))
        self.rings(name)

    def rings(self, name: str) -> None:
        devices = tuple(Device(DeviceId(f"{name}-{n}"), US, name) for n in (1, 2))
        self.leg(name, lm.Reach(devices))
        self.leg(name, lm.Ring(devices[0].id))

    def accepts(self, name: str) -> None:
        wishes = Wishes(TextKey(f"{name}/accepted"))
        self.leg(name, lm.Accept(wishes, VOICE_ONLY, DeviceId(f"{name}-1")))

    def connected(self, name: str) -> None:
        self.leg(name, lm.PipeOpened(self.state(name).generation))

    # ------------------------------------------------------- what applications do

    def confers(self, name: str, *legs: str) -> None:
        create = bm.Create(
            BridgeId(name),
            US,
            CONFERENCE,
            name=f"the {name}",
            seats=tuple(map(seating, legs)),
            owner=SHOP,
            max_duration=3600 * SECOND,
        )
        self.bridge(name, create)

    def pairs(self, name: str, parent: str, child: str, *, new: bool = False) -> None:
        """Bring two legs together; the child may begin with that."""
        call = outbound(child, Terms(), LegId(parent)) if new else None
        seats = (seating(parent), bm.Seating(LegId(child), guest(child), call=call))
        create = bm.Create(
            BridgeId(name),
            US,
            APPLICATION_DIALOG,
            seats=seats,
            owner=SHOP,
            max_duration=3600 * SECOND,
        )
        self.bridge(name, create)


def outbound(name: str, terms: Terms, parent: LegId | None = None) -> lm.Create:
    return lm.Create(
        LegId(name),
        US,
        Direction.OUTBOUND,
        Endpoint(EndpointType.WEBRTC, name, name.title()),
        Endpoint(EndpointType.APPLICATION, "shop line", "The Shop"),
        None,
        wishes=Wishes(TextKey(f"{name}/custom-data")),
        parent=parent,
        owner=SHOP,
        terms=terms,
    )


def guest(name: str) -> Guest:
    return Guest(Endpoint(EndpointType.WEBRTC, name, name.title()))


def seating(name: str) -> bm.Seating:
    return bm.Seating(LegId(name), guest(name))
