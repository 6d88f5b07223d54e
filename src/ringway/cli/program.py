"""The program `ringway`: its commands, put together."""

from __future__ import annotations

import io
import os
import sys

from cyclopts import App, CycloptsError

from ringway.cli.accounts import accounts
from ringway.cli.applications import applications
from ringway.cli.calls import calls
from ringway.cli.completion import completion_of
from ringway.cli.config import config
from ringway.cli.doctor import doctor
from ringway.cli.events import events
from ringway.cli.invitation import invitation
from ringway.cli.keys import keys
from ringway.cli.layout import Plain
from ringway.cli.options import AsJson
from ringway.cli.output import say, say_json
from ringway.cli.rooms import rooms
from ringway.cli.running import FAILED, WRONG_USAGE, fail
from ringway.cli.serving import serve
from ringway.cli.support_bundle import support_bundle
from ringway.cli.tokens import token

EXIT_CODES = """\
Settings come from options, variables, a TOML file and defaults, in this order;
`ringway config` shows which are in force.

Exit codes: 0 done; 1 failed; 2 wrong usage, or a folder or port that is taken;
130 interrupted.  What went wrong is one sentence on stderr."""

app = App(
    name="ringway",
    help="Programmable voice and video on machines you own.",
    help_epilogue=EXIT_CODES,
    help_format="plaintext",
    help_formatter=Plain(),
    version_flags=["--version"],
)


@app.command(help_epilogue="")
def version(*, as_json: AsJson = False) -> None:
    """Show which version this is."""
    from ringway.app.version import VERSION  # noqa: PLC0415

    if as_json:
        say_json({"version": VERSION})
    else:
        say(VERSION)


app.command(serve, help_epilogue="")
app.command(config)
app.command(doctor, help_epilogue="")
app.command(support_bundle, help_epilogue="")
app.command(invitation, help_epilogue="")
app.command(keys)
app.command(token, help_epilogue="")
app.command(calls)
app.command(rooms)
app.command(events)
app.command(accounts)
app.command(applications)
app.command(completion_of(app))


def main() -> None:
    """Run the command that was given."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that has no such sign shall not end the program.
            stream.reconfigure(errors="replace")
    words = sys.argv[1:]
    if not all(map(_is_text, words)):
        fail("What was given is not written in UTF-8.", WRONG_USAGE)
    try:
        app(words, print_error=False, exit_on_error=False)
    except CycloptsError as error:
        fail(" ".join(str(error).split()), WRONG_USAGE)
    except BrokenPipeError:
        # Whoever read has seen enough; and nothing is left to write at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from None


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
