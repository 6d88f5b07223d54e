"""What each event makes of a call's row, by table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from ringway.domain import leg_events
from ringway.domain.actions import Action, ActionKind
from ringway.domain.causes import Cause
from ringway.domain.leg_state import ENDS, CallState, Phase, Transfer, call_state
from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    BridgeId,
    ConfigurationId,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    Recording,
    RecordingRight,
    RecordingTerms,
    Restraint,
    Source,
    Terms,
    TextKey,
    Wishes,
)
from ringway.ports.calls import Call
from ringway.runtime.call_rows import project, restrained

RED = Endpoint(EndpointType.WEBRTC, "red", "Red")
BLUE = Endpoint(EndpointType.WEBRTC, "blue")
SAID = Wishes(custom_data=TextKey("k"))
CREATED = leg_events.Created(
    LegId("a"),
    AccountId("us"),
    Direction.OUTBOUND,
    RED,
    BLUE,
    DeviceId("d"),
    100,
    False,
    SAID,
    VOICE_ONLY,
    VOICE_ONLY,
    LegId("p"),
    ForkId("f"),
)
ROW = Call(
    account=AccountId("us"),
    id=LegId("a"),
    parent=LegId("p"),
    direction=Direction.OUTBOUND,
    endpoint=RED,
    counterpart=BLUE,
    state=CallState.CALLING,
    created_at=100,
    position=5,
    fork=ForkId("f"),
    custom_data=TextKey("k"),
)
BRIDGE = BridgeId("b")
OWNER = Owner(ConfigurationId("cfg"))
PLAY = Action(ActionKind.PLAY)
OTHER = Owner(ConfigurationId("other"), "web", "till")
OWNED = replace(ROW, owners=(OWNER,))
WISHING = Wishes(TextKey("w"), Recording.AUDIO, capability=RecordingRight.ALWAYS)
IN_BRIDGE = replace(ROW, bridge=BRIDGE)
TABLE: list[tuple[Call, leg_events.Event, dict[str, Any]]] = [
    (ROW, leg_events.Followed(ForkId("g")), {"fork": ForkId("g")}),
    (ROW, leg_events.Rang(), {"state": CallState.RINGING}),
    (ROW, leg_events.Rang(150), {"state": CallState.RINGING, "rang_at": 150}),
    (
        ROW,
        leg_events.Accepted(200, Wishes(), Look()),
        {"state": CallState.RINGING, "answered_at": 200},
    ),
    (
        OWNED,
        leg_events.Accepted(200, WISHING, Look(camera=True)),
        {
            "state": CallState.RINGING,
            "answered_at": 200,
            "custom_data": TextKey("w"),
            "recording": Recording.AUDIO,
            "capability": RecordingRight.ALWAYS,
            "look": Look(camera=True),
            "had_camera": True,
        },
    ),
    (
        OWNED,
        leg_events.Answered(200, Look(), None, RecordingTerms(Recording.AUDIO)),
        {
            "state": CallState.RINGING,
            "answered_at": 200,
            "terms": Terms(recording=RecordingTerms(Recording.AUDIO)),
        },
    ),
    (
        ROW,
        leg_events.Answered(200, Look(), TextKey("other")),
        {"state": CallState.RINGING, "answered_at": 200},
    ),
    (
        ROW,
        leg_events.Established(300),
        {"state": CallState.ESTABLISHED, "established_at": 300},
    ),
    (ROW, leg_events.MediaOpened(0), {}),
    (ROW, leg_events.MediaLost(400, 1), {}),
    (ROW, leg_events.MediaReopening(1), {}),
    (ROW, leg_events.DeviceLost(400), {}),
    (ROW, leg_events.DeviceBack(), {}),
    (ROW, leg_events.Failed(Cause.MEDIA_ERROR, "No codec."), {}),
    (ROW, leg_events.LookChanged(Look(muted=True)), {"look": Look(muted=True)}),
    (
        replace(ROW, look=Look(camera=True), had_camera=True),
        leg_events.LookChanged(Look(screen=True)),
        {"look": Look(screen=True), "had_camera": True, "had_screen": True},
    ),
    (ROW, leg_events.RemoteChanged(Look(), Look(muted=True)), {}),
    (
        ROW,
        leg_events.Attached(BRIDGE, 1),
        {"bridge": BRIDGE, "meeting": Meeting.ROOM},
    ),
    (
        OWNED,
        leg_events.Attached(BRIDGE, 1, Meeting.DIALOG),
        {"bridge": BRIDGE, "meeting": Meeting.DIALOG, "dialogs": (BRIDGE,)},
    ),
    (
        replace(OWNED, conferences=(BridgeId("c"),), restraint=Restraint(muted=True)),
        leg_events.Attached(BRIDGE, 1, Meeting.CONFERENCE),
        {
            "bridge": BRIDGE,
            "meeting": Meeting.CONFERENCE,
            "conferences": (BridgeId("c"), BRIDGE),
            "restraint": Restraint(),
        },
    ),
    (
        replace(OWNED, conferences=(BRIDGE,)),
        leg_events.Attached(BRIDGE, 4, Meeting.CONFERENCE),
        {"bridge": BRIDGE, "meeting": Meeting.CONFERENCE},
    ),
    (IN_BRIDGE, leg_events.Detached(BRIDGE), {"bridge": None}),
    (
        replace(IN_BRIDGE, restraint=Restraint(muted=True)),
        leg_events.Detached(BRIDGE),
        {"bridge": None, "restraint": Restraint()},
    ),
    (ROW, leg_events.Received(OWNER), {"owners": (OWNER,)}),
    (ROW, leg_events.Reached((DeviceId("d"),)), {}),
    (ROW, leg_events.DeviceOut(DeviceId("d"), Cause.REJECTED, 200), {}),
    (ROW, leg_events.PreAnswered(200), {}),
    (ROW, leg_events.PreEstablished(200), {"state": CallState.PRE_ESTABLISHED}),
    (ROW, leg_events.Annotated(TextKey("n")), {"custom_data": TextKey("n")}),
    (ROW, leg_events.ActionFailed(PLAY, Cause.FEATURE_UNAVAILABLE, "No."), {}),
    (
        OWNED,
        leg_events.TransferOffered("t", OTHER, 900),
        {"transfer": Transfer("t", OTHER, 900)},
    ),
    (
        replace(OWNED, transfer=Transfer("t", OTHER, 900)),
        leg_events.Transferred("t", OWNER, OTHER),
        {"owners": (OWNER, OTHER), "transfer": None},
    ),
    (
        replace(OWNED, transfer=Transfer("t", OTHER, 900)),
        leg_events.TransferFailed("t", OTHER),
        {"transfer": None},
    ),
    (ROW, leg_events.Disconnected(400), {}),
    (ROW, leg_events.Reconnected(), {}),
    *(
        (
            IN_BRIDGE,
            leg_events.Ended(
                phase,
                Cause.MEDIA_ERROR,
                900,
                300,
                7,
                BRIDGE,
                False,
                "Gone.",
                Source.PLATFORM,
            ),
            {
                "state": call_state(phase),
                "established_at": 300,
                "ended_at": 900,
                "duration": 7,
                "cause": Cause.MEDIA_ERROR,
                "detail": "Gone.",
                "source": Source.PLATFORM,
            },
        )
        for phase in sorted(ENDS)
    ),
]


def test_the_table_has_every_event() -> None:
    assert {type(event) for _, event, _ in TABLE} | {leg_events.Created} == set(
        get_args(leg_events.Event)
    )


def test_a_call_begins() -> None:
    assert project(None, 5, CREATED) == ROW


@pytest.mark.parametrize(
    ("row", "event", "changes"), TABLE, ids=lambda v: type(v).__name__
)
def test_an_event_changes_so_much(
    row: Call, event: leg_events.Event, changes: dict[str, Any]
) -> None:
    assert project(row, 6, event) == replace(row, position=6, **changes)


@pytest.mark.parametrize("position", [1, 4, 5])
@pytest.mark.parametrize("event", [CREATED, *(event for _, event, _ in TABLE)])
def test_what_is_in_it_already_changes_nothing(
    event: leg_events.Event, position: int
) -> None:
    assert project(ROW, position, event) == ROW


def test_a_restraint_is_a_members() -> None:
    """Its bridge says so; the same position again changes nothing."""
    muted = restrained(ROW, 6, Restraint(muted=True))
    assert muted == replace(ROW, position=6, restraint=Restraint(muted=True))
    assert restrained(muted, 6, Restraint()) == muted


def test_a_call_begins_first_and_once() -> None:
    with pytest.raises(AssertionError):
        project(None, 1, leg_events.Rang())
    with pytest.raises(AssertionError):
        project(ROW, 6, CREATED)


def test_connecting_is_ringing_to_the_public() -> None:
    assert call_state(Phase.CONNECTING) is CallState.RINGING
