"""What clients may do with calls: the one door from signalling to the house.

Every method raises `Refused` or `StorageUnavailable`, and then nothing has
changed.  A client can only touch the leg that lives on its own device; any
other is, to it, no call at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ringway.domain import leg_messages as leg
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind
from ringway.domain.identity import (
    MAX_ROOM_NAME,
    MIN_IDENTITY,
    is_identity,
    is_room_name,
)
from ringway.domain.leg_state import Leg, Media
from ringway.domain.values import (
    Device,
    Direction,
    Endpoint,
    EndpointType,
    LegId,
    Look,
    Owner,
    Picture,
    Recording,
    TextKey,
    Way,
    Wishes,
)
from ringway.ports import engine_messages as wire
from ringway.ports.event_log import Text
from ringway.ports.spans import SpanKind, leg_span
from ringway.runtime.announcing import quality_of
from ringway.runtime.cargo import Load, Offer
from ringway.runtime.custom_data import text_of
from ringway.runtime.house import House


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a client brings when it calls or accepts."""

    offer: str = field(repr=False)
    """SDP, complete, at most 128 KiB; only the engine reads it."""
    sending: Sequence[wire.Sending]
    custom_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    recording: Recording = Recording.UNDEFINED
    auto_reconnect: bool = False
    way: Way | None = None
    participant_events: bool = True

    @property
    def look(self) -> Look:
        """What the client shows from the start: what its offer sends."""
        if self.way is Way.RECEIVE:
            return Look(muted=True)
        sources = {each.source for each in self.sending}
        muted = "MICROPHONE" not in sources
        return Look(muted, "CAMERA" in sources, "SCREEN" in sources)

    @property
    def only_receives(self) -> bool:
        """Whether nothing of the client is ever heard or seen."""
        return self.way is Way.RECEIVE or not self.sending


