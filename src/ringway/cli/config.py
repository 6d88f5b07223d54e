"""`ringway config`: what is in force, and where each value comes from."""

from __future__ import annotations

import os

from ringway.cli.options import NOTHING, AsJson, WithSettings
from ringway.cli.output import say, say_json, table
from ringway.cli.running import WRONG_USAGE, fail
from ringway.settings import BadSetting, unknown_variables


def config(*, given: WithSettings = NOTHING, as_json: AsJson = False) -> None:
    """Show which settings are in force, and where each comes from.

    It takes the options of `serve`, and says what `serve` would do with them.
    """
    from ringway.app.in_force import in_force  # noqa: PLC0415

    layers = given.layers()
    try:
        shown = in_force(layers)
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
