"""The commands of docs/install.md; `conftest.installation` has run those of the wheel."""

from __future__ import annotations

import json
import os

from ringway.app.version import VERSION
from tests.packages.conftest import Installed
from tests.packages.installed import ROOT, Machine, commands

SERVICE = "systemd/system/ringway.service"
WANTED = "systemd/system/multi-user.target.wants/ringway.service"
USERS = "sysusers.d/ringway.conf"


def test_the_wheel_was_installed(installation: Installed) -> None:
    assert f"\n{VERSION}\n" in installation.said
    assert "Engine" in installation.said
    assert installation.machine.variables["HOME"] in installation.said


def test_the_service_is_installed(installed: Machine) -> None:
    installed.do(commands("A service of systemd"))
    assert all(os.path.lexists(installed.etc / it) for it in (SERVICE, WANTED, USERS))
    unit = ROOT / "contrib" / "systemd" / "ringway.service"
    assert (installed.etc / SERVICE).read_text() == unit.read_text()
    users = [it.split(":") for it in (installed.etc / "passwd").read_text().split()]
    [home] = (it[5] for it in users if it[0] == "ringway")
    assert home == "/var/lib/ringway"


def test_it_is_upgraded(installed: Machine) -> None:
    installed.do(commands("Upgrade"))
    said = installed.run("ringway", "version", "--json").stdout
    assert json.loads(said) == {"version": VERSION}
