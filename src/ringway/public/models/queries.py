"""Parameters of requests: pages and filters."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, field

from ringway.public.models.enums import (
    CallDirection,
    CallEndpointType,
    CallState,
    DialogState,
    RecordingLocation,
)
from ringway.public.models.scalars import MAX_INT32, Moment, Wire, check_times

DEFAULT_SIZE: Final = 20
MAX_SIZE: Final = 100
"""Results on a page."""


class PageQuery(Wire, kw_only=True):
    """Which page, from 0, and how much is on one."""

    page: Annotated[int, Meta(ge=0, le=MAX_INT32)] = 0
    size: Annotated[int, Meta(ge=1, le=MAX_SIZE)] = DEFAULT_SIZE


class PlaceQuery(Wire, kw_only=True):
    """Where a recording is kept; here there is one place, and all names lead to it."""

    location: RecordingLocation | None = None


class CallsQuery(PageQuery, kw_only=True):
    """Which calls."""

    type: CallEndpointType | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    direction: CallDirection | None = None
    status: CallState | None = None
    start_time_after: Moment | None = None
    conference_id: str | None = None
    dialog_id: str | None = None
    bulk_id: str | None = None

    def __post_init__(self) -> None:
        check_times(startTimeAfter=self.start_time_after)


class DialogsQuery(PageQuery, kw_only=True):
    """Which dialogs."""

    calls_configuration_id: str | None = None
    application_id: str | None = None
    state: DialogState | None = None
    parent_call_id: str | None = None
    child_call_id: str | None = None
    start_time_after: Moment | None = None

    def __post_init__(self) -> None:
        check_times(startTimeAfter=self.start_time_after)


class DialogsHistoryQuery(PageQuery, kw_only=True):
    """Which dialogs that are over."""

    calls_configuration_id: str | None = None
    application_id: str | None = None
    state: DialogState | None = None
    parent_call_id: str | None = None
    child_call_id: str | None = None
    start_time_after: Moment | None = None
    end_time_before: Moment | None = None

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after, endTimeBefore=self.end_time_before
        )


class ConferencesQuery(PageQuery, kw_only=True):
    """Which conferences."""

    name: str | None = None
    call_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    start_time_after: Moment | None = None

    def __post_init__(self) -> None:
        check_times(startTimeAfter=self.start_time_after)


class ConferencesHistoryQuery(PageQuery, kw_only=True):
    """Which conferences that are over."""

    name: str | None = None
    call_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    start_time_after: Moment | None = None
    end_time_before: Moment | None = None

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after, endTimeBefore=self.end_time_before
        )


class CallRecordingsQuery(PageQuery, kw_only=True):
    """Which recordings of calls."""

    call_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    entity_id: str | None = None
    endpoint_identifier: str | None = None
    start_time_after: Moment | None = None
    end_time_before: Moment | None = None
    direction: CallDirection | None = None
    endpoint_type: CallEndpointType | None = None
    location: RecordingLocation | None = None

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after, endTimeBefore=self.end_time_before
        )


class ConferenceRecordingsQuery(PageQuery, kw_only=True):
    """Which recordings of conferences."""

    conference_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    entity_id: str | None = None
    conference_name: str | None = None
    call_id: str | None = None
    call_endpoint_type: CallEndpointType | None = None
    call_endpoint_identifier: str | None = None
    start_time_after: Moment | None = None
    end_time_before: Moment | None = None
    composition: bool | None = None
    location: RecordingLocation | None = None

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after, endTimeBefore=self.end_time_before
        )


class DialogRecordingsQuery(PageQuery, kw_only=True):
    """Which recordings of dialogs."""

    dialog_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    entity_id: str | None = None
    call_id: str | None = None
    call_endpoint_type: CallEndpointType | None = None
    call_endpoint_identifier: str | None = None
    start_time_after: Moment | None = None
    end_time_before: Moment | None = None
    composition: bool | None = None
    location: RecordingLocation | None = None

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after, endTimeBefore=self.end_time_before
        )


class SipTrunksQuery(PageQuery, kw_only=True):
    """Which trunks."""

    name: str | None = None


class RegionsQuery(Wire, kw_only=True):
    """Of which country."""

    country_code: str
