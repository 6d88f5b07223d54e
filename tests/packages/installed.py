"""The wheel, made once and installed as docs/install.md says, outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.browser.server import Program
from tests.docs.snippets import snippets_of

ROOT = Path(__file__).parents[2]
PAGE = "docs/install.md"
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


def commands(section: str) -> Sequence[str]:
    """Give the lines of the page's first example below a heading."""
    text = (ROOT / PAGE).read_text().partition(f"\n## {section}\n")[2]
    assert text, f"{PAGE} has no {section!r}"
    return next(snippets_of(PAGE, text)).text.splitlines()


@dataclass(frozen=True, slots=True)
class Machine:
    """Folders that stand for a machine: its /etc, Ringway's own, and an empty one."""

    etc: Path
    path: Path
    """What the page calls /opt/ringway: a virtual environment."""
    elsewhere: Path
    """Where people are: the home folder, with the wheel in it."""

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
        """Our program there, for which its whole environment is read-only."""
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
        """Run a program of ours, as a person does in a new shell."""
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

    def do(self, lines: Sequence[str]) -> str:
        """Run commands of the page; return what was printed.

        No init process here runs units, so systemd's commands do what they can do
        without one: with --root they write what they would have written.
        """
        root = self.etc.parent
        script = []
        for said in lines:
            line = said.replace("/opt/ringway", str(self.path))
            line = line.replace("/etc/", f"{self.etc}/")
            line = line.replace("~/", f"{self.elsewhere}/")
            program, verb = (*line.split(), "")[:2]
            if program == "systemctl":
                if verb in {"daemon-reload", "start", "stop"}:
                    continue
                assert verb in {"enable", "disable"}, said
                line = line.replace("--now", f"--root='{root}'")
            elif program.startswith("systemd-"):
                line = f"{line} --root='{root}'"
            script.append(line)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-s"],
            input="\n".join(script),
            check=False,
            capture_output=True,
            text=True,
            env={**self.variables, "PATH": os.environ["PATH"]},
            cwd=self.elsewhere,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self) -> set[Path]:
        """List what is installed; what Python makes when it runs is not meant."""
        return {
            path.relative_to(self.path)
            for path in self.path.rglob("*")
            if path.suffix != ".pyc" and path.name != "__pycache__"
        }

    def get_needs(self) -> None:
        """Install what the wheel needs, so that pip does not have to get it."""
        needs = self.elsewhere / "requirements.txt"
        uv("export", "--locked", "--no-dev", "--no-emit-project", "-o", needs)
        uv("pip", "install", "--python", self.path, "--require-hashes", "-r", needs)
        needs.unlink()


def machine(folder: Path, wheel: Path) -> Machine:
    """Make one, and put the wheel into the home folder."""
    it = Machine(folder / "root" / "etc", folder / "ringway", folder / "home")
    for path in (it.etc / "sysusers.d", it.etc / "systemd" / "system", it.elsewhere):
        path.mkdir(parents=True)
    shutil.copy(wheel, it.elsewhere)
    return it
