"""`ringway token`: what `POST /webrtc/1/token` gives, from the data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from ringway.adapters.tokens_jwt import JwtTokens
from ringway.app.catalog import now, open_catalog
from ringway.app.stops import Stop, WrongUsage
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.tokens import Bearer, Issued
from ringway.rest.errors import ApiError
from ringway.rest.tokens import token_request

OPTIONS: Final[Mapping[str, str]] = {
    "identity": "The identity",
    "displayName": "--name",
    "timeToLive": "--ttl",
    "capabilities.recording": "--recording",
}
"""How the fields of a request are called here."""


async def issue(
    data: Path, fields: Mapping[str, object], key: str | None, public_url: str | None
) -> Issued:
    """Sign a token for the key's account, or for the first one.  Or `Stop`.

    `fields` are those of a request, and its rules hold for them.  Who may read the
    data folder needs no key: the keys that sign are in there.
    """
    try:
        asked = token_request(msgspec.json.encode(fields))
    except ApiError as error:
        field, [sentence, *_] = next(iter(error.fields.items()))
        raise WrongUsage(f"{OPTIONS.get(field, field)} {sentence}.") from error
    at = now()
    async with open_catalog(data) as catalog:
        account = FIRST_ACCOUNT
        if key is not None:
            found = await catalog.recognise(key)
            if found is None:
                raise Stop("The key is not valid here: `ringway key create` makes one.")
            account = found.account
        tokens = JwtTokens(await catalog.signing_keys(at), public_url)
        await catalog.meet(account, asked.identity, asked.display_name, at)
    bearer = Bearer(account, asked.identity, asked.display_name, asked.capabilities)
    return tokens.issue(bearer, asked.time_to_live, at)
