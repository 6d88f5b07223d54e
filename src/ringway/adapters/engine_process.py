"""The engine as a process of this machine: found, started, replaced, stopped.

It runs in a session of its own, so that Ctrl-C and a closed terminal reach us
only; we tell it to shut down.  When we vanish it goes on for a grace period and
the next control plane adopts it, if it would start it with the same arguments.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from ringway.adapters.engine_socket import EngineLost, Streams

log = structlog.get_logger("engine")

APPEARS_WITHIN_S = 5.0
"""How long a started engine may need until its socket is there."""
LEAVES_WITHIN_S = 3.0
"""How long a former engine has to make room."""
LOOK_EVERY_S = 0.01


class EngineProcess:
    """One engine behind one socket path."""

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        path: Path,
        *,
        as_json: bool = False,
    ) -> None:
        self.path = path
        """Its Unix socket; the folder has mode 0700."""
        self._command = [str(program), "--socket", str(path), *arguments]
        # No argument: an engine that writes otherwise shall be adopted all the same.
        self._environ = {
            **os.environ,
            "RINGWAY_MEDIA_LOG": "json" if as_json else "text",
        }
        self._note = path.with_suffix(".json")
        self._child: subprocess.Popen[bytes] | None = None

    async def connect(self) -> Streams:
        """Open a connection, first starting an engine if there is none.

        Or `EngineLost`.
        """
        with suppress(OSError):
            return await asyncio.open_unix_connection(self.path)
        child = self._child
        if child is None or child.poll() is not None:
            child = self._start()
        loop = asyncio.get_running_loop()
        patience = loop.time() + APPEARS_WITHIN_S
        while child.poll() is None and loop.time() < patience:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(OSError):
                return await asyncio.open_unix_connection(self.path)
        if child.returncode is None:
            raise EngineLost(f"no socket after {APPEARS_WITHIN_S:.0f} s")
        raise EngineLost(f"it ended with exit code {child.returncode}")

    def _start(self) -> subprocess.Popen[bytes]:
        with suppress(FileNotFoundError):
            self.path.unlink()
        try:
            self._child = subprocess.Popen(  # noqa: S603 -- our own program
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=self._environ,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineLost(
                f"{self._command[0]} can not be started ({error.strerror})"
            ) from error
        self._note.write_text(json.dumps(self._command))
        log.info("engine started", pid=self._child.pid)
        return self._child

    async def adopts(self) -> bool:
        """Whether a former control plane's engine is there, and is as we want it.

        One that was started with other arguments is told to end first.
        """
        pid = listener(self.path)
        if pid is None:
            return False
        with suppress(OSError, ValueError):
            if json.loads(self._note.read_text()) == self._command:
                log.info("engine adopted", pid=pid)
                return True
        log.info("engine replaced, its arguments differ", pid=pid)
        await _end(pid, self.path)
        return False

    def give_up(self) -> None:
        """Kill whoever listens on the socket: it does not respond."""
        pid = listener(self.path)
        if pid is not None:
            log.error("engine killed", pid=pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def end(self, within_s: float) -> None:
        """Wait for our child to end, and kill it when it has not by then."""
        if self._child is None:
            return
        try:
            await asyncio.to_thread(self._child.wait, within_s)
        except subprocess.TimeoutExpired:
            log.error("engine killed", pid=self._child.pid)  # noqa: TRY400
            self._child.kill()
            await asyncio.to_thread(self._child.wait)


def listener(path: Path) -> int | None:
    """Give the process that listens on the socket, if one of ours does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
            size = struct.calcsize("3i")
            raw = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        except OSError:
            return None
    pid, uid, _ = struct.unpack("3i", raw)
    return pid if uid == os.getuid() and pid > 0 else None


async def _end(pid: int, path: Path) -> None:
    """Ask the process to end; don't ask any more after `LEAVES_WITHIN_S`."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    patience = asyncio.get_running_loop().time() + LEAVES_WITHIN_S
    while listener(path) == pid:
        if asyncio.get_running_loop().time() > patience:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        await asyncio.sleep(LOOK_EVERY_S)
