"""`ringway invitation`: the code, the link, and its QR code for who sees one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ringway.cli import qr
from tests.cli.conftest import Ringway
from tests.cli.terminal import at_terminal, read_qr_code

TLS = ("--tls", "self-signed", "--https", "192.0.2.7:8443")
LINK = "https://192.0.2.7:8443/demo/#invitation="


def test_the_link_has_the_code_that_the_folder_keeps(ringway: Ringway) -> None:
    code = ringway("invitation").out.strip()
    assert (Path("data") / "invitation").read_text().strip() == code
    assert ringway("invitation", *TLS).out.splitlines() == [LINK + code]
    told = ringway("invitation", *TLS, "--json").json
    assert told == {"invitation": code, "url": LINK[:-12], "link": LINK + code}


def test_a_new_code_takes_the_place_of_the_old_one(ringway: Ringway) -> None:
    before = ringway("invitation", "--json").json
    after = ringway("invitation", "--new", "--json").json
    assert after["invitation"] != before["invitation"]
    assert after["link"] is None
    assert ringway("invitation", "--json").json == after


def test_settings_that_can_not_be_used_are_said(ringway: Ringway) -> None:
    done = ringway("invitation", "--tls", "nonsense")
    assert done.code == 2
    assert done.sentence.startswith("--tls takes self-signed, or CERTIFICATE,KEY")


def test_a_folder_that_can_not_be_written(ringway: Ringway, tmp_path: Path) -> None:
    (tmp_path / "data" / "invitation").mkdir(parents=True)
    done = ringway("invitation")
    assert done.code == 1
    assert "invitation can not be used: Is a directory." in done.sentence


def test_a_camera_reads_the_link_from_a_terminal(tmp_path: Path) -> None:
    shown = at_terminal("invitation", *TLS, columns=80, folder=tmp_path)
    said, drawn = shown.split("\n\n")
    assert said.startswith(LINK)
    assert read_qr_code(drawn) == said


def test_where_it_has_no_room_the_link_is_enough(tmp_path: Path) -> None:
    shown = at_terminal("invitation", *TLS, columns=40, folder=tmp_path)
    assert shown.startswith(LINK)
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["x", "https://192.0.2.7:8443/demo/#invitation=a_-b", "x" * 300]
)
def test_every_text_can_be_read_again(text: str) -> None:
    lines = qr.qr_code(text)
    assert len({len(line) for line in lines}) == 1
    assert read_qr_code("\n".join(lines)) == text


def test_a_terminal_without_such_signs_gets_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert qr.for_terminal("x") is None
