"""What a leg remembers of what happened to it: its `evolve`."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ringway.domain.leg_events import (
    Accepted,
    ActionFailed,
    Annotated,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    DeviceOut,
    Disconnected,
    Ended,
    Established,
    Event,
    Failed,
    Followed,
    LookChanged,
    MediaLost,
    MediaOpened,
    MediaReopening,
    PreAnswered,
    PreEstablished,
    Rang,
    Reached,
    Received,
    Reconnected,
    RemoteChanged,
    TransferFailed,
    TransferOffered,
    Transferred,
)
from ringway.domain.leg_state import FLOW, LIFE, Leg, Media, Phase, Seat, Transfer
from ringway.domain.values import Direction


def evolve(leg: Leg | None, event: Event) -> Leg:
    """Return `leg` as it is after `event`."""
    if isinstance(event, Created):
        assert leg is None, "a leg begins once"
        return _begun(event)
    assert leg is not None, "a leg begins with Created"
    match event:
        case Followed(fork):
            return replace(leg, fork=fork)
        case Rang(at):
            return replace(_to(leg, Phase.RINGING), rang_at=at)
        case Accepted():
            return _accepted(leg, event)
        case Answered(at, remote, remote_data, recording):
            answered = _to(leg, Phase.CONNECTING)
            terms = leg.terms
            if recording is not None:
                terms = replace(terms, recording=recording)
            return replace(
                answered,
                answered_at=at,
                remote=remote,
                remote_data=remote_data,
                terms=terms,
            )
        case Established(at):
            return replace(_to(leg, Phase.ESTABLISHED), established_at=at)
        case MediaOpened(generation):
            opened = replace(_media(leg, Media.OPEN), generation=generation)
            return replace(opened, lost_at=None, heard_at=None)
        case MediaLost(at, generation, heard_at):
            lost = replace(_media(leg, Media.LOST), generation=generation)
            if leg.lost_at is not None:
                return lost
            return replace(lost, lost_at=at, heard_at=heard_at or at)
        case MediaReopening():
            return _media(leg, Media.REOPENING)
        case DeviceLost(at):
            return replace(leg, line_lost_at=at)
        case DeviceBack():
            return replace(leg, line_lost_at=None)
        case Failed():
            return leg
        case LookChanged(look):
            return replace(leg, look=look)
        case RemoteChanged(look=look):
            return replace(leg, remote=look)
        case Attached(bridge, number, meeting, early):
            seat = Seat(bridge, number, meeting, early)
            return replace(leg, bridge=bridge, seat=seat)
        case Detached():
            return replace(leg, bridge=None)
        case Ended(phase, cause):
            ended = replace(_to(leg, phase), media=Media.NONE, bridge=None)
            return replace(ended, cause=cause, lost_at=None, line_lost_at=None)
        case _:
            return _of_an_application(leg, event)


def _accepted(leg: Leg, event: Accepted) -> Leg:
    opening = _media(_to(leg, Phase.CONNECTING), Media.OPENING)
    return replace(
        opening,
        answered_at=event.at,
        wishes=event.wishes,
        look=event.look,
        device=event.device or leg.device,
        ringing=(),
        custom_data=event.wishes.custom_data or leg.custom_data,
    )


def _of_an_application(
    leg: Leg,
    event: Received
    | Reached
    | DeviceOut
    | PreAnswered
    | PreEstablished
    | Annotated
    | ActionFailed
    | TransferOffered
    | Transferred
    | TransferFailed
    | Disconnected
    | Reconnected,
) -> Leg:
    match event:
        case Received(owner):
            return replace(leg, owner=owner)
        case Reached(devices):
            return replace(leg, ringing=devices)
        case DeviceOut(device, cause):
            ringing = tuple(it for it in leg.ringing if it != device)
            return replace(leg, ringing=ringing, out=(*leg.out, cause))
        case PreAnswered():
            return replace(leg, pre_answered=True)
        case PreEstablished():
            return _to(leg, Phase.PRE_ESTABLISHED)
        case Annotated(custom_data):
            return replace(leg, custom_data=custom_data)
        case ActionFailed():
            return leg
        case TransferOffered(id, to, until):
            return replace(leg, transfer=Transfer(id, to, until))
        case Transferred(owner=owner):
            return replace(leg, owner=owner, transfer=None)
        case TransferFailed():
            return replace(leg, transfer=None)
        case Disconnected():
            return replace(leg, disconnected=True)
        case Reconnected():
            return replace(leg, disconnected=False)
        case _:
            assert_never(event)


def _begun(event: Created) -> Leg:
    inbound = event.direction is Direction.INBOUND
    return Leg(
        id=event.id,
        account=event.account,
        direction=event.direction,
        endpoint=event.endpoint,
        counterpart=event.counterpart,
        device=event.device,
        created_at=event.at,
        video=event.video,
        wishes=event.wishes,
        parent=event.parent,
        fork=event.fork,
        media=Media.OPENING if inbound else Media.NONE,
        look=event.look,
        remote=event.remote,
        owner=event.owner,
        terms=event.terms,
        asked=event.asked,
        custom_data=event.wishes.custom_data,
    )


def _to(leg: Leg, phase: Phase) -> Leg:
    assert phase in LIFE[leg.phase], f"{leg.phase} -> {phase}"
    return replace(leg, phase=phase)


def _media(leg: Leg, media: Media) -> Leg:
    assert media in FLOW[leg.media], f"{leg.media} -> {media}"
    return replace(leg, media=media)
