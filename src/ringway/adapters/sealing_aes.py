"""Sealing by AES-256-GCM, with keys from a file beside the data.

The file has a key in each line, as ``ID BASE64``: the first one seals, all of them
open.  It is made once, for its owner only; who has a copy of the database without it
has no secrets.  NIST SP 800-38D: a nonce of 96 random bits for each secret.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ringway.ports.sealing import Sealed, Unsealable
from ringway.ports.storage import StorageUnavailable, Trouble

FILE: Final = "secrets.key"
KEY_BYTES: Final = 32
_NONCE: Final = 12


class AesSeal:
    """Keys by id; the first one seals."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("At least one key is needed.")
        self._keys = dict(keys)
        self._newest = next(iter(self._keys))

    @classmethod
    def of(cls, folder: Path) -> AesSeal:
        """Read the folder's keys; make the first one.  Or `StorageUnavailable`."""
        path = folder / FILE
        try:
            if not path.exists():
                _make(path)
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            return cls(_read(path.read_text()))
        except (ValueError, binascii.Error) as error:
            raise StorageUnavailable(
                Trouble.DAMAGED, f"The file {path} has no keys in it: restore a copy."
            ) from error
        except OSError as error:
            raise StorageUnavailable(
                Trouble.READ_ONLY,
                f"The keys of {path} can not be read or made: {error.strerror}.",
            ) from error

    def close(self, secret: bytes, place: str) -> Sealed:
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415

        nonce = os.urandom(_NONCE)
        cipher = aead.AESGCM(self._keys[self._newest])
        box = nonce + cipher.encrypt(nonce, secret, place.encode())
        return Sealed(self._newest, box)

    def open(self, sealed: Sealed, place: str) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415

        if (key := self._keys.get(sealed.key)) is None:
            raise Unsealable(sealed.key)
        nonce, text = sealed.box[:_NONCE], sealed.box[_NONCE:]
        try:
            return aead.AESGCM(key).decrypt(nonce, text, place.encode())
        except (InvalidTag, ValueError) as error:
            raise Unsealable(sealed.key) from error


def new_key() -> tuple[str, bytes]:
    """Mint a key; give its id and its bytes."""
    return secrets.token_hex(4), secrets.token_bytes(KEY_BYTES)


def _read(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for line in text.splitlines():
        id_, _, written = line.partition(" ")
        keys[id_] = base64.b64decode(written, validate=True)
        if len(keys[id_]) != KEY_BYTES:
            raise ValueError("A key has another length.")
    if not keys:
        raise ValueError("There is no key.")
    return keys


def _make(path: Path) -> None:
    """Write the first key, so that no loss of power can take it again.

    Of two programs that do so at the same time one wins, and both read its key.
    """
    id_, key = new_key()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{id_} {base64.b64encode(key).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        Path(name).unlink()
