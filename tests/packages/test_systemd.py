"""The systemd unit fits the program, and systemd itself accepts it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ringway.app.doctor import machine
from ringway.app.folder import PRIVATE
from ringway.app.stops import FolderBusy, PortInUse, WrongUsage
from ringway.cli import app
from ringway.rtc.limits import MOST_CONNECTIONS
from ringway.settings.declared import SETTINGS
from tests.browser.server import RINGWAY
from tests.packages.installed import ROOT

FOLDER = ROOT / "contrib" / "systemd"
UNIT = FOLDER / "ringway.service"
USERS = FOLDER / "ringway.sysusers"
LINES: list[tuple[str, str]] = re.findall(r"(?m)^([A-Za-z]+)=(.*)$", UNIT.read_text())
MOST_EXPOSED = 2.0
"""Of 10, as `systemd-analyze security` counts; it is 1.7."""


def said(name: str) -> str:
    [value] = (value for key, value in LINES if key == name)
    return value


def test_it_runs_our_command_in_the_folder_that_systemd_makes() -> None:
    program, command = shlex.split(said("ExecStart"))
    assert Path(program).name == RINGWAY.name
    assert app[command] is not None
    variable, _, folder = said("Environment").partition("=")
    assert variable in {it.variable for it in SETTINGS}
    assert folder == said("WorkingDirectory") == f"/var/lib/{said('StateDirectory')}"
    assert int(said("StateDirectoryMode"), 8) == PRIVATE


def test_its_user_is_the_one_that_is_made() -> None:
    [line] = [it for it in USERS.read_text().splitlines() if it and it[0] != "#"]
    kind, name, _, _, home = shlex.split(line)
    assert (kind, name, home) == ("u", said("User"), said("WorkingDirectory"))
    assert said("Group") == said("User")


def test_what_no_restart_cures_is_not_started_again() -> None:
    codes = {FolderBusy.code, PortInUse.code, WrongUsage.code}
    assert {int(said("RestartPreventExitStatus"))} == codes
    assert said("KillMode") == "process"


def test_there_are_enough_files_for_all_connections() -> None:
    assert int(said("LimitNOFILE")) >= MOST_CONNECTIONS + machine.SPARE_FILES


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    assert found is not None, "scripts/test installs it"
    return found


def test_systemd_accepts_it(analyze: str, tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    here = UNIT.read_text().replace("/opt/ringway/bin/ringway", str(RINGWAY))
    unit.write_text(here)
    done = subprocess.run(
        [analyze, "verify", "--man=no", unit],
        check=False,
        capture_output=True,
        text=True,
    )
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, ours) == (0, [])
    unit.write_text(here.replace("ProtectClock=yes", "ProtectClock=perhaps"))
    wrong = subprocess.run(
        [analyze, "verify", "--man=no", unit],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "perhaps" in wrong.stderr, "the check sees mistakes"


def test_little_is_left_to_what_would_break_in(analyze: str) -> None:
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", UNIT],
        check=True,
        capture_output=True,
        text=True,
    )
    [level] = re.findall(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert float(level) <= MOST_EXPOSED
