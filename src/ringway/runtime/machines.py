"""The three kinds of machines, as the runtime sees them: alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, get_args

from ringway.domain import (
    bridge,
    bridge_messages,
    fork,
    fork_messages,
    leg,
    leg_events,
    leg_messages,
)
from ringway.domain.effects import Deadline, Effect, Kind
from ringway.domain.values import Input


class State(Protocol):
    """What every machine's state can say."""

    @property
    def over(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Machine:
    """The pure functions of one kind."""

    kind: Kind
    decide: Callable[[Any, Input[Any]], Iterator[Any]]
    evolve: Callable[[Any, Any], Any]
    react: Callable[[Any, Any], Iterator[Effect]]
    deadlines: Callable[[Any], Iterator[Deadline]]
    create: type
    """The command that begins one."""
    unheard: type | None
    """The signal that something told was refused."""
    events: tuple[type, ...]


MACHINES: Final[Mapping[Kind, Machine]] = {
    Kind.LEG: Machine(
        Kind.LEG,
        leg.decide,
        leg.evolve,
        leg.react,
        leg.deadlines,
        leg_messages.Create,
        leg_messages.Unheard,
        get_args(leg_events.Event),
    ),
    Kind.BRIDGE: Machine(
        Kind.BRIDGE,
        bridge.decide,
        bridge.evolve,
        bridge.react,
        bridge.deadlines,
        bridge_messages.Create,
        bridge_messages.Unheard,
        get_args(bridge_messages.Event),
    ),
    Kind.FORK: Machine(
        Kind.FORK,
        fork.decide,
        fork.evolve,
        fork.react,
        fork.deadlines,
        fork_messages.Create,
        fork_messages.Unheard,
        get_args(fork_messages.Event),
    ),
}
