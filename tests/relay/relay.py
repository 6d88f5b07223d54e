"""The relay's program, and what a test may ask of it."""

from __future__ import annotations

import functools
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

import msgspec

ROOT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"
PAIR_ATTEMPTS = 50
"""How many free UDP ports are tried until one is free for TCP as well."""


class Refused(Exception):
    """The relay has not done it, and says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Bursts(msgspec.Struct, frozen=True):
    """Loss in bursts: two states, of which the bad one loses (Gilbert-Elliott).

    Each is a probability: to turn bad, or good again, before each datagram, and to
    lose one while it is bad.
    """

    enter: float
    leave: float
    lose: float = 1.0


class Conditions(TypedDict, total=False):
    """What one way does to what passes; what is not named is as on a clear link.

    stall: hold everything, and let it go in its order when this ends.
    cut: lose every datagram; hold TCP, as retransmission would.
    delay_ms, jitter_ms: constant, and evenly spread on top; the order is kept.
    reorder, reorder_ms: the share of datagrams that take so much longer.
    drop, bursts: the share of datagrams lost one by one, and in bursts.
    cap_bps, burst_bytes, queue_bytes: a link with a rate, what passes at once when it
    was idle (3000), and what waits for it before datagrams are lost (65536).
    """

    stall: bool
    cut: bool
    delay_ms: float
    jitter_ms: float
    reorder: float
    reorder_ms: float
    drop: float
    bursts: Bursts | None
    cap_bps: int | None
    burst_bytes: int
    queue_bytes: int


class Counts(msgspec.Struct, frozen=True):
    """What one way has seen; packets are datagrams, or pieces of streams."""

    packets: int
    bytes: int
    passed: int
    passed_bytes: int
    dropped: int
    overflowed: int
    reordered: int


class Counted(msgspec.Struct, frozen=True):
    """What a forward has seen; clients are addresses, or open connections."""

    up: Counts
    down: Counts
    held_up: int
    held_down: int
    clients: int
    clients_ever: int
    turned_away: int


class Way:
    """One way of a forward: `up` is towards the server."""

    def __init__(self, forward: Forward, name: Literal["up", "down"]) -> None:
        self._forward = forward
        self._name = name
        self._conditions: Conditions = {}

    def set(self, **changes: Unpack[Conditions]) -> None:
        """Change what is named, and leave the rest as it is."""
        wanted: Conditions = {**self._conditions, **changes}
        self._forward.ask("set", way=self._name, conditions=wanted)
        self._conditions = wanted

    def forget(self) -> None:
        """Know that the link is clear again."""
        self._conditions = {}


class Forward:
    """One port for clients, and what lies between it and the server."""

    def __init__(self, relay: Relay, kind: str, number: int, listen: str) -> None:
        self._relay = relay
        self._number = number
        self.kind = kind
        self.port = int(listen.rpartition(":")[2])
        self.up = Way(self, "up")
        self.down = Way(self, "down")

    def ask(self, what: str, **more: object) -> dict[str, Any]:
        """Ask the relay for something about this forward."""
        return self._relay.ask(what, forward=self._number, **more)

    def set(self, **changes: Unpack[Conditions]) -> None:
        """Change both ways."""
        self.up.set(**changes)
        self.down.set(**changes)

    def cut(self, *, reset: bool = False) -> None:
        """Let nothing through; with `reset`, end the TCP connections with RST."""
        self.set(cut=True)
        if reset:
            self.reset()

    def reset(self) -> None:
        """End the TCP connections with RST, towards both sides."""
        self.ask("reset")

    def refuse(self) -> None:
        """Answer new TCP connections with RST, until it is restored."""
        self.ask("refuse", on=True)

    def rebind(self) -> None:
        """Use new ports towards the server, as a NAT that forgot; TCP is reset."""
        self.ask("rebind")

    def restore(self) -> None:
        """Clear both ways; what is held goes out at once, in its order."""
        self.ask("restore")
        self.up.forget()
        self.down.forget()

    def count(self) -> Counted:
        """Tell what has passed so far."""
        return msgspec.convert(self.ask("count"), Counted)

    def close(self) -> None:
        """Forward no more, and give the port back."""
        self.ask("close")


class Relay:
    """A running relay."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._seeds = itertools.count(1)

    def ask(self, what: str, **more: object) -> dict[str, Any]:
        """Say a command and return the answer, or raise what it was refused with."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = msgspec.json.encode({"do": what, **more})
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        assert said, f"the relay has died: {self._process.poll()}"
        answer: dict[str, Any] = json.loads(said)
        if not answer["ok"]:
            raise Refused(answer["code"], answer["text"])
        return answer

    def udp(self, to: int, *, seed: int | None = None) -> Forward:
        """Forward datagrams to a port; each client has a port of its own there.

        The same seed gives the same chances to the same order of datagrams. Without
        one, seeds are 1, 2, 3 in the order in which forwards are opened.
        """
        return self._open("udp", to, 0, seed)

    def tcp(self, to: int, *, at: int = 0, seed: int | None = None) -> Forward:
        """Forward connections to a port, from this one or a free one."""
        return self._open("tcp", to, at, seed)

    def pair(self, to: int) -> tuple[Forward, Forward]:
        """Forward UDP and TCP to a port, both from the same free port."""
        for _ in range(PAIR_ATTEMPTS):
            udp = self.udp(to)
            try:
                return udp, self.tcp(to, at=udp.port)
            except Refused as error:
                udp.close()
                if error.code != "IN_USE":
                    raise
        raise AssertionError("no port is free for both UDP and TCP")

    def _open(self, kind: str, to: int, at: int, seed: int | None) -> Forward:
        answer = self.ask(
            "open",
            kind=kind,
            to=f"{LOOPBACK}:{to}",
            listen=f"{LOOPBACK}:{at}",
            seed=next(self._seeds) if seed is None else seed,
        )
        return Forward(self, kind, answer["forward"], answer["listen"])


@contextmanager
def relaying() -> Iterator[Relay]:
    """Start a relay, and end it with everything that it forwards."""
    with subprocess.Popen(
        [program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        try:
            yield Relay(process)
        finally:
            process.stdin.close()
            assert process.wait(10) == 0


@functools.cache
def program() -> Path:
    """Give what cargo builds; it does nothing when nothing has changed."""
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "relay"], cwd=ROOT, check=True
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "relay"
