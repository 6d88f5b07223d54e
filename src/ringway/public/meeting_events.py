"""What customers are told of dialogs and conferences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ringway.domain.actions import ActionKind
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
from ringway.domain.bridge_state import DialogState
from ringway.domain.causes import Cause
from ringway.domain.values import BridgeId, LegId, Meeting, Owner
from ringway.ports.calls import Call
from ringway.ports.meetings import MeetingRow, Participant, ParticipantState
from ringway.public import render
from ringway.public.call_events import BaseUrl, shown
from ringway.public.models.event_enums import ActionType, EventType
from ringway.public.models.events import (
    ConferenceProperties,
    ConferenceWithErrorCodeProperties,
    DialogCreatedProperties,
    DialogProperties,
    DialogWithErrorCodeProperties,
    EventDialog,
    ParticipantProperties,
    ParticipantWithReasonProperties,
)
from ringway.public.models.recording_events import (
    ConferenceCompositionFailedProperties,
    DialogCompositionFailedProperties,
    RecordingFailedProperties,
)
from ringway.public.models.scalars import Wire
from ringway.public.told import Told, error
from ringway.runtime.changes import MeetingChange


def of_meeting(change: MeetingChange, base_url: BaseUrl) -> Iterator[Told]:
    """Say what customers are told, in order."""
    if change.after.kind is Meeting.CONFERENCE:
        yield from _of_conference(change, change.event, base_url)
    else:
        yield from _of_dialog(change, change.event, base_url)


def talking(conference: BridgeId, owner: Owner, leg: LegId, *, started: bool) -> Told:
    """Say that a participant has begun to talk, or has stopped."""
    kind = EventType.PARTICIPANT_STARTED_TALKING
    if not started:
        kind = EventType.PARTICIPANT_STOPPED_TALKING
    return Told(type=kind, owner=owner, call=leg, conference=conference)


# ----------------------------------------------------------------- conferences


def _of_conference(
    change: MeetingChange, event: Event, base_url: BaseUrl
) -> Iterator[Told]:
    row = change.after
    match event:
        case Created():
            created = ConferenceProperties(
                conference=render.conference(row), api_base_url=base_url()
            )
            yield _about(EventType.CONFERENCE_CREATED, row, None, created)
        case SeatTaken(who):
            yield _participant(EventType.PARTICIPANT_JOINING, row, who)
        case Joined(who):
            yield _participant(EventType.PARTICIPANT_JOINED, row, who)
        case RoleChanged(who):
            yield _participant(EventType.PARTICIPANT_ROLE_CHANGED, row, who)
        case LookChanged(who, look):
            before = _before(change, who)
            if shown(before.look) != shown(look):
                yield _media_changed(row, who)
        case Restrained(who):
            yield _media_changed(row, who)
        case Left(who, cause):
            yield _gone(change, who, cause)
        case Closed(cause=cause, members=members):
            yield from (_gone(change, who, cause) for who in members)
            finished = ConferenceWithErrorCodeProperties(
                conference=render.conference(row),
                error_code=render.error_code(row.cause),
            )
            yield _about(EventType.CONFERENCE_FINISHED, row, None, finished)
        case ActionFailed():
            yield _failed(change, event)
        case Established() | ChildRang():
            pass
        case _:
            assert_never(event)


def _about(
    kind: EventType, row: MeetingRow, leg: LegId | None, properties: Wire | None = None
) -> Told:
    conference = row.id if row.kind is Meeting.CONFERENCE else None
    dialog = row.id if row.kind is Meeting.DIALOG else None
    return Told(
        type=kind,
        owner=row.owner,
        call=leg,
        conference=conference,
        dialog=dialog,
        properties=properties,
    )


def _participant(kind: EventType, row: MeetingRow, leg: LegId) -> Told:
    participant = render.participant(_stay(row, leg))
    return _about(kind, row, leg, ParticipantProperties(participant=participant))


def _media_changed(row: MeetingRow, leg: LegId) -> Told:
    stay = _stay(row, leg)
    media = render.media(stay.look, stay.restraint)
    return _about(EventType.PARTICIPANT_MEDIA_CHANGED, row, leg, media)


def _gone(change: MeetingChange, leg: LegId, cause: Cause) -> Told:
    joined = _before(change, leg).state is ParticipantState.JOINED
    kind = EventType.PARTICIPANT_JOIN_FAILED
    if joined:
        kind = EventType.PARTICIPANT_REMOVED
    gone = ParticipantWithReasonProperties(
        participant=render.participant(_stay(change.after, leg)),
        reason=cause.description,
    )
    return _about(kind, change.after, leg, gone)


def _before(change: MeetingChange, leg: LegId) -> Participant:
    assert change.before is not None, "a meeting begins with Created"
    return _stay(change.before, leg)


def _stay(row: MeetingRow, leg: LegId) -> Participant:
    stay = row.stay(leg)
    assert stay is not None, "who is in has a seat"
    return stay


# --------------------------------------------------------------------- dialogs


def _of_dialog(
    change: MeetingChange, event: Event, base_url: BaseUrl
) -> Iterator[Told]:
    row = change.after
    match event:
        case SeatTaken(who):
            # Only now are both known: the child may begin with its seat.
            if who == row.child:
                created = DialogCreatedProperties(
                    dialog=_dialog(change), api_base_url=base_url()
                )
                yield _about(EventType.DIALOG_CREATED, row, None, created)
        case Established():
            established = DialogProperties(dialog=_dialog(change))
            yield _about(EventType.DIALOG_ESTABLISHED, row, None, established)
        case Closed():
            finished = row.state is DialogState.FINISHED
            kind = EventType.DIALOG_FINISHED if finished else EventType.DIALOG_FAILED
            ended = DialogWithErrorCodeProperties(
                dialog=_dialog(change),
                error_code=render.error_code(row.cause),
                hangup_source=render.hangup_source(row),
            )
            yield _about(kind, row, None, ended)
        case ActionFailed():
            yield _failed(change, event)
        case Created() | Joined() | Left() | ChildRang():
            pass
        case LookChanged() | Restrained() | RoleChanged():
            pass
        case _:
            assert_never(event)


def _dialog(change: MeetingChange) -> EventDialog:
    row = change.after
    parent, child = _call(change, row.parent), _call(change, row.child)
    return render.event_dialog(row, parent, child, change.moment.texts)


def _call(change: MeetingChange, leg: LegId | None) -> Call | None:
    return None if leg is None else change.calls.get(leg)


# ---------------------------------------------------------- what can not be done


def _failed(change: MeetingChange, event: ActionFailed) -> Told:
    row, action, reason = change.after, event.action, event.detail
    conference = row.kind is Meeting.CONFERENCE
    data = render.custom_data(action.custom_data, change.moment.texts)
    match action.kind:
        case ActionKind.RECORDING:
            kind = EventType.DIALOG_RECORDING_FAILED
            if conference:
                kind = EventType.CONFERENCE_RECORDING_FAILED
            recording = RecordingFailedProperties(
                reason=reason, recording_custom_data=data
            )
            return _about(kind, row, None, recording)
        case ActionKind.COMPOSITION:
            if conference:
                kind = EventType.CONFERENCE_COMPOSITION_FAILED
                one = ConferenceCompositionFailedProperties(reason=reason)
                return _about(kind, row, None, one)
            kind = EventType.DIALOG_COMPOSITION_FAILED
            other = DialogCompositionFailedProperties(reason=reason)
            return _about(kind, row, None, other)
        case _:
            failed = error(ActionType[action.kind.name], event.cause, reason)
            return _about(EventType.ERROR, row, None, failed)
