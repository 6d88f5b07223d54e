"""What goes into a bundle, part by part; what can not be had says why."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from ringway.adapters.sql.census import Census, census
from ringway.adapters.sql.database import FILE
from ringway.app.bundle.redaction import Redactor
from ringway.app.control import Told, server_of
from ringway.app.doctor.examination import examine
from ringway.app.in_force import in_force
from ringway.app.stops import Stop
from ringway.app.version import VERSION
from ringway.ports.storage import StorageUnavailable
from ringway.settings import BadSetting, Layers

MOST_LOG: Final = 5 << 20
"""Bytes of each log: its last ones."""
KNOBS: Final = (
    "net/core/rmem_max",
    "net/core/wmem_max",
    "net/core/somaxconn",
    "net/ipv4/ip_local_port_range",
    "fs/file-max",
)
"""Of /proc/sys: what media and many connections depend on."""

README: Final = """\
A support bundle of Ringway {version}

  version.json    versions of Ringway, Python and the packages it uses
  config.json     settings in force, and where each comes from
  doctor.json     what `ringway doctor` finds
  server.json     what the running server says of itself and of its engine
  metrics.txt     its metrics, as Prometheus reads them
  database.json   how many rows each table has; version; positions of consumers
  calls.json      the last calls: when, how they ended; never who
  system.json     kernel, cores, memory, disk, limits
  logs/           the last megabytes of logs, if they are in files

Keys, tokens, passwords and texts are left out.  Identities and names are marks, as
~1a2b3c4d: the same mark is the same name within this bundle, and nobody can tell
whose it is.  Log lines that are not ours are left out.  Look through it before you
send it: it is text.
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything is looked for."""

    layers: Layers
    environ: Mapping[str, str]
    told: Told | Stop
    """What the running server said, or why it said nothing."""
    logs: Sequence[Path] = field(default=())
    """Log files that were named."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the bundle."""

    name: str
    content: bytes
    trouble: str | None = None
    """Why it is not what it should be."""


def parts(sources: Sources) -> Iterator[Part]:
    """Give every part, redacted, one after the other."""
    yield Part("README.txt", README.format(version=VERSION).encode())
    data = sources.layers.data
    # Of a large database this takes a while.
    found, trouble = _census(data / FILE)
    redactor = Redactor(found.people if found is not None else ())
    makers: Mapping[str, Callable[[], object]] = {
        "version.json": _versions,
        "config.json": lambda: _config(sources),
        "doctor.json": lambda: _doctor(sources),
        "system.json": lambda: _system(data),
    }
    for name, make in makers.items():
        yield _json(name, redactor, make)
    if found is None:
        yield Part("database.json", _written({"trouble": trouble}), trouble)
    else:
        yield _json("database.json", redactor, lambda: _numbers(found, data / FILE))
        yield Part("calls.json", _written(_calls(found, redactor)))
    yield from _server(sources.told, redactor)
    for number, path in enumerate(_logs(sources), 1):
        yield _log(f"logs/{number}-{redactor.sentence(path.name)}", path, redactor)


def _json(name: str, redactor: Redactor, make: Callable[[], object]) -> Part:
    try:
        return Part(name, _written(redactor.value(make())))
    except (Stop, BadSetting, StorageUnavailable, OSError) as error:
        text = redactor.sentence(str(error))
        return Part(name, _written({"trouble": text}), text)


def _written(it: object) -> bytes:
    return (json.dumps(it, ensure_ascii=False, indent=1) + "\n").encode()


def _census(file: Path) -> tuple[Census | None, str]:
    if not file.is_file():
        return None, "There is no database."
    try:
        return census(file), ""
    except StorageUnavailable as error:
        # Its sentence names the file, and so perhaps a person: the trouble is enough.
        return None, f"The database can not be read: {error.trouble}."


def _versions() -> object:
    names = {it.metadata["Name"]: it.version for it in distributions()}
    return {
        "ringway": VERSION,
        "python": sys.version,
        "packages": dict(sorted(names.items())),
    }


def _config(sources: Sources) -> object:
    known = sorted(it for it in sources.environ if it.startswith(("RINGWAY_", "OTEL_")))
    return {
        "settings": [
            {
                "name": it.name,
                "value": it.value,
                "source": it.source.value,
                "where": it.where,
            }
            for it in in_force(sources.layers)
        ],
        # Their values may be keys; those of settings are above.
        "variables": known,
    }


def _doctor(sources: Sources) -> object:
    found = examine(sources.layers.settings(), sources.environ, None)
    return [
        {"name": it.name, "state": it.state.value, "found": it.found} for it in found
    ]


def _system(data: Path) -> object:
    knobs = {}
    for name in KNOBS:
        with suppress(OSError):
            knobs[name] = Path("/proc/sys", name).read_text().split()
    memory = {}
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines()[:3]:
            key, _, value = line.partition(":")
            memory[key] = value.strip()
    disk = None
    with suppress(OSError):
        usage = shutil.disk_usage(data if data.exists() else data.parent)
        disk = {"total": usage.total, "free": usage.free}
    return {
        "kernel": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "memory": memory,
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "disk": disk,
        "sysctl": knobs,
    }


def _numbers(found: Census, file: Path) -> object:
    sizes = {}
    for suffix in ("", "-wal"):
        with suppress(OSError):
            sizes[f"bytes{suffix}"] = Path(f"{file}{suffix}").stat().st_size
    return {
        "schema": found.schema,
        "rows": dict(found.rows),
        "cursors": dict(found.cursors),
        "newestEvent": found.newest,
        **sizes,
    }


def _calls(found: Census, redactor: Redactor) -> object:
    """Write calls: whoever was in them is a mark, what they say of it is redacted."""
    people = {"endpoint_address", "counterpart_address"}
    return [
        {
            key: redactor.mark(str(value))
            if key in people
            else redactor.sentence(value)
            if key == "detail"
            else value
            for key, value in call.items()
        }
        for call in found.calls
    ]


def _server(told: Told | Stop, redactor: Redactor) -> Iterator[Part]:
    if isinstance(told, Stop):
        text = redactor.sentence(told.text)
        yield Part("server.json", _written({"trouble": text}), text)
        return
    yield Part(
        "server.json",
        _written(
            redactor.value(
                {
                    "version": told.version,
                    "checks": told.checks,
                    "engine": told.engine,
                    "pipes": told.pipes,
                }
            )
        ),
    )
    # Its labels are words of ours and numbers, never anybody's; a test holds that.
    yield Part("metrics.txt", told.metrics.encode())


def _logs(sources: Sources) -> Iterator[Path]:
    """Give the files that were named; else the one the running server writes to."""
    if sources.logs:
        yield from sources.logs
        return
    server = server_of(sources.layers.data)
    if server is not None:
        with suppress(OSError):
            path = Path(f"/proc/{server}/fd/2").resolve(strict=True)
            if path.is_file():
                yield path


def _log(name: str, path: Path, redactor: Redactor) -> Part:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_LOG))
            content = file.read(MOST_LOG).decode(errors="replace")
    except OSError as error:
        text = f"The log can not be read: {error.strerror}."
        return Part(name, f"{text}\n".encode(), text)
    lines = content.split("\n")
    if size > MOST_LOG:
        lines = lines[1:]  # it begins somewhere within
    return Part(name, "\n".join(map(redactor.line, lines)).encode())
