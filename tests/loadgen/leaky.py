"""A deliberately leaky server: it forwards and echoes whatever anybody sends.

It relays between two clients that shake hands with each other, so it needs no cryptography. Started
as a program, it takes their ports, and prints its own.
"""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

from loadgen.farm import Peer, Remote

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]


def relay(publisher: int, viewer: int) -> None:
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for each in (front, back):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        each.bind((HOST, 0))
    ports = [each.getsockname()[1] for each in (front, back)]
    sys.stdout.write("{} {}\n".format(*ports))
    sys.stdout.flush()
    latest = (HOST, publisher)
    while True:
        for ready in select.select([front, back], [], [])[0]:
            datagram, source = ready.recvfrom(65536)
            if source[1] not in (publisher, viewer):
                ready.sendto(datagram, source)
            if ready is front:
                latest = source  # whoever has spoken last is taken for the publisher
                back.sendto(datagram, (HOST, viewer))
            else:
                front.sendto(datagram, latest)


class Leaky:
    """The relay as a process, between two peers that have not been connected yet."""

    def __init__(self, publisher: Peer, viewer: Peer) -> None:
        command = [sys.executable, "-m", "tests.loadgen.leaky"]
        self.process = subprocess.Popen(
            [*command, str(publisher.port), str(viewer.port)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "bench" / "loadgen")},
            text=True,
        )
        assert self.process.stdout
        front, back = map(int, self.process.stdout.readline().split())
        publisher.connect(Remote(viewer.ufrag, viewer.password, HOST, front, "passive"))
        viewer.connect(
            Remote(publisher.ufrag, publisher.password, HOST, back, "active")
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


if __name__ == "__main__":
    relay(int(sys.argv[1]), int(sys.argv[2]))
