"""Bulks: many calls at once, placed by rules."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ringway.domain.bulk import DAY, MINUTE, BulkPhase, Rules, Window, waits
from ringway.domain.values import SECOND, AccountId
from ringway.ports.bulks import PART, Bulk, BulkCall, Part, call_id
from ringway.ports.clock import Clock
from ringway.ports.shelves import Shelves, Taken, TooMany
from ringway.programs.bulks import Bulks, WrongPhase
from ringway.public.models import bulks as wire
from ringway.public.models.enums import ActionStatus, BulkState, DayOfWeek, TimeUnit
from ringway.public.moments import given_time, public_time
from ringway.rest.calls import words
from ringway.rest.calls.calls import configured
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError, bad_request

MAX_CALLS: Final = 10_000
"""Of one bulk."""
MAX_ID: Final = 128
_ID: Final = re.compile(rf"[^/\s]{{1,{MAX_ID}}}")
_UNITS: Final[Mapping[TimeUnit, int]] = {
    TimeUnit.SECONDS: SECOND,
    TimeUnit.MINUTES: MINUTE,
    TimeUnit.HOURS: 60 * MINUTE,
    TimeUnit.DAYS: DAY,
}


def bulk_handlers(
    bulks: Bulks, shelves: Shelves, clock: Clock
) -> Mapping[str, Handler]:
    """Make the handlers of `/calls/1/bulks`."""

    async def create(asked: Asked) -> wire.BulkResponse:
        body: wire.BulkRequest = asked.body
        await configured(shelves, asked, body.calls_configuration_id)
        bulk, parts = _taken(body, clock.now(), asked.meeting_id)
        try:
            await bulks.create(asked.account, bulk, parts)
        except Taken as error:
            # An id of the key's own is taken only by the same request.
            if asked.meeting_id != bulk.id:
                raise bad_request(str(error), bulkId=str(error)) from None
        except TooMany as error:
            raise bad_request(str(error), bulkId=str(error)) from None
        return _response(asked.account, body, bulk, parts)

    async def status(asked: Asked) -> wire.BulkStatus:
        return _status(await bulks.bulk(asked.account, asked.path["bulkId"]))

    async def reschedule(asked: Asked) -> wire.BulkStatus:
        starts_at = given_time(asked.body.start_time)
        assert starts_at is not None, "the model has looked at it"
        try:
            bulk = await bulks.reschedule(
                asked.account, asked.path["bulkId"], starts_at
            )
        except WrongPhase as error:
            text = f"{error} Only one that has not begun is rescheduled."
            raise bad_request(text) from None
        return _status(bulk)

    def moving(to: BulkPhase, which: str) -> Handler:
        async def move(asked: Asked) -> wire.BulkStatus:
            try:
                bulk = await bulks.move(asked.account, asked.path["bulkId"], to)
            except WrongPhase as error:
                # 400 is not among the errors of these operations: there is no bulk
                # of the kind that they are for.
                raise ApiError(HTTPStatus.NOT_FOUND, f"{error} {which}") from None
            return _status(bulk)

        return move

    return {
        "create-bulk": create,
        "get-bulk-status": status,
        "reschedule-bulk": reschedule,
        "pause-bulk": moving(
            BulkPhase.PAUSED, "Only one that is in progress is paused."
        ),
        "resume-bulk": moving(
            BulkPhase.PROCESSING, "Only one that is paused is resumed."
        ),
        "cancel-bulk": moving(
            BulkPhase.CANCELED, "Only one that is not over is cancelled."
        ),
    }


def _taken(
    body: wire.BulkRequest, now: int, given_id: str | None
) -> tuple[Bulk, list[Part]]:
    """Make what is kept of a request.  Or `ApiError` 400."""
    id_ = body.bulk_id if body.bulk_id is not None else given_id or _fresh()
    if not _ID.fullmatch(id_):
        said = f"is 1 to {MAX_ID} characters, without / and blanks"
        raise bad_request("Some fields are not valid.", bulkId=said)
    count = sum(len(item.call_requests) for item in body.items)
    if count > MAX_CALLS:
        said = f"have at most {MAX_CALLS} calls together"
        raise bad_request("Some fields are not valid.", items=said)
    parts: list[Part] = []
    number = 0
    for index, item in enumerate(body.items):
        rules = _rules(item, now)
        recorded = item.recording
        for first in range(0, len(item.call_requests), PART):
            requests = item.call_requests[first : first + PART]
            calls = tuple(
                BulkCall(
                    number + offset,
                    it.endpoint.phone_number,
                    it.external_id,
                    rules.starts_at,
                )
                for offset, it in enumerate(requests)
            )
            number += len(calls)
            part = Part(
                id_,
                len(parts),
                index,
                rules,
                item.from_ or "",
                words.terms(item, None),
                calls,
                dict(item.custom_data or {}),
                dict((recorded and recorded.custom_data) or {}),
            )
            parts.append(part)
    scheduled = any(item.scheduling_options is not None for item in body.items)
    starts_at = min(part.rules.starts_at for part in parts)
    owner = words.owner(body.calls_configuration_id, body.platform)
    bulk = Bulk(id_, owner, starts_at, scheduled, BulkPhase.PENDING, len(parts))
    return bulk, parts


def _fresh() -> str:
    return secrets.token_hex(16)


def _rules(item: wire.BulkItem, now: int) -> Rules:
    options = item.scheduling_options or wire.SchedulingOptions()
    starts_at = None if options.start_time is None else given_time(options.start_time)
    again, rate = item.retry_options, item.call_rate
    valid = item.validity_period
    rules = Rules(
        starts_at=max(now, starts_at or now),
        window=_window(options.calling_time_window),
        valid_for=None if valid is None else valid * MINUTE,
    )
    if again is not None:
        again_after = waits(
            again.min_wait_period, again.max_wait_period, again.max_attempts
        )
        rules = replace(rules, waits=again_after)
    if rate is not None and rate.max_calls is not None:
        unit = _UNITS[rate.time_unit or TimeUnit.SECONDS]
        rules = replace(rules, spacing=unit // rate.max_calls)
    return rules


def _window(given: wire.TimeWindow | None) -> Window | None:
    if given is None:
        return None
    week = list(DayOfWeek)
    days = tuple(sorted({week.index(day) for day in given.days}))
    if not days:
        raise bad_request(
            "Some fields are not valid.",
            **{"schedulingOptions.callingTimeWindow.days": "names a day at least"},
        )
    return Window(days, _minutes(given.from_, 0), _minutes(given.to, 24 * 60))


def _minutes(point: wire.TimeWindowPoint | None, otherwise: int) -> int:
    if point is None or (point.hour is None and point.minute is None):
        return otherwise
    return (point.hour or 0) * 60 + (point.minute or 0)


def _response(
    account: AccountId, body: wire.BulkRequest, bulk: Bulk, parts: list[Part]
) -> wire.BulkResponse:
    calls = [
        wire.BulkCall(
            calls_configuration_id=bulk.owner.configuration,
            platform=body.platform,
            call_id=call_id(account, bulk.id, call.number, 1),
            external_id=call.external_id,
            from_=part.source or None,
            endpoint=wire.BulkPhoneEndpoint(phone_number=call.phone),
            status=ActionStatus.PENDING,
        )
        for part in parts
        for call in part.calls
    ]
    return wire.BulkResponse(bulk_id=bulk.id, calls=calls)


def _status(bulk: Bulk) -> wire.BulkStatus:
    return wire.BulkStatus(
        bulk_id=bulk.id,
        start_time=public_time(bulk.starts_at),
        status=BulkState[bulk.phase],
    )
