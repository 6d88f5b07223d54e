"""Bulks on the wire: many calls at once, by a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta, field

from ringway.public.models.calls import MachineDetectionRequest
from ringway.public.models.enums import ActionStatus, BulkState, DayOfWeek, TimeUnit
from ringway.public.models.parts import Platform
from ringway.public.models.recordings import CallRecordingRequest
from ringway.public.models.scalars import (
    MAX_INT32,
    Id,
    Moment,
    Texts,
    Wire,
    check_times,
)


class BulkPhoneEndpoint(Wire, kw_only=True, tag_field="type", tag="PHONE"):
    """A telephone, by its number in E.164."""

    phone_number: str


BulkEndpoint: TypeAlias = BulkPhoneEndpoint
"""A party that a bulk can call."""


class BulkCallRequest(Wire, kw_only=True):
    """One call of a bulk."""

    external_id: str | None = None
    endpoint: BulkEndpoint


class CallRate(Wire, kw_only=True):
    """How many calls a bulk places in a unit of time."""

    max_calls: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    time_unit: TimeUnit | None = None


class RetryOptions(Wire, kw_only=True):
    """How often a call is tried again, and after how many minutes."""

    min_wait_period: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    max_wait_period: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    max_attempts: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None


class TimeWindowPoint(Wire, kw_only=True):
    """A time of the day, in UTC."""

    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, Meta(ge=0, le=59)] | None = None


class TimeWindow(Wire, kw_only=True):
    """When a bulk may call, in UTC."""

    from_: TimeWindowPoint | None = field(default=None, name="from")
    to: TimeWindowPoint | None = None
    days: list[DayOfWeek]


class SchedulingOptions(Wire, kw_only=True):
    """When a bulk begins, and when it may call."""

    start_time: Moment | None = None
    calling_time_window: TimeWindow | None = None

    def __post_init__(self) -> None:
        check_times(startTime=self.start_time)


class BulkItem(Wire, kw_only=True):
    """Calls that are placed by the same rules; seconds, the validity in minutes."""

    from_: str | None = field(default=None, name="from")
    call_requests: Annotated[list[BulkCallRequest], Meta(min_length=1)]
    recording: CallRecordingRequest | None = None
    machine_detection: MachineDetectionRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    connect_timeout: Annotated[int, Meta(ge=1, le=60)] | None = None
    call_rate: CallRate | None = None
    validity_period: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    retry_options: RetryOptions | None = None
    scheduling_options: SchedulingOptions | None = None
    custom_data: Texts | None = None


class BulkRequest(Wire, kw_only=True):
    """Many calls to place, and who owns them."""

    OLDER: ClassVar[Mapping[str, str]] = {"applicationId": "callsConfigurationId"}

    bulk_id: str | None = None
    calls_configuration_id: str
    platform: Platform | None = None
    items: Annotated[list[BulkItem], Meta(min_length=1)]


class BulkCall(Wire, kw_only=True):
    """A call of a bulk."""

    calls_configuration_id: str | None = None
    platform: Platform | None = None
    call_id: Id | None = None
    external_id: str | None = None
    from_: str | None = field(default=None, name="from")
    endpoint: BulkEndpoint | None = None
    status: ActionStatus | None = None
    reason: str | None = None


class BulkResponse(Wire, kw_only=True):
    """A bulk, and what became of each of its calls."""

    bulk_id: str | None = None
    calls: list[BulkCall] | None = None


class BulkStatus(Wire, kw_only=True):
    """How far a bulk is."""

    bulk_id: str | None = None
    start_time: Moment | None = None
    status: BulkState | None = None


class RescheduleRequest(Wire, kw_only=True):
    """When a bulk is to begin instead."""

    start_time: Moment

    def __post_init__(self) -> None:
        check_times(startTime=self.start_time)
