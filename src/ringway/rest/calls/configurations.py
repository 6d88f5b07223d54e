"""Calls configurations: made, listed, renamed and deleted."""

from __future__ import annotations

from collections.abc import Mapping

from ringway.ports.clock import Clock
from ringway.ports.configurations import (
    CONFIGURATION,
    Configuration,
    configuration,
    renamed,
)
from ringway.ports.fields import WrongFields
from ringway.ports.shelves import Shelf, Shelves, Taken, the
from ringway.public.models.configurations import (
    CallsConfigurationPage,
    CallsConfigurationResponse,
)
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler


def configuration_handlers(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    """Make the handlers."""

    async def listed(asked: Asked) -> CallsConfigurationPage:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(CONFIGURATION, page, size)
        )
        return CallsConfigurationPage(
            results=[_answer(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> CallsConfigurationResponse:
        it, at = configuration(asked.body.id, asked.body.name), clock.now()
        try:
            await shelves.write(
                asked.account, lambda shelf: shelf.add(CONFIGURATION, it.id, it, at)
            )
        except Taken as error:
            raise WrongFields({"id": "is taken: choose another, or none"}) from error
        return _answer(it)

    async def read(asked: Asked) -> CallsConfigurationResponse:
        id_ = asked.path["callsConfigurationId"]
        return _answer(
            await shelves.read(
                asked.account, lambda shelf: the(shelf, CONFIGURATION, id_)
            )
        )

    async def rename(asked: Asked) -> CallsConfigurationResponse:
        id_ = asked.path["callsConfigurationId"]

        def work(shelf: Shelf) -> Configuration:
            it = renamed(the(shelf, CONFIGURATION, id_), asked.body.name)
            shelf.put(CONFIGURATION, id_, it)
            return it

        return _answer(await shelves.write(asked.account, work))

    async def delete(asked: Asked) -> CallsConfigurationResponse:
        id_ = asked.path["callsConfigurationId"]
        return _answer(
            await shelves.write(
                asked.account, lambda shelf: shelf.remove(CONFIGURATION, id_)
            )
        )

    return {
        "get-calls-configurations": listed,
        "create-calls-configuration": create,
        "get-calls-configuration": read,
        "update-calls-configuration": rename,
        "delete-calls-configuration": delete,
    }


def _answer(it: Configuration) -> CallsConfigurationResponse:
    return CallsConfigurationResponse(id=it.id, name=it.name)
