"""One wheel and one environment for all tests, and browsers that call through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import browser, elsewhere, enter, pages, playwright, voices
from tests.browser.server import Server, running
from tests.packages.installed import Environment, environment, make_wheel

__all__ = ["browser", "elsewhere", "enter", "pages", "playwright", "voices"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Give an environment into which the wheel has yet to come."""
    return environment(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def installed(empty: Environment, wheel: Path) -> Iterator[Environment]:
    """Install the wheel; uninstall it in the end, and nothing of it is left."""
    before = empty.files()
    empty.run("pip", "install", wheel)
    yield empty
    empty.run("pip", "uninstall", "--yes", "ringway")
    assert empty.files() == before


@pytest.fixture(scope="session")
def server(
    installed: Environment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve calls from the environment, which can not be written."""
    data = tmp_path_factory.mktemp("served") / "data"
    with running(data, program=installed.program) as it:
        yield it
