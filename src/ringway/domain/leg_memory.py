"""What a leg remembers of what happened to it: its `evolve`."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ringway.domain.leg_events import (
    Accepted,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    Ended,
    Established,
    Event,
    Failed,
    Followed,
    LookChanged,
    MediaLost,
    MediaOpened,
    MediaReopening,
    Rang,
    RemoteChanged,
)
from ringway.domain.leg_state import FLOW, LIFE, Leg, Media, Phase, Seat
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
        case Rang():
            return _to(leg, Phase.RINGING)
        case Accepted(at, wishes, look):
            opening = _media(_to(leg, Phase.CONNECTING), Media.OPENING)
            return replace(opening, answered_at=at, wishes=wishes, look=look)
        case Answered(at, remote, remote_data):
            answered = _to(leg, Phase.CONNECTING)
            return replace(
                answered, answered_at=at, remote=remote, remote_data=remote_data
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
        case Attached(bridge, seat):
            return replace(leg, bridge=bridge, seat=Seat(bridge, seat))
        case Detached():
            return replace(leg, bridge=None)
        case Ended(phase, cause):
            ended = replace(_to(leg, phase), media=Media.NONE, bridge=None)
            return replace(ended, cause=cause, lost_at=None, line_lost_at=None)
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
    )


def _to(leg: Leg, phase: Phase) -> Leg:
    assert phase in LIFE[leg.phase], f"{leg.phase} -> {phase}"
    return replace(leg, phase=phase)


def _media(leg: Leg, media: Media) -> Leg:
    assert media in FLOW[leg.media], f"{leg.media} -> {media}"
    return replace(leg, media=media)
