"""The command line: `ringway serve`, `ringway key`, `ringway account`.

Exit codes: 0 done, 1 failed, 2 wrong usage, or a folder or port that is taken.
What goes wrong is one sentence on stderr.  What is heavy is imported by the
command that needs it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, TypeVar

from cyclopts import App, CycloptsError, Parameter

T = TypeVar("T")

WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130

Data = Annotated[
    Path, Parameter(env_var="RINGWAY_DATA", help="Folder where everything is kept.")
]

DATA: Final = Path("data")
AsJson = Annotated[
    bool, Parameter(name="--json", negative=(), help="Print JSON for programs.")
]

app = App(
    name="ringway",
    help="Programmable voice and video on machines you own.",
    version_flags=["--version"],
)
keys = App(name="key", help="API keys; works while a server runs and while none does.")
app.command(keys)
accounts = App(name="account", help="Settings of an account; take effect at once.")
app.command(accounts)


@app.command
def serve(
    *,
    data: Data = DATA,
    http: Annotated[
        str,
        Parameter(env_var="RINGWAY_HTTP", help="HOST:PORT for pages, SDK and API."),
    ] = "127.0.0.1:8080",
    media: Annotated[
        str,
        Parameter(env_var="RINGWAY_MEDIA", help="HOST:PORT for media, UDP and TCP."),
    ] = "0.0.0.0:3478",
    advertise: Annotated[
        list[str] | None,
        Parameter(
            env_var="RINGWAY_ADVERTISE",
            help="Addresses clients send media to: IP, or IP:PORT behind a NAT.",
            consume_multiple=True,
            negative=(),
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        Parameter(
            env_var="RINGWAY_PUBLIC_URL",
            help="https://HOST as browsers reach this server; goes into tokens.",
        ),
    ] = None,
    demo: Annotated[
        bool | None,
        Parameter(
            env_var="RINGWAY_DEMO",
            help="Give demo tokens.  Unless said: only when HTTP is for this machine.",
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        Parameter(
            env_var="RINGWAY_ORIGIN",
            help="Pages that may signal, as https://HOST.  Unless said: all.",
            consume_multiple=True,
            negative=(),
        ),
    ] = None,
    engine: Annotated[
        Path | None,
        Parameter(env_var="RINGWAY_ENGINE", help="Another media engine program."),
    ] = None,
    shards: Annotated[
        int,
        Parameter(
            env_var="RINGWAY_SHARDS",
            help="Threads that move packets, each on the next media port.",
        ),
    ] = 1,
    grace: Annotated[
        int,
        Parameter(
            env_var="RINGWAY_GRACE",
            help="Seconds the media engine goes on when this program vanishes.",
        ),
    ] = 60,
    log_format: Annotated[
        Literal["auto", "console", "json"], Parameter(env_var="RINGWAY_LOG_FORMAT")
    ] = "auto",
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Parameter(env_var="RINGWAY_LOG_LEVEL"),
    ] = "info",
) -> None:
    """Serve calls until Ctrl-C."""
    from ringway.settings import BadSetting, settings_from  # noqa: PLC0415

    try:
        settings = settings_from(
            data=data,
            http=http,
            media=media,
            advertise=advertise or (),
            public_url=public_url,
            demo=demo,
            origins=origin or (),
            engine=engine,
            shards=shards,
            grace_s=grace,
            log_format=log_format,
            log_level=log_level,
        )
    except BadSetting as error:
        _fail(str(error), WRONG_USAGE)

    from ringway.app import logs, serving  # noqa: PLC0415
    from ringway.app.closing_lines import closing_lines  # noqa: PLC0415

    logs.set_up(settings)

    _run(serving.serve(settings, lambda ready: _print(closing_lines(ready))))


@keys.command
def create(
    *,
    data: Data = DATA,
    name: Annotated[str, Parameter(help="What the key is for.")] = "key",
    as_json: AsJson = False,
) -> None:
    """Make an API key; its secret is shown once."""
    from ringway.app import keys as of  # noqa: PLC0415

    minted = _run(of.create(data.absolute(), name))
    if as_json:
        _print(json.dumps({"id": minted.key.id, "secret": minted.secret}))
    else:
        _print(f"{minted.secret}\n(id {minted.key.id}; it is not shown again)")


@keys.command(name="list")
def show(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """Show what is known of the keys; secrets are not."""
    from ringway.app import keys as of  # noqa: PLC0415

    found = _run(of.listed(data.absolute()))
    if as_json:
        told = [
            {"id": it.id, "name": it.name, "revoked": it.revoked_at is not None}
            for it in found
        ]
        _print(json.dumps(told))
        return
    for it in found:
        state = "in use" if it.revoked_at is None else "revoked"
        _print(f"{it.id}  {state:7}  {it.name}")


@keys.command
def revoke(key: str, /, *, data: Data = DATA) -> None:
    """No longer accept a key, by its id."""
    from ringway.app import keys as of  # noqa: PLC0415

    revoked = _run(of.revoke(data.absolute(), key))
    _print(f"{revoked.id} is no longer accepted.")


Account = Annotated[str, Parameter(help="`main`, or `demo` for the demo page.")]


@accounts.command(name="show")
def show_account(
    account: Account = "main", /, *, data: Data = DATA, as_json: AsJson = False
) -> None:
    """Show the settings of an account."""
    from ringway.app import accounts as of  # noqa: PLC0415

    found = _run(of.read(data.absolute(), account))
    size = found.settings.max_room_size
    if as_json:
        _print(json.dumps({"id": found.id, "name": found.name, "maxRoomSize": size}))
    else:
        _print(f"{found.id} ({found.name}): up to {size} people in a room")


@accounts.command(name="set")
def set_account(
    account: Account = "main",
    /,
    *,
    max_room_size: Annotated[int, Parameter(help="People in a room, 2 to 10000.")],
    data: Data = DATA,
) -> None:
    """Change the settings of an account."""
    from ringway.app import accounts as of  # noqa: PLC0415

    changed = _run(of.change(data.absolute(), account, max_room_size))
    size = changed.settings.max_room_size
    _print(f"{changed.id}: up to {size} people in a room from now on.")


@app.command
def version() -> None:
    """Show which version this is."""
    from ringway.app.version import VERSION  # noqa: PLC0415

    _print(VERSION)


def main() -> None:
    """Run the command that was given."""
    try:
        app(print_error=False, exit_on_error=False)
    except CycloptsError as error:
        _fail(str(error), WRONG_USAGE)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work; a `Stop` ends the program with its sentence."""
    import uvloop  # noqa: PLC0415

    from ringway.app.stops import Stop  # noqa: PLC0415

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except Stop as stop:
        _fail(stop.text, stop.code)
    except KeyboardInterrupt:
        _fail("Interrupted.", INTERRUPTED)


def _fail(text: str, code: int) -> NoReturn:
    print(f"ringway: {text}", file=sys.stderr, flush=True)  # noqa: T201
    raise SystemExit(code)


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201
