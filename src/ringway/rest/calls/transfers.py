"""Application transfers: a call is offered to another owner, who takes it or not."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ringway.domain.leg_requests import AcceptTransfer, OfferTransfer, RejectTransfer
from ringway.domain.values import SECOND
from ringway.ports.shelves import Shelves
from ringway.public.models.parts import ActionResponse
from ringway.rest.calls import words
from ringway.rest.calls.calls import PENDING, call_of, configured
from ringway.rest.calls.door import Asked, Handler
from ringway.runtime.application import Desk


def transfer_handlers(desk: Desk, shelves: Shelves) -> Mapping[str, Handler]:
    """Make the handlers of `/calls/1/calls/{callId}/application-transfer`."""

    async def offer(asked: Asked) -> ActionResponse:
        body = asked.body
        to = body.destination_calls_configuration_id
        desk.call(asked.account, call_of(asked))
        await configured(shelves, asked, to)
        request = OfferTransfer(
            id=str(uuid.uuid4()),
            to=words.owner(to, body.platform),
            timeout=body.timeout * SECOND,
        )
        await desk.command(asked.account, call_of(asked), request, body.custom_data)
        return PENDING

    async def accept(asked: Asked) -> ActionResponse:
        request = AcceptTransfer(asked.path["transferId"])
        await desk.command(asked.account, call_of(asked), request)
        return PENDING

    async def reject(asked: Asked) -> ActionResponse:
        request = RejectTransfer(asked.path["transferId"])
        await desk.command(asked.account, call_of(asked), request)
        return PENDING

    return {
        "application-transfer": offer,
        "application-transfer-accept": accept,
        "application-transfer-reject": reject,
    }
