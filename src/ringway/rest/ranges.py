"""Parts of a file that are asked for: the header Range (RFC 9110 section 14).

One range of bytes is answered with 206; several, or what is no range of bytes, as if
there were none, which a server may do (section 14.2); one beyond the end with 416.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ringway.rest.errors import ApiError

_ONE: Final = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file."""

    start: int
    length: int
    size: int
    """Of the whole file."""

    @property
    def headers(self) -> dict[str, str]:
        """Tell which part it is."""
        end = self.start + self.length - 1
        return {"Content-Range": f"bytes {self.start}-{end}/{self.size}"}


def part_of(header: str, size: int) -> Part | None:
    """Read the header for a file of this size; None: all of it is to be sent.

    Or `ApiError` 416 for a part that is not there.
    """
    found = _ONE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        length = min(int(found[2]), size)
        start = size - length
    else:
        start = int(found[1])
        end = int(found[2]) if found[2] else size - 1
        if end < start and found[2]:
            return None
        length = min(end, size - 1) - start + 1
    if length <= 0:
        raise ApiError(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"The file has {size} bytes: ask for a part of these.",
            message_id="REQUESTED_RANGE_NOT_SATISFIABLE",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return Part(start, length, size)
