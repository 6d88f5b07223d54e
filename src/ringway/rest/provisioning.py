"""`/provisioning/1`: applications, entities, and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from ringway.ports.clock import Clock
from ringway.ports.provisioning import (
    APPLICATION,
    ASSOCIATION,
    ENTITY,
    Application,
    Association,
    Entity,
    Resource,
    delete_application,
    delete_entity,
)
from ringway.ports.push import PUSH, RESOURCE_TYPE
from ringway.ports.shelves import Shelf, Shelves, Taken, the
from ringway.public.models import provisioning as wire
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError


def provisioning_handlers(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    """Make the handlers."""
    return {
        **_applications(shelves, clock),
        **_entities(shelves, clock),
        **_associations(shelves, clock),
    }


def _applications(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    async def listed(asked: Asked) -> wire.PageApplication:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(APPLICATION, page, size)
        )
        return wire.PageApplication(
            results=[_application(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> None:
        it, at = (
            Application(asked.body.application_id, asked.body.application_name),
            clock.now(),
        )
        await shelves.write(
            asked.account, lambda shelf: shelf.add(APPLICATION, it.id, it, at)
        )

    async def read(asked: Asked) -> wire.Application:
        id_ = asked.path["applicationId"]
        return _application(
            await shelves.read(
                asked.account, lambda shelf: the(shelf, APPLICATION, id_)
            )
        )

    async def modify(asked: Asked) -> None:
        id_ = asked.path["applicationId"]
        it = Application(id_, asked.body.application_name)
        await shelves.write(
            asked.account, lambda shelf: shelf.put(APPLICATION, id_, it)
        )

    async def delete(asked: Asked) -> None:
        id_ = asked.path["applicationId"]

        await shelves.write(asked.account, lambda shelf: delete_application(shelf, id_))

    return {
        "get-applications": listed,
        "create-application": create,
        "get-application": read,
        "modify-application": modify,
        "delete-application": delete,
    }


def _entities(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    async def listed(asked: Asked) -> wire.PageEntity:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(ENTITY, page, size)
        )
        return wire.PageEntity(
            results=[_entity(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> None:
        it, at = Entity(asked.body.entity_id, asked.body.entity_name), clock.now()
        await shelves.write(
            asked.account, lambda shelf: shelf.add(ENTITY, it.id, it, at)
        )

    async def read(asked: Asked) -> wire.Entity:
        id_ = asked.path["entityId"]
        return _entity(
            await shelves.read(asked.account, lambda shelf: the(shelf, ENTITY, id_))
        )

    async def modify(asked: Asked) -> None:
        id_ = asked.path["entityId"]
        it = Entity(id_, asked.body.entity_name)
        await shelves.write(asked.account, lambda shelf: shelf.put(ENTITY, id_, it))

    async def delete(asked: Asked) -> None:
        id_ = asked.path["entityId"]

        await shelves.write(asked.account, lambda shelf: delete_entity(shelf, id_))

    return {
        "get-entities": listed,
        "create-entity": create,
        "get-entity": read,
        "modify-entity": modify,
        "delete-entity": delete,
    }


def _associations(shelves: Shelves, clock: Clock) -> Mapping[str, Handler]:
    async def listed(asked: Asked) -> wire.PageResourceAssociation:
        page, size = asked.query.page, asked.query.size
        found = await shelves.read(
            asked.account, lambda shelf: shelf.page(ASSOCIATION, page, size)
        )
        return wire.PageResourceAssociation(
            results=[_association(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def create(asked: Asked) -> None:
        it, at = _asked_for(asked.body), clock.now()

        def work(shelf: Shelf) -> None:
            the(shelf, APPLICATION, it.application)
            if it.entity is not None:
                the(shelf, ENTITY, it.entity)
            if it.resource.type == RESOURCE_TYPE:
                the(shelf, PUSH, it.resource.id)
            try:
                shelf.add(ASSOCIATION, it.resource.key, it, at, it.application)
            except Taken as error:
                raise ApiError(
                    HTTPStatus.CONFLICT,
                    f"The resource {it.resource.id!r} belongs to an application "
                    "already: delete that association first.",
                ) from error

        await shelves.write(asked.account, work)

    async def delete(asked: Asked) -> None:
        it = _asked_for(asked.body)

        def work(shelf: Shelf) -> None:
            if shelf.get(ASSOCIATION, it.resource.key) != it:
                raise _no_association()
            shelf.remove(ASSOCIATION, it.resource.key)

        await shelves.write(asked.account, work)

    async def read(asked: Asked) -> wire.ResourceAssociationResponse:
        it = _asked_for(asked.query)
        found = await shelves.read(
            asked.account, lambda shelf: shelf.get(ASSOCIATION, it.resource.key)
        )
        if (
            found is None
            or found.application != it.application
            or it.entity not in (None, found.entity)
        ):
            raise _no_association()
        return _association(found)

    return {
        "get-associations": listed,
        "create-association": create,
        "delete-association": delete,
        "get-association": read,
    }


def _application(it: Application) -> wire.Application:
    return wire.Application(application_id=it.id, application_name=it.name)


def _entity(it: Entity) -> wire.Entity:
    return wire.Entity(entity_id=it.id, entity_name=it.name)


def _association(it: Association) -> wire.ResourceAssociationResponse:
    return wire.ResourceAssociationResponse(
        resource_type=wire.ResourceType(it.resource.type),
        channel=wire.ChannelType(it.resource.channel),
        application_id=it.application,
        entity_id=it.entity,
        resource_id=it.resource.id,
    )


def _asked_for(
    asked: wire.ResourceAssociationRequest | wire.AssociationQuery,
) -> Association:
    resource = Resource(asked.resource_type, asked.channel, asked.resource_id)
    return Association(resource, asked.application_id, asked.entity_id)


def _no_association() -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, "There is no such association.")
