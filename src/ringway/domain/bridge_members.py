"""What happens to those who are in a bridge: looks, roles and restraints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain.bridge_messages import (
    Assign,
    Joined,
    LookChanged,
    Restrain,
    Restrained,
    RoleChanged,
)
from ringway.domain.bridge_state import Bridge, Member, Standing
from ringway.domain.causes import Cause, Refused
from ringway.domain.roles import MAX_ADVISED
from ringway.domain.values import LegId, Restraint, Role, RoleType


def obey_about_members(
    bridge: Bridge, command: Assign | Restrain
) -> Iterator[RoleChanged | Restrained]:
    """Say what happens to the members of a conference when it is told this."""
    match command:
        case Assign(who, role):
            member = member_of(bridge, who)
            check(role)
            if member.role != role:
                yield RoleChanged(who, role, member.role)
        case Restrain(who, role=role):
            if role is not None:
                if who is None:
                    text = "Name the call that is to have the role."
                    raise Refused(Cause.INVALID_REQUEST, text)
                yield from obey_about_members(bridge, Assign(who, role))
            chosen = bridge.members if who is None else (member_of(bridge, who),)
            for member in chosen:
                restraint = _restraint(member.restraint, command)
                if restraint != member.restraint:
                    yield Restrained(member.leg, restraint)
        case _:
            assert_never(command)


def member_of(bridge: Bridge, who: LegId) -> Member:
    """Give the member.  Or `Refused`."""
    member = bridge.member(who)
    if member is None:
        text = f"The call is not in the {bridge.policy.name.lower()}."
        raise Refused(Cause.INVALID_REQUEST, text)
    return member


def check(role: Role) -> None:
    """Refuse a role that makes no sense."""
    if role.type is not RoleType.ADVISOR and role.advised:
        raise Refused(Cause.INVALID_REQUEST, "Only an ADVISOR advises calls.")
    if len(role.advised) > MAX_ADVISED:
        text = f"An ADVISOR advises {MAX_ADVISED} calls at most."
        raise Refused(Cause.INVALID_REQUEST, text)


def _restraint(now: Restraint, asked: Restrain) -> Restraint:
    return Restraint(
        now.muted if asked.muted is None else asked.muted,
        now.deaf if asked.deaf is None else asked.deaf,
        now.blind if asked.blind is None else asked.blind,
    )


def evolve_member(
    bridge: Bridge, event: Joined | LookChanged | RoleChanged | Restrained
) -> Bridge:
    """Return `bridge` with the member as it is after `event`."""
    member = bridge.member(event.leg)
    assert member is not None, "who is in has a seat"
    match event:
        case Joined(look=look, at=at):
            joined = replace(
                member, standing=Standing.JOINED, look=look, joined_at=at or None
            )
            return replace(bridge.seating(joined), waits=False)
        case LookChanged(look=look):
            return bridge.seating(replace(member, look=look))
        case RoleChanged(role=role):
            return bridge.seating(replace(member, role=role))
        case Restrained(restraint=restraint):
            return bridge.seating(replace(member, restraint=restraint))
        case _:
            assert_never(event)
