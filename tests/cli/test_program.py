"""The program as a whole: usage, help, what is imported, broken pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringway.cli.output import local_time, printable, span, table
from tests.app.test_serving import served
from tests.browser.server import RINGWAY
from tests.cli.conftest import Ringway

HEAVY = {"litestar", "sqlalchemy", "uvicorn", "websockets", "uvloop", "alembic"}
NOON = 1_763_726_400_000_000


def test_what_is_heavy_is_imported_by_who_needs_it() -> None:
    asked = "import sys, ringway.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "cyclopts" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["sing"], "sing"),
        (["serve", "--bogus"], "--bogus"),
        (["serve", "--shards", "x"], "--shards"),
        (["serve", "--shards", "0"], "--shards is from 1 to 64, not 0."),
        (["serve", "--log-level", "loud"], "loud"),
        (["key", "revoke"], "KEY"),
        (["call", "show", "\udcff"], "UTF-8"),
    ],
)
def test_wrong_usage_is_one_sentence_and_code_2(
    ringway: Ringway, words: list[str], why: str
) -> None:
    done = ringway(*words)
    assert done.code == 2
    assert why in done.sentence


def test_serve_reads_the_file_too(ringway: Ringway, tmp_path: Path) -> None:
    (tmp_path / "ringway.toml").write_text('http = "nowhere"\n')
    done = ringway("serve")
    assert done.code == 2
    assert f"http in {tmp_path / 'ringway.toml'} takes HOST:PORT" in done.sentence


def test_help_and_version_end_well(ringway: Ringway) -> None:
    for words in ([], ["--help"], ["call"], ["call", "list", "--help"], ["--version"]):
        done = ringway(*words)
        assert (done.code, done.err) == (0, ""), words
        assert done.out
    assert ringway("version", "--json").json["version"] in ringway("version").out


def test_a_reader_that_goes_away_is_no_fault() -> None:
    with subprocess.Popen(
        [RINGWAY, "completion", "show", "bash"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as it:
        assert it.stdout is not None
        assert it.stderr is not None
        it.stdout.close()
        assert it.stderr.read() == b""
        assert it.wait(20) == 1


def test_a_terminal_without_a_sign_gets_another(tmp_path: Path) -> None:
    done = subprocess.run(
        [RINGWAY, "doctor", "--engine", "/none", "--data", tmp_path / "none"],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert b"? Install" in done.stdout


def test_serve_says_that_it_is_ready_in_json(tmp_path: Path) -> None:
    # `served` takes its options in pairs.
    with served(tmp_path / "data", "--json", "--no-demo") as it:
        [line] = [x for x in it.out.read_text().splitlines() if '"firstKey"' in x]
        told = json.loads(line)
        assert told["url"] == f"http://localhost:{it.http}"
        assert told["advertised"] == ["127.0.0.1"]
        assert told["demo"] is None
        assert told["firstKey"] == str(it.data / "first-key.json")


def test_a_table_is_cut_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rows = [("a" * 100, "b", "漢字" * 30), ("x", "y\x1b[31m", "z")]
    lines = table(("ONE", "TWO", "THREE"), rows).splitlines()
    assert lines[1].startswith("aaa")
    assert lines[1].count("…") == 2
    assert "\x1b" not in lines[2]
    widths = [len(line) + line.count("漢") + line.count("字") for line in lines]
    assert max(widths) <= 80


def test_times_and_spans_are_for_people() -> None:
    assert len(local_time(NOON, NOON)) == len("12:00:00")
    assert len(local_time(NOON, NOON + 3 * 86_400_000_000)) == len("2025-11-21 12:00")
    assert [span(s) for s in (0, 61, 3661, -5)] == ["0:00", "1:01", "1:01:01", "0:00"]
    assert printable("a\r\nb\u202e") == "a\ufffd\ufffdb\ufffd"
