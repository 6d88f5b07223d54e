"""`ringway application`: the customer's programs, to which resources belong."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from ringway.cli.options import NOWHERE, AsJson, InFolder
from ringway.cli.output import say, say_json, table
from ringway.cli.running import run
from ringway.ports.provisioning import Application

applications = App(
    name="application",
    help="Applications; works while a server runs and while none does.",
    help_epilogue="",
)


@applications.command(name="list")
def show_list(*, where: InFolder = NOWHERE, as_json: AsJson = False) -> None:
    """Show the applications, the newest first."""
    from ringway.app import kept as of  # noqa: PLC0415

    found = run(of.applications(where.folder()))
    if as_json:
        say_json([_value(it) for it in found])
    elif found:
        say(table(("ID", "NAME"), [(it.id, it.name or "") for it in found]))
    else:
        say("There is none yet: make one with `ringway application create ID`.")


@applications.command
def create(
    application: Annotated[str, Parameter(help="The application's id.")],
    /,
    *,
    name: Annotated[str | None, Parameter(help="What people call it.")] = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Make an application."""
    from ringway.app import kept as of  # noqa: PLC0415

    made = run(of.create_application(where.folder(), application, name))
    if as_json:
        say_json(_value(made))
    else:
        say(made.id)


@applications.command
def delete(
    application: Annotated[str, Parameter(help="The application's id.")],
    /,
    *,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Delete an application to which nothing belongs."""
    from ringway.app import kept as of  # noqa: PLC0415

    gone = run(of.remove_application(where.folder(), application))
    if as_json:
        say_json(_value(gone))
    else:
        say(f"{gone.id} is deleted.")


def _value(of: Application) -> dict[str, object]:
    return {"applicationId": of.id, "applicationName": of.name}
