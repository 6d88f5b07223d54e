"""The data folder: ours alone, and used by one server at a time.

ringway.db        log and catalog
first-key.json    the API key made at the first start
invitation        the code that lets visitors into the demo (`app.sharing`)
tls-key.pem, tls-certificate.pem    of `--tls self-signed` (`app.tls`)
lock              held while a server runs; tells its process
engine.sock, .json  where the engine listens, and how it was started
control.sock      where a running server takes commands (`app.control`)
ringway.toml      settings, if there is one
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ringway.app.stops import FolderBusy, Stop
from ringway.ports.catalog import MintedKey

PRIVATE: Final = 0o700
LONGEST_SOCKET: Final = 100
"""Bytes of a Unix socket's path; the system's own limit is 108."""
FIRST_KEY: Final = "first-key.json"


def prepare(folder: Path) -> None:
    """Make the folder, readable by its owner only.  Or `Stop`."""
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        there = folder.stat()
        if there.st_uid != os.geteuid():
            raise Stop(f"The data folder {folder} belongs to another user.")
        if stat.S_IMODE(there.st_mode) != PRIVATE:
            folder.chmod(PRIVATE)
    except OSError as error:
        raise Stop(
            f"The data folder {folder} can not be used: {error.strerror}."
        ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.  Or `FolderBusy`.

    The system lets go of it when this process ends, however it ends.
    """
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Stop(
            f"The data folder {folder} can not be written: {error.strerror}."
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 32).decode(errors="replace").strip()
            raise FolderBusy(
                f"Another Ringway uses {folder} (pid {owner or 'unknown'})."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(lock)


def keep(path: Path, content: bytes) -> None:
    """Write a file for its owner only, all of it or nothing."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def keep_first_key(folder: Path, minted: MintedKey) -> Path:
    """Write the key down where its owner finds it."""
    path = folder / FIRST_KEY
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(made, "w") as file:
        json.dump({"id": minted.key.id, "secret": minted.secret}, file)
        file.write("\n")
    return path


def engine_socket(folder: Path) -> Path:
    """Say where the engine listens."""
    return _socket(folder, "engine.sock")


def control_socket(folder: Path) -> Path:
    """Say where a running server takes commands."""
    return _socket(folder, "control.sock")


def _socket(folder: Path, name: str) -> Path:
    """Give a socket's path; a short one elsewhere when the folder's is too long.

    The same folder always gives the same path, so that who listens is found again.
    """
    path = folder / name
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"ringway-{os.geteuid()}-{digest}"
    prepare(short)
    return short / name
