"""The sockets of HTTP and HTTPS, and a look whether media has its port."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from typing import Final

from ringway.app.stops import PortInUse, Stop
from ringway.settings import Listen

BACKLOG: Final = 1024
GIVEN_UP_MS: Final = 30_000
"""Without an acknowledgement for so long a connection is lost (RFC 5482)."""


def web_sockets(http: Listen, name: str) -> list[socket.socket]:
    """Bind every address of the host and listen.  Or `PortInUse`, `Stop`.

    `name` says to people what the port is for.
    """
    try:
        found = socket.getaddrinfo(
            http.host, http.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise Stop(f"{http.host} is no address of this machine.") from error
    with ExitStack() as undo:
        bound = []
        for family, _, _, _, address in dict.fromkeys(found):
            try:
                it = undo.enter_context(socket.socket(family, socket.SOCK_STREAM))
            except OSError as error:
                if error.errno == errno.EAFNOSUPPORT and len(found) > 1:
                    continue
                raise
            it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            it.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GIVEN_UP_MS)
            if family == socket.AF_INET6:
                # "::" is all of IPv4 too, "::1" is not.
                it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, len(found) > 1)
            try:
                it.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL and len(found) > 1:
                    continue
                raise _told(error, f"{name} port {http.port}/tcp", http.host) from error
            it.listen(BACKLOG)
            it.setblocking(False)
            bound.append(it)
        if not bound:
            raise Stop(f"{http.host} is no address of this machine.")
        undo.pop_all()
    return bound


def look_for_media(media: Listen, shards: int) -> None:
    """See that the engine can bind its ports, so as to say which it can not.

    Or `PortInUse`, `Stop`.  Shard n listens on the media port + n, UDP and TCP.
    """
    family = socket.AF_INET6 if ":" in media.host else socket.AF_INET
    for port in range(media.port, media.port + shards):
        for kind, name in ((socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")):
            try:
                with socket.socket(family, kind) as probe:
                    if kind == socket.SOCK_STREAM:
                        # As the engine does: connections that linger do not matter.
                        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((media.host, port))
            except OSError as error:
                raise _told(error, f"Media port {port}/{name}", media.host) from error


def _told(error: OSError, what: str, host: str) -> Stop:
    match error.errno:
        case errno.EADDRINUSE:
            return PortInUse(f"{what} is in use.")
        case errno.EADDRNOTAVAIL:
            return Stop(f"{host} is no address of this machine.")
        case errno.EACCES:
            return Stop(f"{what} needs more rights than this user has.")
        case _:
            return Stop(f"{what} can not be used: {error.strerror}.")
