"""What a leg's client is told of what happened to the leg."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.domain.leg_messages import (
    Created,
    Ended,
    Established,
    Rang,
    RemoteChanged,
)
from ringway.domain.leg_state import Leg
from ringway.domain.values import Picture
from ringway.ports.lines import (
    Said,
    SayEnded,
    SayEstablished,
    SayIncoming,
    SayRang,
    SayRemoteMuted,
    SayRemoteShows,
)
from ringway.runtime.cargo import Cargo


def said(leg: Leg, event: object, cargo: Cargo) -> Iterator[Said]:
    """Give what the leg's device is to hear, now that `event` has happened."""
    match event:
        case Created():
            data = cargo.custom_data(leg.wishes.custom_data)
            yield SayIncoming(leg.id, leg.counterpart, leg.video, data)
        case Rang():
            yield SayRang(leg.id)
        case Established(at):
            data = cargo.custom_data(leg.remote_data)
            yield SayEstablished(leg.id, at, leg.remote, data)
        case RemoteChanged(before, look):
            if before.muted != look.muted:
                yield SayRemoteMuted(leg.id, look.muted)
            for picture in Picture:
                if before.shows(picture) != look.shows(picture):
                    yield SayRemoteShows(leg.id, picture, look.shows(picture))
        case Ended():
            yield SayEnded(leg.id, event.cause, event.at, event.duration, event.detail)
        case _:
            pass
