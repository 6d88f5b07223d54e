"""A disk of a few megabytes that a test can fill: a tmpfs in a mount namespace."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

SIZE_MB = 24
PIECE = bytes(64 * 1024)


@dataclass(frozen=True)
class Disk:
    """Mounted for programs that are begun with `enter`; seen from here as `outside`."""

    inside: Path
    outside: Path
    enter: tuple[str, ...]

    def fill(self) -> None:
        """Leave no space at all."""
        with (self.outside / "filler").open("ab", buffering=0) as file:
            for piece in (PIECE, b"\0"):
                with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                    _write_for_ever(file, piece)

    def free(self) -> None:
        """Give the space back."""
        (self.outside / "filler").unlink()

    def make_read_only(self) -> None:
        """Nothing may be written any more; nobody may have a file open."""
        remount = ["mount", "-o", "remount,ro", str(self.inside)]
        subprocess.run([*self.enter, *remount], check=True)


def _write_for_ever(file: IO[bytes], piece: bytes) -> None:
    while True:
        file.write(piece)


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """Mount one; it is gone with the process that holds its namespace."""
    folder.mkdir()
    is_root = os.geteuid() == 0
    mount = f"mount -t tmpfs -o size={SIZE_MB}m none '{folder}' && echo mounted"
    holder = subprocess.Popen(
        ["unshare", "-m" if is_root else "-rm", "sh", "-c", f"{mount} && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"mounted\n"
            users = () if is_root else ("-U", "--preserve-credentials")
            enter = ("nsenter", "-t", str(holder.pid), "-m", *users, "--")
            yield Disk(folder, Path(f"/proc/{holder.pid}/root{folder}"), enter)
        finally:
            holder.kill()
