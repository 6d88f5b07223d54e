"""The wheel: what is inside, where it can be installed, and that it holds a call."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from tools.licences.spdx import is_permissive
from tools.wheel.contents import NotReady, contents, tag

from ringway.app.version import VERSION
from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED
from tests.browser.server import Server, running, stop
from tests.packages.installed import ROOT, UV, Machine, make_wheel
from tests.ports.engine_program import BUILT

SYSTEM_LIBRARIES = {
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
}
"""Of those that each system has which takes such a wheel (PEP 513)."""
CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
CERTIFICATES = {"certifi"}
"""Under MPL-2.0, which asks for the sources of changes to it: it comes unchanged."""

LICENCES = """
import json, importlib.metadata as metadata
print(json.dumps({
    it.name: [
        it.metadata.get("License-Expression"),
        [row.rpartition(" :: ")[2] for row in it.metadata.get_all("Classifier", ())
         if row.startswith("License :: ")],
        it.metadata.get("License"),
    ]
    for it in metadata.distributions()
}))"""


def readelf(*words: str | Path) -> str:
    return subprocess.run(
        ["readelf", "--wide", *words], check=True, capture_output=True, text=True
    ).stdout


# -------------------------------------------------------------- what is inside


def test_it_is_for_the_glibc_that_the_engine_needs(wheel: Path, tmp_path: Path) -> None:
    name = re.fullmatch(
        rf"ringway-{re.escape(VERSION)}-py3-none-manylinux_([0-9]+)_([0-9]+)_(\w+)\.whl",
        wheel.name,
    )
    assert name is not None, wheel.name
    with zipfile.ZipFile(wheel) as it:
        engine = Path(it.extract("ringway/built/ringway-media", tmp_path))
    needs = readelf("--version-info", engine).partition("Version needs")[2]
    versions = re.findall(r"Name: GLIBC_([0-9]+)\.([0-9]+)\s", needs)
    assert max((int(a), int(b)) for a, b in versions) == (int(name[1]), int(name[2]))
    assert name[3] == os.uname().machine
    libraries = re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("--dynamic", engine))
    assert set(libraries) <= SYSTEM_LIBRARIES
    assert ".symtab" not in readelf("--sections", engine)
    assert engine.stat().st_size < BUILT.stat().st_size


def test_its_engine_does_not_know_who_built_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as it:
        engine = it.read("ringway/built/ringway-media")
    assert b"crates/sctp-proto-" in engine, "panics say where in the sources they are"
    cargo = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    for folder in (Path.home(), ROOT, cargo):
        assert f"{folder}/".encode() not in engine, folder


def test_all_is_inside_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as it:
        files = {info.filename: info for info in it.infolist()}
        texts = {
            name: it.read(name).decode()
            for name in files
            if not name.endswith(("/ringway-media", ".woff2", ".png"))
        }
    about = f"ringway-{VERSION}.dist-info"
    assert files["ringway/built/ringway-media"].external_attr >> 16 & 0o111 == 0o111
    built = BUILT.parent
    for path in (path for path in built.rglob("*") if path.is_file()):
        assert f"ringway/built/{path.relative_to(built)}" in files
    sources = (path for path in (ROOT / "src/ringway").rglob("*.py"))
    for path in sources:
        assert str(path.relative_to(ROOT / "src")) in files
    shared = f"ringway-{VERSION}.data"
    assert {name.split("/")[0] for name in files} == {"ringway", about, shared}
    units = {path.name for path in (ROOT / "contrib" / "systemd").iterdir()}
    folder = f"{shared}/data/share/ringway"
    assert {n for n in files if n.startswith(shared)} == {
        f"{folder}/{name}" for name in units
    }
    assert not [name for name in files if "__pycache__" in name]
    assert texts[f"{about}/licenses/LICENSE"] == (ROOT / "LICENSE").read_text()
    assert "ringway = ringway.cli:main" in texts[f"{about}/entry_points.txt"]
    for name, text in texts.items():
        assert str(ROOT) not in text, name


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as it:
        text = it.read(f"ringway-{VERSION}.dist-info/METADATA").decode()
    found = Parser().parsestr(text)
    assert found["License-Expression"] == "Apache-2.0"
    assert found["Requires-Python"] == ">=3.11"
    assert found["Description-Content-Type"] == "text/markdown"
    assert found.get_payload() == (ROOT / "README.md").read_text()
    needs = found.get_all("Requires-Dist", [])
    assert needs
    assert all("==" in need for need in needs)


def test_its_notices_name_what_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as it:
        text = it.read("ringway/built/THIRD-PARTY.txt").decode()
    listed = re.findall(r"(?m)^(\S.*) (\S+): (.+)$", text.partition("=" * 78)[0])
    licences = {name: licence for name, _, licence in listed}
    assert {"sctp-proto", "aws-lc-sys", "dimpl", "Rust standard library"} <= set(
        licences
    )
    assert licences["@fontsource-variable/inter"] == "OFL-1.1"
    assert not {"proptest", "criterion", "vite", "ringway-rtc", "media"} & set(licences)
    assert all(map(is_permissive, licences.values()))
    headings = re.findall(r"={78}\n(.+)\n={78}", text)
    whose = {name for heading in headings for name in heading.split(", ")}
    assert whose >= set(licences), "one comes without its licence's text"
    assert "SIL OPEN FONT LICENSE" in text


def test_it_has_the_same_bytes_when_it_is_made_again(
    wheel: Path, tmp_path: Path
) -> None:
    again = make_wheel(tmp_path, TZ="Pacific/Chatham", LC_ALL="C", PYTHONHASHSEED="7")
    assert again.name == wheel.name
    first, second = (hashlib.sha256(it.read_bytes()).digest() for it in (wheel, again))
    assert first == second


def test_there_is_none_of_what_was_not_built(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="ringway-media has not been built: run `make"):
        contents(tmp_path, tmp_path)
    (tmp_path / "script").write_text("#!/bin/sh\n")
    with pytest.raises(NotReady, match="no ELF file"):
        tag(tmp_path / "script")


def test_there_is_no_source_distribution(tmp_path: Path) -> None:
    done = subprocess.run(
        [UV, "build", "--offline", "--sdist", "--out-dir", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode != 0
    assert "There is no source distribution" in done.stderr
    assert not list(tmp_path.glob("*.tar.gz"))


# ------------------------------------------------------------- where it is used


def test_it_knows_what_it_is(installed: Machine) -> None:
    assert installed.run("ringway", "version").stdout == f"{VERSION}\n"
    where = installed.run("python", "-c", "import ringway; print(ringway.__file__)")
    assert Path(where.stdout).is_relative_to(installed.path)
    installed.run("pip", "check")


def test_the_doctor_finds_the_engine_and_the_pages(installed: Machine) -> None:
    done = installed.run("ringway", "doctor", "--json")
    said = json.loads(done.stdout)
    assert said["works"]
    checks = {it["name"]: it for it in said["checks"]}
    assert checks["Engine"]["state"] == checks["Pages"]["state"] == "OK"
    assert str(installed.path) in checks["Engine"]["found"]


def test_all_that_comes_with_it_is_permissive(installed: Machine) -> None:
    found = json.loads(installed.run("python", "-c", LICENCES).stdout)
    assert {"ringway", "litestar", "uvloop"} <= set(found)
    for name, (expression, classified, text) in found.items():
        names = expression or " AND ".join(CLASSIFIED[it] for it in classified)
        names = names or (text or "").partition(" License")[0].partition("\n")[0]
        assert is_permissive(names) or name in CERTIFICATES, f"{name}: {names}"


async def test_two_talk_and_see_each_other(server: Server, enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    await red.event("established")
    await blue.hears(RED)
    await red.hears(BLUE)
    await blue.sees(RED)
    await red.sees(BLUE)
    await red.hangup()
    assert await red.ended() == "NORMAL_HANGUP"
    assert await blue.ended() == "NORMAL_HANGUP"


def test_it_serves_its_pages_and_says_nothing_of_the_checkout(server: Server) -> None:
    for path in ("/demo/", "/sdk/ringway-rtc.js", "/sdk/index.d.ts"):
        assert server.get(path)[0] == 200
    log = server.log.read_text()
    assert str(ROOT) not in log
    assert "Traceback" not in log


def test_it_ends_cleanly(installed: Machine, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, program=installed.program) as it:
        ours = it.process
        stop(ours)
        assert ours.returncode == 0
    left = {path.name for path in data.iterdir()}
    assert not left & {"engine.sock", "control.sock"}, left


def test_a_damaged_one_says_so(installed: Machine, tmp_path: Path) -> None:
    found = installed.path.glob("lib/python3*/site-packages/ringway/built")
    [engine] = (folder / "ringway-media" for folder in found)
    away = tmp_path / "engine"
    engine.rename(away)
    try:
        done = installed.run("ringway", "serve", code=1)
    finally:
        away.rename(engine)
    assert "is missing: install Ringway anew" in done.stderr
    assert done.stderr.count("\n") == 1
