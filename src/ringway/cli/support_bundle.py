"""`ringway support-bundle`: what somebody needs to see who shall find a fault."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ringway.cli.options import NOTHING, AsJson, WithSettings
from ringway.cli.output import printable, say, say_json
from ringway.cli.running import fail, run

if TYPE_CHECKING:
    from ringway.app.bundle.parts import Part
    from ringway.app.control import Told
    from ringway.app.stops import Stop


def support_bundle(
    *,
    out: Annotated[
        Path | None,
        Parameter(
            help="The file to write; it must not exist.",
            show_default=lambda _: "ringway-support-TIME.tar.gz here",
            metavar="FILE",
        ),
    ] = None,
    log: Annotated[
        tuple[Path, ...] | None,
        Parameter(
            help="Log files to put in, their last 5 MiB.",
            show_default=lambda _: "where the running server writes, if to a file",
            metavar="FILE",
            consume_multiple=True,
            negative=(),
        ),
    ] = None,
    given: WithSettings = NOTHING,
    as_json: AsJson = False,
) -> None:
    """Gather what helps to find a fault, without anybody's secrets or names.

    It works beside a running server and without one, changes nothing, and sends
    nothing anywhere: look through the file, then send it to whom you like.
    """
    layers = given.layers()

    from ringway.app.bundle.parts import Sources, parts  # noqa: PLC0415
    from ringway.app.bundle.writing import write  # noqa: PLC0415
    from ringway.app.stops import Stop  # noqa: PLC0415

    stamp = time.strftime("%Y%m%d-%H%M%S")
    file = (out or Path(f"ringway-support-{stamp}.tar.gz")).absolute()

    def tell(part: Part) -> None:
        if not as_json:
            text = f"  {part.name:18} {len(part.content):>9} bytes"
            more = f"  ({part.trouble})" if part.trouble else ""
            print(printable(text + more), file=sys.stderr, flush=True)  # noqa: T201

    try:
        told: Told | Stop = run(_told(layers.data))
        found = parts(Sources(layers, os.environ, told, log or ()))
        written = write(file, found, tell)
    except Stop as stop:
        fail(stop.text, stop.code)
    if as_json:
        say_json(
            {
                "file": str(file),
                "parts": [
                    {
                        "name": it.name,
                        "bytes": len(it.content),
                        "trouble": it.trouble,
                    }
                    for it in written
                ],
            }
        )
    else:
        say(f"{file}\nLook through it before you send it: README.txt says what is in.")


async def _told(data: Path) -> Told | Stop:
    """Ask the server; that none runs, or that it is stuck, is worth knowing too."""
    from ringway.app.control import ask_to_tell  # noqa: PLC0415
    from ringway.app.stops import Stop  # noqa: PLC0415

    try:
        return await ask_to_tell(data)
    except Stop as stop:
        return stop
