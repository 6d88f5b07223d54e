"""What customers are told: each story, event by event, held to the reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain import leg_requests as lr
from ringway.domain.actions import UNAVAILABLE, Action, ActionKind
from ringway.domain.causes import Cause
from ringway.domain.values import (
    SECOND,
    DeviceId,
    LegId,
    Picture,
    Restraint,
    Role,
    RoleType,
    Terms,
    TextKey,
)
from ringway.public.arising import ARISES
from ringway.public.events import talked

from .telling import FACTS, URL, Teller, check, read
from .walk import BANK, NOON, SHOP, Walk

PLAIN = Terms()


def told(walk: Walk, teller: Teller) -> list[str]:
    return [it.type for it in teller.hear(walk.recorded)]


def test_a_call_to_an_application_from_its_begin_to_its_end() -> None:
    walk = Walk()
    teller = Teller({TextKey("ann/custom-data"): {"cart": "7"}})
    walk.comes("ann")
    (received,) = teller.hear(walk.recorded)
    assert read(received) == {
        "type": "CALL_RECEIVED",
        "callId": "ann",
        "callsConfigurationId": "shop",
        "platform": {"applicationId": "web", "entityId": "till"},
        "timestamp": "2025-11-21T12:00:00.250+0000",
        "properties": {
            "apiBaseUrl": URL,
            "call": {
                "id": "ann",
                "endpoint": {
                    "type": "WEBRTC",
                    "identity": "ann",
                    "displayName": "Ann",
                },
                "from": "ann",
                "to": "shop",
                "direction": "INBOUND",
                "state": "CALLING",
                "media": {
                    "audio": {"muted": False, "userMuted": False, "deaf": False},
                    "video": {"camera": False, "screenShare": False, "blind": False},
                },
                "startTime": "2025-11-21T12:00:00.125+0000",
                "callsConfigurationId": "shop",
                "platform": {"applicationId": "web", "entityId": "till"},
                "customData": {"cart": "7"},
            },
        },
    }
    assert (received.subject, received.at) == ("ann", NOON + SECOND // 4)
    walk.leg("ann", lr.SendRinging())
    walk.leg("ann", lr.PreAnswer())
    walk.connected("ann")
    assert told(walk, teller) == ["CALL_RINGING", "CALL_PRE_ESTABLISHED"]
    walk.leg("ann", lr.PickUp())
    walk.leg("ann", lm.Show(Picture.CAMERA, on=True))
    assert told(walk, teller) == ["CALL_ESTABLISHED", "CALL_MEDIA_CHANGED"]
    walk.at += 90 * SECOND
    walk.leg("ann", lr.Release(Cause.NORMAL_HANGUP))
    (finished,) = teller.hear(walk.recorded)
    assert read(finished)["properties"] == {
        "callLog": {
            "callId": "ann",
            "endpoint": {"type": "WEBRTC", "identity": "ann", "displayName": "Ann"},
            "from": "ann",
            "to": "shop",
            "direction": "INBOUND",
            "state": "FINISHED",
            "startTime": "2025-11-21T12:00:00.125+0000",
            "answerTime": "2025-11-21T12:00:00.750+0000",
            "endTime": "2025-11-21T12:01:31.000+0000",
            "ringDuration": 0,
            "callsConfigurationIds": ["shop"],
            "platform": {"applicationId": "web", "entityId": "till"},
            "conferenceIds": [],
            "duration": 90,
            "hasCameraVideo": True,
            "hasScreenshareVideo": False,
            "errorCode": {
                "id": 10000,
                "name": "NORMAL_HANGUP",
                "description": "The call was hung up.",
            },
            "customData": {"cart": "7"},
            "hangupSource": "API",
        }
    }
    assert teller.told[-1].type == "CALL_FINISHED"


def test_a_call_of_an_application_says_what_it_was_asked_for() -> None:
    walk, teller = Walk(), Teller()
    walk.goes("bob")
    assert told(walk, teller) == ["CALL_STARTED", "CALL_RINGING"]
    started = read(teller.told[0])
    assert "retryProperties" not in started
    call = started["properties"]["call"]
    assert (call["from"], call["to"]) == ("shop line", "bob")
    assert (call["direction"], call["externalId"]) == ("OUTBOUND", "order 7")
    assert "customData" not in call  # it was erased
    walk.accepts("bob")
    walk.connected("bob")
    # What it was to have, and does not get yet, follows.
    assert told(walk, teller) == [
        "CALL_ESTABLISHED",
        "CALL_RECORDING_FAILED",
        "MACHINE_DETECTION_FAILED",
        "MACHINE_MESSAGE_DETECTION_FAILED",
    ]
    reason = UNAVAILABLE[ActionKind.RECORDING]
    assert read(teller.told[3])["properties"] == {"reason": reason}


@pytest.mark.parametrize("retry", [False, True])
def test_a_call_of_a_bulk_is_counted_when_it_is_over(retry: bool) -> None:
    walk, teller = Walk(), Teller()
    walk.goes("bob", Terms(bulk="k", retry=retry))
    walk.leg("bob", lm.RangTooLong())
    assert told(walk, teller) == [
        "CALL_STARTED",
        "CALL_RINGING",
        "CALL_FAILED",
        "BULK_CALL_STATUS",
    ]
    started, _, failed, status = map(read, teller.told)
    assert started["retryProperties"] == {"retry": retry}
    assert (status["bulkId"], status["callId"]) == ("k", "bob")
    log = failed["properties"]["callLog"]
    assert log == status["properties"]["callLog"]
    assert (log["state"], log["hangupSource"]) == ("NO_ANSWER", "PLATFORM")
    assert {it.subject for it in teller.told} == {"bob"}


def test_nobody_is_told_of_a_call_to_no_application() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann", None)
    assert told(walk, teller) == []


def test_a_party_that_drops_is_told_at_once_and_so_is_its_return() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.connected("ann")
    teller.hear(walk.recorded)
    walk.leg("ann", lm.LineLost())
    walk.leg("ann", lm.LineBack())
    assert told(walk, teller) == ["CALL_DISCONNECTED", "CALL_RECONNECTED"]


def test_being_away_is_no_change_of_media() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.connected("ann")
    teller.hear(walk.recorded)
    walk.leg("ann", lm.PipeInterrupted(0))
    assert told(walk, teller) == ["CALL_DISCONNECTED"]
    walk.leg("ann", lm.Mute(muted=True))
    (muted,) = teller.hear(walk.recorded)
    assert read(muted)["properties"]["audio"] == {
        "muted": False,
        "userMuted": True,
        "deaf": False,
    }


FAILURES = {
    ActionKind.PLAY: "ERROR",
    ActionKind.SAY: "ERROR",
    ActionKind.SEND_RINGING: "ERROR",
    ActionKind.SEND_DTMF: "ERROR",
    ActionKind.CAPTURE_DTMF: "ERROR",
    ActionKind.CAPTURE_SPEECH: "ERROR",
    ActionKind.CALL_TRANSCRIPTION: "ERROR",
    ActionKind.RECORDING: "CALL_RECORDING_FAILED",
    ActionKind.MEDIA_STREAM: "MEDIA_STREAM_FAILED",
    ActionKind.MACHINE_DETECTION: "MACHINE_DETECTION_FAILED",
}


@pytest.mark.parametrize("kind", FAILURES)
def test_an_action_that_cannot_be_done_is_an_event(kind: ActionKind) -> None:
    walk = Walk()
    teller = Teller({TextKey("t"): {"a": "b"}})
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.connected("ann")
    teller.hear(walk.recorded)
    walk.leg("ann", lr.Act(Action(kind, TextKey("t"), "config")))
    (event,) = teller.hear(walk.recorded)
    assert event.type == FAILURES[kind]
    properties, reason = read(event)["properties"], UNAVAILABLE[kind]
    if event.type == "ERROR":
        assert properties == {
            "actionType": kind,
            "errorCode": "FEATURE_UNAVAILABLE",
            "errorDetails": reason,
        }
    else:
        assert properties["reason"] == reason
    if kind is ActionKind.MEDIA_STREAM:
        assert properties["configId"] == "config"
    if kind is ActionKind.RECORDING:
        assert properties["recordingCustomData"] == {"a": "b"}


@pytest.mark.parametrize("taken", [True, False])
def test_both_applications_hear_what_became_of_a_transfer(taken: bool) -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.connected("ann")
    teller.hear(walk.recorded)
    walk.leg("ann", lr.OfferTransfer("t", BANK))
    (requested,) = teller.hear(walk.recorded)
    assert requested.configuration == "bank"
    properties = read(requested)["properties"]
    assert properties["sourceCallsConfigurationId"] == "shop"
    assert properties["sourceApplicationId"] == "web"
    assert properties["call"]["callsConfigurationId"] == "shop"
    walk.leg("ann", lr.AcceptTransfer("t") if taken else lr.RejectTransfer("t"))
    both = teller.hear(walk.recorded)
    ended = "FINISHED" if taken else "FAILED"
    assert [it.type for it in both] == [f"APPLICATION_TRANSFER_{ended}"] * 2
    assert [it.configuration for it in both] == ["shop", "bank"]
    assert read(both[0])["properties"] == read(both[1])["properties"]
    # Without an application of its own its configuration stands for it.
    assert read(both[0])["properties"]["destinationApplicationId"] == "bank"
    walk.leg("ann", lr.Release(Cause.NORMAL_HANGUP))
    (over,) = teller.hear(walk.recorded)
    assert over.configuration == ("bank" if taken else "shop")
    owners = read(over)["properties"]["callLog"]["callsConfigurationIds"]
    assert owners == (["shop", "bank"] if taken else ["shop"])


# ------------------------------------------------------------------ conferences


def talking(*names: str) -> tuple[Walk, Teller]:
    walk, teller = Walk(), Teller()
    for name in names:
        walk.comes(name)
        walk.leg(name, lr.PickUp())
        walk.connected(name)
    teller.hear(walk.recorded)
    return walk, teller


def test_a_conference_from_its_begin_to_its_end() -> None:
    walk, teller = talking("ann", "bob")
    walk.confers("room", "ann", "bob")
    assert told(walk, teller) == [
        "CONFERENCE_CREATED",
        "PARTICIPANT_JOINING",
        "PARTICIPANT_JOINING",
        "PARTICIPANT_JOINED",
        "PARTICIPANT_JOINED",
    ]
    created, joining, *_, joined = teller.told[-5:]
    assert read(created)["properties"] == {
        "apiBaseUrl": URL,
        "conference": {
            "id": "room",
            "name": "the room",
            "participants": [],
            "callsConfigurationId": "shop",
            "platform": {"applicationId": "web", "entityId": "till"},
        },
    }
    assert read(joining)["properties"]["participant"] == {
        "callId": "ann",
        "endpoint": {"type": "WEBRTC", "identity": "ann", "displayName": "Ann"},
        "state": "JOINING",
        "media": {
            "audio": {"muted": False, "userMuted": False, "deaf": False},
            "video": {"camera": False, "screenShare": False, "blind": False},
        },
        "role": {"type": "DEFAULT"},
    }
    assert (joined.subject, read(joined)["callId"]) == ("room", "bob")
    assert read(joined)["properties"]["participant"]["state"] == "JOINED"
    walk.bridge(
        "room", bm.Assign(LegId("bob"), Role(RoleType.ADVISOR, (LegId("ann"),)))
    )
    walk.bridge("room", bm.Restrain(LegId("ann"), muted=True, blind=True))
    changed, restrained = teller.hear(walk.recorded)
    assert changed.type == "PARTICIPANT_ROLE_CHANGED"
    role = read(changed)["properties"]["participant"]["role"]
    assert role == {"type": "ADVISOR", "advise": ["ann"]}
    assert restrained.type == "PARTICIPANT_MEDIA_CHANGED"
    assert read(restrained)["properties"] == {
        "audio": {"muted": True, "userMuted": False, "deaf": False},
        "video": {"camera": False, "screenShare": False, "blind": True},
    }
    walk.leg("ann", lm.Mute(muted=True))
    assert told(walk, teller) == ["CALL_MEDIA_CHANGED", "PARTICIPANT_MEDIA_CHANGED"]
    assert read(teller.told[-2])["properties"] == read(teller.told[-1])["properties"]
    walk.bridge("room", bm.Remove(LegId("bob")))
    (removed,) = teller.hear(walk.recorded)
    assert removed.type == "PARTICIPANT_REMOVED"
    gone = read(removed)["properties"]
    assert gone["participant"]["state"] == "LEFT"
    assert gone["reason"]
    walk.bridge("room", bm.Close(Cause.NORMAL_HANGUP))
    assert told(walk, teller) == [
        "PARTICIPANT_REMOVED",
        "CONFERENCE_FINISHED",
        "CALL_FINISHED",
    ]
    finished, over = map(read, teller.told[-2:])
    assert finished["properties"]["errorCode"]["name"] == "NORMAL_HANGUP"
    states = [
        it["state"] for it in finished["properties"]["conference"]["participants"]
    ]
    assert states == ["LEFT", "LEFT"]
    assert over["properties"]["callLog"]["conferenceIds"] == ["room"]
    assert walk.state("bob").over is False


def test_who_never_comes_has_failed_to_join() -> None:
    walk, teller = talking("ann")
    walk.goes("bob", PLAIN)
    walk.confers("room", "ann", "bob")
    teller.hear(walk.recorded)
    walk.leg("bob", lm.Decline(True, DeviceId("bob-1")))
    assert told(walk, teller) == ["CALL_FAILED", "PARTICIPANT_JOIN_FAILED"]
    properties = read(teller.told[-1])["properties"]
    assert properties["reason"] == Cause.REJECTED.description


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (ActionKind.PLAY, "ERROR"),
        (ActionKind.SAY, "ERROR"),
        (ActionKind.RECORDING, "{}_RECORDING_FAILED"),
        (ActionKind.COMPOSITION, "{}_COMPOSITION_FAILED"),
    ],
)
@pytest.mark.parametrize("what", ["CONFERENCE", "DIALOG"])
def test_an_action_of_a_meeting_that_cannot_be_done_is_an_event(
    kind: ActionKind, event: str, what: str
) -> None:
    walk, teller = talking("ann", "bob")
    if what == "DIALOG":
        walk.pairs("pair", "ann", "bob")
    else:
        walk.confers("pair", "ann", "bob")
    teller.hear(walk.recorded)
    walk.bridge("pair", bm.Act(Action(kind)))
    (failed,) = teller.hear(walk.recorded)
    assert failed.type == event.format(what)
    assert read(failed)[f"{what.lower()}Id"] == failed.subject == "pair"


# ---------------------------------------------------------------------- dialogs


def test_a_dialog_with_a_new_child_from_its_begin_to_its_end() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    teller.hear(walk.recorded)
    walk.pairs("pair", "ann", "bob", new=True)
    walk.rings("bob")
    assert told(walk, teller) == ["DIALOG_CREATED", "CALL_STARTED", "CALL_RINGING"]
    created = read(teller.told[-3])["properties"]
    assert created["apiBaseUrl"] == URL
    assert created["dialog"]["applicationId"] == "web"
    assert created["dialog"]["state"] == "CREATED"
    assert created["dialog"]["parentCall"]["id"] == "ann"
    # The child is in it, though its own log begins after this.
    child = created["dialog"]["childCall"]
    assert (child["id"], child["parentCallId"]) == ("bob", "ann")
    walk.accepts("bob")
    walk.connected("bob")
    walk.connected("ann")
    types = told(walk, teller)
    assert sorted(types) == [
        "CALL_ESTABLISHED",
        "CALL_ESTABLISHED",
        "DIALOG_ESTABLISHED",
    ]
    both = read(teller.told[-1])["properties"]["dialog"]
    assert types[-1] == "DIALOG_ESTABLISHED"
    assert both["parentCall"]["state"] == both["childCall"]["state"] == "ESTABLISHED"
    assert both["parentCall"]["dialogId"] == "pair"
    walk.leg("bob", lm.Hangup())
    assert told(walk, teller) == ["CALL_FINISHED", "DIALOG_FINISHED", "CALL_FINISHED"]
    first, finished, second = map(read, teller.told[-3:])
    assert finished["properties"]["hangupSource"] == "CHILD_ENDPOINT"
    assert finished["properties"]["errorCode"]["name"] == "NORMAL_HANGUP"
    assert first["properties"]["callLog"]["dialogId"] == "pair"
    assert second["callId"] == "ann"


def test_a_dialog_whose_child_never_answers_has_failed() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    walk.pairs("pair", "ann", "bob", new=True)
    walk.rings("bob")
    teller.hear(walk.recorded)
    walk.leg("bob", lm.RangTooLong())
    types = told(walk, teller)
    assert types == ["CALL_FAILED", "DIALOG_FAILED", "CALL_FAILED"]
    failed = read(teller.told[-2])["properties"]
    assert failed["errorCode"]["name"] == "NO_ANSWER"
    assert failed["dialog"]["state"] == "FAILED"
    assert failed["hangupSource"] == "PLATFORM"


def test_an_event_belongs_to_the_trace_and_the_owner_of_its_call() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann", replace(SHOP, entity=None))
    (event,) = teller.hear(walk.recorded)
    assert event.trace == walk.recorded[0].entry.trace_id
    assert (event.application, event.entity) == ("web", None)
    assert (event.position, event.index) == (walk.recorded[-1].position, 0)
    assert read(event)["platform"] == {"applicationId": "web"}


def test_a_restraint_is_seen_in_the_call_as_well() -> None:
    walk, teller = talking("ann", "bob")
    walk.confers("room", "ann", "bob")
    walk.bridge("room", bm.Restrain(LegId("ann"), deaf=True))
    teller.hear(walk.recorded)
    rows = {key[1]: row for key, row in teller.calls.items()}
    assert rows[LegId("ann")].restraint == Restraint(deaf=True)
    walk.bridge("room", bm.Remove(LegId("ann")))
    teller.hear(walk.recorded)
    rows = {key[1]: row for key, row in teller.calls.items()}
    assert rows[LegId("ann")].restraint == Restraint()


# ------------------------------------------------------------------- all of them


def test_every_type_of_the_reference_has_a_row_and_no_other() -> None:
    assert {str(it) for it in ARISES} == FACTS.keys()
    assert len(ARISES) == 65


def test_every_type_that_arises_now_does() -> None:
    """And of those that come with something later, none is made."""
    walk, teller = Walk(), Teller()
    walk.comes("ann")
    walk.leg("ann", lr.PreAnswer(ringing=True))
    walk.connected("ann")
    walk.leg("ann", lr.PickUp())
    for kind in (ActionKind.PLAY, ActionKind.MEDIA_STREAM, ActionKind.RECORDING):
        walk.leg("ann", lr.Act(Action(kind)))
    walk.leg("ann", lr.OfferTransfer("t", BANK))
    walk.leg("ann", lr.RejectTransfer("t"))
    walk.leg("ann", lr.OfferTransfer("u", SHOP))
    walk.leg("ann", lr.AcceptTransfer("u"))
    walk.goes("bob")
    walk.accepts("bob")
    walk.connected("bob")
    walk.goes("cyd", Terms(bulk="k"))
    walk.confers("room", "ann", "bob", "cyd")
    walk.bridge("room", bm.Assign(LegId("ann"), Role(RoleType.MONITOR)))
    walk.bridge("room", bm.Act(Action(ActionKind.RECORDING)))
    walk.leg("ann", lm.Mute(muted=True))
    walk.leg("ann", lm.LineLost())
    walk.leg("ann", lm.LineBack())
    walk.leg("cyd", lm.RangTooLong())
    walk.bridge("room", bm.Remove(LegId("ann")))
    walk.bridge("room", bm.Remove(LegId("bob")))
    walk.pairs("pair", "ann", "bob")
    walk.bridge("pair", bm.Act(Action(ActionKind.RECORDING)))
    walk.leg("bob", lm.Hangup())
    walk.comes("dan")
    walk.pairs("other", "dan", "eve", new=True)
    walk.leg("eve", lm.RangTooLong())
    types = set(told(walk, teller))
    talks = {f"PARTICIPANT_{it}_TALKING" for it in ("STARTED", "STOPPED")}
    now = {str(kind) for kind, arising in ARISES.items() if not arising.until}
    assert now - types == talks
    assert types <= now


@pytest.mark.parametrize("started", [True, False])
def test_talking_is_told_behind_what_was_told_before(started: bool) -> None:
    walk, _ = talking("ann", "bob")
    walk.confers("room", "ann", "bob")
    make = talked(walk.bridges[0], LegId("ann"), started, NOON + 7, "f" * 32)
    event = make(9, 1_000_000)
    check(event)
    kind = "STARTED" if started else "STOPPED"
    assert event.type == f"PARTICIPANT_{kind}_TALKING"
    assert (event.position, event.index, event.subject) == (9, 1_000_000, "room")
    assert (event.at, event.trace) == (NOON + 7, "f" * 32)
    assert (read(event)["conferenceId"], read(event)["callId"]) == ("room", "ann")
