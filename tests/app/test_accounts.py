"""`ringway account` as a program: the settings of an account."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def ringway(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("ringway"))
    command = [program, "account", *arguments, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_size_of_rooms_is_set_and_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert json.loads(ringway(data, "show", "--json").stdout)["maxRoomSize"] == 100
    done = ringway(data, "set", "--max-room-size", "12")
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(ringway(data, "show", "main", "--json").stdout)
    assert shown == {"id": "main", "name": "Main", "maxRoomSize": 12}
    demo = json.loads(ringway(data, "show", "demo", "--json").stdout)
    assert demo["maxRoomSize"] == 100
    assert "up to 12 people" in ringway(data, "show").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["set", "--max-room-size", "1"], 1, "max_room_size is from 2 to 10000."),
        (["set", "nobody", "--max-room-size", "9"], 1, "There is no account 'nobody'."),
        (["show", "nobody"], 1, "There is no account 'nobody'."),
        (["set"], 2, "--max-room-size"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, why: str
) -> None:
    done = ringway(tmp_path / "data", *arguments)
    assert done.returncode == code
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
