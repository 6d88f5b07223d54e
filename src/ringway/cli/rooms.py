"""`ringway room`: which rooms there are, and who is in them."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter

from ringway.cli.options import NO_SERVER, NOWHERE, Account, AsJson, InFolder
from ringway.cli.output import facts, local_time, say, say_json, table, utc
from ringway.cli.running import run
from ringway.domain.bridge_state import Bridge, Member, Standing

rooms = App(name="room", help="Rooms that somebody is in.", help_epilogue="")

SHORT: Final = 8
"""Signs of a call's id in a table."""


@rooms.command(name="list")
def show_list(
    *, account: Account = None, where: InFolder = NOWHERE, as_json: AsJson = False
) -> None:
    """Show the rooms that somebody is in, by name."""
    from ringway.app import rooms as of  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    found, at = run(of.live(where.folder(), account)), now()
    if as_json:
        say_json(
            {
                "serverRuns": found.server is not None,
                "rooms": [_value(room) for room in found.rooms],
            }
        )
        return
    if found.rooms:
        rows = [
            (
                room.name or "",
                f"{room.size} of {room.policy.seats}",
                local_time(room.created_at, at),
                room.account,
            )
            for room in found.rooms
        ]
        say(table(("ROOM", "PEOPLE", "BEGAN", "ACCOUNT"), rows))
    else:
        say("Nobody is in a room: a page begins one with `joinRoom(name)`.")
    if found.server is None:
        say(NO_SERVER)


@rooms.command
def show(
    room: Annotated[str, Parameter(help="The room's name.")],
    /,
    *,
    account: Account = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show a room and who is in it."""
    from ringway.app import rooms as of  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    found, at = run(of.named(where.folder(), account, room)), now()
    [it] = found.rooms
    if as_json:
        say_json({**_value(it), "participants": [_participant(m) for m in it.members]})
        return
    about = [
        ("Room", it.name or ""),
        ("Account", it.account),
        ("Began", local_time(it.created_at, at)),
        ("People", f"{it.size} of {it.policy.seats}"),
    ]
    say(facts(about) + "\n")
    rows = [(_who(m), m.standing.lower(), _shows(m), m.leg[:SHORT]) for m in it.members]
    say(table(("WHO", "STATE", "SHOWS", "CALL"), rows))
    if found.server is None:
        say(NO_SERVER)


def _value(it: Bridge) -> dict[str, object]:
    return {
        "id": it.id,
        "account": it.account,
        "name": it.name,
        "startTime": utc(it.created_at),
        "people": it.size,
        "seats": it.policy.seats,
    }


def _participant(it: Member) -> dict[str, object]:
    party = it.guest.endpoint if it.guest is not None else None
    return {
        "callId": it.leg,
        "identity": None if party is None else party.address,
        "displayName": None if party is None else party.display_name,
        "state": it.standing,
        "muted": it.look.muted,
        "camera": it.look.camera,
        "screen": it.look.screen,
    }


def _who(it: Member) -> str:
    if it.guest is None:
        return "?"
    party = it.guest.endpoint
    return (
        f"{party.address} ({party.display_name})"
        if party.display_name
        else party.address
    )


def _shows(it: Member) -> str:
    if it.standing is not Standing.JOINED:
        return ""
    shown = [] if it.look.muted else ["voice"]
    shown += ["camera"] if it.look.camera else []
    shown += ["screen"] if it.look.screen else []
    return ", ".join(shown) or "nothing"
