"""Whether the engine's file is for this machine: real ones, others' and broken ones."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringway.app.built import engine_program
from ringway.app.doctor import installation
from ringway.app.doctor.findings import State
from ringway.app.elf import Elf, NotElf, glibc_here, machine_here, read_elf, unfit
from ringway.app.stops import Stop
from tests.ports.engine_program import engine_program as real_engine

OTHERS = {183: "aarch64", 62: "x86_64", 40: "armv7l", 7: "machine 7"}


def newest_glibc(of: Path) -> str:
    """Ask binutils, who know it too."""
    said = subprocess.run(
        ["readelf", "--version-info", "--wide", of],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    needs = said.partition("Version needs")[2]
    versions = set(re.findall(r"Name: GLIBC_([0-9]+)\.([0-9]+)\s", needs))
    return "{}.{}".format(*max(versions, key=lambda it: (int(it[0]), int(it[1]))))


def copy(folder: Path, content: bytes) -> Path:
    path = folder / "ringway-media"
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def test_what_the_engine_needs_is_what_binutils_find() -> None:
    engine = real_engine()
    needs = read_elf(engine)
    assert needs.machine == machine_here()
    assert needs.glibc is not None
    assert "{}.{}".format(*needs.glibc) == newest_glibc(engine)
    assert unfit(needs, machine_here(), glibc_here()) == ""
    assert engine_program(engine) == engine.absolute()


@pytest.mark.parametrize("number", OTHERS)
def test_an_engine_for_another_processor(tmp_path: Path, number: int) -> None:
    content = bytearray(real_engine().read_bytes())
    struct.pack_into("<H", content, 18, number)
    path = copy(tmp_path, bytes(content))
    if OTHERS[number] == machine_here():
        assert engine_program(path) == path
        return
    with pytest.raises(Stop) as stop:
        engine_program(path)
    assert f"is for {OTHERS[number]} and this machine is {machine_here()}" in str(
        stop.value
    )
    found = installation.engine(path)
    assert (found.state, found.found) == (State.FAIL, stop.value.text)


def test_an_engine_for_a_newer_system(tmp_path: Path) -> None:
    needs = b"GLIBC_" + newest_glibc(real_engine()).encode() + b"\0"
    newer = b"GLIBC_9." + b"9" * (len(needs) - 9) + b"\0"
    path = copy(tmp_path, real_engine().read_bytes().replace(needs, newer))
    with pytest.raises(Stop, match=r"needs glibc 9\.9+ and this system has [0-9.]+: "):
        engine_program(path)


def test_a_system_without_glibc() -> None:
    assert "this system has none" in unfit(Elf("x86_64", (2, 34)), "x86_64", None)
    assert unfit(Elf("x86_64", None), "x86_64", None) == ""
    assert unfit(Elf("x86_64", (2, 34)), "x86_64", (2, 34)) == ""
    assert unfit(Elf("x86_64", (2, 9)), "x86_64", (2, 10)) == ""


def test_an_engine_that_may_not_be_executed(tmp_path: Path) -> None:
    path = copy(tmp_path, b"#!/bin/sh\n")
    assert engine_program(path) == path, "a script that starts one is as good"
    path.chmod(0o644)
    with pytest.raises(Stop, match=r"can not be executed: chmod \+x it"):
        engine_program(path)


def test_an_engine_that_was_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringway.app.built.BUILT", tmp_path)
    with pytest.raises(Stop, match="is missing: install Ringway anew, or run `make"):
        engine_program(None)


@pytest.mark.parametrize("text", [b"", b"\x7fELF", b"#!/bin/sh\n", bytes(64)])
def test_what_is_no_program(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(NotElf):
        read_elf(copy(tmp_path, text))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A program of a few kilobytes."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "it.c").write_text('int puts(const char *); int main(){puts("");}')
    subprocess.run(["cc", "-s", "-o", "it", "it.c"], check=True, cwd=folder)
    return (folder / "it").read_bytes()


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_broken_file_is_only_that(
    tmp_path: Path, small: bytes, data: st.DataObject
) -> None:
    content = bytearray(small[: data.draw(st.integers(0, len(small)))])
    places = st.integers(0, max(len(content) - 1, 0))
    for at in data.draw(st.lists(places, max_size=8)) if content else ():
        content[at] = data.draw(st.integers(0, 255))
    try:
        found = read_elf(copy(tmp_path, bytes(content)))
    except NotElf:
        return
    assert found.machine
