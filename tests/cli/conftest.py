"""The command line in this process: quick, and with an environment of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ringway.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """Give what went wrong: one line, and nothing else was printed."""
        assert self.code != 0
        assert self.out == ""
        assert self.err.startswith("ringway: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("ringway: ").rstrip("\n")


Ringway = Callable[..., Done]


@pytest.fixture
def ringway(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Ringway:
    """Run a command in an empty folder, without variables of ours."""
    for name in list(os.environ):
        if name.startswith("RINGWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["ringway", *map(str, words)])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        assert isinstance(code, int)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
