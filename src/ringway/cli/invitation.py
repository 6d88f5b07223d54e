"""`ringway invitation`: the link and the code that let others into the demo."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ringway.cli.options import NOTHING, AsJson, WithSettings
from ringway.cli.output import say, say_json
from ringway.cli.qr import for_terminal
from ringway.cli.running import WRONG_USAGE, fail
from ringway.settings import BadSetting


def invitation(
    *,
    new: Annotated[
        bool,
        Parameter(
            help="Make another code; the one before is no longer good.", negative=()
        ),
    ] = False,
    given: WithSettings = NOTHING,
    as_json: AsJson = False,
) -> None:
    """Show the link that lets others into the demo.

    It takes the settings of `serve`, and works while a server runs and while none
    does. A new code ends no connection, and the tokens that the one before has
    brought are good for up to an hour.
    """
    try:
        settings = given.layers().settings()
    except BadSetting as error:
        fail(str(error), WRONG_USAGE)

    from ringway.app.sharing import demo_url, invitation_beside, link  # noqa: PLC0415
    from ringway.app.stops import Stop  # noqa: PLC0415

    try:
        code = invitation_beside(settings.data, new=new)
    except Stop as stop:
        fail(stop.text, stop.code)
    url = demo_url(settings)
    if as_json:
        say_json({"invitation": code, "url": url, "link": url and link(url, code)})
    elif url is None:
        say(code)
    else:
        say(link(url, code))
        if (drawn := for_terminal(link(url, code))) is not None:
            say(f"\n{drawn}")
