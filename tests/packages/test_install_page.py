"""The commands of docs/install.md, in order, with folders of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ringway.app.version import VERSION
from tests.docs.snippets import snippets_of
from tests.packages.installed import ROOT, Environment, environment

PAGE = "docs/install.md"
HERE = "tests/packages/test_install_page.py::"


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder that stands for the root of a machine, with Ringway's needs in it."""

    root: Path
    ringway: Environment

    def do(self, test: str) -> str:
        """Run what the page says a test holds; return what was printed.

        There is no init process here that runs units, so systemd's commands do what
        can be done without one: with --root they write what they would have written.
        """
        [snippet] = (
            it
            for it in snippets_of(PAGE, (ROOT / PAGE).read_text())
            if it.held_by == HERE + test
        )
        lines = []
        for said in snippet.text.splitlines():
            line = said.replace("/opt/ringway", str(self.ringway.path))
            line = line.replace("/etc/", f"{self.root}/etc/")
            line = line.replace("~/", f"{self.ringway.elsewhere}/")
            program = line.split()[0]
            if program.startswith("systemd-"):
                line = f"{line} --root='{self.root}'"
            elif program == "systemctl":
                verb = line.split()[1]
                assert verb in {"daemon-reload", "start", "stop", "enable", "disable"}
                if verb not in {"enable", "disable"}:
                    continue
                line = line.replace("--now", f"--root='{self.root}'")
            lines.append(line)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-s"],
            input="\n".join(lines),
            check=False,
            capture_output=True,
            text=True,
            env={
                **self.ringway.variables,
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
            },
            cwd=self.ringway.elsewhere,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def has(self, *paths: str) -> list[bool]:
        return [os.path.lexists(self.root / path) for path in paths]


SERVICE = "etc/systemd/system/ringway.service"
WANTED = "etc/systemd/system/multi-user.target.wants/ringway.service"
USERS = "etc/sysusers.d/ringway.conf"


@pytest.fixture(scope="module")
def machine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    folder = tmp_path_factory.mktemp("machine")
    it = Machine(folder / "root", environment(folder))
    for name in ("etc/sysusers.d", "etc/systemd/system"):
        (it.root / name).mkdir(parents=True)
    shutil.copy(wheel, it.ringway.elsewhere)
    return it


def test_the_wheel_is_installed(machine: Machine) -> None:
    said = machine.do("test_the_wheel_is_installed")
    assert f"\n{VERSION}\n" in said
    assert "Engine" in said


def test_the_service_is_installed(machine: Machine) -> None:
    machine.do("test_the_service_is_installed")
    assert machine.has(SERVICE, WANTED, USERS) == [True] * 3
    assert (machine.root / SERVICE).read_text() == (
        ROOT / "contrib/systemd/ringway.service"
    ).read_text()
    users = (machine.root / "etc/passwd").read_text()
    assert [it.split(":")[5] for it in users.splitlines() if it[:8] == "ringway:"] == [
        "/var/lib/ringway"
    ]


def test_it_is_upgraded(machine: Machine) -> None:
    machine.do("test_it_is_upgraded")
    said = machine.ringway.run("ringway", "version", "--json").stdout
    assert json.loads(said) == {"version": VERSION}


def test_it_is_uninstalled(machine: Machine) -> None:
    machine.do("test_it_is_uninstalled")
    assert machine.has(SERVICE, WANTED, USERS) == [False] * 3
    assert not machine.ringway.path.exists()
