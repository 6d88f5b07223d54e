"""`ringway key`: API keys, beside a running server or without one."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from ringway.cli.options import NOWHERE, AsJson, InFolder
from ringway.cli.output import local_time, say, say_json, table, utc
from ringway.cli.running import run

keys = App(
    name="key",
    help="API keys; works while a server runs and while none does.",
    help_epilogue="",
)


@keys.command
def create(
    *,
    name: Annotated[str, Parameter(help="What the key is for.")] = "key",
    scope: Annotated[
        tuple[str, ...],
        Parameter(
            help="What it may be used for, as calls:traffic:send; everything if none "
            "is given. May be given several times.",
            negative_iterable=(),
            show_default=False,
            consume_multiple=False,
        ),
    ] = (),
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """Make an API key; its secret is shown once."""
    from ringway.app import keys as of  # noqa: PLC0415

    minted = run(of.create(where.folder(), name, scope))
    if as_json:
        say_json(
            {
                "id": minted.key.id,
                "secret": minted.secret,
                "scopes": minted.key.scopes,
            }
        )
    else:
        say(f"{minted.secret}\n(id {minted.key.id}; it is not shown again)")


@keys.command(name="list")
def show(*, where: InFolder = NOWHERE, as_json: AsJson = False) -> None:
    """Show what is known of the keys; secrets are not."""
    from ringway.app import keys as of  # noqa: PLC0415
    from ringway.app.catalog import now  # noqa: PLC0415

    found, at = run(of.listed(where.folder())), now()
    if as_json:
        say_json(
            [
                {
                    "id": it.id,
                    "name": it.name,
                    "revoked": it.revoked_at is not None,
                    "scopes": it.scopes,
                    "createdAt": utc(it.created_at),
                    "revokedAt": utc(it.revoked_at),
                }
                for it in found
            ]
        )
    elif not found:
        say("There is no key yet: make one with `ringway key create`.")
    else:
        rows = [
            (
                it.id,
                "in use" if it.revoked_at is None else "revoked",
                local_time(it.created_at, at),
                "everything" if it.scopes is None else " ".join(it.scopes),
                it.name,
            )
            for it in found
        ]
        say(table(("ID", "STATE", "MADE", "MAY", "NAME"), rows))


@keys.command
def revoke(
    key: Annotated[str, Parameter(help="The key's id.")],
    /,
    *,
    where: InFolder = NOWHERE,
    as_json: AsJson = False,
) -> None:
    """No longer accept a key, by its id."""
    from ringway.app import keys as of  # noqa: PLC0415

    revoked = run(of.revoke(where.folder(), key))
    if as_json:
        say_json({"id": revoked.id, "revokedAt": utc(revoked.revoked_at)})
    else:
        say(f"{revoked.id} is no longer accepted.")
