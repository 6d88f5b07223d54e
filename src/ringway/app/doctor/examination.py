"""All checks, in the order in which `serve` would meet what they look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from ringway.adapters.engine_process import listener
from ringway.adapters.sql.database import FILE
from ringway.adapters.sql.look import newest_event
from ringway.app.catalog import now
from ringway.app.control import server_of
from ringway.app.doctor import certificate, installation, machine, network
from ringway.app.doctor.findings import Finding
from ringway.app.folder import engine_socket
from ringway.ports.storage import StorageUnavailable
from ringway.settings import Listen, Settings, unknown_variables


def examine(
    settings: Settings, environ: Mapping[str, str], stun: Listen | None
) -> Sequence[Finding]:
    """Look at everything; `stun` is asked only if it is given.

    Nothing is made or changed, and a server that runs is not disturbed.
    """
    data = settings.data
    folder = installation.folder(data)
    trouble, newest = _database(data)
    addresses, advertised = network.advertised(settings)
    found = [
        installation.variables(unknown_variables(environ)),
        folder,
        installation.database(trouble, data / FILE),
        machine.disk(machine.disk_here(data)),
        *_ports(settings),
        addresses,
        network.secure_pages(settings),
        *certificate.findings(settings, dt.datetime.now(dt.UTC)),
        installation.engine(settings.engine),
        installation.pages(settings),
        machine.buffers(*machine.buffers_here()),
        machine.files(machine.files_here()),
        machine.cores(settings.shards, machine.cores_here()),
        machine.clock(now(), newest, machine.synchronised_here()),
    ]
    if stun is not None:
        found.append(network.seen_from_outside(stun, advertised))
    return found


def _ports(settings: Settings) -> Sequence[Finding]:
    running = server_of(settings.data)
    https = [] if settings.tls is None or running is not None else [settings.https]
    # Also one that a dead server has left: the next one takes it over.
    engine = listener(engine_socket(settings.data))
    return (
        network.web_port(settings.http, "HTTP")
        if running is None
        else network.server(settings.url, running),
        *(network.web_port(it, "HTTPS") for it in https),
        network.media_ports(settings.media, settings.shards, engine),
    )


def _database(data: Path) -> tuple[str | None, int | None]:
    """Read the database if there is one; give what is wrong, and the newest time."""
    try:
        if not (data / FILE).is_file():
            return None, None
        return None, newest_event(data / FILE)
    except StorageUnavailable as error:
        return error.text, None
    except OSError as error:
        return f"{data / FILE} can not be read: {error.strerror}.", None
