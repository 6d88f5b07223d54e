"""Pages that are made from the program are as the program makes them now."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.docs import command_line, compatibility, configuration, platforms
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


def test_a_cell_is_held_by_marks_that_fit() -> None:
    found = platforms.cells()
    assert len(found) > 30
    assert not found.keys() & platforms.NOT_THERE.keys()
    page = platforms.made()
    for (feature, platform), tests in found.items():
        for test in tests:
            assert f"`{test}`" in page, (feature, platform)
    assert page.count("| not tested |") > 10, "what is not tested is told"


def test_a_mark_is_read_with_its_test() -> None:
    source = (
        '@pytest.mark.parametrize("n", [1])\n'
        '@pytest.mark.cell("rooms", "Chromium", "Firefox")\n'
        "async def test_it(n): ...\n"
    )
    assert list(platforms.marks(source)) == [
        ("test_it", "rooms", ["Chromium", "Firefox"])
    ]


def test_what_is_familiar_is_read_from_the_code() -> None:
    assert len(compatibility.familiar_names()) == 53
    assert {"createRingwayRtc", "CallError"} <= set(compatibility.exported())
    room = dict(compatibility.declared("call/interfaces.ts", "Talking"))
    assert (room["mute"], room["sendDTMF"]) == (True, False)
    phone = dict(compatibility.declared("call/interfaces.ts", "PhoneCall"))
    assert phone
    assert not any(phone.values())
    assert len(compatibility.told_events()) == 61
    codes = {it.name: occurs for it, occurs in compatibility.given_codes().items()}
    for name in ("BUSY", "DEVICE_FORBIDDEN", "DESTINATION_NOT_FOUND"):
        assert codes[name]
    for name in ("INSUFFICIENT_FUNDS", "MACHINE_DETECTED"):
        assert not codes[name]
    assert "POST /webrtc/1/token" in compatibility.served()
