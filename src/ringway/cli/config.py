"""`ringway config`: settings that are in force, and calls configurations.

Without another word it shows the settings; `list`, `create`, `show` and `delete` are
for the configurations of calls, beside a running server or without one.
"""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import App, Parameter

from ringway.cli.options import NOTHING, NOWHERE, AsJson, InFolder, WithSettings
from ringway.cli.output import facts, say, say_json, table
from ringway.cli.running import WRONG_USAGE, fail, run
from ringway.ports.configurations import Configuration
from ringway.settings import BadSetting, unknown_variables

config = App(
    name="config",
    help="Settings that are in force; configurations of calls.",
    help_epilogue="",
)


def _ours(_: object) -> str:
    return "24 hex digits"


Id = Annotated[str, Parameter(help="The configuration's id.")]


@config.default
def in_force(*, given: WithSettings = NOTHING, as_json: AsJson = False) -> None:
    """Show which settings are in force, and where each comes from.

    It takes the options of `serve`, and says what `serve` would do with them.
    """
    from ringway.app import in_force as of  # noqa: PLC0415

    layers = given.layers()
    try:
        shown = of.in_force(layers)
    except BadSetting as error:
        fail(str(error), WRONG_USAGE)
    unknown = unknown_variables(os.environ)
    if as_json:
        say_json(
            {
                "file": None if layers.file is None else str(layers.file.absolute()),
                "settings": [
                    {
                        "name": it.name,
                        "value": it.value,
                        "source": it.source.value,
                        "where": it.where or None,
                    }
                    for it in shown
                ],
                "unknownVariables": sorted(unknown),
            }
        )
        return
    rows = [
        (it.name, it.text, " ".join(filter(None, (it.source.value, it.where))))
        for it in shown
    ]
    say(table(("SETTING", "VALUE", "FROM"), rows))
    for name, near in unknown.items():
        hint = f": did you mean {near}?" if near else "."
        say(f"The variable {name} is no setting{hint}")


@config.command(name="list")
def show_list(*, where: InFolder = NOWHERE, as_json: AsJson = False) -> None:
    """Show the calls configurations, the newest first."""
    from ringway.app import kept as of  # noqa: PLC0415

    found = run(of.configurations(where.folder()))
    if as_json:
        say_json([_value(it) for it in found])
    elif found:
        say(table(("ID", "NAME"), [(it.id, it.name) for it in found]))
    else:
        say("There is none yet: make one with `ringway config create`.")


@config.command
def create(
    id_: Annotated[
        str | None,
        Parameter(name="ID", help="Letters, digits, - and _.", show_default=_ours),
    ] = None,
    /,
    *,
    name: Annotated[str | None, Parameter(help="What it is for.")] = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Make a calls configuration: what a subscription and a call name."""
    from ringway.app import kept as of  # noqa: PLC0415

    made = run(of.create_configuration(where.folder(), id_, name))
    if as_json:
        say_json(_value(made))
    else:
        say(made.id)


@config.command
def show(id_: Id, /, *, where: InFolder = NOWHERE, as_json: AsJson = False) -> None:
    """Show a calls configuration."""
    from ringway.app import kept as of  # noqa: PLC0415

    found = run(of.read_configuration(where.folder(), id_))
    if as_json:
        say_json(_value(found))
    else:
        say(facts([("Id", found.id), ("Name", found.name)]))


@config.command
def delete(id_: Id, /, *, where: InFolder = NOWHERE, as_json: AsJson = False) -> None:
    """Delete a calls configuration; calls that have it go on."""
    from ringway.app import kept as of  # noqa: PLC0415

    gone = run(of.delete_configuration(where.folder(), id_))
    if as_json:
        say_json(_value(gone))
    else:
        say(f"{gone.id} is deleted.")


def _value(of: Configuration) -> dict[str, object]:
    return {"id": of.id, "name": of.name}
