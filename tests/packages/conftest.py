"""One wheel, installed once as the page says, and browsers that call through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import browser, elsewhere, enter, pages, playwright, voices
from tests.browser.server import Server, running
from tests.packages.installed import Machine, commands, machine, make_wheel

__all__ = ["browser", "elsewhere", "enter", "pages", "playwright", "voices"]


@dataclass(frozen=True, slots=True)
class Installed:
    """Where it is, and what was printed when it was installed."""

    machine: Machine
    said: str


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def installation(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """Install it as the page says; uninstall it in the end, and nothing is left."""
    it = machine(tmp_path_factory.mktemp("machine"), wheel)
    empty, *installs = commands("A wheel")
    it.do([empty])
    it.get_needs()
    before = it.files()
    yield Installed(it, it.do(installs))
    *uninstalls, remove = commands("Uninstall")
    it.do(commands("A service of systemd"))
    it.do(uninstalls)
    assert it.files() == before
    assert not [path for path in it.etc.rglob("ringway*") if path.is_file()]
    it.do([remove])
    assert not it.path.exists()


@pytest.fixture(scope="session")
def installed(installation: Installed) -> Machine:
    """Give the machine on which it is."""
    return installation.machine


@pytest.fixture(scope="session")
def server(
    installed: Machine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve calls from what is installed, which can not be written."""
    data = tmp_path_factory.mktemp("served") / "data"
    with running(data, program=installed.program) as it:
        yield it
