"""Running the generator as a program, for two seconds on two cores."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATH = [ROOT, ROOT / "src", ROOT / "bench" / "loadgen"]


def loadgen(*arguments: str, server: str | None = None) -> tuple[int, dict[str, Any]]:
    """Give the exit status, and what it says; the server has its cores, or one."""
    first, second = sorted(os.sched_getaffinity(0))[:2]
    command = [sys.executable, "-m", "loadgen", *arguments, "--json", "--seconds", "2"]
    command += ["--warm-up", "0.5"]
    command += ["--server-cpu", server or str(first), "--farm-cpu", str(second)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATH))},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)
