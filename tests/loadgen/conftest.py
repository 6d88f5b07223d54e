import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "bench" / "loadgen"


@pytest.fixture(scope="session", autouse=True)
def library() -> Path:
    """Build the client farm."""
    done = subprocess.run(
        ["make"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    return ROOT / "build" / "librtcfarm.so"
