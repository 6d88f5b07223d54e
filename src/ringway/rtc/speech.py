"""What the house says, as wire messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, assert_never

from ringway.domain.causes import Cause
from ringway.domain.values import Picture
from ringway.ports import lines
from ringway.rtc import messages as wire

_PICTURES: Final[dict[Picture, Literal["CAMERA", "SCREEN"]]] = {
    Picture.CAMERA: "CAMERA",
    Picture.SCREEN: "SCREEN",
}


def error_code(cause: Cause, detail: str = "") -> wire.ErrorCode:
    """Give a reason as the SDK shows it."""
    return wire.ErrorCode(str(cause.id), cause.name, detail or cause.description)


def message(said: lines.Said) -> wire.FromHouse:
    """Write what is said as a message; times become milliseconds."""
    match said:
        case lines.SayIncoming(leg, caller, video, custom_data):
            party = wire.Party(caller.address, caller.display_name)
            return wire.Incoming(leg, party, video, dict(custom_data))
        case lines.SayPipeAnswer(leg, generation, answer, sections):
            return wire.PipeAnswer(leg, generation, answer, _sections(sections))
        case lines.SayRang(leg):
            return wire.Rang(leg)
        case lines.SayEstablished(leg, at, remote, custom_data):
            return wire.Established(
                leg,
                at // 1000,
                remote.muted,
                [name for picture, name in _PICTURES.items() if remote.shows(picture)],
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
        case lines.SayEnded(leg, cause, at, duration, detail):
            return wire.Ended(leg, error_code(cause, detail), at // 1000, duration)
        case _:
            assert_never(said)


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
