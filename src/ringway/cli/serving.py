"""`ringway serve`: calls are served until Ctrl-C."""

from __future__ import annotations

from ringway.cli.options import NOTHING, AsJson, WithSettings
from ringway.cli.output import say, say_json
from ringway.cli.qr import for_terminal, is_terminal
from ringway.cli.running import WRONG_USAGE, fail, run
from ringway.settings import BadSetting


def serve(*, given: WithSettings = NOTHING, as_json: AsJson = False) -> None:
    """Serve calls until Ctrl-C.

    With --json one line is printed when everything works.
    """
    try:
        settings = given.layers().settings()
    except BadSetting as error:
        fail(str(error), WRONG_USAGE)

    from ringway.app import logs, serving  # noqa: PLC0415
    from ringway.app.closing_lines import as_value, closing_lines  # noqa: PLC0415
    from ringway.app.sharing import invitation, link  # noqa: PLC0415

    logs.set_up(settings)

    def tell(ready: serving.Ready) -> None:
        if as_json:
            say_json(as_value(ready))
            return
        # What is no terminal may be a log, and the code belongs into none.
        url = ready.demo_url if is_terminal() else None
        shared = None if url is None else link(url, invitation(settings.data))
        say(closing_lines(ready, shared))
        if shared is not None and (drawn := for_terminal(shared)) is not None:
            say(f"{drawn}\n")

    run(serving.serve(settings, tell))
