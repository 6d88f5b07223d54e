"""`ringway completion`: what a shell has to know to complete our commands."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import App, Parameter

from ringway.cli.options import AsJson
from ringway.cli.output import say, say_json
from ringway.cli.running import fail

completion = App(
    name="completion", help="Let the shell complete commands.", help_epilogue=""
)

Shell: TypeAlias = Literal["bash", "zsh", "fish"]
SHELLS: Final = ("bash", "zsh", "fish")


def _usual_shell(_: object) -> str:
    return "the one you are using"


@completion.command
def show(
    shell: Annotated[Shell, Parameter(help="For which shell.")],
    /,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the script that a shell reads."""
    script = _program().generate_completion(shell=shell)
    if as_json:
        say_json({"shell": shell, "script": script})
    else:
        say(script)


@completion.command
def install(
    shell: Annotated[
        Shell | None,
        Parameter(help="For which shell.", show_default=_usual_shell),
    ] = None,
    /,
    *,
    as_json: AsJson = False,
) -> None:
    """Put the script where the shell finds it, and say where that is."""
    found = shell or _shell_in_use()
    try:
        path = _program().install_completion(shell=found)
    except OSError as error:
        fail(f"The script can not be written: {error}.")
    if as_json:
        say_json({"shell": found, "path": str(path)})
    else:
        say(f"{path} is written.  It is in force in the next {found} you open.")


def _shell_in_use() -> Shell:
    from cyclopts.completion import detect_shell  # noqa: PLC0415
    from cyclopts.completion.detect import ShellDetectionError  # noqa: PLC0415

    try:
        found = detect_shell()
    except ShellDetectionError:
        fail(f"Which shell is it?  Name one: {', '.join(SHELLS)}.", 2)
    if found == "powershell":
        fail(f"There is nothing for {found}: name one of {', '.join(SHELLS)}.", 2)
    return found


def _program() -> App:
    from ringway.cli.program import app  # noqa: PLC0415 -- it has us in it

    return app
