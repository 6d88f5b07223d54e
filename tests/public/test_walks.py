"""Whatever happens: one truth for answers and events, one end, in order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain import leg_requests as lr
from ringway.domain.actions import Action, ActionKind
from ringway.domain.causes import Cause
from ringway.domain.leg_state import ENDS
from ringway.domain.values import (
    BridgeId,
    DeviceId,
    LegId,
    Picture,
    Role,
    RoleType,
    Terms,
)
from ringway.ports.calls import UNRESTRAINED
from ringway.public import render
from ringway.runtime.call_rows import row_of
from ringway.runtime.meeting_rows import row_of_bridge

from .telling import Teller, read
from .walk import BANK, SHOP, WEIGHTY, Walk, guest

NAMES = ("ann", "bob", "cyd")
MEETINGS = ("one", "two")

LEG = [
    lambda name: lm.Ring(DeviceId(f"{name}-2")),
    lambda _: lm.Mute(muted=True),
    lambda _: lm.Show(Picture.SCREEN, on=True),
    lambda _: lm.Show(Picture.CAMERA, on=False),
    lambda _: lm.Hangup(),
    lambda name: lm.Decline(False, DeviceId(f"{name}-1")),
    lambda name: lm.Decline(True, DeviceId(f"{name}-2")),
    lambda _: lm.LineLost(),
    lambda _: lm.LineBack(),
    lambda _: lm.LineGone(),
    lambda _: lm.PipeInterrupted(0),
    lambda _: lm.PipeRestored(0),
    lambda _: lm.PipeClosed(0),
    lambda _: lm.RangTooLong(),
    lambda _: lm.LastedTooLong(),
    lambda _: lr.SendRinging(),
    lambda _: lr.PreAnswer(ringing=True),
    lambda _: lr.PickUp(),
    lambda _: lr.Release(None),
    lambda _: lr.Act(Action(ActionKind.PLAY)),
    lambda _: lr.OfferTransfer("t", BANK),
    lambda _: lr.AcceptTransfer("t"),
    lambda _: lr.RejectTransfer("t"),
    lambda _: lm.TransferOverdue("t"),
]
BRIDGE = [
    lambda who: bm.TakeIn(LegId(who), guest(who)),
    lambda who: bm.Remove(LegId(who)),
    lambda who: bm.Assign(LegId(who), Role(RoleType.MONITOR)),
    lambda who: bm.Restrain(LegId(who), muted=True),
    lambda who: bm.Restrain(None, deaf=True),
    lambda who: bm.Act(Action(ActionKind.RECORDING)),
    lambda who: bm.Close(Cause.NORMAL_HANGUP),
    lambda who: bm.LastedTooLong(),
]
Step = Callable[[Walk], None]


def begins(name: str) -> Sequence[Step]:
    return [
        lambda walk: walk.comes(name),
        lambda walk: walk.goes(name, WEIGHTY),
        lambda walk: walk.goes(name, Terms(bulk="k")),
        lambda walk: talks(walk, name),
        lambda walk: talks(walk, name, WEIGHTY),
    ]


def talks(walk: Walk, name: str, terms: Terms | None = None) -> None:
    """Somebody has called, or was called, and is there."""
    if terms is None:
        walk.comes(name)
        walk.leg(name, lr.PickUp())
    else:
        walk.goes(name, terms)
        walk.accepts(name)
    walk.connected(name)


def steps() -> st.SearchStrategy[list[Step]]:
    """Draw a history: who is there at first, and what then happens to them."""
    beginnings = st.tuples(*(st.sampled_from(begins(name)) for name in NAMES))
    return st.tuples(beginnings, st.lists(step(), max_size=25)).map(
        lambda drawn: [*drawn[0], *drawn[1]]
    )


def step() -> st.SearchStrategy[Step]:
    who, where = st.sampled_from(NAMES), st.sampled_from(MEETINGS)
    return st.one_of(
        st.builds(lambda n: lambda walk: walk.accepts(n), who),
        st.builds(lambda n: lambda walk: walk.connected(n), who),
        st.builds(
            lambda n, g: lambda walk: walk.leg(n, g(n)), who, st.sampled_from(LEG)
        ),
        st.builds(lambda m: lambda walk: walk.confers(m, *NAMES[:2]), where),
        st.builds(lambda m: lambda walk: walk.pairs(m, "ann", "bob"), where),
        st.builds(lambda m: lambda walk: walk.pairs(m, "ann", "new", new=True), where),
        st.builds(
            lambda m, n, g: lambda walk: has(walk, m) and walk.bridge(m, g(n)),
            where,
            who,
            st.sampled_from(BRIDGE),
        ),
    )


def has(walk: Walk, meeting: str) -> bool:
    return any(it.id == meeting for it in walk.bridges)


def same_truth(walk: Walk, teller: Teller) -> None:
    """What the rows tell of live calls and meetings is what the machines are."""
    bridges = {it.id: it for it in walk.bridges if not it.over}
    for leg in walk.legs:
        row = teller.calls[leg.account, leg.id]
        assert (row.ended_at is not None) == leg.over
        if leg.over:
            assert row.state.name in {it.name for it in ENDS}
            continue
        inside = bridges.get(leg.bridge or BridgeId(""))
        member = None if inside is None else inside.member(leg.id)
        live = row_of(leg, UNRESTRAINED if member is None else member.restraint)
        assert render.call(live) == render.call(row)
        assert (live.recording, live.transfer) == (row.recording, row.transfer)
    for bridge in bridges.values():
        known = teller.meetings[bridge.account, bridge.id]
        live_row = row_of_bridge(bridge)
        assert live_row is not None
        assert render.conference(live_row) == render.conference(known)
        assert render.dialog(live_row, None, None) == render.dialog(known, None, None)


@settings(max_examples=300, deadline=None)
@given(steps())
def test_a_history_is_told_truly(history: list[Step]) -> None:
    walk, teller = Walk(), Teller()
    for happens in history:
        happens(walk)
        teller.hear(walk.recorded)
        same_truth(walk, teller)
    for name in (*NAMES, "new"):
        if any(it.id == name and not it.over for it in walk.legs):
            walk.leg(name, lm.End(Cause.SERVICE_UNAVAILABLE))
    for bridge in walk.bridges:
        if not bridge.over:
            walk.bridge(bridge.id, bm.Close(Cause.SERVICE_UNAVAILABLE))
    teller.hear(walk.recorded)
    same_truth(walk, teller)
    one_end_each(walk, teller)
    in_order(teller)
    told_at_once = Teller()
    told_at_once.hear(walk.recorded)
    assert told_at_once.told == teller.told, "batches make no difference"


def one_end_each(walk: Walk, teller: Teller) -> None:
    types = defaultdict(list)
    for event in teller.told:
        types[event.subject].append(str(event.type))
    for leg in walk.legs:
        count = Counter(types[leg.id])
        assert count["CALL_FINISHED"] + count["CALL_FAILED"] == 1
        assert count["CALL_STARTED"] + count["CALL_RECEIVED"] == 1
        assert count["CALL_ESTABLISHED"] <= 1
        assert types[leg.id][0] in {"CALL_STARTED", "CALL_RECEIVED"}
        last = [it for it in types[leg.id] if it != "BULK_CALL_STATUS"][-1]
        assert last == ("CALL_FINISHED" if count["CALL_FINISHED"] else "CALL_FAILED")
        assert (leg.established_at is None) == (last == "CALL_FAILED")
        offered = count["APPLICATION_TRANSFER_REQUESTED"]
        decided = count["APPLICATION_TRANSFER_FINISHED"]
        decided += count["APPLICATION_TRANSFER_FAILED"]
        assert decided == 2 * offered, "both hear what became of each"
    for bridge in walk.bridges:
        count = Counter(types[bridge.id])
        ends = ("CONFERENCE_FINISHED", "DIALOG_FINISHED", "DIALOG_FAILED")
        assert sum(count[it] for it in ends) == 1
        assert types[bridge.id][0] in {"CONFERENCE_CREATED", "DIALOG_CREATED"}
        assert types[bridge.id][-1] in ends
        assert (
            count["PARTICIPANT_JOINING"]
            == count["PARTICIPANT_REMOVED"] + count["PARTICIPANT_JOIN_FAILED"]
        )
        assert count["PARTICIPANT_JOINED"] == count["PARTICIPANT_REMOVED"]


def in_order(teller: Teller) -> None:
    marks = [it.mark for it in teller.told]
    assert marks == sorted(set(marks))
    times: dict[str, int] = {}
    for event in teller.told:
        assert event.at >= times.get(event.subject, 0)
        times[event.subject] = event.at
        assert read(event)["type"] == event.type


def test_what_an_application_tags_is_told_as_it_is() -> None:
    walk, teller = Walk(), Teller()
    walk.comes("ann", replace(SHOP, application=None, entity=None))
    (event,) = teller.hear(walk.recorded)
    assert "platform" not in read(event)
