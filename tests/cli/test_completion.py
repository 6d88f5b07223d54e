"""`ringway completion`: scripts that shells can read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Ringway


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_knows_the_commands(ringway: Ringway, shell: str) -> None:
    done = ringway("completion", "show", shell)
    assert done.code == 0
    for word in ("serve", "key", "revoke", "public-url"):
        assert word in done.out
    if program := shutil.which(shell):
        file = Path("script")
        file.write_text(done.out)
        subprocess.run([program, "-n", file], check=True)


def test_bash_completes_commands_options_and_choices(
    ringway: Ringway, tmp_path: Path
) -> None:
    (tmp_path / "script").write_text(ringway("completion", "show", "bash").out)
    asked = """
    . ./script
    complete_words() {
      COMP_WORDS=(ringway "$@"); COMP_CWORD=$#
      _ringway; echo "${COMPREPLY[@]}"
    }
    complete_words ke
    complete_words key re
    complete_words serve --log-l
    complete_words serve --log-level de
    """
    done = subprocess.run(
        ["bash", "-c", asked], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["key", "revoke", "--log-level", "debug"]


def test_it_is_installed_in_the_home_of_the_user(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    told = ringway("completion", "install", "bash", "--json").json
    path = Path(told["path"])
    assert path.is_relative_to(tmp_path)
    assert "_ringway" in path.read_text()
    assert str(path) in (tmp_path / ".bashrc").read_text()
    again = ringway("completion", "install", "bash")
    assert str(path) in again.out
    assert (tmp_path / ".bashrc").read_text().count("\n") == 2


def test_a_home_that_can_not_be_written_is_told_of(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    done = ringway("completion", "install", "fish")
    assert done.code == 1
    assert "can not be written" in done.sentence


def test_another_shell_is_wrong_usage(ringway: Ringway) -> None:
    done = ringway("completion", "show", "csh")
    assert done.code == 2
    assert "bash" in done.sentence
