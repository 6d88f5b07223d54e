"""How a receiver knows that a request is ours: signatures over what is sent.

    webhook-signature: v1,<base64 of HMAC-SHA256(secret, id.timestamp.body)>
    X-Signature: <hexadecimal HMAC of the body>        where the setting is HMAC

The first is Standard Webhooks 1.0 (https://www.standardwebhooks.com), on every
request; the second is ours, because the reference names no header.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Final

from ringway.ports.subscriptions import Algorithm, Hmac

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- of Standard Webhooks
DIGESTS: Final[Mapping[Algorithm, str]] = {
    Algorithm.HMAC_MD5: "md5",
    Algorithm.HMAC_SHA_1: "sha1",
    Algorithm.HMAC_SHA_224: "sha224",
    Algorithm.HMAC_SHA_256: "sha256",
    Algorithm.HMAC_SHA_384: "sha384",
    Algorithm.HMAC_SHA_512: "sha512",
}


def written(secret: bytes) -> str:
    """Write a profile's secret as libraries for Standard Webhooks take it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def standard(secret: bytes, name: str, seconds: int, body: bytes) -> str:
    """Sign the request of this id, at this second since 1970."""
    signed = f"{name}.{seconds}.".encode() + body
    digest = hmac.digest(secret, signed, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def of_body(credentials: Hmac, body: bytes) -> str:
    """Sign the body with the customer's own secret."""
    name = DIGESTS[credentials.algorithm]
    return hmac.digest(credentials.secret_key.encode(), body, name).hex()
