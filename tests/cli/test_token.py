"""`ringway token`: what `POST /webrtc/1/token` gives, from the data folder."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.tokens_jwt import JwtTokens
from ringway.app.catalog import now
from ringway.ports.tokens import Capability, Verified
from tests.cli.conftest import Ringway


def claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def verified(data: Path, token: str) -> tuple[Verified, bool]:
    """Verify as the folder's server does; say whether the person is known to it."""
    database = await Database.open(data)
    try:
        catalog = SqlCatalog(database)
        tokens = JwtTokens(await catalog.signing_keys(now()))
        it = tokens.verify(token, now())
        known = await catalog.known(it.bearer.account, it.bearer.identity)
        return it, known is not None
    finally:
        await database.close()


def test_the_token_opens_the_door_of_the_folders_server(
    ringway: Ringway, tmp_path: Path
) -> None:
    done = ringway(
        *("token", "ada", "--name", "Ada Lovelace", "--ttl", 60),
        *("--recording", "ON_DEMAND", "--json"),
    )
    told = done.json
    assert done.err == ""
    it, is_known = asyncio.run(verified(tmp_path / "data", told["token"]))
    assert is_known, "so that others can call her"
    assert (it.bearer.account, it.bearer.identity) == ("main", "ada")
    assert it.bearer.display_name == "Ada Lovelace"
    assert it.bearer.capabilities == {Capability.RECORDING_ON_DEMAND}
    assert it.expires_at - it.issued_at == 60_000_000
    assert told["expirationTime"].endswith("Z")


def test_people_get_the_token_alone(ringway: Ringway) -> None:
    done = ringway("token", "ada")
    assert done.out.count("\n") == 1
    assert claims(done.out)["identity"] == "ada"


def test_the_public_url_goes_into_it(ringway: Ringway) -> None:
    done = ringway("token", "ada", "--public-url", "https://Ringway.test/")
    assert claims(done.out)["iss"] == "https://ringway.test"


def test_a_key_of_the_folder_is_taken(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ringway("key", "create", "--json").json
    monkeypatch.setenv("RINGWAY_KEY", key["secret"])
    assert claims(ringway("token", "ada").out)["account"] == "main"
    ringway("key", "revoke", key["id"])
    done = ringway("token", "ada")
    assert done.code == 1
    assert "not valid here" in done.sentence
    assert key["secret"] not in done.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["ab"], "The identity is 3 to 64 letters"),
        (["ada", "--name", "Ada"], "--name is 5 to 50 characters."),
        (["ada", "--ttl", "0"], "--ttl is 1 to 86400 seconds."),
        (["ada", "--ttl", "86401"], "--ttl is 1 to 86400 seconds."),
        (["ada", "--recording", "SOMETIMES"], "SOMETIMES"),
        ([], "IDENTITY"),
    ],
)
def test_the_rules_are_the_servers(
    ringway: Ringway, tmp_path: Path, words: list[str], why: str
) -> None:
    done = ringway("token", *words)
    assert done.code == 2
    assert why in done.sentence
    assert not (tmp_path / "data").exists()
