"""What the house says, as wire messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, assert_never

from ringway.domain.causes import Cause
from ringway.domain.values import Direction, Look, Picture, Role
from ringway.ports import lines
from ringway.rtc import messages as wire

_PICTURES: Final[dict[Picture, Literal["CAMERA", "SCREEN"]]] = {
    Picture.CAMERA: "CAMERA",
    Picture.SCREEN: "SCREEN",
}


def error_code(cause: Cause, detail: str = "") -> wire.ErrorCode:
    """Give a reason as the SDK shows it."""
    return wire.ErrorCode(str(cause.id), cause.name, detail or cause.description)


def message(said: lines.Said) -> wire.Numbered:
    """Write what is said as a message; times become milliseconds."""
    match said:
        case lines.SayIncoming(leg, caller, video, custom_data):
            party = wire.Party(caller.address, caller.display_name)
            return wire.Incoming(leg, party, video, dict(custom_data))
        case lines.SayIncomingApplication():
            return wire.IncomingApplication(
                said.leg,
                said.configuration,
                said.caller.address,
                said.video,
                said.caller.display_name,
                dict(said.custom_data),
            )
        case lines.SayPipeAnswer(leg, generation, answer, sections):
            return wire.PipeAnswer(leg, generation, answer, _sections(sections))
        case lines.SayRang(leg):
            return wire.Rang(leg)
        case lines.SayEarlyMedia(leg):
            return wire.EarlyMedia(leg)
        case lines.SayEstablished(leg, at, remote, custom_data):
            return wire.Established(
                leg,
                at // 1000,
                remote.muted,
                shown(remote),
                dict(custom_data),
            )
        case lines.SayOffer(leg, generation, negotiation, offer, sections):
            return wire.Offer(leg, generation, negotiation, offer, _sections(sections))
        case lines.SaySections(leg, generation, sections):
            return wire.Sections(leg, generation, _sections(sections))
        case lines.SayRemoteMuted(leg, muted):
            return wire.RemoteMuted(leg, muted)
        case lines.SayRemoteShows(leg, picture, on):
            return wire.RemoteShows(leg, _PICTURES[picture], on)
        case lines.SayRemoteDisconnected(leg, disconnected):
            return wire.RemoteDisconnected(leg, disconnected)
        case lines.SayRemoteQuality(leg, level):
            return wire.RemoteQuality(leg, level)
        case lines.SayRoomJoined(leg, at, view):
            return wire.RoomJoined(leg, at // 1000, room(view))
        case lines.SayConferenceJoined(leg, at, view):
            return wire.ConferenceJoined(leg, at // 1000, room(view))
        case lines.SayConferenceLeft(leg, cause):
            return wire.ConferenceLeft(leg, error_code(cause))
        case lines.SayDialogJoined(leg, at, dialog, remote):
            other = participant(remote)
            return wire.DialogJoined(leg, at // 1000, dialog, other)
        case lines.SayDialogLeft(leg, cause):
            return wire.DialogLeft(leg, error_code(cause))
        case lines.SayRoleChanged(leg, changed):
            return wire.RoleChanged(leg, role(changed))
        case lines.SayMessage(leg, text):
            return wire.MessageReceived(leg, text)
        case lines.SayBroadcast(leg, at, text):
            return wire.BroadcastText(leg, at // 1000, text)
        case lines.SayParticipant(leg, who):
            return wire.ParticipantChanged(leg, participant(who))
        case lines.SayParticipantLeft(leg, gone):
            return wire.ParticipantLeft(leg, gone)
        case lines.SayParticipantQuality(leg, other, level):
            return wire.ParticipantQuality(leg, other, level)
        case lines.SayTalking(leg, other, talking):
            return wire.Talking(leg, other, talking)
        case lines.SayLost(leg, generation):
            return wire.Lost(leg, generation)
        case lines.SayFailed(leg, cause, detail):
            return wire.Failed(leg, error_code(cause, detail))
        case lines.SayEnded():
            return ended(said)
        case _:
            assert_never(said)


def call_state(it: lines.LegView) -> wire.CallState:
    """Write all that a device would have heard of its call by now."""
    leg = it.leg
    incoming = leg.direction is Direction.OUTBOUND
    source = leg.counterpart
    return wire.CallState(
        call=leg.id,
        phase=leg.phase.value,  # type: ignore[arg-type]  # the same names
        generation=leg.generation,
        media=leg.media.value,  # type: ignore[arg-type]  # the same names
        muted=leg.look.muted,
        shows=shown(leg.look),
        incoming=incoming,
        source=wire.Party(source.address, source.display_name) if incoming else None,
        video=leg.video,
        at=None if leg.established_at is None else leg.established_at // 1000,
        remote_muted=leg.remote.muted,
        remote_shows=shown(leg.remote),
        remote_disconnected=leg.remote.away,
        custom_data=dict(it.custom_data),
        room=None if it.room is None else room(it.room),
        meeting=it.meeting and it.meeting.value,  # type: ignore[arg-type]  # as above
        configuration=it.configuration,
    )


def ended(said: lines.SayEnded) -> wire.Ended:
    """Write how a call has ended."""
    code = error_code(said.cause, said.detail)
    return wire.Ended(said.leg, code, said.at // 1000, said.duration)


def shown(look: Look) -> list[wire.Shown]:
    """Give the pictures that the party sends."""
    return [name for picture, name in _PICTURES.items() if look.shows(picture)]


def room(view: lines.RoomView) -> wire.Room:
    """Write a room, conference or dialog as one of its members sees it."""
    others = [participant(it) for it in view.participants]
    return wire.Room(view.id, view.name, others, _role_if_any(view.role))


def role(it: Role) -> wire.Role:
    """Write a member's part in a conference."""
    name: wire.RoleType = it.type.value  # type: ignore[assignment]  # the same names
    return wire.Role(name, list(it.advised))


def _role_if_any(it: Role) -> wire.Role | None:
    return None if it == lines.DEFAULT_ROLE else role(it)


def participant(who: lines.Participant) -> wire.Participant:
    """Write somebody else in the room, conference or dialog."""
    return wire.Participant(
        who.leg,
        who.endpoint.address,
        "JOINED" if who.joined else "JOINING",
        who.endpoint.display_name,
        who.look.muted,
        shown(who.look),
        who.look.away,
        _role_if_any(who.role),
        who.deaf,
        who.blind,
    )


def _sections(sections: Sequence[lines.Section]) -> list[wire.Section]:
    return [
        wire.Section(
            it.mid,
            it.sends,
            None
            if it.receives is None
            else wire.Receiving(it.receives.leg, it.receives.source),
        )
        for it in sections
    ]
