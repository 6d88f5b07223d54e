"""`ringway token`: a token for somebody's page, from the command line."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from ringway.cli.options import NO_ISSUER, AsJson, Issuing
from ringway.cli.output import say, say_json, utc
from ringway.cli.running import WRONG_USAGE, fail, run
from ringway.settings import BadSetting


def _usual_account(_: object) -> str:
    return "the first account"


def _usual_recording(_: object) -> str:
    return "left open"


def token(
    identity: Annotated[str, Parameter(help="Whom the token is for: 3 to 64 signs.")],
    /,
    *,
    name: Annotated[
        str | None,
        Parameter(help="How others see them: 5 to 50 signs.", metavar="NAME"),
    ] = None,
    ttl: Annotated[
        int,
        Parameter(
            help="Seconds the token opens connections: up to 86400.", metavar="SECONDS"
        ),
    ] = 28_800,
    recording: Annotated[
        Literal["ALWAYS", "ON_DEMAND", "DISABLED"] | None,
        Parameter(
            help="Whether their calls are recorded.",
            show_default=_usual_recording,
            metavar="WHEN",
        ),
    ] = None,
    presence: Annotated[
        bool,
        Parameter(
            help="Whether they may see who of the account is there.", negative=()
        ),
    ] = False,
    key: Annotated[
        str | None,
        Parameter(
            help="An API key: the token is for its account.",
            env_var="RINGWAY_KEY",
            show_default=_usual_account,
            metavar="KEY",
        ),
    ] = None,
    where: Annotated[Issuing, Parameter(name="*")] = NO_ISSUER,
    as_json: AsJson = False,
) -> None:
    """Print a token for somebody's page.

    The same as POST /webrtc/1/token gives, by the same rules.  It opens the door to
    the server of this data folder, whether or not that runs now.
    """
    layers = where.layers()
    try:
        public_url = layers.settings().public_url
    except BadSetting as error:
        fail(str(error), WRONG_USAGE)

    from ringway.app.tokens import issue  # noqa: PLC0415

    fields: dict[str, object] = {"identity": identity, "timeToLive": ttl}
    if name is not None:
        fields["displayName"] = name
    fields["capabilities"] = {"recording": recording, "presence": presence}
    issued = run(issue(layers.data, fields, key, public_url))
    if as_json:
        told = {
            "token": issued.token,
            "expirationTime": utc(issued.expires_at),
            "identity": identity,
        }
        say_json(told)
    else:
        say(issued.token)
