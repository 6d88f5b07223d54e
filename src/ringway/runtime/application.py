"""What applications may do with their calls: the one door from REST to the house.

Every method raises `Refused`, `StorageUnavailable` or `NoSuchCall`, and then nothing
has changed.  An application can touch every call of its account that an application
has; the calls of people are, to it, no calls at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ringway.domain import bridge_messages as bridge
from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Bridge
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind
from ringway.domain.leg_requests import (
    Act,
    Annotate,
    OfferTransfer,
    PickUp,
    PreAnswer,
    Request,
)
from ringway.domain.leg_state import Leg, Phase
from ringway.domain.values import (
    TERMS,
    AccountId,
    BridgeId,
    Direction,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
    Terms,
    TextKey,
    Wishes,
)
from ringway.ports.event_log import Text
from ringway.ports.lines import SayMessage
from ringway.runtime.custom_data import data_of, text_of
from ringway.runtime.house import House

MAX_MESSAGE: Final = 16 * 1024
"""Characters of a message to a call."""

_NO_DATA: Final[Mapping[str, str]] = {}


class NoSuchCall(Exception):
    """No live call of an application of the account has this id."""

    def __init__(self, call: LegId) -> None:
        super().__init__(f"There is no live call {call!r}.")
        self.call = call


class NoSuchMeeting(Exception):
    """No live dialog or conference of the account has this id."""

    def __init__(self, meeting: BridgeId) -> None:
        super().__init__(f"There is no live dialog or conference {meeting!r}.")
        self.meeting = meeting


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that an application begins."""

    endpoint: Endpoint
    """Whom it calls."""
    owner: Owner
    source: str
    """What it says that it calls from."""
    source_name: str | None = None
    terms: Terms = TERMS
    custom_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    recording_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Custom data of the recording that `terms` ask for."""
    parent: LegId | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What begins a call: its command, and the texts that go with it."""

    create: leg.Create
    texts: tuple[Text, ...]
    custom_data: Mapping[str, str] = field(repr=False)


