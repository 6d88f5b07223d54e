"""Operations on applications, entities and what belongs to them."""

from __future__ import annotations

from typing import Any, Final

from ringway.public.models.provisioning import (
    Application,
    AssociationQuery,
    Entity,
    ModifyApplication,
    ModifyEntity,
    PageApplication,
    PageEntity,
    PageResourceAssociation,
    ProvisioningQuery,
    ResourceAssociationRequest,
    ResourceAssociationResponse,
)
from ringway.public.operations.row import Operation, row

_SCOPE: Final = "application-entity:manage"


def _row(id_: str, line: str, answer: Any, **more: Any) -> Operation:
    return row(
        id_,
        line,
        answer,
        _SCOPE,
        rate="1/s",
        root="/provisioning/1",
        wide=_SCOPE,
        **more,
    )


PROVISIONING: Final[tuple[Operation, ...]] = (
    _row(
        "get-applications",
        "GET /applications",
        PageApplication,
        query=ProvisioningQuery,
    ),
    _row(
        "create-application",
        "POST /applications",
        None,
        code=201,
        body=Application,
        errors=(400, 409),
    ),
    _row(
        "get-application",
        "GET /applications/{applicationId}",
        Application,
        errors=(404,),
    ),
    _row(
        "modify-application",
        "PUT /applications/{applicationId}",
        None,
        code=204,
        body=ModifyApplication,
        errors=(400, 404, 409),
    ),
    _row(
        "delete-application",
        "DELETE /applications/{applicationId}",
        None,
        errors=(400, 404),
    ),
    _row("get-entities", "GET /entities", PageEntity, query=ProvisioningQuery),
    _row(
        "create-entity",
        "POST /entities",
        None,
        code=201,
        body=Entity,
        errors=(400, 409),
    ),
    _row("get-entity", "GET /entities/{entityId}", Entity, errors=(404,)),
    _row(
        "modify-entity",
        "PUT /entities/{entityId}",
        None,
        code=204,
        body=ModifyEntity,
        errors=(400, 404, 409),
    ),
    _row("delete-entity", "DELETE /entities/{entityId}", None, errors=(400, 404)),
    _row(
        "get-associations",
        "GET /associations",
        PageResourceAssociation,
        query=ProvisioningQuery,
    ),
    _row(
        "create-association",
        "POST /associations",
        None,
        code=201,
        body=ResourceAssociationRequest,
        errors=(400, 404, 409),
    ),
    _row(
        "delete-association",
        "DELETE /associations",
        None,
        code=204,
        body=ResourceAssociationRequest,
        errors=(400, 404),
    ),
    _row(
        "get-association",
        "GET /associations/single",
        ResourceAssociationResponse,
        query=AssociationQuery,
        errors=(404,),
    ),
)
