"""What models of many families have in common."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ringway.public.models.enums import ActionStatus
from ringway.public.models.scalars import MAX_INT32, MAX_INT64, Int32, Wire


class ErrorCodeInfo(Wire, kw_only=True):
    """Why something has ended."""

    id: Int32 | None = None
    name: str | None = None
    description: str | None = None


class ActionResponse(Wire, kw_only=True):
    """What became of an action so far; its end is told by an event."""

    status: ActionStatus | None = None


class Platform(Wire, kw_only=True):
    """Tags of an application and an entity: kept, and told with every event."""

    entity_id: Annotated[str, Meta(max_length=255)] | None = None
    application_id: Annotated[str, Meta(max_length=255)] | None = None


class PageInfo(Wire, kw_only=True):
    """Which page this is, and of how many."""

    page: Annotated[int, Meta(ge=0, le=MAX_INT32)]
    size: Annotated[int, Meta(ge=1, le=MAX_INT32)]
    total_pages: Annotated[int, Meta(ge=0, le=MAX_INT32)]
    total_results: Annotated[int, Meta(ge=0, le=MAX_INT64)]


class AudioMediaProperties(Wire, kw_only=True):
    """Sound: withheld by the application, by the user, from the party."""

    muted: bool | None = None
    user_muted: bool | None = None
    deaf: bool | None = None


class VideoMediaProperties(Wire, kw_only=True):
    """Picture: what a party shows, and whether it sees."""

    camera: bool | None = None
    screen_share: bool | None = None
    blind: bool | None = None


class MediaProperties(Wire, kw_only=True):
    """What a party lets others hear and see, and what it is let."""

    audio: AudioMediaProperties | None = None
    video: VideoMediaProperties | None = None