class Desk:
    """Takes the requests of applications."""

    def __init__(self, house: House) -> None:
        self._house = house

    # ----------------------------------------------------------- beginning

    def begin(
        self, account: AccountId, call: NewCall, call_id: LegId | None = None
    ) -> Beginning:
        """Write what begins the call; it has not begun yet.  Or `Refused`."""
        call_id = call_id or LegId(self._house.mint().nth(0))
        texts: list[Text] = []
        key = recorded = None
        if call.custom_data:
            key = TextKey(f"{call_id}/custom-data/0")
            texts.append(text_of(account, key, call.custom_data))
        terms = call.terms
        if call.recording_data and terms.recording is not None:
            recorded = TextKey(f"{call_id}/recording/custom-data")
            texts.append(text_of(account, recorded, call.recording_data))
            recording = replace(terms.recording, custom_data=recorded)
            terms = replace(terms, recording=recording)
        source = Endpoint(EndpointType.APPLICATION, call.source, call.source_name)
        create = leg.Create(
            id=call_id,
            account=account,
            direction=Direction.OUTBOUND,
            endpoint=call.endpoint,
            counterpart=source,
            device=None,
            wishes=Wishes(custom_data=key),
            parent=call.parent,
            owner=call.owner,
            terms=terms,
        )
        return Beginning(create, tuple(texts), call.custom_data)

    def keep(self, beginning: Beginning) -> None:
        """Keep at hand what is said with a call that is in the log now."""
        create = beginning.create
        key = create.wishes.custom_data
        if key is not None:
            self._house.effects.cargo.note(create.id, key, beginning.custom_data)

    async def create_call(
        self, account: AccountId, call: NewCall, call_id: LegId | None = None
    ) -> LegId:
        """Call somebody.  The same call with the same id is the same call."""
        beginning = self.begin(account, call, call_id)
        create = beginning.create
        await self._house.give(
            account,
            Address(Kind.LEG, create.id),
            create,
            texts=beginning.texts,
            logged=lambda: self.keep(beginning),
        )
        return create.id

    async def create_bridge(
        self, account: AccountId, create: bridge.Create, texts: Sequence[Text] = ()
    ) -> BridgeId:
        """Begin a dialog or a conference, as it is given."""
        address = Address(Kind.BRIDGE, create.id)
        await self._house.give(account, address, create, texts=texts)
        return create.id

    # ------------------------------------------------------------ requests

    async def command(
        self,
        account: AccountId,
        call: LegId,
        request: Request,
        custom_data: Mapping[str, str] | None = None,
        recording_data: Mapping[str, str] | None = None,
    ) -> None:
        """Have a call do this; `custom_data` is the call's from then on."""
        self.call(account, call)
        texts, key = [], None
        if custom_data is not None:
            key = self._key(call)
            texts.append(text_of(account, key, custom_data))
            request = _with(request, key)
        if recording_data and isinstance(request, PickUp) and request.recording:
            recorded = self._key(call)
            texts.append(text_of(account, recorded, recording_data))
            recording = replace(request.recording, custom_data=recorded)
            request = replace(request, recording=recording)

        def keep() -> None:
            if key is not None:
                data = custom_data or _NO_DATA
                self._house.effects.cargo.note(call, key, data)

        try:
            address = Address(Kind.LEG, call)
            await self._house.give(account, address, request, texts=texts, logged=keep)
        except Refused as refused:
            if refused.ended is not None:
                raise NoSuchCall(call) from refused
            raise

    async def bridge_command(
        self,
        account: AccountId,
        meeting: BridgeId,
        command: bridge.Command,
        texts: Sequence[Text] = (),
    ) -> None:
        """Have a dialog or a conference do this."""
        self.meeting(account, meeting)
        address = Address(Kind.BRIDGE, meeting)
        try:
            await self._house.give(account, address, command, texts=texts)
        except Refused as refused:
            if self._house.views.bridge(account, meeting) is None:
                raise NoSuchMeeting(meeting) from refused
            raise

    def say_message(
        self, account: AccountId, calls: Iterable[LegId], text: str
    ) -> None:
        """Say something to the clients of these established calls, or to nobody."""
        if not 1 <= len(text) <= MAX_MESSAGE:
            why = f"A message has 1 to {MAX_MESSAGE} characters."
            raise Refused(Cause.INVALID_REQUEST, why)
        hearing = [self.call(account, call) for call in calls]
        for each in hearing:
            if each.phase is not Phase.ESTABLISHED:
                why = f"The call {each.id} is not established: nobody hears it."
                raise Refused(Cause.INVALID_REQUEST, why)
            if each.endpoint.type is not EndpointType.WEBRTC:
                why = f"The call {each.id} has no client that hears messages."
                raise Refused(Cause.INVALID_REQUEST, why)
        for each in hearing:
            for device in each.devices:
                self._house.lines.say(device, SayMessage(each.id, text))

    # ------------------------------------------------------------- reading

    def call(self, account: AccountId, call: LegId) -> Leg:
        """Give a live call of an application.  Or `NoSuchCall`."""
        found = self._house.views.leg(account, call)
        if found is None or found.owner is None:
            raise NoSuchCall(call)
        return found

    def meeting(self, account: AccountId, meeting: BridgeId) -> Bridge:
        """Give a live dialog or conference.  Or `NoSuchMeeting`."""
        found = self._house.views.bridge(account, meeting)
        if found is None or found.owner is None:
            raise NoSuchMeeting(meeting)
        return found

    async def custom_data(
        self, account: AccountId, key: TextKey | None
    ) -> Mapping[str, str]:
        """Give what was said under this key; nothing if there is none any more."""
        if key is None:
            return _NO_DATA
        at_hand = self._house.effects.cargo.custom_data(key)
        return at_hand or data_of(await self._house.log.text(account, key))

    def _key(self, call: LegId) -> TextKey:
        """Give a key of its own to what is said now."""
        return TextKey(f"{call}/custom-data/{self._house.mint().nth(0)}")


def _with(request: Request, key: TextKey) -> Request:
    """Give the request with its custom data.  Or `Refused`: it takes none."""
    match request:
        case Act(action):
            return Act(replace(action, custom_data=key))
        case PreAnswer() | PickUp() | OfferTransfer() | Annotate():
            return replace(request, custom_data=key)
        case _:
            text = "This request takes no custom data."
            raise Refused(Cause.INVALID_REQUEST, text)
