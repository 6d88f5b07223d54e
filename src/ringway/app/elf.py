"""What a program's file needs of a machine: its processor, and how new a glibc.

Read from the ELF header and the table of needed symbol versions (System V gABI
chapter 4; Linux Standard Base 5.0, 10.7 "Symbol Versioning").
"""

from __future__ import annotations

import mmap
import os
import platform
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAGIC: Final = b"\x7fELF"
MACHINES: Final = {
    3: "i686",
    40: "armv7l",
    62: "x86_64",
    183: "aarch64",
    243: "riscv64",
}
"""e_machine, and what `uname -m` says there."""
_64_BIT_LITTLE_ENDIAN: Final = b"\x02\x01"
_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_NEEDED: Final = struct.Struct("<HHIII")
_VERSION: Final = struct.Struct("<IHHII")
_SHT_VERNEED: Final = 0x6FFFFFFE
_GLIBC: Final = re.compile(rb"GLIBC_([0-9]{1,4})\.([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Elf:
    """What a machine must have."""

    machine: str
    """As `uname -m` says it; ``machine 7`` for one without a name here."""
    glibc: tuple[int, int] | None
    """The newest version that a symbol is of; None: it needs none."""


class NotElf(Exception):
    """The file is something else, or broken."""


def read_elf(path: Path) -> Elf:
    """Read what the program needs.  Or `NotElf`, or `OSError`."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as it,
        ):
            if it[:4] != MAGIC:
                raise NotElf(f"{path} is no ELF file.")
            return _read(it)
    except (IndexError, ValueError, struct.error) as error:
        # An empty file can not be mapped; a cut one points beyond its end.
        raise NotElf(f"{path} is no whole ELF file.") from error


def unfit(program: Elf, machine: str, glibc: tuple[int, int] | None) -> str:
    """Say why a program can not run on such a machine; or nothing."""
    if program.machine != machine:
        return (
            f"is for {program.machine} and this machine is {machine}: take the one "
            "that was built for it"
        )
    if program.glibc is None or (glibc is not None and glibc >= program.glibc):
        return ""
    here = "none" if glibc is None else "{}.{}".format(*glibc)
    return (
        "needs glibc {}.{} and this system has ".format(*program.glibc)
        + f"{here}: take a newer system, or build Ringway on this one"
    )


def machine_here() -> str:
    """Say which processor this is, as `uname -m` does."""
    return platform.machine()


def glibc_here() -> tuple[int, int] | None:
    """Give the version of this system's glibc; None: it has another C library."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        major, minor = version.split(".")[:2]
        return (int(major), int(minor)) if name == "glibc" else None
    except (OSError, ValueError):
        return None


def _read(it: mmap.mmap) -> Elf:
    order = "<" if it[5] == 1 else ">"
    number: int = struct.unpack_from(f"{order}H", it, 18)[0]
    machine = MACHINES.get(number, f"machine {number}")
    if it[4:6] != _64_BIT_LITTLE_ENDIAN:
        return Elf(machine, None)
    versions = [(int(a), int(b)) for a, b in map(_numbers, _needed(it)) if a]
    return Elf(machine, max(versions, default=None))


def _numbers(name: bytes) -> tuple[bytes, bytes]:
    found = _GLIBC.fullmatch(name)
    return (found[1], found[2]) if found else (b"", b"")


def _needed(it: mmap.mmap) -> Iterator[bytes]:
    """Give the name of each symbol version that some library must have."""
    (first,) = struct.unpack_from("<Q", it, 0x28)
    size, count = struct.unpack_from("<HH", it, 0x3A)
    sections = [_SECTION.unpack_from(it, first + n * size) for n in range(count)]
    for _, kind, _, _, start, _, strings, libraries, _, _ in sections:
        if kind != _SHT_VERNEED:
            continue
        if strings >= count:
            raise ValueError("a table without its strings")
        names, at = sections[strings][4], start
        for _ in range(min(libraries, len(it))):
            _, versions, _, version, following = _NEEDED.unpack_from(it, at)
            version += at
            for _ in range(versions):
                _, _, _, name, further = _VERSION.unpack_from(it, version)
                yield _text(it, names + name)
                version += further
            at += following


def _text(it: mmap.mmap, at: int) -> bytes:
    end = it.find(b"\0", at)
    if end < 0:
        raise ValueError("a text without an end")
    return it[at:end]
