"""`ringway account`: what holds for all calls of an account."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from ringway.cli.options import NOWHERE, AsJson, InFolder
from ringway.cli.output import say, say_json
from ringway.cli.running import run
from ringway.ports.catalog import Account

accounts = App(
    name="account",
    help="Settings of an account; take effect at once.",
    help_epilogue="",
)

Name = Annotated[str, Parameter(help="`main`, or `demo` for the demo page.")]


@accounts.command
def show(
    account: Name = "main", /, *, where: InFolder = NOWHERE, as_json: AsJson = False
) -> None:
    """Show the settings of an account."""
    from ringway.app import accounts as of  # noqa: PLC0415

    found = run(of.read(where.folder(), account))
    size = found.settings.max_room_size
    if as_json:
        say_json(_value(found))
    else:
        say(f"{found.id} ({found.name}): up to {size} people in a room")


@accounts.command(name="set")
def change(
    account: Name = "main",
    /,
    *,
    max_room_size: Annotated[int, Parameter(help="People in a room, 2 to 10000.")],
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Change the settings of an account."""
    from ringway.app import accounts as of  # noqa: PLC0415

    changed = run(of.change(where.folder(), account, max_room_size))
    size = changed.settings.max_room_size
    if as_json:
        say_json(_value(changed))
    else:
        say(f"{changed.id}: up to {size} people in a room from now on.")


def _value(of: Account) -> dict[str, object]:
    return {
        "id": of.id,
        "name": of.name,
        "maxRoomSize": of.settings.max_room_size,
    }
