"""Dialogs and conferences of applications, from their requests to devices and engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain.actions import Action, ActionKind
from ringway.domain.bridge_state import DialogState, Propagation
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Place
from ringway.domain.leg_requests import PreAnswer, Release
from ringway.domain.leg_state import Phase
from ringway.domain.values import (
    SECOND,
    BridgeId,
    Endpoint,
    EndpointType,
    LegId,
    Recording,
    RecordingTerms,
    Role,
    RoleType,
)
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.application import MAX_MESSAGE, NoSuchCall, NoSuchMeeting
from ringway.runtime.custom_data import MAX_CUSTOM_DATA
from ringway.runtime.meeting_terms import Entrance, MeetingTerms
from ringway.runtime.news import Newsroom
from tests.runtime.scene import BLUE, GREEN, RED, SHOP, Scene, to
from tests.runtime.world import THEM, US

MONITOR, AUDITOR = Role(RoleType.MONITOR), Role(RoleType.AUDITOR)
STAYS = MeetingTerms(propagation=Propagation(child_hangup=False))

# ------------------------------------------------------------- conferences


async def test_calls_are_connected_and_hear_of_each_other() -> None:
    scene = Scene()
    red, blue = await scene.talks("red", "blue")
    scene.forget()
    bridge = await scene.meetings.connect(US, [RED, BLUE], MeetingTerms("support"))
    assert scene.states(bridge.id) == {RED: "JOINED", BLUE: "JOINED"}
    assert (bridge.owner, bridge.name) == (SHOP, "support")
    joined, other = scene.heard(red)
    assert isinstance(joined, lines.SayConferenceJoined)
    assert joined.room.name == "support"
    assert isinstance(other, lines.SayParticipant)
    assert (other.participant.leg, other.participant.joined) == (BLUE, True)
    (heard,) = scene.heard(blue)
    assert isinstance(heard, lines.SayConferenceJoined)
    assert [it.leg for it in heard.room.participants] == [RED]
    assert {it.pipe for it in scene.attached()} == {RED, BLUE}
    assert {it.bridge for it in scene.attached()} == {bridge.id}
    assert scene.world.views.room(US, "support") is None, "no room has this name"


async def test_a_new_call_and_its_conference_begin_together() -> None:
    scene = Scene()
    await scene.talks("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    scene.log.together.clear()
    bridge, new = await scene.meetings.connect_with_new_call(US, RED, to("blue"))
    together = scene.log.together[0]
    assert together[0] == "bridge Created"
    assert {"leg Created", "bridge Joined"} <= set(together), "red talks already"
    await scene.world.quiet()
    assert scene.states(bridge.id) == {RED: "JOINED", new.id: "JOINING"}
    assert await scene.takes(blue) == new.id
    assert scene.states(bridge.id) == {RED: "JOINED", new.id: "JOINED"}
    assert scene.leg(new.id).owner == SHOP


async def test_who_declines_has_not_joined_and_the_others_stay() -> None:
    scene = Scene()
    bridge = await scene.conference("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    _, new = await scene.meetings.add_new_call(US, bridge.id, to("blue"))
    await scene.world.quiet()
    await scene.world.exchange.decline(blue, new.id)
    await scene.world.quiet()
    assert scene.states(bridge.id) == {RED: "JOINED"}
    (left,) = await scene.happened(bm.Left)
    assert (left.leg, left.joined, left.cause) == (new.id, False, Cause.REJECTED)


async def test_a_number_cannot_be_called_yet_and_that_is_no_error() -> None:
    scene = Scene()
    bridge = await scene.conference("red")
    number = Endpoint(EndpointType.PHONE, "41792030000")
    await scene.meetings.add_new_call(
        US, bridge.id, replace(to("blue"), endpoint=number)
    )
    await scene.world.quiet()
    assert scene.states(bridge.id) == {RED: "JOINED"}
    (left,) = await scene.happened(bm.Left)
    assert (left.joined, left.cause) == (False, Cause.FEATURE_UNAVAILABLE)


async def test_who_comes_in_early_has_a_seat_that_says_so() -> None:
    """Only telephones have early media of their own, and they are not there yet."""
    scene = Scene()
    await scene.talks("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    bridge, new = await scene.meetings.connect_with_new_call(
        US, RED, to("blue"), entrance=Entrance(early=True)
    )
    await scene.world.quiet()
    seat = scene.leg(new.id).seat
    assert seat is not None
    assert seat.early
    assert scene.states(bridge.id)[new.id] == "JOINING"
    await scene.takes(blue)
    assert scene.states(bridge.id)[new.id] == "JOINED"


async def test_a_caller_who_waits_is_answered_when_there_is_somebody() -> None:
    scene = Scene()
    await scene.calls("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    bridge, _ = await scene.meetings.connect_with_new_call(US, RED, to("blue"))
    await scene.world.quiet()
    assert scene.leg(RED).phase is Phase.CALLING
    await scene.takes(blue)
    assert scene.leg(RED).phase is Phase.ESTABLISHED
    assert set(scene.states(bridge.id).values()) == {"JOINED"}


async def test_an_empty_conference_waits_for_who_is_brought_in() -> None:
    scene = Scene()
    await scene.talks("red")
    bridge = await scene.meetings.create_conference(US, SHOP)
    assert bridge.name == bridge.id, "it is called by its id"
    after = await scene.meetings.add_call(
        US, bridge.id, RED, Entrance(MONITOR), {"why": "to listen"}
    )
    (member,) = after.members
    assert member.role == MONITOR
    data = await scene.world.desk.custom_data(US, scene.leg(RED).custom_data)
    assert data == {"why": "to listen"}
    assert scene.attached()[-1].heard_by == []


async def test_who_is_removed_talks_on_alone() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red, blue = scene.device(RED), scene.device(BLUE)
    scene.forget()
    await scene.meetings.remove(US, bridge.id, BLUE)
    await scene.world.quiet()
    assert scene.heard(blue) == [lines.SayConferenceLeft(BLUE, Cause.NORMAL_HANGUP)]
    assert scene.heard(red) == [lines.SayParticipantLeft(RED, BLUE)]
    assert scene.leg(BLUE).bridge is None
    assert wire.Detach(BLUE) in scene.world.engine.orders
    with pytest.raises(NoSuchCall):
        await scene.meetings.remove(US, bridge.id, BLUE)
    await scene.meetings.remove(US, bridge.id, RED)
    await scene.world.quiet()
    assert scene.is_over(bridge.id)
    assert scene.leg(RED).phase is Phase.ESTABLISHED


async def test_the_end_of_a_conference_ends_its_calls() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    before = await scene.meetings.hangup(US, bridge.id)
    await scene.world.quiet()
    assert len(before.members) == 2
    assert scene.world.views.all_legs() == ()
    assert wire.CloseBridge(bridge.id) in scene.world.engine.orders
    with pytest.raises(NoSuchMeeting):
        await scene.meetings.hangup(US, bridge.id)


async def test_a_conference_lasts_no_longer_than_it_may() -> None:
    scene = Scene()
    (red,) = await scene.talks("red")
    terms = MeetingTerms(max_duration=30 * SECOND)
    bridge = await scene.meetings.connect(US, [RED], terms)
    await scene.world.pass_time(29)
    assert not scene.is_over(bridge.id)
    await scene.world.pass_time(1)
    assert scene.is_over(bridge.id)
    ended = scene.world.last(red)
    assert isinstance(ended, lines.SayEnded)
    assert ended.cause is Cause.MAX_DURATION_REACHED


# ------------------------------------------------------- who moves, who drops


async def test_who_moves_leaves_the_former_first_and_at_once() -> None:
    scene = Scene()
    first = await scene.conference("red", "blue")
    (green,) = await scene.talks("green")
    second = await scene.meetings.connect(US, [GREEN])
    red = scene.device(RED)
    scene.forget()
    scene.log.together.clear()
    await scene.meetings.add_call(US, second.id, RED)
    assert scene.log.together == [
        [
            *("bridge SeatTaken", "leg Detached", "leg Attached"),
            *("bridge Left", "bridge Joined"),
        ]
    ]
    left, joined = scene.heard(red)
    assert left == lines.SayConferenceLeft(RED, Cause.NORMAL_HANGUP)
    assert isinstance(joined, lines.SayConferenceJoined)
    assert joined.room.id == second.id
    assert scene.states(first.id) == {BLUE: "JOINED"}
    assert isinstance(scene.heard(green)[-1], lines.SayParticipant)
    scene.log.together.clear()
    await scene.meetings.add_call(US, second.id, BLUE)
    assert scene.is_over(first.id), "its last member has left"
    assert len(scene.log.together) == 1


async def test_who_leaves_a_dialog_for_a_conference_hangs_up_nobody() -> None:
    scene = Scene()
    await scene.talks("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    dialog, child = await scene.meetings.create_dialog(US, RED, to("blue"))
    await scene.world.quiet()
    await scene.takes(blue)
    scene.forget()
    await scene.meetings.connect(US, [RED])
    await scene.world.quiet()
    assert scene.is_over(dialog.id)
    assert scene.leg(child.id).phase is Phase.ESTABLISHED
    gone = lines.SayDialogLeft(child.id, Cause.NORMAL_HANGUP)
    assert scene.heard(blue) == [gone]


async def test_who_drops_is_called_again_into_the_same_conference() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    scene.world.lines.connect("blue-2", "blue")
    lost = scene.device(BLUE)
    scene.world.exchange.line_lost(lost)
    await scene.world.quiet()
    _, again = await scene.meetings.add_new_call(US, bridge.id, to("blue"))
    await scene.world.quiet()
    await scene.takes(scene.world.lines.devices[scene.leg(again.id).ringing[0]])
    assert scene.states(bridge.id) == {
        RED: "JOINED",
        BLUE: "JOINED",
        again.id: "JOINED",
    }


async def test_after_a_crash_a_conference_goes_on() -> None:
    before = Scene()
    bridge = await before.conference("red", "blue")
    await before.meetings.update_call(
        US, bridge.id, BLUE, bm.Restrain(role=MONITOR, deaf=True)
    )
    after = Scene(before)
    after.world.lines.connect("red-1", "red")
    await after.world.recover()
    member = after.bridge(bridge.id).member(BLUE)
    assert member is not None
    assert (member.role, member.restraint.deaf) == (MONITOR, True)
    await after.meetings.hangup(US, bridge.id)
    await after.world.quiet()
    assert after.world.views.all_legs() == ()


# ------------------------------------------------------ roles and restraints


async def test_roles_are_told_to_engine_and_people() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red, blue = scene.device(RED), scene.device(BLUE)
    scene.forget()
    change = bm.Restrain(role=MONITOR)
    await scene.meetings.update_call(US, bridge.id, BLUE, change)
    (order,) = scene.attached()
    assert (order.pipe, order.heard_by, order.seen_by) == (BLUE, [], [])
    assert scene.heard(blue) == [lines.SayRoleChanged(BLUE, MONITOR)]
    (shown,) = scene.heard(red)
    assert isinstance(shown, lines.SayParticipant)
    assert shown.participant.role == MONITOR


async def test_nobody_is_told_of_an_auditor() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red = scene.device(RED)
    (green,) = await scene.talks("green")
    scene.forget()
    await scene.meetings.add_call(US, bridge.id, GREEN, Entrance(AUDITOR))
    talk = wire.Talking(9, GREEN, 0, talking=True)
    scene.world.newsroom.hear(talk)
    assert scene.heard(red) == []
    joined = scene.heard(green)[0]
    assert isinstance(joined, lines.SayConferenceJoined)
    assert joined.room.role == AUDITOR
    assert {it.leg for it in joined.room.participants} == {RED, BLUE}
    show = bm.Restrain(role=Role())
    await scene.meetings.update_call(US, bridge.id, GREEN, show)
    (shown,) = scene.heard(red)
    assert isinstance(shown, lines.SayParticipant)
    hide = bm.Restrain(role=AUDITOR)
    await scene.meetings.update_call(US, bridge.id, GREEN, hide)
    assert scene.heard(red)[1:] == [lines.SayParticipantLeft(RED, GREEN)]
    await scene.meetings.remove(US, bridge.id, GREEN)
    assert len(scene.heard(red)) == 2


async def test_who_has_left_is_not_brought_in_again_by_its_new_place() -> None:
    """A bridge may hear later than its leg that the leg is elsewhere."""
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    orders = scene.world.house.effects.orders
    assert len(orders(Place(BLUE, bridge.id))) == 1
    await scene.meetings.remove(US, bridge.id, BLUE)
    await scene.world.quiet()
    assert orders(Place(BLUE, bridge.id)) == []


async def test_it_is_said_who_talks_in_a_conference_and_nowhere_else() -> None:
    scene = Scene()
    heard: list[tuple[str, str, bool]] = []
    scene.world.newsroom = Newsroom(
        scene.world.house, lambda it, call, talks: heard.append((it.id, call, talks))
    )
    await scene.talks("green")
    bridge = await scene.conference("red", "blue")
    scene.world.newsroom.hear(wire.Talking(9, BLUE, 0, talking=True))
    scene.world.newsroom.hear(wire.Talking(10, GREEN, 0, talking=True))
    scene.world.newsroom.hear(wire.Talking(11, BLUE, 0, talking=False))
    assert heard == [(bridge.id, BLUE, True), (bridge.id, BLUE, False)]


async def test_what_is_asked_for_twice_with_one_id_is_one() -> None:
    scene = Scene()
    await scene.talks("red")
    scene.world.lines.connect("blue-1", "blue")
    mine = BridgeId("mine")
    terms = MeetingTerms(id=mine)
    for _ in range(2):
        bridge, new = await scene.meetings.connect_with_new_call(
            US, RED, to("blue"), terms, call_id=LegId("new")
        )
        await scene.world.quiet()
        assert (bridge.id, new.id) == (mine, "new")
    assert len(await scene.happened(bm.Created)) == 1
    assert scene.states(mine) == {RED: "JOINED", LegId("new"): "JOINING"}


async def test_restraints_are_shown_and_told_to_the_engine() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red = scene.device(RED)
    scene.forget()
    mute = bm.Restrain(muted=True, deaf=True, blind=True)
    await scene.meetings.update(US, bridge.id, mute)
    assert {it.pipe for it in scene.attached()} == {RED, BLUE}
    for order in scene.attached():
        assert (order.heard_by, order.seen_by) == ([], None)
        assert order.deaf
        assert order.blind
    shown = scene.heard(red)[-1]
    assert isinstance(shown, lines.SayParticipant)
    assert shown.participant.look.muted
    assert shown.participant.deaf
    assert shown.participant.blind
    await scene.meetings.update(US, bridge.id, bm.Restrain(muted=False))
    assert scene.attached()[-1].heard_by is None


async def test_who_cannot_be_heard_is_not_said_to_talk() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red = scene.device(RED)
    mute = bm.Restrain(muted=True)
    scene.world.newsroom.hear(wire.Talking(9, BLUE, 0, talking=True))
    assert scene.heard(red)[-1] == lines.SayTalking(RED, BLUE, True)
    await scene.meetings.update_call(US, bridge.id, BLUE, mute)
    scene.world.newsroom.hear(wire.Talking(10, BLUE, 0, talking=False))
    assert scene.heard(red)[-1] == lines.SayTalking(RED, BLUE, False)
    scene.forget()
    scene.world.newsroom.hear(wire.Talking(11, BLUE, 0, talking=True))
    assert scene.heard(red) == []


# ------------------------------------------------------------------ dialogs


async def test_a_dialog_answers_its_parent_when_the_child_answers() -> None:
    scene = Scene()
    red, _ = await scene.calls("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    ring = MeetingTerms(propagation=Propagation(child_ringing=True))
    scene.log.together.clear()
    dialog, child = await scene.meetings.create_dialog(US, RED, to("blue"), ring)
    assert {"bridge Created", "leg Created"} <= set(scene.log.together[0])
    assert child.parent == RED
    await scene.world.quiet()
    scene.forget()
    await scene.world.exchange.ringing(blue, child.id)
    await scene.world.quiet()
    assert scene.heard(red) == [lines.SayRang(RED)]
    assert scene.bridge(dialog.id).state is DialogState.CREATED
    await scene.takes(blue)
    assert scene.bridge(dialog.id).state is DialogState.ESTABLISHED
    for device, mine, other in ((red, RED, child.id), (blue, child.id, RED)):
        joined = scene.heard(device)[-1]
        assert isinstance(joined, lines.SayDialogJoined)
        assert (joined.leg, joined.dialog, joined.remote.leg) == (
            mine,
            dialog.id,
            other,
        )
    await scene.world.exchange.mute(red, RED, muted=True)
    await scene.world.quiet()
    shown = scene.heard(blue)[-1]
    assert isinstance(shown, lines.SayParticipant)
    assert shown.participant.look.muted


async def test_a_parent_with_early_media_is_answered_with_its_child() -> None:
    scene = Scene()
    await scene.calls("red")
    await scene.world.desk.command(US, RED, PreAnswer())
    blue = scene.world.lines.connect("blue-1", "blue")
    dialog, _ = await scene.meetings.create_dialog(US, RED, to("blue"))
    await scene.world.quiet()
    assert scene.leg(RED).phase is Phase.PRE_ESTABLISHED
    await scene.takes(blue)
    assert scene.leg(RED).phase is Phase.ESTABLISHED
    assert scene.bridge(dialog.id).state is DialogState.ESTABLISHED


async def test_a_dialog_that_lasts_too_long_ends_both_also_after_a_crash() -> None:
    before = Scene()
    await before.talks("red")
    blue = before.world.lines.connect("blue-1", "blue")
    terms = MeetingTerms(max_duration=20 * SECOND)
    dialog, _ = await before.meetings.create_dialog(US, RED, to("blue"), terms)
    await before.world.quiet()
    await before.takes(blue)
    after = Scene(before)
    for name in ("red", "blue"):
        after.world.lines.connect(f"{name}-1", name)
    await after.world.recover()
    await after.world.pass_time(20)
    assert after.is_over(dialog.id)
    assert after.world.views.all_legs() == ()
    (closed,) = await after.happened(bm.Closed)
    assert closed.cause is Cause.MAX_DURATION_REACHED


@pytest.mark.parametrize(("terms", "stays"), [(MeetingTerms(), False), (STAYS, True)])
async def test_the_end_of_the_child(terms: MeetingTerms, stays: bool) -> None:
    scene = Scene()
    (red,) = await scene.talks("red")
    blue = scene.world.lines.connect("blue-1", "blue")
    dialog, child = await scene.meetings.create_dialog(US, RED, to("blue"), terms)
    await scene.world.quiet()
    await scene.takes(blue)
    await scene.world.exchange.hangup(blue, child.id)
    await scene.world.quiet()
    assert scene.is_over(dialog.id)
    if stays:
        assert scene.leg(RED).phase is Phase.ESTABLISHED
        assert scene.heard(red)[-1] == lines.SayDialogLeft(RED, Cause.NORMAL_HANGUP)
    else:
        assert isinstance(scene.world.last(red), lines.SayEnded)
    (closed,) = await scene.happened(bm.Closed)
    assert closed.by == child.id


async def test_a_dialog_fails_with_a_child_that_nobody_can_reach() -> None:
    """Numbers cannot be called yet: that is an event, and not an error."""
    scene = Scene()
    (red,) = await scene.talks("red")
    number = replace(to("blue"), endpoint=replace(to("blue").endpoint, address="!"))
    dialog, _ = await scene.meetings.create_dialog(US, RED, number, STAYS)
    await scene.world.quiet()
    assert scene.is_over(dialog.id)
    (closed,) = await scene.happened(bm.Closed)
    assert closed.cause is Cause.INVALID_DESTINATION
    left = [it for it in scene.heard(red) if isinstance(it, lines.SayDialogLeft)]
    assert left == [], "it had not joined one"


async def test_a_child_must_have_been_begun_for_its_parent() -> None:
    scene = Scene()
    await scene.talks("red", "green")
    blue = scene.world.lines.connect("blue-1", "blue")
    call = await scene.world.desk.create_call(US, replace(to("blue"), parent=RED))
    await scene.world.quiet()
    with pytest.raises(Refused, match="parentCallId"):
        await scene.meetings.create_dialog_with(US, GREEN, call)
    dialog = await scene.meetings.create_dialog_with(US, RED, call)
    await scene.takes(blue)
    assert scene.bridge(dialog.id).state is DialogState.ESTABLISHED


# ---------------------------------------------------- messages, actions, errors


async def test_messages_reach_every_client_in_the_meeting() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    red, blue = scene.device(RED), scene.device(BLUE)
    scene.meetings.send_message(US, bridge.id, "hello")
    assert scene.world.last(red) == lines.SayMessage(RED, "hello")
    assert scene.world.last(blue) == lines.SayMessage(BLUE, "hello")
    scene.meetings.broadcast(US, bridge.id, "to all")
    now = scene.world.clock.now()
    assert scene.world.last(red) == lines.SayBroadcast(RED, now, "to all")
    for say in (scene.meetings.send_message, scene.meetings.broadcast):
        for text in ("", "x" * (MAX_MESSAGE + 1)):
            with pytest.raises(Refused, match="1 to"):
                say(US, bridge.id, text)
    empty = await scene.meetings.create_conference(US, SHOP)
    with pytest.raises(Refused, match="Nobody is in it"):
        scene.meetings.send_message(US, empty.id, "hello")


async def test_what_cannot_be_done_yet_fails_in_the_log() -> None:
    scene = Scene()
    terms = MeetingTerms(
        recording=RecordingTerms(Recording.AUDIO), recording_data={"case": "7"}
    )
    bridge = await scene.meetings.create_conference(US, SHOP, terms)
    await scene.meetings.act(US, bridge.id, Action(ActionKind.SAY))
    recording, saying = await scene.happened(bm.ActionFailed)
    assert recording.action.kind is ActionKind.RECORDING
    key = recording.action.custom_data
    assert await scene.world.desk.custom_data(US, key) == {"case": "7"}
    assert (saying.action.kind, saying.cause) == (
        ActionKind.SAY,
        Cause.FEATURE_UNAVAILABLE,
    )


Request = Callable[[Scene, BridgeId], Awaitable[object]]
NOBODY, NOWHERE = LegId("nobody"), BridgeId("nowhere")
LONG = {"x": "y" * MAX_CUSTOM_DATA}
EARLY = Entrance(early=True)
BOTH = Entrance(early=True, ringback=True)
TWICE = MeetingTerms(propagation=Propagation(child_ringing=True, ringback=True))
WRONG: list[tuple[Request, type[Exception], str]] = [
    (lambda s, _: s.meetings.connect(US, []), Refused, "once"),
    (lambda s, _: s.meetings.connect(US, [RED, RED]), Refused, "once"),
    (lambda s, _: s.meetings.connect(US, [RED, NOBODY]), NoSuchCall, "nobody"),
    (lambda s, _: s.meetings.connect(THEM, [RED]), NoSuchCall, "red-call"),
    (
        lambda s, _: s.meetings.connect_with_new_call(
            US, RED, replace(to("blue"), custom_data=LONG)
        ),
        Refused,
        "Custom data",
    ),
    (
        lambda s, _: s.meetings.connect_with_new_call(
            US, RED, to("blue"), entrance=BOTH
        ),
        Refused,
        "exclude",
    ),
    (
        lambda s, _: s.meetings.create_dialog(US, NOBODY, to("blue")),
        NoSuchCall,
        "nobody",
    ),
    (
        lambda s, _: s.meetings.create_dialog(US, RED, to("blue"), TWICE),
        Refused,
        "not both",
    ),
    (lambda s, c: s.meetings.add_call(US, c, RED, EARLY), Refused, "outbound"),
    (
        lambda s, c: s.meetings.add_call(US, c, RED, custom_data=LONG),
        Refused,
        "Custom data",
    ),
    (lambda s, c: s.meetings.add_call(US, c, NOBODY), NoSuchCall, "nobody"),
    (lambda s, _: s.meetings.add_call(US, NOWHERE, RED), NoSuchMeeting, "nowhere"),
    (lambda s, c: s.meetings.add_call(THEM, c, RED), NoSuchMeeting, "There is no live"),
    (lambda s, c: s.meetings.remove(US, c, RED), NoSuchCall, "red-call"),
    (
        lambda s, c: s.meetings.update_call(US, c, RED, bm.Restrain(muted=True)),
        NoSuchCall,
        "red-call",
    ),
    (
        lambda s, c: s.meetings.update(US, c, bm.Restrain(role=MONITOR)),
        Refused,
        "Name the call",
    ),
    (lambda s, c: s.meetings.accept_transfer(US, c), NoSuchMeeting, "There is no live"),
    (lambda s, c: s.meetings.reject_transfer(US, c), NoSuchMeeting, "There is no live"),
    (
        lambda s, c: s.meetings.act(US, c, Action(ActionKind.STOP_RECORDING)),
        Refused,
        "Nothing is being recorded",
    ),
]


@pytest.mark.parametrize(("request_", "error", "text"), WRONG)
async def test_what_is_refused_leaves_nothing_behind(
    request_: Request, error: type[Exception], text: str
) -> None:
    scene = Scene()
    await scene.talks("red")
    scene.world.lines.connect("blue-1", "blue")
    empty = await scene.meetings.create_conference(US, SHOP)
    await scene.world.quiet()
    scene.forget()
    before = await scene.world.log.last_position()
    with pytest.raises(error, match=text):
        await request_(scene, empty.id)
    await scene.world.quiet()
    assert await scene.world.log.last_position() == before
    assert scene.world.engine.orders == []
    assert not any(scene.world.lines.said.values())
    assert scene.leg(RED).bridge is None


async def test_a_full_disk_leaves_nothing_behind() -> None:
    scene = Scene()
    await scene.talks("red")
    scene.world.lines.connect("blue-1", "blue")
    before = await scene.world.log.last_position()
    scene.log.full = True
    with pytest.raises(StorageUnavailable):
        await scene.meetings.connect_with_new_call(US, RED, to("blue"))
    scene.log.full = False
    assert await scene.world.log.last_position() == before
    assert [leg.id for leg in scene.world.views.all_legs()] == [RED]
    assert scene.leg(RED).bridge is None
    await scene.meetings.connect_with_new_call(US, RED, to("blue"))


async def test_a_call_that_ends_meanwhile_is_no_member() -> None:
    scene = Scene()
    bridge = await scene.conference("red", "blue")
    await scene.world.desk.command(US, BLUE, Release())
    await scene.world.quiet()
    assert scene.states(bridge.id) == {RED: "JOINED"}
    with pytest.raises(NoSuchCall):
        await scene.meetings.add_call(US, bridge.id, BLUE)
