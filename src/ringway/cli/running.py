"""How a command runs and fails: exit codes, and one sentence on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage, or a folder or port that is taken,
130 interrupted.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, Final, NoReturn, TypeVar

T = TypeVar("T")

FAILED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work; a `Stop` ends the program with its sentence."""
    import uvloop  # noqa: PLC0415

    from ringway.app.stops import Stop  # noqa: PLC0415

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except Stop as stop:
        fail(stop.text, stop.code)
    except KeyboardInterrupt:
        fail("Interrupted.", INTERRUPTED)


def fail(text: str, code: int = FAILED) -> NoReturn:
    """End the program with a sentence and an exit code."""
    print(f"ringway: {text}", file=sys.stderr, flush=True)  # noqa: T201
    raise SystemExit(code)
