"""The file of a bundle: a .tar.gz that only its owner can read."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ringway.app.bundle.parts import Part
from ringway.app.stops import Stop


def write(
    file: Path, found: Iterable[Part], tell: Callable[[Part], None]
) -> tuple[Part, ...]:
    """Write the parts as they come, and `tell` of each.  Or `Stop`.

    A file that is there is left as it is; of one that is not finished nothing is left.
    """
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise Stop(f"{file} exists already: name another with --out.") from error
    except OSError as error:
        raise Stop(f"{file} can not be written: {error.strerror}.") from error
    written = []
    try:
        with (
            os.fdopen(made, "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz") as archive,
        ):
            for part in found:
                archive.addfile(_head(file, part), io.BytesIO(part.content))
                written.append(part)
                tell(part)
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Stop(f"{file} can not be written: {error.strerror}.") from error
        raise
    return tuple(written)


def _head(file: Path, part: Part) -> tarfile.TarInfo:
    """Describe a part without a word of who made it."""
    folder = file.name.partition(".")[0]
    head = tarfile.TarInfo(f"{folder}/{part.name}")
    head.size, head.mode, head.mtime = len(part.content), 0o600, int(time.time())
    return head
