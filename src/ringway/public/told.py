"""One event on its way to customers: who hears it, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from ringway.domain.causes import Cause
from ringway.domain.values import BridgeId, LegId, Owner
from ringway.ports.outbox import PublicEvent
from ringway.public.models.action_events import ErrorProperties
from ringway.public.models.envelope import Event
from ringway.public.models.event_enums import ActionType, EventType
from ringway.public.models.events import RetryProperties
from ringway.public.models.scalars import Wire
from ringway.public.moments import public_time
from ringway.public.render import platform
from ringway.runtime.changes import Moment

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event, before it has its place in the outbox."""

    type: EventType
    owner: Owner
    """Whose configuration hears of it."""
    properties: Wire | None = None
    call: LegId | None = None
    conference: BridgeId | None = None
    dialog: BridgeId | None = None
    bulk: str | None = None
    retry: RetryProperties | None = None

    @property
    def subject(self) -> str:
        """What it is in one order with: the meeting's events are, and the call's."""
        subject = self.conference or self.dialog or self.call or self.bulk
        assert subject is not None, "an event is about something"
        return subject

    def at(self, moment: Moment, index: int) -> PublicEvent:
        """Give it its place: one of those that came of one event of the log."""
        owner = self.owner
        event = Event(
            type=self.type,
            call_id=self.call,
            conference_id=self.conference,
            dialog_id=self.dialog,
            bulk_id=self.bulk,
            calls_configuration_id=owner.configuration,
            platform=platform(owner),
            timestamp=public_time(moment.at),
            properties=self.properties,
            retry_properties=self.retry,
        )
        return PublicEvent(
            account=moment.account,
            position=moment.position,
            index=index,
            type=self.type,
            configuration=owner.configuration,
            application=owner.application,
            entity=owner.entity,
            subject=self.subject,
            at=moment.at,
            trace=moment.trace,
            payload=_encode(event),
        )


def error(action: ActionType, cause: Cause, detail: str) -> ErrorProperties:
    """Say that an action has failed after it was accepted."""
    return ErrorProperties(
        action_type=action,
        error_code=cause.value,
        error_details=detail or cause.description,
    )
