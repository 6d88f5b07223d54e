"""SIP trunks: made, changed, switched on and off, given new secrets, deleted.

They are kept; what they lead to comes with the telephone side.  Codes of 202 say that
a change goes on after the answer: here it is done with the answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from ringway.domain.values import AccountId
from ringway.ports.clock import Clock
from ringway.ports.fields import WrongFields
from ringway.ports.sealing import Seal, Sealed
from ringway.ports.shelves import Shelf, Shelves, the
from ringway.ports.trunks import ADDRESS, TRUNK, Trunk
from ringway.public.models.trunk_answers import (
    CreateSipTrunkResponse,
    ExtendedSipTrunkStatusResponse,
    SipTrunkPage,
    SipTrunkResetPasswordResponse,
    SipTrunkResponse,
    SipTrunkStatusResponse,
)
from ringway.public.models.trunk_enums import SipTrunkAdminStatus
from ringway.public.pages import page_info
from ringway.public.trunk_answers import (
    admin_status,
    created_answer,
    reset_answer,
    status_answer,
    trunk_answer,
)
from ringway.public.trunks import Safe, Secrets, changed, made, reset
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError


def trunk_handlers(shelves: Shelves, seal: Seal, clock: Clock) -> Mapping[str, Handler]:
    """Make the handlers."""

    def safe_of(account: AccountId, id_: str) -> Safe:
        def safe(name: str, secret: str) -> Sealed:
            place = f"{account}/{TRUNK.name}/{id_}/{name}"
            return seal.close(secret.encode(), place)

        return safe

    async def listed(asked: Asked) -> SipTrunkPage:
        query = asked.query
        found = await shelves.read(
            asked.account,
            lambda shelf: shelf.page(TRUNK, query.page, query.size, query.name),
        )
        return SipTrunkPage(
            results=[trunk_answer(it) for it in found.values],
            paging=page_info(query.page, query.size, found.total),
        )

    async def create(asked: Asked) -> CreateSipTrunkResponse:
        id_, at = str(uuid.uuid4()), clock.now()
        it, secrets = made(id_, asked.body, safe_of(asked.account, id_))

        def work(shelf: Shelf) -> None:
            _check_address(shelf, it)
            shelf.add(TRUNK, id_, it, at, it.name)

        await shelves.write(asked.account, work)
        return created_answer(it, secrets)

    async def read(asked: Asked) -> SipTrunkResponse:
        return trunk_answer(await _read(asked))

    async def update(asked: Asked) -> SipTrunkResponse:
        id_ = asked.path["sipTrunkId"]

        def work(shelf: Shelf) -> Trunk:
            safe = safe_of(asked.account, id_)
            it = changed(the(shelf, TRUNK, id_), asked.body, safe)
            shelf.put(TRUNK, id_, it, it.name)
            return it

        return trunk_answer(await shelves.write(asked.account, work))

    async def delete(asked: Asked) -> SipTrunkResponse:
        id_ = asked.path["sipTrunkId"]
        return trunk_answer(
            await shelves.write(asked.account, lambda shelf: shelf.remove(TRUNK, id_))
        )

    async def reset_password(asked: Asked) -> SipTrunkResetPasswordResponse:
        id_ = asked.path["sipTrunkId"]

        def work(shelf: Shelf) -> tuple[Trunk, Secrets]:
            before = the(shelf, TRUNK, id_)
            done = reset(before, safe_of(asked.account, id_))
            if done is None:
                raise ApiError(
                    HTTPStatus.BAD_REQUEST,
                    f"A trunk of type {before.type} has no password.",
                )
            shelf.put(TRUNK, id_, done[0], before.name)
            return done

        return reset_answer(*await shelves.write(asked.account, work))

    async def status(asked: Asked) -> ExtendedSipTrunkStatusResponse:
        return status_answer(await _read(asked))

    async def set_status(asked: Asked) -> SipTrunkStatusResponse:
        id_, wanted = asked.path["sipTrunkId"], asked.body.admin_status
        if wanted is SipTrunkAdminStatus.SYSTEM_DISABLED:
            raise WrongFields({"adminStatus": "is ENABLED or DISABLED for customers"})

        def work(shelf: Shelf) -> Trunk:
            enabled = wanted is SipTrunkAdminStatus.ENABLED
            it = replace(the(shelf, TRUNK, id_), enabled=enabled)
            shelf.put(TRUNK, id_, it, it.name)
            return it

        done = await shelves.write(asked.account, work)
        return SipTrunkStatusResponse(admin_status=admin_status(done))

    async def _read(asked: Asked) -> Trunk:
        id_ = asked.path["sipTrunkId"]
        return await shelves.read(asked.account, lambda shelf: the(shelf, TRUNK, id_))

    return {
        "get-sip-trunks": listed,
        "create-sip-trunk": create,
        "get-sip-trunk": read,
        "update-sip-trunk": update,
        "delete-sip-trunk": delete,
        "reset-sip-trunk-password": reset_password,
        "get-sip-trunk-status": status,
        "set-sip-trunk-status": set_status,
    }


def _check_address(shelf: Shelf, it: Trunk) -> None:
    address = it.billing.address
    if address is not None and shelf.get(ADDRESS, address) is None:
        raise WrongFields(
            {"billingPackage.addressId": "is no service address of this account"}
        )
