"""What `make build` leaves inside the package: engine, SDK, pages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import ringway
from ringway.app.elf import NotElf, glibc_here, machine_here, read_elf, unfit
from ringway.app.house import Front
from ringway.app.sharing import demo_url, invitation
from ringway.app.stops import Stop
from ringway.pages.built import File, NotBuilt, read_built
from ringway.settings import CertificateFiles, Settings

BUILT: Final = Path(ringway.__file__).with_name("built")
PROGRAM: Final = "ringway-media"
ANEW: Final = "install Ringway anew, or run `make build` in its sources"


def engine_program(given: Path | None) -> Path:
    """Find the engine, and see that it is for this machine.  Or `Stop`."""
    program = given or BUILT / PROGRAM
    if not program.is_file():
        why = "is not there" if given else f"is missing: {ANEW}"
        raise Stop(f"The media engine {program} {why}.")
    if not os.access(program, os.X_OK):
        raise Stop(
            f"The media engine {program} can not be executed: chmod +x it, unless its "
            "file system is mounted noexec."
        )
    try:
        trouble = unfit(read_elf(program), machine_here(), glibc_here())
    except NotElf:
        trouble = ""  # a script that starts one is as good
    except OSError as error:
        trouble = f"can not be read ({error.strerror})"
    if trouble:
        raise Stop(f"The media engine {program} {trouble}.")
    return program.absolute()


def front(settings: Settings) -> Front:
    """Read the files that are served."""
    return Front(
        sdk=_files(BUILT / "sdk", "ringway-rtc.js"),
        demo_page=_files(BUILT / "pages" / "demo", "index.html"),
        docs=_files(BUILT / "docs", "index.html"),
        demo=settings.demo,
        public_url=settings.public_url,
        origins=settings.origins,
        invitation=lambda: invitation(settings.data),
        reached=lambda: demo_url(settings),
        trusted_proxies=settings.trusted_proxies,
        rate_limits=settings.rate_limits,
        egress_allow=settings.egress_allow,
        hsts=isinstance(settings.tls, CertificateFiles),
        history_days=settings.history_days,
    )


def _files(folder: Path, entry: str) -> Mapping[str, File] | str:
    try:
        return read_built(folder, entry)
    except NotBuilt as why:
        return str(why)
