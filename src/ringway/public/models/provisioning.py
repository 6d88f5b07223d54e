"""Applications, entities and what belongs to them, on the wire."""

from __future__ import annotations

from enum import auto, unique
from typing import Annotated, TypeAlias

from msgspec import Meta

from ringway.domain.values import PublicName
from ringway.ports.provisioning import KEY, MAX_ID
from ringway.public.models.parts import PageInfo
from ringway.public.models.queries import DEFAULT_SIZE
from ringway.public.models.scalars import MAX_INT32, Wire

MAX_PROVISIONED = 1000
"""Results on a page."""
Key: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=MAX_ID, pattern=f"^{KEY}$")
]
Label: TypeAlias = Annotated[str, Meta(max_length=MAX_ID)]


@unique
class ResourceType(PublicName):
    """What belongs to an application; the last is ours."""

    NUMBER = auto()
    DOMAIN = auto()
    ALPHA = auto()
    RCS_RESOURCE = auto()
    APPLE_RESOURCE = auto()
    WEBRTC_PUSH_CONFIG = auto()


@unique
class ChannelType(PublicName):
    """For what it is used; the last is ours."""

    SMS = auto()
    MMS = auto()
    EMAIL = auto()
    WHATSAPP = auto()
    RCS = auto()
    APPLE = auto()
    WEBRTC = auto()


class Application(Wire, kw_only=True):
    """A program of the customer."""

    application_id: Key
    application_name: Label | None = None


class ModifyApplication(Wire, kw_only=True):
    """What an application is called from now on."""

    application_name: Label | None = None


class PageApplication(Wire, kw_only=True):
    """A page of results: application."""

    results: list[Application]
    paging: PageInfo


class Entity(Wire, kw_only=True):
    """A customer of the customer."""

    entity_id: Key
    entity_name: Label | None = None


class ModifyEntity(Wire, kw_only=True):
    """What an entity is called from now on."""

    entity_name: Label | None = None


class PageEntity(Wire, kw_only=True):
    """A page of results: entity."""

    results: list[Entity]
    paging: PageInfo


class ResourceAssociationRequest(Wire, kw_only=True):
    """Something that is to belong to an application, or no longer."""

    resource_type: ResourceType
    channel: ChannelType
    application_id: Key
    entity_id: Key | None = None
    resource_id: Key


class ResourceAssociationResponse(Wire, kw_only=True):
    """Something that belongs to an application."""

    resource_type: ResourceType
    channel: ChannelType
    application_id: str
    entity_id: str | None = None
    resource_id: str


class PageResourceAssociation(Wire, kw_only=True):
    """A page of results: association."""

    results: list[ResourceAssociationResponse]
    paging: PageInfo


class ProvisioningQuery(Wire, kw_only=True):
    """Which page, from 0, and how much is on one."""

    page: Annotated[int, Meta(ge=0, le=MAX_INT32)] = 0
    size: Annotated[int, Meta(ge=1, le=MAX_PROVISIONED)] = DEFAULT_SIZE


class AssociationQuery(Wire, kw_only=True):
    """Which association."""

    resource_type: ResourceType
    channel: ChannelType
    application_id: str
    resource_id: str
    entity_id: str | None = None
