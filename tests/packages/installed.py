"""The wheel, made once, and put into an empty environment outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.browser.server import Program

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).absolute().parents[2] / ".tools" / "bin" / "uv"


def make_wheel(folder: Path, **environ: str) -> Path:
    """Make it as `make wheel` does, of what has been built."""
    subprocess.run(
        [ROOT / "scripts" / "wheel", folder],
        check=True,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


def uv(*words: str | Path) -> None:
    """Run uv, with what it has kept already if that is enough."""
    command = [UV, "--quiet", "--no-config", "--project", ROOT, *words]
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    environ.pop("VIRTUAL_ENV", None)
    kept = subprocess.run(
        [*command, "--offline"], check=False, env=environ, stderr=subprocess.DEVNULL
    )
    if kept.returncode != 0:
        subprocess.run(command, check=True, env=environ)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment, and an empty folder to be in."""

    path: Path
    elsewhere: Path

    @property
    def variables(self) -> dict[str, str]:
        """Name no compiler, no Node, and nothing of the checkout."""
        return {
            "PATH": str(self.path / "bin"),
            "HOME": str(self.elsewhere),
            "LANG": "C.UTF-8",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",
        }

    @property
    def program(self) -> Program:
        """Our program in it, for which the whole environment is read-only."""
        unshare, shell = shutil.which("unshare"), shutil.which("sh")
        assert unshare is not None
        assert shell is not None
        bind, remount = "mount --bind . .", "mount -o remount,bind,ro ."
        script = (
            f"set -e; path=$PATH; PATH=/usr/bin:/bin; cd '{self.path}'; {bind}; "
            f"cd '{self.path}'; {remount}; cd '{self.elsewhere}'; "
            '! touch "$0/written" 2>/dev/null; PATH=$path; exec "$0/bin/ringway" "$@"'
        )
        private = "-m" if os.geteuid() == 0 else "-rm"
        command: Sequence[str | Path] = (unshare, private, shell, "-c", script)
        return Program((*command, self.path), self.variables, self.elsewhere)

    def run(
        self, program: str, *words: str | Path, code: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of it, as a person does in a new shell."""
        done = subprocess.run(
            [self.path / "bin" / program, *words],
            check=False,
            capture_output=True,
            text=True,
            env=self.variables,
            cwd=self.elsewhere,
        )
        assert done.returncode == code, done.stderr
        return done

    def files(self) -> set[Path]:
        """List what is in it; what Python makes of that when it runs is not meant."""
        return {
            path.relative_to(self.path)
            for path in self.path.rglob("*")
            if path.suffix != ".pyc" and path.name != "__pycache__"
        }


def environment(folder: Path) -> Environment:
    """Make one with what the wheel needs, and without the wheel."""
    it = Environment(folder / "ringway", folder / "elsewhere")
    it.elsewhere.mkdir()
    subprocess.run([sys.executable, "-m", "venv", it.path], check=True)
    needs = folder / "requirements.txt"
    uv("export", "--locked", "--no-dev", "--no-emit-project", "--output-file", needs)
    uv("pip", "install", "--python", it.path, "--require-hashes", "-r", needs)
    return it