class Exchange:
    """Takes the commands of devices."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def call(
        self,
        device: Device,
        call_id: LegId,
        to: str,
        proposal: Proposal,
        *,
        video: bool = False,
    ) -> None:
        """Call somebody.  The same call made again is the same call."""
        if not is_identity(to):
            cause = Cause.INVALID_DESTINATION
            raise Refused(cause, cause.description)
        create = leg.Create(
            id=call_id,
            account=device.account,
            direction=Direction.INBOUND,
            endpoint=device.endpoint,
            counterpart=Endpoint(EndpointType.WEBRTC, to),
            device=device.id,
            video=video,
            wishes=_wishes(device, call_id, proposal),
            look=proposal.look,
        )
        await self._bring(device, call_id, create, proposal)

    async def join(
        self, device: Device, call_id: LegId, room: str, proposal: Proposal
    ) -> None:
        """Join, or begin, a room.  The same joined again is the same."""
        if not is_room_name(room):
            text = (
                f"A room's name has {MIN_IDENTITY} to {MAX_ROOM_NAME} letters, "
                "digits or signs of -_+=/. and this has not."
            )
            raise Refused(Cause.INVALID_DESTINATION, text)
        if not proposal.participant_events and not proposal.only_receives:
            text = "Participant events are left out only for who sends nothing."
            raise Refused(Cause.INVALID_REQUEST, text)
        create = leg.Create(
            id=call_id,
            account=device.account,
            direction=Direction.INBOUND,
            endpoint=device.endpoint,
            counterpart=Endpoint(EndpointType.ROOM, room),
            device=device.id,
            wishes=_wishes(device, call_id, proposal),
            look=proposal.look,
        )
        await self._bring(device, call_id, create, proposal)

    async def call_application(
        self,
        device: Device,
        call_id: LegId,
        owner: Owner,
        proposal: Proposal,
        *,
        video: bool = False,
    ) -> None:
        """Call the application of this configuration, with its customer's names."""
        create = leg.Create(
            id=call_id,
            account=device.account,
            direction=Direction.INBOUND,
            endpoint=device.endpoint,
            counterpart=Endpoint(EndpointType.APPLICATION, owner.configuration),
            device=device.id,
            video=video,
            wishes=_wishes(device, call_id, proposal),
            look=proposal.look,
            asked=owner,
        )
        await self._bring(device, call_id, create, proposal)

    @contextmanager
    def at_work(self, device: Device, call_id: LegId, name: str) -> Iterator[None]:
        """Obey a message in the trace of its call, which may begin with it."""
        house, address = self._house, Address(Kind.LEG, call_id)
        trace = house.trace(device.account, address)
        life = leg_span(trace, call_id)
        with house.tracer.span(
            name, trace, life, kind=SpanKind.SERVER, about=address
        ) as span:
            try:
                yield
            except Refused as refused:
                span.fault = refused.code.name
                if house.views.leg(device.account, call_id) is None:
                    span.parent = None  # there will be no life
                raise

    async def ringing(self, device: Device, call_id: LegId) -> None:
        """Say that the incoming call is shown to the person."""
        self._shown(device, call_id)
        await self._give(device, call_id, leg.Ring(device.id))

    async def accept(self, device: Device, call_id: LegId, proposal: Proposal) -> None:
        """Take the incoming call."""
        self._shown(device, call_id)
        wishes = _wishes(device, call_id, proposal)
        accept = leg.Accept(wishes, proposal.look, device.id)
        await self._bring(device, call_id, accept, proposal)

    async def decline(
        self, device: Device, call_id: LegId, *, everywhere: bool = False
    ) -> None:
        """Don't take the incoming call, here or on any device of the person."""
        self._shown(device, call_id)
        await self._give(device, call_id, leg.Decline(everywhere, device.id))

    async def hangup(
        self,
        device: Device,
        call_id: LegId,
        cause: Cause = Cause.NORMAL_HANGUP,
    ) -> None:
        """End, or cancel, the call."""
        found = self._shown(device, call_id)
        if found.device is None:
            await self.decline(device, call_id)
        else:
            await self._give(device, call_id, leg.Hangup(cause))

    async def mute(self, device: Device, call_id: LegId, *, muted: bool) -> None:
        """Say whether the microphone is muted."""
        self._own(device, call_id)
        await self._give(device, call_id, leg.Mute(muted))

    async def show(
        self, device: Device, call_id: LegId, picture: Picture, *, on: bool
    ) -> None:
        """Say whether camera or screen is being sent."""
        self._own(device, call_id)
        await self._give(device, call_id, leg.Show(picture, on))

    async def reopen(
        self, device: Device, call_id: LegId, generation: int, proposal: Proposal
    ) -> None:
        """Make the next pipe of the call; the former one is lost."""
        self._own(device, call_id)
        cargo = self._house.effects.cargo
        offer = Offer(proposal.offer, proposal.sending)
        cargo.check(Load(offer, None, {}))
        await self._give(
            device,
            call_id,
            leg.Reopen(generation),
            logged=lambda: cargo.replace_offer(call_id, offer),
        )

    def restart_ice(self, device: Device, call_id: LegId, generation: int) -> None:
        """Ask for an offer with new ICE credentials."""
        self._piped(device, call_id, generation)
        self._house.engine.submit([wire.RestartIce(call_id, generation)])

    def quality(self, device: Device, call_id: LegId, level: int) -> None:
        """Tell the others how good this party's network is."""
        known = self._own(device, call_id)
        self._house.views.quality[level] += 1
        for to, said in quality_of(known, level, self._house.views):
            self._house.lines.say(to, said)

    def renegotiate(
        self,
        device: Device,
        call_id: LegId,
        generation: int,
        sources: Sequence[wire.Source],
    ) -> None:
        """Ask for an offer with room for these sources too."""
        self._piped(device, call_id, generation)
        order = wire.Renegotiate(call_id, generation, list(dict.fromkeys(sources)))
        self._house.engine.submit([order])

    def answer(
        self,
        device: Device,
        call_id: LegId,
        generation: int,
        negotiation: int,
        answer: str,
    ) -> None:
        """Answer an offer of the engine."""
        self._piped(device, call_id, generation)
        self._house.descriptions.answered(call_id, negotiation)
        order = wire.AnswerPipe(call_id, generation, negotiation, answer)
        self._house.engine.submit([order])

    def line_lost(self, device: Device) -> None:
        """Say that the device's connection is lost: its call waits for it."""
        self._tell_leg_of(device, leg.LineLost(device.id))

    def line_back(self, device: Device) -> None:
        """Say that the device is connected again."""
        self._tell_leg_of(device, leg.LineBack(device.id))

    def line_gone(self, device: Device) -> None:
        """Say that the device is gone for good: its call ends."""
        self._tell_leg_of(device, leg.LineGone(device.id))

    # ------------------------------------------------------------------

    def _tell_leg_of(self, device: Device, signal: leg.Signal) -> None:
        call_id = self._house.views.leg_of(device.id)
        if call_id is not None:
            self._house.signal(device.account, Address(Kind.LEG, call_id), signal)

    def _own(self, device: Device, call_id: LegId) -> Leg:
        """Give the leg that lives on the device."""
        found = self._shown(device, call_id)
        if found.device is None:
            raise Refused(Cause.INVALID_REQUEST, "The call is not accepted yet.")
        return found

    def _shown(self, device: Device, call_id: LegId) -> Leg:
        """Give the leg that lives on the device, or rings there."""
        found = self._house.views.leg(device.account, call_id)
        if found is None or device.id not in found.devices:
            raise Refused(Cause.INVALID_REQUEST, "There is no such call.")
        return found

    def _piped(self, device: Device, call_id: LegId, generation: int) -> None:
        found = self._own(device, call_id)
        if found.media is Media.NONE or found.generation != generation:
            raise Refused(Cause.INVALID_REQUEST, "The call has no such pipe.")

    async def _give(
        self,
        device: Device,
        call_id: LegId,
        given: leg.Command,
        texts: Sequence[Text] = (),
        logged: Callable[[], None] | None = None,
    ) -> None:
        address = Address(Kind.LEG, call_id)
        await self._house.give(
            device.account, address, given, texts=texts, logged=logged
        )

    async def _bring(
        self,
        device: Device,
        call_id: LegId,
        given: leg.Create | leg.Accept,
        proposal: Proposal,
    ) -> None:
        data = dict(proposal.custom_data)
        cargo, key = self._house.effects.cargo, given.wishes.custom_data
        texts = [] if key is None else [text_of(device.account, key, data)]
        load = Load(Offer(proposal.offer, proposal.sending), key, data)
        cargo.check(load)
        await self._give(
            device, call_id, given, texts, lambda: cargo.put(call_id, load)
        )


def _wishes(device: Device, call_id: LegId, proposal: Proposal) -> Wishes:
    key = TextKey(f"{call_id}/custom-data") if proposal.custom_data else None
    return Wishes(
        key,
        proposal.recording,
        proposal.auto_reconnect,
        proposal.way,
        proposal.participant_events,
        device.recording,
    )
