"""Media-stream configs: from requests to what is kept, and to answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias, assert_never
from urllib.parse import urlsplit

import msgspec

from ringway.ports.fields import WrongFields
from ringway.ports.sealing import Sealed
from ringway.ports.stream_configs import (
    MAX_CREDENTIAL,
    MAX_URL,
    Credentials,
    StreamConfig,
)
from ringway.public.models.configurations import (
    BasicUrlSecurityConfig,
    HmacUrlSecurityConfig,
    MediaStreamConfigRequest,
    MediaStreamConfigResponse,
    MediaStreamingConfigRequest,
    UrlSecurityConfig,
    WebsocketEndpointConfigRequest,
)
from ringway.public.models.enums import AudioEncoding

Safe: TypeAlias = Callable[[str], Sealed]
"""Seals the one secret that a config has."""
SCHEMES: Final = ("ws", "wss")


def stream_config(
    id_: str, asked: MediaStreamConfigRequest, safe: Safe
) -> StreamConfig:
    """Make what is kept of a request.  Or `WrongFields`."""
    wrong: dict[str, str] = {}
    if (sentence := _wrong_url(asked.url)) is not None:
        wrong["url"] = sentence
    it = StreamConfig(id_, str(asked.__struct_config__.tag), asked.name, asked.url)
    match asked:
        case MediaStreamingConfigRequest(security_config=security):
            it = replace(
                it,
                audio_encoding=asked.audio_encoding or AudioEncoding.RAW,
                credentials=(
                    None if security is None else _credentials(security, safe, wrong)
                ),
            )
        case WebsocketEndpointConfigRequest():
            it = replace(it, sample_rate=asked.sample_rate)
        case _:
            assert_never(asked)
    if wrong:
        raise WrongFields(wrong)
    return it


def stream_config_answer(it: StreamConfig) -> MediaStreamConfigResponse:
    """Tell what a config is; never its credentials."""
    told: dict[str, Any] = {
        "type": it.type,
        "id": it.id,
        "name": it.name,
        "url": it.url,
        "audioEncoding": it.audio_encoding,
        "sampleRate": it.sample_rate,
    }
    answer: MediaStreamConfigResponse = msgspec.convert(told, MediaStreamConfigResponse)
    return answer


def _credentials(
    asked: UrlSecurityConfig, safe: Safe, wrong: dict[str, str]
) -> Credentials:
    match asked:
        case BasicUrlSecurityConfig():
            given = {"username": asked.username, "password": asked.password}
            kept = Credentials("BASIC", safe(asked.password), username=asked.username)
            if ":" in asked.username:
                # RFC 7617 section 2.
                wrong["securityConfig.username"] = "has no colon"
        case HmacUrlSecurityConfig():
            given = {"secretKey": asked.secret_key}
            kept = Credentials(
                "HMAC", safe(asked.secret_key), algorithm=asked.algorithm
            )
        case _:
            assert_never(asked)
    for name, text in given.items():
        if not 1 <= len(text) <= MAX_CREDENTIAL:
            wrong[f"securityConfig.{name}"] = f"is 1 to {MAX_CREDENTIAL} characters"
    return kept


def _wrong_url(url: str) -> str | None:
    """Say what is wrong with the address of a WebSocket; None: nothing is."""
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"is an address of at most {MAX_URL} characters, in ASCII"
    sentence = "is an address like wss://example.com/calls"
    try:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname or parts.port == 0:
            return sentence
    except ValueError:
        return sentence
    if "@" in parts.netloc:
        return "has no name and password: securityConfig is the place for them"
    if parts.fragment:
        return "has no fragment (RFC 6455 section 3)"
    return None
