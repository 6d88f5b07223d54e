"""Parties of calls on the wire: where a leg leads to."""

from __future__ import annotations

from typing import TypeAlias

from ringway.public.models.scalars import Texts, Wire


class PhoneEndpoint(Wire, kw_only=True, tag_field="type", tag="PHONE"):
    """A telephone, by its number in E.164."""

    phone_number: str


class SipEndpoint(Wire, kw_only=True, tag_field="type", tag="SIP"):
    """A user behind a SIP trunk; of the headers only those with X- travel."""

    username: str
    sip_trunk_id: str
    custom_headers: Texts | None = None


class WebRtcEndpoint(Wire, kw_only=True, tag_field="type", tag="WEBRTC"):
    """A person with the SDK, by identity."""

    identity: str
    display_name: str | None = None


class ViberEndpoint(Wire, kw_only=True, tag_field="type", tag="VIBER"):
    """A user of Viber, by a number in E.164."""

    phone_number: str


class WhatsAppEndpoint(Wire, kw_only=True, tag_field="type", tag="WHATSAPP"):
    """A user of WhatsApp, by a number in E.164."""

    phone_number: str


class WebsocketEndpoint(Wire, kw_only=True, tag_field="type", tag="WEBSOCKET"):
    """A program at a WebSocket, by its configuration."""

    websocket_endpoint_config_id: str
    identifier: str | None = None


CallEndpoint: TypeAlias = (
    PhoneEndpoint
    | SipEndpoint
    | WebRtcEndpoint
    | ViberEndpoint
    | WhatsAppEndpoint
    | WebsocketEndpoint
)
"""A party that a call can reach."""
