"""Reads credentials: which members each type needs, and what a mask stands for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec

from ringway.ports.subscriptions import Basic, Credentials, Hmac, Oauth
from ringway.public.headers import wrong_header
from ringway.public.models.subscriptions import (
    CredentialsPayload,
    CredentialsType,
    NoIdSecurityRequest,
)
from ringway.public.subscriptions import MASK
from ringway.public.urls import url_of
from ringway.rest.errors import ApiError

NEEDED: Final = {
    CredentialsType.BASIC: ("username", "password"),
    CredentialsType.HMAC: ("secret_key", "algorithm"),
    CredentialsType.OAUTH: ("token_url", "grant_type"),
}
"""Members without which there are no credentials of the type."""


def credentials_of(
    asked: NoIdSecurityRequest, before: Credentials | None = None, under: str = ""
) -> Credentials:
    """Read what is asked for; a mask stands for what was there before.

    Or `ApiError` 400; `under` is where in the body it stands, as ``profile.``.
    """
    wrong: dict[str, list[str]] = {}
    if asked.type not in NEEDED:
        text = (
            "is required: one of BASIC, HMAC, OAUTH"
            if asked.type is None
            else "is one of BASIC, HMAC, OAUTH: no other is known here"
        )
        raise _refused({f"{under}type": [text]})
    given = asked.credentials or CredentialsPayload()
    for name in NEEDED[asked.type]:
        if not getattr(given, name):
            member = msgspec.structs.fields(CredentialsPayload)
            [shown] = [it.encode_name for it in member if it.name == name]
            wrong[f"{under}credentials.{shown}"] = ["is required"]
    if asked.type is CredentialsType.OAUTH and given.token_url:
        try:
            url_of(given.token_url)
        except ValueError as error:
            wrong[f"{under}credentials.tokenUrl"] = [str(error)]
    for name, value in (given.headers or {}).items():
        if (said := wrong_header(name, value)) is not None:
            wrong[f"{under}credentials.headers.{name}"] = [said]
    if asked.type is CredentialsType.BASIC and ":" in (given.username or ""):
        wrong[f"{under}credentials.username"] = ["has no colon (RFC 7617)"]
    if wrong:
        raise _refused(wrong)
    return _read(asked.type, given, before)


def _read(
    kind: CredentialsType, given: CredentialsPayload, before: Credentials | None
) -> Credentials:
    def secret(name: str, value: str | None) -> str | None:
        return getattr(before, name, None) if value == MASK else value

    match kind:
        case CredentialsType.BASIC:
            password = secret("password", given.password)
            return Basic(given.username or "", password or "")
        case CredentialsType.HMAC:
            assert given.algorithm is not None
            key = secret("secret_key", given.secret_key)
            return Hmac(key or "", given.algorithm)
        case _:
            known = dict(before.headers) if isinstance(before, Oauth) else {}
            return Oauth(
                token_url=given.token_url or "",
                grant_type=given.grant_type or "",
                client_id=given.client_id,
                client_secret=secret("client_secret", given.client_secret),
                scope=given.scope,
                username=given.username,
                password=secret("password", given.password),
                resource=given.resource,
                refresh_token=secret("refresh_token", given.refresh_token),
                headers=tuple(
                    (name, known.get(name, "") if value == MASK else value)
                    for name, value in (given.headers or {}).items()
                ),
            )


def _refused(wrong: dict[str, list[str]]) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, "Some fields are not valid.", fields=wrong)
