"""Configurations on the wire: of calls and of media streams."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from ringway.public.models.enums import AudioEncoding, HmacAlgorithm, SampleRate
from ringway.public.models.parts import PageInfo
from ringway.public.models.scalars import Name, Wire


class MediaStreamConfigRequestMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    name: Name
    url: str


class MediaStreamConfigResponseMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    id: str | None = None
    name: str | None = None
    url: str | None = None


class CallsConfigurationCreateRequest(Wire, kw_only=True):
    """A calls configuration to make."""

    id: (
        Annotated[
            str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]*$(?!\n)")
        ]
        | None
    ) = None
    name: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class CallsConfigurationUpdateRequest(Wire, kw_only=True):
    """What a calls configuration is called from now on."""

    name: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class CallsConfigurationResponse(Wire, kw_only=True):
    """A calls configuration: what links calls to subscriptions."""

    id: str | None = None
    name: str | None = None


class CallsConfigurationPage(Wire, kw_only=True):
    """A page of results: calls configuration."""

    results: list[CallsConfigurationResponse] | None = None
    paging: PageInfo | None = None


class WebsocketEndpointConfigRequest(
    MediaStreamConfigRequestMembers,
    kw_only=True,
    tag_field="type",
    tag="WEBSOCKET_ENDPOINT",
):
    """A WebSocket that is a party of calls."""

    sample_rate: SampleRate = SampleRate.HZ_8000


class BasicUrlSecurityConfig(Wire, kw_only=True, tag_field="type", tag="BASIC"):
    """By name and password."""

    username: str
    password: str


class HmacUrlSecurityConfig(Wire, kw_only=True, tag_field="type", tag="HMAC"):
    """By a signature."""

    secret_key: str
    algorithm: HmacAlgorithm


UrlSecurityConfig: TypeAlias = BasicUrlSecurityConfig | HmacUrlSecurityConfig
"""How the house shows who it is at a WebSocket."""


class MediaStreamingConfigRequest(
    MediaStreamConfigRequestMembers,
    kw_only=True,
    tag_field="type",
    tag="MEDIA_STREAMING",
):
    """A WebSocket that takes a call's sound."""

    security_config: UrlSecurityConfig | None = None
    audio_encoding: AudioEncoding | None = None


MediaStreamConfigRequest: TypeAlias = (
    MediaStreamingConfigRequest | WebsocketEndpointConfigRequest
)
"""A WebSocket that calls can be streamed to, or can reach."""


class MediaStreamingConfigResponse(
    MediaStreamConfigResponseMembers,
    kw_only=True,
    tag_field="type",
    tag="MEDIA_STREAMING",
):
    """A WebSocket that takes a call's sound, as it is kept."""

    audio_encoding: AudioEncoding | None = None


class WebsocketEndpointConfigResponse(
    MediaStreamConfigResponseMembers,
    kw_only=True,
    tag_field="type",
    tag="WEBSOCKET_ENDPOINT",
):
    """A WebSocket that is a party of calls, as it is kept."""

    sample_rate: Annotated[str, Meta(extra_json_schema={"default": "8000"})] | None = (
        None
    )


MediaStreamConfigResponse: TypeAlias = (
    MediaStreamingConfigResponse | WebsocketEndpointConfigResponse
)
"""A WebSocket as it is kept; secrets are never told."""


class MediaStreamConfigPage(Wire, kw_only=True):
    """A page of results: media stream config."""

    results: list[MediaStreamConfigResponse] | None = None
    paging: PageInfo | None = None
