"""`ringway doctor`: what would keep calls from working, and what to do about it."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from ringway.app.doctor.findings import Finding, State
from ringway.app.stops import Stop
from ringway.cli.options import NOTHING, AsJson, WithSettings
from ringway.cli.output import printable, say, say_json
from ringway.cli.running import FAILED, WRONG_USAGE, fail
from ringway.settings import BadSetting, listen_of

WIDTH: Final = 80
INDENT: Final = 20


def doctor(
    *,
    stun: Annotated[
        str | None,
        Parameter(
            help="A STUN server to ask how this machine is seen from outside.",
            metavar="HOST:PORT",
        ),
    ] = None,
    given: WithSettings = NOTHING,
    as_json: AsJson = False,
) -> None:
    """Look for what would keep calls from working.

    It looks at what `serve` would need with these settings, changes nothing, and
    asks nobody outside unless --stun is given. Exit code 1 if something FAILs.
    """
    try:
        settings = given.layers().settings()
        server = None if stun is None else listen_of("stun", stun)
    except BadSetting as error:
        fail(str(error), WRONG_USAGE)

    from ringway.app.doctor.examination import examine  # noqa: PLC0415

    try:
        found = examine(settings, os.environ, server)
    except Stop as stop:
        fail(stop.text, stop.code)
    works = all(it.state is not State.FAIL for it in found)
    if as_json:
        checks = [
            {
                "name": it.name,
                "state": it.state.value,
                "found": it.found,
                "advice": it.advice or None,
            }
            for it in found
        ]
        say_json({"works": works, "checks": checks})
    else:
        say(_lines(found))
        failed = sum(it.state is State.FAIL for it in found)
        warned = sum(it.state is State.WARN for it in found)
        say(_verdict(failed, warned))
    if not works:
        raise SystemExit(FAILED)


def _lines(found: Sequence[Finding]) -> str:
    lines: list[str] = []
    for it in found:
        mark = "ok" if it.state is State.OK else it.state.value
        head = f"{mark:6}{it.name:{INDENT - 6}}"
        lines += _wrapped(head, it.found)
        if it.advice:
            lines += _wrapped(" " * (INDENT - 2) + "→ ", it.advice)
    return "\n".join(lines)


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(failed: int, warned: int) -> str:
    if failed:
        return f"\nNot everything works: {failed} FAIL, {warned} WARN."
    if warned:
        return f"\nCalls work here; {warned} WARN could be better."
    return "\nAll is well."
