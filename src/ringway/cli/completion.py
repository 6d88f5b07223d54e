"""`ringway completion`: what a shell has to know to complete our commands."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import App, Parameter

from ringway.cli.options import AsJson
from ringway.cli.output import say, say_json
from ringway.cli.running import WRONG_USAGE, fail

Shell: TypeAlias = Literal["bash", "zsh", "fish"]
SHELLS: Final = ("bash", "zsh", "fish")


def _usual_shell(_: object) -> str:
    return "the one you are using"


def completion_of(program: App) -> App:
    """Make the commands for a program."""
    completion = App(
        name="completion", help="Let the shell complete commands.", help_epilogue=""
    )

    @completion.command
    def show(
        shell: Annotated[Shell, Parameter(help="For which shell.")],
        /,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Print the script that a shell reads."""
        script = program.generate_completion(shell=shell)
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
        """Put the script where the shell finds it, and say where that is.

        For bash and zsh a line in ~/.bashrc or ~/.zshrc loads it.
        """
        found = shell or _shell_in_use()
        try:
            path = program.install_completion(shell=found)
        except OSError as error:
            fail(f"The script can not be written: {error}.")
        if as_json:
            say_json({"shell": found, "path": str(path)})
        else:
            say(f"{path} is written: it is in force in the next {found} you open.")

    return completion


def _shell_in_use() -> Shell:
    from cyclopts.completion import detect_shell  # noqa: PLC0415
    from cyclopts.completion.detect import ShellDetectionError  # noqa: PLC0415

    names = ", ".join(SHELLS)
    try:
        found = detect_shell()
    except ShellDetectionError:
        fail(f"It is not clear which shell this is: name one of {names}.", WRONG_USAGE)
    if found == "powershell":
        fail(f"There is nothing for {found}: name one of {names}.", WRONG_USAGE)
    return found
