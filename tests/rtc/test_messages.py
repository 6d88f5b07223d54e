"""The wire types as a snapshot: who changes them sees what clients will see.

`python -m tests.rtc.test_messages` writes the snapshot again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from ringway.rtc import messages as wire

SNAPSHOT = Path(__file__).with_name("messages.schema.json")


def schema() -> dict[str, Any]:
    (client, house), components = msgspec.json.schema_components(
        [wire.FromClient, wire.FromHouse], ref_template="#/types/{name}"
    )
    return {"fromClient": client, "fromHouse": house, "types": components}


def written(it: dict[str, Any]) -> str:
    return json.dumps(it, indent=1, sort_keys=True) + "\n"


def test_the_messages_are_as_agreed() -> None:
    assert written(schema()) == SNAPSHOT.read_text()


if __name__ == "__main__":
    SNAPSHOT.write_text(written(schema()))
