"""Push configurations: secrets are tried before they are kept, and never told.

A certificate that does not open, or a key that is none, would be found out by the
first telephone that does not ring.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from ringway.ports.fields import WrongFields
from ringway.ports.push import Android, Ios, PushConfiguration
from ringway.ports.sealing import Sealed
from ringway.public.models.webrtc import (
    AndroidPushNotificationConfig,
    IosPushNotificationConfig,
    PushConfigurationRequest,
    PushConfigurationResponse,
)

MAX_FILE_NAME: Final = 255
SERVICE_ACCOUNT: Final = "service_account"

Safe: TypeAlias = Callable[[str, bytes], Sealed]
"""Seals a secret; the first argument names it among those of the configuration."""
Wrong: TypeAlias = dict[str, str]


def push_configuration(
    id_: str, asked: PushConfigurationRequest, safe: Safe
) -> PushConfiguration:
    """Make what is kept of a request, which takes a while.  Or `WrongFields`."""
    wrong: Wrong = {}
    it = PushConfiguration(
        id_,
        asked.name,
        None if asked.android is None else _android(asked.android, safe, wrong),
        None if asked.ios is None else _ios(asked.ios, safe, wrong),
    )
    if wrong:
        raise WrongFields(wrong)
    return it


def check_whole(it: PushConfiguration) -> None:
    """See to it that something is configured.  Or `WrongFields`."""
    if it.android is None and it.ios is None:
        raise WrongFields({"android": "or ios is required: at least one of both"})


def merged(before: PushConfiguration, change: PushConfiguration) -> PushConfiguration:
    """Change what is named, and keep the rest."""
    return PushConfiguration(
        before.id,
        before.name if change.name is None else change.name,
        change.android or before.android,
        change.ios or before.ios,
    )


def push_answer(
    it: PushConfiguration, application: str | None
) -> PushConfigurationResponse:
    """Tell what there is; never what opens it."""
    return PushConfigurationResponse(
        id=it.id,
        name=it.name,
        android_configured=it.android is not None,
        ios_configured=it.ios is not None,
        application_id=application,
    )


# ---------------------------------------------------------------- Android


class _ServiceAccount(msgspec.Struct):
    """What of Google's file is used."""

    type: str
    project_id: str
    private_key: str
    client_email: str


def _android(
    asked: AndroidPushNotificationConfig, safe: Safe, wrong: Wrong
) -> Android | None:
    text = asked.private_key_json
    if text is None:
        wrong["android.privateKeyJson"] = (
            "is required: Google switched server keys (fcmServerKey) off in 2024, so "
            "create a key of a service account and send its JSON"
        )
        return None
    try:
        account = msgspec.json.decode(text, type=_ServiceAccount)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        account = None
    if account is None or account.type != SERVICE_ACCOUNT or not account.project_id:
        wrong["android.privateKeyJson"] = (
            "is the JSON of a service account's key, with type, project_id, "
            "private_key and client_email"
        )
        return None
    if not _is_private_key(account.private_key):
        wrong["android.privateKeyJson"] = "has a private_key that is no RSA key in PEM"
        return None
    return Android(account.project_id, safe("service-account", text.encode()))


def _is_private_key(pem: str) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(pem.encode(errors="replace"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, rsa.RSAPrivateKey)


# -------------------------------------------------------------------- iOS


def _ios(asked: IosPushNotificationConfig, safe: Safe, wrong: Wrong) -> Ios | None:
    name, password = asked.apns_certificate_file_name, asked.apns_certificate_password
    if not 1 <= len(name) <= MAX_FILE_NAME or not name.isprintable():
        wrong["ios.apnsCertificateFileName"] = (
            f"is 1 to {MAX_FILE_NAME} printable characters"
        )
    member = "ios.apnsCertificateFileContent"
    try:
        content = base64.b64decode(
            "".join(asked.apns_certificate_file_content.split()), validate=True
        )
    except (binascii.Error, ValueError):
        wrong[member] = "is the P12 file in base64"
        return None
    if (sentence := _wrong_certificate(content, password)) is not None:
        wrong[member] = sentence
    sealed = None
    if password is not None:
        sealed = safe("certificate-password", password.encode(errors="replace"))
    return Ios(name, safe("certificate", content), sealed)


def _wrong_certificate(content: bytes, password: str | None) -> str | None:
    """Say what is wrong with a P12 file; None: it opens."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        pkcs12,
    )

    given = None if password is None else password.encode(errors="replace")
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, given)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "is no P12 file, or apnsCertificatePassword is not its password"
    if key is None or certificate is None:
        return "has no certificate with its private key in it"
    return None
