"""A support bundle says how everything is, and nothing of anybody."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import stat
import subprocess
import tarfile
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringway.app.bundle.parts import README, Part
from ringway.app.bundle.redaction import Redactor
from ringway.app.bundle.writing import write
from ringway.app.stops import Stop
from ringway.rtc import messages as wire
from tests.app.test_serving import Caller, served
from tests.browser.server import RINGWAY, Server
from tests.ports.test_engine import AUDIO, description

PEOPLE = ("zwiebelfisch-7", "quendel.martha@example.org".replace("@", "."))
NAMES = ("Ottilie Krautwickel", "Zoë 💐 O'Brien")
ROOM = "boardroom-quarterly"
CUSTOM = {
    "patient-record": "Diagnosis Schnupfenfieber",
    "door-code-9": "hunter2hunter2",
}
ENVIRONMENT = {
    "RINGWAY_KEY": "rw_abcdefghijkl_" + "K" * 43,
    "RINGWAY_TYPO": "planted-in-a-typo",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=planted-in-headers",
}
FILES = {"notes.txt": "planted-in-notes", "tls-key.pem": "planted-in-a-key-file"}
COMMENT = "planted-in-a-comment"
INVITATION = "XK4P-planted-code"
STRAY = "this line is nobody's planted-stray-line"


def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [RINGWAY, "support-bundle", *map(str, words)],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, **more},
    )


def opened(file: Path) -> dict[str, bytes]:
    """Give the parts by name."""
    found = {}
    with tarfile.open(file) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            assert member.uname == member.gname == ""
            found[member.name.partition("/")[2]] = content.read()
    return found


def words_of(*texts: str) -> set[str]:
    """Give every word of three letters or more."""
    return {it for text in texts for it in re.findall(r"\w{3,}", text)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def talk(server: Server, callers: list[Caller]) -> None:
    """Let one call the other, with custom data, and one join a room."""
    sending = [wire.Sending("0", "MICROPHONE")]
    offer = description(AUDIO)
    call = str(uuid.uuid4())
    await callers[0].say(wire.Call(call, PEOPLE[1], offer, sending, custom_data=CUSTOM))
    theirs = (await callers[1].hear("incoming"))["call"]
    await callers[1].say(wire.Accept(theirs, offer, sending))
    await callers[1].hear("pipe_answer")
    await callers[0].say(wire.Hangup(call))
    await callers[1].hear("ended")
    room = str(uuid.uuid4())
    await callers[0].say(wire.Join(call=room, room=ROOM, offer=offer, sending=sending))
    await callers[0].hear("pipe_answer")


def plant(data: Path, log: Path, tokens: list[str]) -> set[str]:
    """Put secrets wherever one could be; give all that there are."""
    for name, text in FILES.items():
        (data / name).write_text(text)
    (data / "ringway.toml").write_text(f'# {COMMENT}\nlog_format = "json"\n')
    key = json.loads((data / "first-key.json").read_text())["secret"]
    lines = [
        f"Authorization: App {key}",
        STRAY,
        json.dumps({"event": f"told {tokens[0]}", "unheard_of": "planted-in-a-field"}),
        json.dumps({"event": f"hello {NAMES[0]}", "text": f"'{PEOPLE[0]}' is away"}),
        json.dumps({"event": "url", "path": f"/demo/?room=x#invitation={INVITATION}"}),
        f'time=1.5 level=info message="{NAMES[1]}" call=x secret=planted-in-a-pair',
        f"2026-01-02 10:11:12 [info     ] it broke    text='{key}' name={PEOPLE[1]}",
        '  File "/srv/planted-folder/x.py", line 7, in work',
    ]
    with log.open("a") as file:
        file.write("\n".join(lines) + "\n")
    with closing(sqlite3.connect(data / "ringway.db")) as database:
        signing = [
            row[0] for row in database.execute("SELECT secret FROM signing_keys")
        ]
    secrets = {key, key.rpartition("_")[2], *tokens, *PEOPLE, *NAMES, ROOM, INVITATION}
    secrets |= {it.rpartition(".")[2] for it in tokens}
    secrets |= set(ENVIRONMENT.values()) | set(FILES.values()) | {COMMENT, STRAY}
    secrets |= {*CUSTOM, *CUSTOM.values(), "planted", "unheard_of", "hunter2"}
    secrets |= words_of(*NAMES) | {"zwiebelfisch", "quendel", "Schnupfenfieber"}
    for it in signing:
        secrets |= {it.hex(), b64encode(it).decode(), urlsafe_b64encode(it).decode()}
    return secrets


async def test_nobodys_secret_is_in_it(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    with served(data, "--log-format", "json", "--log-level", "debug") as it:
        key = json.loads((data / "first-key.json").read_text())["secret"]
        server = Server(it.url, data, key, it.process, it.out)
        tokens = [
            await asyncio.to_thread(server.token, who, name)
            for who, name in zip(PEOPLE, NAMES, strict=True)
        ]
        callers = [await Caller.over(it, token) for token in tokens]
        await talk(server, callers)
        secrets = plant(data, it.out, tokens)
        done = await asyncio.to_thread(
            lambda: run("--data", data, "--out", file, "--json", **ENVIRONMENT)
        )
        for each in callers:
            await each.socket.close()
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    parts = opened(file)
    said = done.stdout + done.stderr
    everything = b"\n".join([*parts.values(), *map(str.encode, parts), said.encode()])
    for secret in secrets:
        assert secret.lower().encode() not in everything.lower(), secret
    _check_use(parts, json.loads(done.stdout), file)


def _check_use(parts: dict[str, bytes], told: dict[str, object], file: Path) -> None:
    """What helps is in it all the same."""
    assert told["file"] == str(file)
    names = {name.partition("/")[0] for name in parts}
    listed = set(re.findall(r"^  (\S+?)/? {2,}", README, re.MULTILINE))
    assert names == listed | {"README.txt"}
    assert b"ringway_calls" in parts["metrics.txt"]
    server = json.loads(parts["server.json"])
    assert server["engine"]["ready"] is True
    assert set(server["checks"]) == {"engine", "log", "signalling"}
    database = json.loads(parts["database.json"])
    assert database["rows"]["calls"] == 3
    assert database["schema"].isdigit()
    calls = json.loads(parts["calls.json"])
    caller, callee = (
        next(it for it in calls if it["direction"] == direction and it["cause"])
        for direction in ("INBOUND", "OUTBOUND")
    )
    assert caller["endpoint_address"] == callee["counterpart_address"]
    assert re.fullmatch("~[0-9a-f]{8}", caller["endpoint_address"])
    assert callee["parent_id"] == caller["id"]
    [log] = [content.decode() for name, content in parts.items() if "logs/" in name]
    assert f'"call": "{caller["id"]}"' in log
    assert '"event": "call ended"' in log
    assert "File x.py, line 7, in work" in log
    assert f"[{len(STRAY)} characters left out]" in log
    config = {it["name"]: it for it in json.loads(parts["config.json"])["settings"]}
    assert config["log_format"]["source"] == "file"
    assert json.loads(parts["doctor.json"])
    assert json.loads(parts["version.json"])["packages"]["ringway"]


def test_it_works_without_a_server_and_without_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    done = run("--data", tmp_path / "none", "--out", file)
    assert done.returncode == 0, done.stderr
    assert str(file) in done.stdout
    assert "doctor.json" in done.stderr, "its progress is told"
    parts = opened(file)
    assert "No server runs" in json.loads(parts["server.json"])["trouble"]
    assert "no database" in json.loads(parts["database.json"])["trouble"]
    assert json.loads(parts["system.json"])["cores"]
    assert not (tmp_path / "none").exists(), "it makes nothing"


def test_settings_that_can_not_be_used_are_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    done = run("--data", tmp_path, "--out", file, RINGWAY_SHARDS="0")
    assert done.returncode == 0, done.stderr
    parts = opened(file)
    assert "RINGWAY_SHARDS is from 1" in json.loads(parts["config.json"])["trouble"]
    assert json.loads(parts["version.json"])["ringway"]


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    file.write_text("mine")
    done = run("--data", tmp_path / "none", "--out", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert "exists already" in done.stderr
    assert file.read_text() == "mine"


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    done = run("--data", tmp_path, "--out", file, "--log", tmp_path / "no.log")
    assert done.returncode == 0
    assert b"can not be read" in opened(file)["logs/1-no.log"]


def test_of_a_bundle_that_is_not_finished_nothing_is_left(tmp_path: Path) -> None:
    def broken() -> Iterator[Part]:
        yield Part("one", b"1")
        raise KeyboardInterrupt

    file = tmp_path / "bundle.tar.gz"
    with pytest.raises(KeyboardInterrupt):
        write(file, broken(), lambda _: None)
    assert not file.exists()
    with pytest.raises(Stop, match="can not be written"):
        write(tmp_path / "no" / "folder", broken(), lambda _: None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://me:pass@host.example/x", "pass"),
        ("App 0123456789abcdef", "0123456789abcdef"),
        ("a=ice-pwd:abcdefghijklmnop", "abcdefghijklmnop"),
        ("ask ada@example.org", "ada@"),
        ('it said "Hello, Bob"', "Bob"),
        ("hello ADA", "ADA"),
        ("ada-7 and ada", "ada "),
        ("AKIAIOSFODNN7EXAMPLEKEYS", "FODNN"),
    ],
)
def test_what_is_secret_is_a_mark(text: str, left: str) -> None:
    redactor = Redactor(["ada", "Bob"])
    said = redactor.sentence(text)
    assert left not in said
    assert "~" in said


@pytest.mark.parametrize(
    "text",
    [
        "The media engine left 3 pings unanswered.",
        "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d",
        "fork-of-6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d",
        "2cbda8342c8141630d9e7b8f6ec97b84",
        "2026-11-21T19:47:11.123456Z",
        "/webrtc/1/user-activity",
        "DESTINATION_UNAVAILABLE",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert Redactor(["ada"]).sentence(text) == text


def test_marks_of_two_bundles_say_nothing_of_each_other() -> None:
    assert Redactor().mark("ada") != Redactor().mark("ada")
