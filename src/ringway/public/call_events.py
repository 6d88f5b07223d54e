"""What customers are told of one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain.actions import ActionKind
from ringway.domain.leg_events import (
    Accepted,
    ActionFailed,
    Annotated,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    DeviceOut,
    Disconnected,
    Ended,
    Established,
    Failed,
    Followed,
    LookChanged,
    MediaLost,
    MediaOpened,
    MediaReopening,
    PreAnswered,
    PreEstablished,
    Rang,
    Reached,
    Received,
    Reconnected,
    RemoteChanged,
    TransferFailed,
    TransferOffered,
    Transferred,
)
from ringway.domain.leg_state import CallState
from ringway.domain.values import VOICE_ONLY, Direction, Look, Owner
from ringway.ports.calls import Call
from ringway.public import render
from ringway.public.models.action_events import (
    MachineDetectionFailedProperties,
    MachineMessageDetectionFailedProperties,
    MediaStreamFailedProperties,
)
from ringway.public.models.event_enums import ActionType, EventType
from ringway.public.models.events import (
    ApplicationTransferFailedProperties,
    ApplicationTransferFinishedProperties,
    ApplicationTransferRequestedProperties,
    CallLogProperties,
    CallProperties,
    CallWithErrorCodeProperties,
    RetryProperties,
)
from ringway.public.models.recording_events import CallRecordingFailedProperties
from ringway.public.models.scalars import Wire
from ringway.public.told import Told, error
from ringway.runtime.changes import CallChange

BaseUrl = Callable[[], str | None]
"""Gives the address at which the API is reached."""


def of_call(change: CallChange, base_url: BaseUrl) -> Iterator[Told]:
    """Say what customers are told, in order; nothing of people's own calls."""
    call, event = change.after, change.event
    owner = call.owner
    if owner is None:
        return
    match event:
        case Created():
            # A call that comes in is told when it is known whose it is.
            if call.direction is Direction.OUTBOUND:
                yield _started(change, owner, base_url)
        case Received():
            yield _live(EventType.CALL_RECEIVED, change, owner, base_url)
        case Rang():
            yield _live(EventType.CALL_RINGING, change, owner, base_url)
        case PreEstablished():
            yield _live(EventType.CALL_PRE_ESTABLISHED, change, owner, base_url)
        case Established():
            yield _live(EventType.CALL_ESTABLISHED, change, owner, base_url)
        case Disconnected():
            yield _live(EventType.CALL_DISCONNECTED, change, owner, base_url)
        case Reconnected():
            yield _live(EventType.CALL_RECONNECTED, change, owner, base_url)
        case LookChanged(look):
            before = VOICE_ONLY if change.before is None else change.before.look
            if shown(before) != shown(look):
                media = render.media(look, call.restraint)
                yield _told(EventType.CALL_MEDIA_CHANGED, call, owner, media)
        case Ended():
            yield from _ended(change, owner)
        case TransferOffered() | Transferred() | TransferFailed():
            yield from _transfer(change, owner, event)
        case ActionFailed():
            yield from _failed(change, owner, event)
        case Accepted() | Answered() | Annotated() | Attached() | Detached():
            pass
        case MediaOpened() | MediaLost() | MediaReopening() | RemoteChanged():
            pass
        case DeviceLost() | DeviceBack() | DeviceOut() | Failed() | Followed():
            pass
        case PreAnswered() | Reached():
            pass
        case _:
            assert_never(event)


def shown(look: Look) -> Look:
    """Give of a look what the API calls media: being away is none of it."""
    return replace(look, away=False)


def _told(
    kind: EventType, call: Call, owner: Owner, properties: Wire | None = None
) -> Told:
    return Told(type=kind, owner=owner, call=call.id, properties=properties)


def _live(kind: EventType, change: CallChange, owner: Owner, base_url: BaseUrl) -> Told:
    call = render.call(change.after, change.moment.texts)
    properties = CallProperties(call=call, api_base_url=base_url())
    return _told(kind, change.after, owner, properties)


