"""What applications may do with dialogs and conferences, beside `Desk`.

Every method raises `Refused`, `StorageUnavailable`, `NoSuchCall` or
`NoSuchMeeting`, and then nothing has changed.  A meeting and the call that begins
with it are in the log together.  Who was in another meeting leaves that one first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from ringway.domain import bridge_messages as bridge
from ringway.domain import leg as leg_machine
from ringway.domain.actions import Action
from ringway.domain.bridge_state import (
    APPLICATION_DIALOG,
    CONFERENCE,
    Bridge,
    Policy,
    Standing,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind
from ringway.domain.leg_state import Leg, Phase
from ringway.domain.values import (
    AccountId,
    BridgeId,
    EndpointType,
    Input,
    LegId,
    Owner,
    TextKey,
)
from ringway.ports.event_log import Text
from ringway.ports.lines import SayBroadcast
from ringway.runtime.application import (
    MAX_MESSAGE,
    Beginning,
    Desk,
    NewCall,
    NoSuchCall,
    NoSuchMeeting,
)
from ringway.runtime.custom_data import text_of
from ringway.runtime.house import House
from ringway.runtime.meeting_terms import (
    ENTRANCE,
    TERMS,
    Asked,
    Entrance,
    MeetingTerms,
    check,
    owner_of,
    seat_of,
    seating_of,
)


class Meetings:
    """Takes the requests of applications about dialogs and conferences."""

    def __init__(self, house: House, desk: Desk) -> None:
        self._house, self._desk = house, desk

    # ----------------------------------------------------------- beginning

    async def create_conference(
        self,
        account: AccountId,
        owner: Owner,
        terms: MeetingTerms = TERMS,
    ) -> Bridge:
        """Begin a conference that waits for its first member."""
        asked = self._create(account, owner, CONFERENCE, terms)
        return await self._begin(asked)

    async def connect(
        self,
        account: AccountId,
        calls: Sequence[LegId],
        terms: MeetingTerms = TERMS,
    ) -> Bridge:
        """Begin a conference of these calls."""
        legs = [self._desk.call(account, call) for call in calls]
        if len(set(calls)) != len(calls) or not legs:
            text = "Name each call to connect once, and one at least."
            raise Refused(Cause.INVALID_REQUEST, text)
        asked = self._create(account, owner_of(legs[0]), CONFERENCE, terms)
        return await self._begin(asked.seating(*(seat_of(leg) for leg in legs)))

    async def connect_with_new_call(
        self,
        account: AccountId,
        call: LegId,
        new: NewCall,
        terms: MeetingTerms = TERMS,
        entrance: Entrance = ENTRANCE,
        *,
        call_id: LegId | None = None,
    ) -> tuple[Bridge, Leg]:
        """Begin a conference of a call and one that begins with it."""
        leg = self._desk.call(account, call)
        check(entrance)
        asked = self._create(account, owner_of(leg), CONFERENCE, terms)
        beginning = self._beginning(asked, new, call_id)
        return await self._begin_with(asked.seating(seat_of(leg)), beginning, entrance)

    async def create_dialog(
        self,
        account: AccountId,
        parent: LegId,
        new: NewCall,
        terms: MeetingTerms = TERMS,
        *,
        call_id: LegId | None = None,
    ) -> tuple[Bridge, Leg]:
        """Begin a dialog of a call and a child that begins with it."""
        leg = self._desk.call(account, parent)
        asked = self._create(account, owner_of(leg), APPLICATION_DIALOG, terms)
        child = replace(new, parent=parent)
        beginning = self._beginning(asked, child, call_id)
        return await self._begin_with(asked.seating(seat_of(leg)), beginning, ENTRANCE)

    async def create_dialog_with(
        self,
        account: AccountId,
        parent: LegId,
        child: LegId,
        terms: MeetingTerms = TERMS,
    ) -> Bridge:
        """Begin a dialog of a call and another that was begun for it."""
        legs = [self._desk.call(account, call) for call in (parent, child)]
        if legs[1].parent != parent:
            text = (
                f"The call {child} was not begun for {parent}: a child names its "
                "parent in parentCallId when it is created."
            )
            raise Refused(Cause.INVALID_REQUEST, text)
        asked = self._create(account, owner_of(legs[0]), APPLICATION_DIALOG, terms)
        return await self._begin(asked.seating(*(seat_of(leg) for leg in legs)))

    # ------------------------------------------------------------- members

    async def add_call(
        self,
        account: AccountId,
        conference: BridgeId,
        call: LegId,
        entrance: Entrance = ENTRANCE,
        custom_data: Mapping[str, str] | None = None,
    ) -> Bridge:
        """Bring a call into the conference."""
        self.conference(account, conference)
        leg = self._desk.call(account, call)
        check(entrance, leg)
        seat = seat_of(leg, entrance)
        take = bridge.TakeIn(call, seat.guest, seat.role, seat.early)
        texts = []
        if custom_data is not None:
            key = TextKey(f"{call}/custom-data/{self._house.mint().nth(0)}")
            texts.append(text_of(account, key, custom_data))
            take = replace(take, custom_data=key)

        def keep() -> None:
            if take.custom_data is not None:
                said = custom_data or {}
                self._house.effects.cargo.note(call, take.custom_data, said)

        address = Address(Kind.BRIDGE, conference)
        await self._house.give(account, address, take, texts=texts, logged=keep)
        return self.conference(account, conference)

    async def add_new_call(
        self,
        account: AccountId,
        conference: BridgeId,
        new: NewCall,
        entrance: Entrance = ENTRANCE,
        *,
        call_id: LegId | None = None,
    ) -> tuple[Bridge, Leg]:
        """Begin a call, and bring it into the conference."""
        owner = self.conference(account, conference).owner
        assert owner is not None
        check(entrance)
        beginning = self._desk.begin(account, replace(new, owner=owner), call_id)
        seat = seating_of(beginning, entrance)
        take = bridge.TakeIn(seat.leg, seat.guest, seat.role, seat.early, seat.call)
        await self._give(account, conference, take, beginning, beginning.texts)
        return self.conference(account, conference), self._begun(beginning)

    async def remove(
        self, account: AccountId, conference: BridgeId, call: LegId
    ) -> None:
        """Let a call go on alone."""
        self._member(account, conference, call)
        await self._desk.bridge_command(account, conference, bridge.Remove(call))

    async def update_call(
        self,
        account: AccountId,
        conference: BridgeId,
        call: LegId,
        restrain: bridge.Restrain,
    ) -> None:
        """Keep a member from being heard, hearing or seeing; give it a role."""
        self._member(account, conference, call)
        restrain = replace(restrain, leg=call)
        await self._desk.bridge_command(account, conference, restrain)

    async def update(
        self, account: AccountId, conference: BridgeId, restrain: bridge.Restrain
    ) -> None:
        """Keep everybody who is there from being heard, hearing or seeing."""
        self.conference(account, conference)
        restrain = replace(restrain, leg=None)
        await self._desk.bridge_command(account, conference, restrain)

    # ------------------------------------------------------------ meetings

    async def hangup(self, account: AccountId, meeting: BridgeId) -> Bridge:
        """End the meeting and its calls; give it as it was just before."""
        before = self._desk.meeting(account, meeting)
        close = bridge.Close(Cause.NORMAL_HANGUP)
        await self._desk.bridge_command(account, meeting, close)
        return before

    async def act(self, account: AccountId, meeting: BridgeId, action: Action) -> None:
        """Play, speak or record, or stop it."""
        await self._desk.bridge_command(account, meeting, bridge.Act(action))

    async def accept_transfer(self, account: AccountId, dialog: BridgeId) -> None:
        """Let the dialog go on with whom one of its legs has asked for."""
        self.dialog(account, dialog)
        await self._desk.bridge_command(account, dialog, bridge.AcceptTransfer())

    async def reject_transfer(self, account: AccountId, dialog: BridgeId) -> None:
        """Leave the dialog as it is."""
        self.dialog(account, dialog)
        await self._desk.bridge_command(account, dialog, bridge.RejectTransfer())

    def send_message(self, account: AccountId, meeting: BridgeId, text: str) -> None:
        """Say something to every client in the meeting."""
        hearing = self._hearing(account, meeting)
        self._desk.say_message(account, [leg.id for leg in hearing], text)

    def broadcast(self, account: AccountId, meeting: BridgeId, text: str) -> None:
        """Say something to every client in the meeting, over its data channel."""
        hearing = self._hearing(account, meeting)
        if not 1 <= len(text) <= MAX_MESSAGE:
            why = f"A message has 1 to {MAX_MESSAGE} characters."
            raise Refused(Cause.INVALID_REQUEST, why)
        now = self._house.clock.now()
        for leg in hearing:
            for device in leg.devices:
                self._house.lines.say(device, SayBroadcast(leg.id, now, text))

    # ------------------------------------------------------------- reading

    def conference(self, account: AccountId, conference: BridgeId) -> Bridge:
        """Give a live conference.  Or `NoSuchMeeting`."""
        found = self._desk.meeting(account, conference)
        if not found.is_conference:
            raise NoSuchMeeting(conference)
        return found

    def dialog(self, account: AccountId, dialog: BridgeId) -> Bridge:
        """Give a live dialog.  Or `NoSuchMeeting`."""
        found = self._desk.meeting(account, dialog)
        if not found.is_dialog:
            raise NoSuchMeeting(dialog)
        return found

    def _member(self, account: AccountId, conference: BridgeId, call: LegId) -> None:
        if self.conference(account, conference).member(call) is None:
            raise NoSuchCall(call)

    def _hearing(self, account: AccountId, meeting: BridgeId) -> Sequence[Leg]:
        """Give the calls in the meeting that have a client.  Or `Refused`."""
        found = tuple(self._clients(self._desk.meeting(account, meeting)))
        if not found:
            text = "Nobody is in it who has a client that hears messages."
            raise Refused(Cause.INVALID_REQUEST, text)
        return found

    def _clients(self, meeting: Bridge) -> Iterator[Leg]:
        for member in meeting.members:
            leg = self._house.views.leg(meeting.account, member.leg)
            joined = member.standing is Standing.JOINED
            if leg is None or not joined or leg.phase is not Phase.ESTABLISHED:
                continue
            if leg.endpoint.type is EndpointType.WEBRTC:
                yield leg

    # -------------------------------------------------------------- giving

    def _create(
        self,
        account: AccountId,
        owner: Owner,
        policy: Policy,
        terms: MeetingTerms,
    ) -> Asked:
        meeting = terms.id or BridgeId(self._house.mint().nth(0))
        recording, texts = terms.recording, []
        if recording is not None and terms.recording_data:
            key = TextKey(f"{meeting}/recording/custom-data")
            texts.append(text_of(account, key, terms.recording_data))
            recording = replace(recording, custom_data=key)
        create = bridge.Create(
            id=meeting,
            account=account,
            policy=policy,
            name=(terms.name or meeting) if policy is CONFERENCE else None,
            owner=owner,
            max_duration=terms.max_duration,
            propagation=terms.propagation,
            recording=recording,
        )
        return Asked(create, tuple(texts))

    def _beginning(
        self, asked: Asked, new: NewCall, call_id: LegId | None
    ) -> Beginning:
        """Write what begins the call that belongs to who has the meeting."""
        create = asked.create
        assert create.owner is not None
        new = replace(new, owner=create.owner)
        return self._desk.begin(create.account, new, call_id)

    async def _begin_with(
        self, asked: Asked, beginning: Beginning, entrance: Entrance
    ) -> tuple[Bridge, Leg]:
        seat = seating_of(beginning, entrance)
        begun = await self._begin(asked.seating(seat), beginning)
        return begun, self._begun(beginning)

    async def _begin(self, asked: Asked, beginning: Beginning | None = None) -> Bridge:
        create = asked.create
        texts = asked.texts + (() if beginning is None else beginning.texts)
        await self._give(create.account, create.id, create, beginning, texts)
        return self._desk.meeting(create.account, create.id)

    async def _give(
        self,
        account: AccountId,
        meeting: BridgeId,
        command: bridge.Create | bridge.TakeIn,
        beginning: Beginning | None,
        texts: Sequence[Text],
    ) -> None:
        def keep() -> None:
            if beginning is not None:
                self._desk.keep(beginning)

        address = Address(Kind.BRIDGE, meeting)
        await self._house.give(account, address, command, texts=texts, logged=keep)

    def _begun(self, beginning: Beginning) -> Leg:
        """Give the call that has just begun, which may be over by now."""
        create = beginning.create
        found = self._house.views.leg(create.account, create.id)
        if found is not None:
            return found
        now, ids = self._house.clock.now(), self._house.mint()
        events = leg_machine.decide(None, Input(now, ids, create))
        begun = reduce(leg_machine.evolve, events, None)
        assert begun is not None
        return begun
