"""`ringway events`: what applications are told, and whether it reached them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

from ringway.cli.options import NOWHERE, AsJson, InFolder
from ringway.cli.output import local_time, printable, say, say_json, table, utc
from ringway.cli.running import run
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.deliveries import MAX_ATTEMPTS, Attempt

events = App(
    name="events",
    help="Events of calls: as they happen, and whether they were delivered.",
    help_epilogue="",
)

SHORT: Final = 8
"""Signs of an id in a line."""
OF: Final = ("conferenceId", "dialogId", "callId", "bulkId")
"""What an event is about; the first that is there is shown."""

Whose = Annotated[str, Parameter(name="--account", help="Whose.", metavar="ACCOUNT")]
Last = Annotated[
    int,
    Parameter(
        help=f"How many at most, the newest: 1 to {MAX_ATTEMPTS}.",
        validator=Number(gte=1, lte=MAX_ATTEMPTS),
        metavar="N",
    ),
]


@events.default
def show(
    *,
    follow: Annotated[
        bool,
        Parameter(
            negative=(),
            show_default=False,
            help="Show what happens from now on; needs a running server.",
        ),
    ] = False,
    of: Annotated[
        str | None,
        Parameter(name="--of", help="Only of this calls configuration.", metavar="ID"),
    ] = None,
    last: Last = 20,
    account: Whose = FIRST_ACCOUNT,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show the newest events, or with --follow those that happen now."""
    from ringway.app import events as app  # noqa: PLC0415

    tell = _say_json if as_json else _say
    if follow:
        run(app.follow(where.folder(), account, of, tell))
        return
    found = run(app.newest(where.folder(), account, last, of))
    for it in found:
        tell(it)
    if not found and not as_json:
        say("Nothing was told yet: calls of applications make events.")


@events.command
def subscriptions(
    *,
    account: Whose = FIRST_ACCOUNT,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show who is told, and whose receiver is gone."""
    from ringway.app import events as app  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    found, at = run(app.standings(where.folder(), account)), now()
    if as_json:
        say_json(
            [
                {
                    "subscriptionId": it.subscription.id,
                    "profileId": it.subscription.profile,
                    "notifyUrl": it.url,
                    "deliveredUpTo": None if it.course is None else str(it.course.mark),
                    "stoppedAt": None
                    if it.course is None
                    else utc(it.course.stopped_at),
                    "stoppedWhy": None if it.course is None else it.course.stopped_why,
                }
                for it in found
            ]
        )
        return
    if not found:
        say("Nobody is told: make a subscription with POST /subscriptions/1/….")
        return
    rows = []
    for it in found:
        stopped = None if it.course is None else it.course.stopped_at
        state = "works" if stopped is None else f"gone since {local_time(stopped, at)}"
        rows.append((it.subscription.id, state, it.subscription.profile, it.url))
    say(table(("SUBSCRIPTION", "STATE", "PROFILE", "URL"), rows))


@events.command
def deliveries(
    subscription: Annotated[str, Parameter(help="The subscription's id.")],
    /,
    *,
    last: Last = 20,
    account: Whose = FIRST_ACCOUNT,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show what became of the newest deliveries, newest first."""
    from ringway.app import events as app  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    found = run(app.attempts(where.folder(), account, subscription, last))
    if as_json:
        say_json([_value(it) for it in found])
        return
    if not found:
        say("Nothing was sent yet.")
        return
    at = now()
    rows = [
        (
            local_time(it.at, at),
            str(it.mark),
            it.type,
            it.result,
            str(it.attempt),
            f"{it.took // 1000} ms",
            it.detail or str(it.status or ""),
        )
        for it in found
    ]
    say(table(("WHEN", "ID", "EVENT", "RESULT", "TRY", "TOOK", "ANSWER"), rows))


@events.command
def secret(
    profile: Annotated[str, Parameter(help="The profile's id.")],
    /,
    *,
    account: Whose = FIRST_ACCOUNT,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show what signs the requests to a profile's webhook."""
    from ringway.app import events as app  # noqa: PLC0415

    shown = run(app.secret(where.folder(), account, profile))
    if as_json:
        say_json({"signingSecret": shown})
    else:
        say(shown)


def _say_json(it: tuple[str, bytes]) -> None:
    say_json({"id": it[0], "event": json.loads(it[1])})


def _say(it: tuple[str, bytes]) -> None:
    event: dict[str, Any] = json.loads(it[1])
    about = next((str(event[name]) for name in OF if event.get(name)), "")
    line = (
        f"{event.get('timestamp', '')}  {event.get('type', '')}  {about[:SHORT]}"
        f"  {event.get('callsConfigurationId', '')}"
    )
    say(printable(line.rstrip()))


def _value(it: Attempt) -> dict[str, object]:
    return {
        "id": str(it.mark),
        "type": it.type,
        "subject": it.subject,
        "attempt": it.attempt,
        "time": utc(it.at),
        "tookMs": it.took // 1000,
        "result": it.result,
        "status": it.status,
        "detail": it.detail,
    }
