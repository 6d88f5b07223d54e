import subprocess
import sys
from pathlib import Path

COMMANDS = [
    "panel",
    "webinar",
    "speaker",
    "mix",
    "join",
    "ladder",
    "compare",
    "attack",
    "adverse",
]
ROOT = Path(__file__).parents[2] / "bench" / "loadgen"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loadgen", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    for name in COMMANDS:
        assert f"\n    {name} " in text


def test_a_missing_driver_is_explained() -> None:
    done = run("panel", "--driver", "no_such_module:Driver")
    assert done.returncode == 2
    assert "no_such_module" in done.stderr


def test_one_core_for_both_is_refused() -> None:
    done = run("panel", "--driver", "janus", "--server-cpu", "0", "--farm-cpu", "0")
    assert done.returncode == 2
    assert "a core each" in done.stderr


def test_cores_that_are_no_numbers_are_refused() -> None:
    done = run("panel", "--driver", "janus", "--server-cpu", "0,one")
    assert done.returncode == 2
    assert "--server-cpu" in done.stderr


def test_an_impossible_loss_is_refused() -> None:
    done = run("panel", "--driver", "janus", "--loss", "100")
    assert done.returncode == 2
    assert "less than 100" in done.stderr
