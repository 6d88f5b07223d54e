"""What the house says of applications' calls, as clients read it."""

from __future__ import annotations

import json
from typing import get_args, get_type_hints

import msgspec
import pytest

from ringway.domain.causes import Cause
from ringway.domain.leg_state import ENDS, Phase
from ringway.domain.values import (
    BridgeId,
    ConfigurationId,
    Endpoint,
    EndpointType,
    LegId,
    Look,
    Meeting,
    Role,
    RoleType,
)
from ringway.ports import lines
from ringway.rtc import messages as wire
from ringway.rtc.speech import message

LEG, OTHER = LegId("c1"), LegId("c2")
AT = 1_763_726_400_123_456
HANGUP = {
    "id": "10000",
    "name": "NORMAL_HANGUP",
    "description": Cause.NORMAL_HANGUP.description,
}
BEN = lines.Participant(
    OTHER,
    Endpoint(EndpointType.WEBRTC, "ben", "Ben"),
    joined=True,
    look=Look(muted=True),
)
CLARA = lines.Participant(
    LegId("c3"),
    Endpoint(EndpointType.WEBRTC, "clara"),
    joined=False,
    look=Look(),
    role=Role(RoleType.ADVISOR, (OTHER,)),
    deaf=True,
    blind=True,
)
BEN_WRITTEN = {
    "call": "c2",
    "identity": "ben",
    "displayName": "Ben",
    "state": "JOINED",
    "muted": True,
}
CLARA_WRITTEN = {
    "call": "c3",
    "identity": "clara",
    "state": "JOINING",
    "role": {"type": "ADVISOR", "advised": ["c2"]},
    "deaf": True,
    "blind": True,
}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            lines.SayIncomingApplication(
                LEG,
                ConfigurationId("shop"),
                Endpoint(EndpointType.APPLICATION, "4930123", "The shop"),
                video=True,
                custom_data={"order": "17"},
            ),
            {
                "t": "incoming_application",
                "call": "c1",
                "configuration": "shop",
                "from": "4930123",
                "fromDisplayName": "The shop",
                "video": True,
                "customData": {"order": "17"},
            },
        ),
        (lines.SayEarlyMedia(LEG), {"t": "early_media", "call": "c1"}),
        (
            lines.SayConferenceJoined(
                LEG,
                AT,
                lines.RoomView(
                    BridgeId("b1"), "sales", [BEN, CLARA], Role(RoleType.MONITOR)
                ),
            ),
            {
                "t": "conference_joined",
                "call": "c1",
                "at": AT // 1000,
                "room": {
                    "id": "b1",
                    "name": "sales",
                    "participants": [BEN_WRITTEN, CLARA_WRITTEN],
                    "role": {"type": "MONITOR"},
                },
            },
        ),
        (
            lines.SayConferenceLeft(LEG, Cause.NORMAL_HANGUP),
            {"t": "conference_left", "call": "c1", "code": HANGUP},
        ),
        (
            lines.SayDialogJoined(LEG, AT, BridgeId("b2"), BEN),
            {
                "t": "dialog_joined",
                "call": "c1",
                "at": AT // 1000,
                "id": "b2",
                "remote": BEN_WRITTEN,
            },
        ),
        (
            lines.SayDialogLeft(LEG, Cause.NORMAL_HANGUP),
            {"t": "dialog_left", "call": "c1", "code": HANGUP},
        ),
        (
            lines.SayRoleChanged(LEG, Role()),
            {"t": "role_changed", "call": "c1", "role": {"type": "DEFAULT"}},
        ),
        (
            lines.SayMessage(LEG, "Grüße"),
            {"t": "message_received", "call": "c1", "message": "Grüße"},
        ),
        (
            lines.SayBroadcast(LEG, AT, "Feuer!"),
            {"t": "broadcast_text", "call": "c1", "at": AT // 1000, "text": "Feuer!"},
        ),
    ],
    ids=lambda it: it["t"] if isinstance(it, dict) else "",
)
def test_it_is_written_so(said: lines.Said, written: dict[str, object]) -> None:
    text = msgspec.json.encode(message(said))
    assert json.loads(text) == written
    assert msgspec.json.decode(text, type=wire.FromHouse) == message(said)


def test_names_are_the_same_on_the_wire() -> None:
    phases = set(get_args(get_type_hints(wire.CallState)["phase"]))
    assert {it.value for it in Phase} - {it.value for it in ENDS} <= phases
    assert {it.value for it in RoleType} == set(get_args(wire.RoleType))
    assert {it.value for it in Meeting} == set(get_args(wire.Meeting))


def test_what_an_application_says_is_never_printed() -> None:
    assert "secret" not in repr(lines.SayMessage(LEG, "secret"))
    assert "secret" not in repr(lines.SayBroadcast(LEG, AT, "secret"))