def _started(change: CallChange, owner: Owner, base_url: BaseUrl) -> Told:
    told = _live(EventType.CALL_STARTED, change, owner, base_url)
    if change.after.bulk is None:
        return told
    return replace(told, retry=RetryProperties(retry=change.after.terms.retry))


def _ended(change: CallChange, owner: Owner) -> Iterator[Told]:
    call = change.after
    log = render.call_log(call, change.moment.texts)
    finished = call.state is CallState.FINISHED
    kind = EventType.CALL_FINISHED if finished else EventType.CALL_FAILED
    yield _told(kind, call, owner, CallWithErrorCodeProperties(call_log=log))
    if call.bulk is not None:
        status = CallLogProperties(call_log=log)
        told = _told(EventType.BULK_CALL_STATUS, call, owner, status)
        yield replace(told, bulk=call.bulk)


# ---------------------------------------------------------- to another application


def _transfer(
    change: CallChange,
    owner: Owner,
    event: TransferOffered | Transferred | TransferFailed,
) -> Iterator[Told]:
    call = change.after
    live = render.call(call, change.moment.texts)
    match event:
        case TransferOffered(id_, to):
            requested = ApplicationTransferRequestedProperties(
                source_calls_configuration_id=owner.configuration,
                source_application_id=_application(owner),
                transfer_id=id_,
                call=live,
            )
            kind = EventType.APPLICATION_TRANSFER_REQUESTED
            yield _told(kind, call, to, requested)
        case Transferred(id_, before, to):
            finished = ApplicationTransferFinishedProperties(
                source_calls_configuration_id=before.configuration,
                destination_calls_configuration_id=to.configuration,
                source_application_id=_application(before),
                destination_application_id=_application(to),
                transfer_id=id_,
                call=live,
            )
            for each in (before, to):
                kind = EventType.APPLICATION_TRANSFER_FINISHED
                yield _told(kind, call, each, finished)
        case TransferFailed(id_, to):
            failed = ApplicationTransferFailedProperties(
                source_calls_configuration_id=owner.configuration,
                destination_calls_configuration_id=to.configuration,
                source_application_id=_application(owner),
                destination_application_id=_application(to),
                transfer_id=id_,
            )
            for each in (owner, to):
                kind = EventType.APPLICATION_TRANSFER_FAILED
                yield _told(kind, call, each, failed)


def _application(owner: Owner) -> str:
    """Name an application; the reference requires it, so its configuration stands in.

    Configurations are what has taken the place of applications.
    """
    return owner.application or owner.configuration


# ---------------------------------------------------------- what can not be done


def _failed(change: CallChange, owner: Owner, event: ActionFailed) -> Iterator[Told]:
    call, action, reason = change.after, event.action, event.detail
    data = render.custom_data(action.custom_data, change.moment.texts)
    match action.kind:
        case ActionKind.RECORDING:
            recording = CallRecordingFailedProperties(
                reason=reason, recording_custom_data=data
            )
            yield _told(EventType.CALL_RECORDING_FAILED, call, owner, recording)
        case ActionKind.MEDIA_STREAM:
            stream = MediaStreamFailedProperties(
                config_id=action.detail or None, reason=reason
            )
            yield _told(EventType.MEDIA_STREAM_FAILED, call, owner, stream)
        case ActionKind.MACHINE_DETECTION:
            machine = MachineDetectionFailedProperties(reason=reason, custom_data=data)
            yield _told(EventType.MACHINE_DETECTION_FAILED, call, owner, machine)
            wanted = call.terms.machine_detection
            if wanted is not None and wanted.message_detection_timeout:
                message = MachineMessageDetectionFailedProperties(
                    reason=reason, custom_data=data
                )
                kind = EventType.MACHINE_MESSAGE_DETECTION_FAILED
                yield _told(kind, call, owner, message)
        case _ if action.kind.name in ActionType.__members__:
            failed = error(ActionType[action.kind.name], event.cause, reason)
            yield _told(EventType.ERROR, call, owner, failed)
        case _:
            # A stop without something to stop is refused, and only recordings of
            # meetings are composed: neither comes here.
            raise AssertionError(f"a call can not fail to {action.kind}")
