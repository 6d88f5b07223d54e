"""Push configurations: made, listed, replaced, changed and deleted.

The application that one belongs to is an association at `/provisioning/1`, and nowhere
else: so it can be read and changed on both sides.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ringway.domain.values import AccountId
from ringway.ports.clock import Clock
from ringway.ports.provisioning import (
    APPLICATION,
    ASSOCIATION,
    Application,
    Association,
)
from ringway.ports.push import PUSH, Keys, PushConfiguration
from ringway.ports.sealing import Seal, Sealed
from ringway.ports.shelves import Shelf, Shelves, the
from ringway.public.models.webrtc import (
    PushConfigurationPageResponse,
    PushConfigurationResponse,
)
from ringway.public.pages import page_info
from ringway.public.push import (
    Safe,
    Tried,
    check_whole,
    drafted,
    merged,
    push_answer,
    push_configuration,
)
from ringway.rest.calls.door import Asked, Handler


def push_handlers(
    shelves: Shelves, seal: Seal, keys: Keys, clock: Clock
) -> Mapping[str, Handler]:
    """Make the handlers."""

    def safe_of(account: AccountId, id_: str) -> Safe:
        def safe(name: str, secret: bytes) -> Sealed:
            return seal.close(secret, f"{account}/{PUSH.name}/{id_}/{name}")

        return safe

    async def read_body(asked: Asked, id_: str) -> PushConfiguration:
        draft = drafted(asked.body)
        certificate = private_key = None
        if draft.certificate is not None:
            certificate = await keys.certificate(draft.certificate, draft.password)
        if draft.private_key is not None:
            private_key = await keys.private_key(draft.private_key)
        tried = Tried(certificate, private_key)
        safe = safe_of(asked.account, id_)
        return push_configuration(id_, asked.body, draft, tried, safe)

    async def listed(asked: Asked) -> PushConfigurationPageResponse:
        page, size = asked.query.page, asked.query.size

        def work(shelf: Shelf) -> PushConfigurationPageResponse:
            found = shelf.page(PUSH, page, size)
            return PushConfigurationPageResponse(
                results=[_answer(shelf, it) for it in found.values],
                page_info=page_info(page, size, found.total),
            )

        return await shelves.read(asked.account, work)

    async def create(asked: Asked) -> PushConfigurationResponse:
        id_, at = str(uuid.uuid4()), clock.now()
        it = await read_body(asked, id_)
        check_whole(it)

        def work(shelf: Shelf) -> PushConfigurationResponse:
            shelf.add(PUSH, id_, it, at)
            _associate(shelf, it, asked.body.application_id, at)
            return _answer(shelf, it)

        return await shelves.write(asked.account, work)

    async def read(asked: Asked) -> PushConfigurationResponse:
        id_ = asked.path["id"]
        return await shelves.read(
            asked.account, lambda shelf: _answer(shelf, the(shelf, PUSH, id_))
        )

    async def replace(asked: Asked) -> PushConfigurationResponse:
        id_, at = asked.path["id"], clock.now()
        it = await read_body(asked, id_)
        check_whole(it)

        def work(shelf: Shelf) -> PushConfigurationResponse:
            shelf.put(PUSH, id_, it)
            _associate(shelf, it, asked.body.application_id, at)
            return _answer(shelf, it)

        return await shelves.write(asked.account, work)

    async def change(asked: Asked) -> PushConfigurationResponse:
        id_, at = asked.path["id"], clock.now()
        named = await read_body(asked, id_)

        def work(shelf: Shelf) -> PushConfigurationResponse:
            it = merged(the(shelf, PUSH, id_), named)
            shelf.put(PUSH, id_, it)
            _associate(shelf, it, asked.body.application_id, at)
            return _answer(shelf, it)

        return await shelves.write(asked.account, work)

    async def delete(asked: Asked) -> None:
        id_ = asked.path["id"]

        def work(shelf: Shelf) -> None:
            key = shelf.remove(PUSH, id_).resource.key
            if shelf.get(ASSOCIATION, key) is not None:
                shelf.remove(ASSOCIATION, key)

        await shelves.write(asked.account, work)

    return {
        "get-push-configurations": listed,
        "save-push-configuration": create,
        "get-push-configuration": read,
        "update-push-configuration": replace,
        "patch-push-configuration": change,
        "delete-push-configuration": delete,
    }


def _answer(shelf: Shelf, it: PushConfiguration) -> PushConfigurationResponse:
    found = shelf.get(ASSOCIATION, it.resource.key)
    return push_answer(it, None if found is None else found.application)


def _associate(
    shelf: Shelf, it: PushConfiguration, application: str | None, at: int
) -> None:
    """Let it belong to the application, if one is named; make one of a new name.

    Clients of a time when each account had an application send its name without
    having made it here.
    """
    if application is None:
        return
    key = it.resource.key
    before = shelf.get(ASSOCIATION, key)
    if before is not None and before.application == application:
        return
    if shelf.get(APPLICATION, application) is None:
        shelf.add(APPLICATION, application, Application(application), at)
    if before is not None:
        shelf.remove(ASSOCIATION, key)
    after = Association(it.resource, application)
    shelf.add(ASSOCIATION, key, after, at, application)
