"""What goes into the wheel beside the Python files, and what it is called for that."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ringway.app.elf import NotElf, read_elf
from tools.licences.notices import notices
from tools.licences.parts import Unknown

BUILT: Final = Path("src/ringway/built")
ENGINE: Final = "ringway-media"
NOTICES: Final = "THIRD-PARTY.txt"
PAGES: Final = ("sdk/ringway-rtc.js", "pages/demo/index.html", "docs/index.html")
OLDEST_GLIBC: Final = (2, 17)
"""No older one has a tag of its own (PEP 600)."""


class NotReady(Exception):
    """No wheel can be made; the text says what to do."""


def tag(engine: Path) -> str:
    """Say where the wheel can be installed: ``py3-none-manylinux_2_34_x86_64``.

    As the engine's file says, not as the machine is on which this runs.
    """
    try:
        needs = read_elf(engine)
    except (NotElf, OSError) as error:
        raise NotReady(f"The media engine can not be read: {error}") from error
    major, minor = max(needs.glibc or OLDEST_GLIBC, OLDEST_GLIBC)
    return f"py3-none-manylinux_{major}_{minor}_{needs.machine}"


def contents(root: Path, made: Path) -> Mapping[str, str]:
    """Make what is not there as it is shipped; give where each file is and goes.

    `made` is a folder for it.  Or `NotReady`.
    """
    for name in (ENGINE, *PAGES):
        if not (root / BUILT / name).is_file():
            raise NotReady(
                f"{name} has not been built: run `make wheel`, which builds all of it."
            )
    try:
        (made / NOTICES).write_text(notices(root))
        subprocess.run(  # noqa: S603 -- binutils, on our own file
            ["strip", "--strip-all", "-o", made / ENGINE, root / BUILT / ENGINE],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
        )
    except Unknown as why:
        raise NotReady(str(why)) from why
    except (OSError, subprocess.CalledProcessError) as error:
        why_not = getattr(error, "stderr", None) or error
        raise NotReady(f"The media engine can not be stripped: {why_not}") from error
    (made / ENGINE).chmod(0o755)
    inside = f"{BUILT.relative_to('src')}/"
    return {str(made / name): inside + name for name in (ENGINE, NOTICES)}
