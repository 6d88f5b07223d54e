"""Pages that are made from the program are as the program makes them now."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.docs import command_line, configuration
from tools.docs.__main__ import DOCS, PAGES, current

from ringway.cli import app
from ringway.settings import gather
from ringway.settings.declared import SETTINGS


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text() == current(name), "run `make generate`"


def test_the_file_on_the_page_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "ringway.toml").write_text(configuration.example())
    layers = gather({}, {}, tmp_path)
    settings = layers.settings()
    assert all(it.where for it in layers.values.values()), "a setting is not in it"
    assert settings.advertise == ("203.0.113.9", "2001:db8::9")
    assert settings.data == tmp_path / "data"


def test_every_command_is_on_the_page_and_fits() -> None:
    page = command_line.made()
    for words in ("serve", "key create", "account set", "config", "version"):
        assert f"## `ringway {words}`\n" in page
    blocks = page.split("```text\n")[1:]
    for block in blocks:
        assert all(len(line) <= 80 for line in block.split("```")[0].splitlines())


def test_every_setting_has_an_option_of_serve() -> None:
    said = command_line.help_of(("serve",))
    for setting in SETTINGS:
        assert f"  {setting.option}" in said
        assert setting.variable in said


def test_every_command_can_print_json() -> None:
    every = set(command_line.commands(app))
    groups = {words[:-1] for words in every}
    assert len(every - groups) > 12
    for words in every - groups:
        assert "  --json " in command_line.help_of(words), words
