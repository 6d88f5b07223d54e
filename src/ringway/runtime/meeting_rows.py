"""What an event of a bridge makes of the meeting a customer sees: pure."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ringway.domain.bridge_messages import (
    ActionFailed,
    ChildRang,
    Closed,
    Created,
    Established,
    Event,
    Joined,
    Left,
    LookChanged,
    Restrained,
    RoleChanged,
    SeatTaken,
)
from ringway.domain.bridge_state import Bridge, DialogState, Guest, Member, Standing
from ringway.domain.values import Endpoint, LegId, Meeting
from ringway.ports.meetings import MeetingRow, Participant, ParticipantState


def project_meeting(
    row: MeetingRow | None,
    position: int,
    at: int,
    event: Event,
    *,
    endpoint: Endpoint | None = None,
) -> MeetingRow | None:
    """Return `row` as it is after the event of that position, which happened then.

    None if it is no application's: that has no row.  An event that is in it already
    changes nothing.  `endpoint` is whose seat is taken.
    """
    if isinstance(event, Created):
        return row or _begun(event, position)
    if row is None or position <= row.position:
        return row
    row = replace(row, position=position)
    match event:
        case SeatTaken(who, seat, role=role):
            return row.with_stay(Participant(who, seat, position, endpoint, role=role))
        case Joined(who, look):
            joined = ParticipantState.JOINED
            return _stay(row, who, state=joined, look=look, joined_at=at)
        case LookChanged(who, look):
            return _stay(row, who, look=look)
        case RoleChanged(who, role):
            return _stay(row, who, role=role)
        case Restrained(who, restraint):
            return _stay(row, who, restraint=restraint)
        case Left(who):
            return _left(row, who, at)
        case Established(at=established_at):
            state = DialogState.ESTABLISHED
            return replace(row, state=state, established_at=established_at)
        case Closed():
            return _ended(row, event)
        case ChildRang() | ActionFailed():
            return row
        case _:
            assert_never(event)


def _begun(event: Created, position: int) -> MeetingRow | None:
    if event.owner is None:
        return None
    return MeetingRow(
        account=event.account,
        id=event.id,
        kind=event.policy.meeting,
        owner=event.owner,
        state=DialogState.CREATED,
        created_at=event.at,
        position=position,
        name=event.name,
        parent=event.parent,
        child=event.child,
    )


def _ended(row: MeetingRow, event: Closed) -> MeetingRow:
    for member in event.members:
        row = _left(row, member, event.at)
    ended = row.kind is Meeting.CONFERENCE or row.established_at is not None
    return replace(
        row,
        state=DialogState.FINISHED if ended else DialogState.FAILED,
        ended_at=event.at,
        cause=event.cause,
        source=event.source,
        ended_by=event.by,
    )


def _left(row: MeetingRow, leg: LegId, at: int) -> MeetingRow:
    return _stay(row, leg, state=ParticipantState.LEFT, left_at=at)


def _stay(row: MeetingRow, leg: LegId, **changes: object) -> MeetingRow:
    stay = row.stay(leg)
    assert stay is not None, "who is in has a seat"
    return row.with_stay(replace(stay, position=row.position, **changes))  # type: ignore[arg-type]


def _endpoint(guest: Guest | None) -> Endpoint | None:
    return None if guest is None else guest.endpoint


def row_of_bridge(bridge: Bridge) -> MeetingRow | None:
    """Make the row of a live bridge; None if it is no application's.

    Of its participants it has those who are there.
    """
    if bridge.owner is None:
        return None
    return MeetingRow(
        account=bridge.account,
        id=bridge.id,
        kind=bridge.policy.meeting,
        owner=bridge.owner,
        state=bridge.state,
        created_at=bridge.created_at,
        position=0,
        name=bridge.name,
        parent=bridge.parent,
        child=bridge.child,
        established_at=bridge.established_at,
        participants=tuple(_stay_of(member) for member in bridge.members),
    )


def _stay_of(member: Member) -> Participant:
    joined = member.standing is Standing.JOINED
    return Participant(
        leg=member.leg,
        seat=member.seat,
        position=0,
        endpoint=_endpoint(member.guest),
        state=ParticipantState.JOINED if joined else ParticipantState.JOINING,
        look=member.look,
        role=member.role,
        restraint=member.restraint,
        joined_at=member.joined_at,
    )
