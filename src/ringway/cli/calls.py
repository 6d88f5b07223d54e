"""`ringway call`: who talks with whom, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

from ringway.cli.options import NO_SERVER, NOWHERE, Account, AsJson, InFolder
from ringway.cli.output import facts, local_time, say, say_json, span, table, utc
from ringway.cli.running import run
from ringway.domain.values import SECOND, Direction, Endpoint, EndpointType
from ringway.ports.calls import Call
from ringway.ports.catalog import FIRST_ACCOUNT

calls = App(name="call", help="Calls: live ones and those that were.", help_epilogue="")

SHORT: Final = 8
"""Signs of an id in a table; any beginning that is one call's names it."""

Id = Annotated[str, Parameter(help="The call's id, or how it begins.", name="ID")]


@calls.command(name="list")
def show_list(
    *,
    every: Annotated[
        bool,
        Parameter(
            name="--all", negative=(), show_default=False, help="Also those that ended."
        ),
    ] = False,
    last: Annotated[
        int,
        Parameter(
            help="How many at most, the newest: 1 to 1000.",
            validator=Number(gte=1, lte=1000),
            metavar="N",
        ),
    ] = 50,
    account: Account = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show the calls that are live, newest first.

    Each line is one party's side: two people who talk are two lines.
    """
    from ringway.app import calls as of  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    look = of.latest if every else of.live
    listed, at = run(look(where.folder(), account, last)), now()
    if as_json:
        say_json(
            {
                "serverRuns": listed.server is not None,
                "calls": [value(call) for call in listed.calls],
            }
        )
        return
    if listed.calls:
        say(_table(listed.calls, at))
        if not listed.are_all:
            say(f"There are more: --last {last} are shown.")
    elif every:
        say("There was no call yet: make one on the page /demo of the server.")
    else:
        say("No call is live: `ringway call list --all` shows those that have ended.")
    if listed.server is None:
        say(NO_SERVER)


@calls.command
def show(
    call: Id,
    /,
    *,
    account: Account = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Show one call and all that happened to it."""
    from ringway.app import calls as of  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    story, at = run(of.story(where.folder(), account, call)), now()
    if as_json:
        events = [
            {"time": utc(it.at), "type": it.type, "event": it.payload}
            for it in story.events
        ]
        say_json({**value(story.call), "events": events})
        return
    say(facts(_facts(story.call, at)))
    say("")
    for it in story.events:
        say(f"{_exactly(it.at)}  {it.type}")
    if story.server is None and story.call.ended_at is None:
        say(NO_SERVER)


@calls.command
def end(
    call: Id,
    /,
    *,
    account: Account = None,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """End a call, as if this party had hung up; a server has to run."""
    from ringway.app import calls as of  # noqa: PLC0415

    ended = run(of.end(where.folder(), account, call))
    if as_json:
        say_json({"id": ended.id, "account": ended.account, "ended": True})
    else:
        say(f"The call {ended.id} of {ended.endpoint.address} is ended.")


def value(call: Call) -> dict[str, object]:
    """Write a call for programs, by the names of the public API."""
    return {
        "id": call.id,
        "account": call.account,
        "parentCallId": call.parent,
        "direction": call.direction,
        "endpoint": _endpoint(call.endpoint),
        "counterpart": _endpoint(call.counterpart),
        "state": call.state,
        "startTime": utc(call.created_at),
        "answerTime": utc(call.answered_at),
        "establishTime": utc(call.established_at),
        "endTime": utc(call.ended_at),
        "duration": call.duration,
        "cause": call.cause,
        "detail": call.detail or None,
    }


def _endpoint(it: Endpoint) -> dict[str, object]:
    return {"type": it.type, "identity": it.address, "displayName": it.display_name}


def _table(shown: Sequence[Call], now: int) -> str:
    heads: tuple[str, ...] = ("ID", "STATE", "WHO", "WITH", "BEGAN", "LASTED")
    rows = [_row(call, now) for call in shown]
    if any(call.account != FIRST_ACCOUNT for call in shown):
        heads = (*heads, "ACCOUNT")
        rows = [(*row, it.account) for row, it in zip(rows, shown, strict=True)]
    return table(heads, rows)


def _row(call: Call, now: int) -> tuple[str, ...]:
    return (
        call.id[:SHORT],
        call.cause or call.state,  # of an ended one why says more than that
        call.endpoint.address,
        _with(call),
        local_time(call.created_at, now),
        _lasted(call, now),
    )


def _facts(call: Call, now: int) -> list[tuple[str, str]]:
    rows = [
        ("Call", call.id),
        ("Account", call.account),
        ("State", call.state),
        ("Who", _full_name(call.endpoint)),
        ("With", _with(call)),
        ("Began", local_time(call.created_at, now)),
        ("Lasted", _lasted(call, now)),
    ]
    if call.parent is not None:
        rows.append(("Made for", call.parent))
    if call.cause is not None:
        rows.append(("Ended by", " ".join(filter(None, (call.cause, call.detail)))))
    return [row for row in rows if row[1]]


def _lasted(call: Call, now: int) -> str:
    if call.established_at is None:
        return ""
    if call.ended_at is not None:
        return span(call.duration)
    return span((now - call.established_at) // SECOND)


def _with(call: Call) -> str:
    arrow = "→" if call.direction is Direction.INBOUND else "←"
    room = "room " if call.counterpart.type is EndpointType.ROOM else ""
    return f"{arrow} {room}{call.counterpart.address}"


def _full_name(it: Endpoint) -> str:
    return f"{it.address} ({it.display_name})" if it.display_name else it.address


def _exactly(at: int) -> str:
    moment = dt.datetime.fromtimestamp(at // SECOND).astimezone()
    return f"{moment:%H:%M:%S}.{at % SECOND // 1000:03}"
