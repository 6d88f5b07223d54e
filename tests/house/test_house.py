"""The shape of modules, kept by tests so that nobody has to remember it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "ringway"
BENCH = ROOT / "bench"
FILES = sorted(
    path
    for path in SRC.rglob("*.py")
    if not {"generated", "built"} & set(path.relative_to(SRC).parts)
)
MEASURING = sorted(BENCH.rglob("*.py"))
FARM = sorted((BENCH / "loadgen" / "rtcfarm").glob("*.[ch]"))
MACHINES = [
    path
    for path in sorted((SRC / "domain").glob("*.py"))
    if re.search(r"^def decide\(", path.read_text(), re.MULTILINE)
]
MAX_LINES = 400
DECLARATIONS = {"ports/engine_messages.py": 600}
"""One list of types, which its generator reads as a whole."""
MAX_FIRST_LINE = 80


def name(path: Path) -> str:
    return str(path.relative_to(SRC if SRC in path.parents else ROOT))


@pytest.mark.parametrize("path", [*FILES, *MEASURING, *FARM], ids=name)
def test_a_module_is_one_idea_of_moderate_length(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= DECLARATIONS.get(name(path), MAX_LINES), (
        "look for the second idea in it"
    )


@pytest.mark.parametrize("path", [*FILES, *MEASURING], ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text()))
    assert doc, "no docstring"
    assert len(doc.splitlines()[0]) <= MAX_FIRST_LINE


def test_the_machines_are_found() -> None:
    assert {path.stem for path in MACHINES} >= {"leg", "bridge", "fork"}


@pytest.mark.parametrize("path", MACHINES, ids=name)
def test_every_machine_has_its_own_tests(path: Path) -> None:
    assert (ROOT / "tests" / "domain" / f"test_{path.name}").exists()


def test_only_the_composition_root_names_adapters() -> None:
    named = {
        name(path)
        for path in FILES
        if path.relative_to(SRC).parts[0] not in {"adapters", "app"}
        and path.name != "cli.py"
        and "ringway.adapters" in path.read_text()
    }
    assert named == set()
