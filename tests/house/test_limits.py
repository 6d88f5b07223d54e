"""`docs/limits.md` says the numbers that the code has."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from ringway.domain.values import SECOND

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "limits.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| limit ", "| --- "))
]
MICROSECONDS = (
    "ringway.domain.leg_state",
    "ringway.domain.values",
    "ringway.hooks.retrying",
    "ringway.ports.outbox",
)
"""The modules whose times are in microseconds."""


def python(name: str) -> float:
    module, _, constant = name.rpartition(".")
    value = float(getattr(importlib.import_module(module), constant))
    return value / SECOND if module in MICROSECONDS else value


def rust(path: str, name: str) -> float:
    source = (ROOT / "crates" / path).read_text()
    [said] = re.findall(rf"\bconst {name}: \w+ = ([^;]+);", source)
    said = said.replace("_", "") if said[0].isdigit() else said
    if seconds := re.fullmatch(r"Duration::from_secs\((\d+)\)", said):
        return float(seconds[1])
    if parts := re.fullmatch(r"(\d+)(?: (<<|\*) (\d+))?", said):
        one, sign, other = int(parts[1]), parts[2], int(parts[3] or 0)
        return float({None: one, "<<": one << other, "*": one * other}[sign])
    raise AssertionError(f"{path} {name} can not be read: {said}")


def typescript(path: str, name: str) -> float:
    source = (ROOT / "web" / path).read_text()
    [said] = re.findall(rf"\bconst {name} = ([\d_]+);", source)
    return float(said)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[-1])
def test_the_number_is_the_codes(row: list[str]) -> None:
    _, number, beyond, _, where = row
    assert beyond
    names = re.findall(r"`([^`]+)`", where)
    if len(names) == 1:
        value = python(*names)
    else:
        read = typescript if names[0].endswith(".ts") else rust
        value = read(*names)
    said = re.fullmatch(r"(\d+)( s)?", number)
    assert said
    assert int(said[1]) == value


def test_every_area_has_limits() -> None:
    areas = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert len(areas) == 11
    assert all(area.count("\n| ") > 2 for area in areas)


def test_every_limit_of_signalling_is_told() -> None:
    module = importlib.import_module("ringway.rtc.limits")
    names = {f"{module.__name__}.{it}" for it in vars(module) if it.isupper()}
    told = {row[-1].strip("`") for row in ROWS}
    # The time a closing socket may take is no limit that anybody can pass.
    assert names - told == {"ringway.rtc.limits.CLOSED_WITHIN_S"}


def test_every_row_of_who_closes_whom_is_held_by_a_test() -> None:
    page = (ROOT / "docs" / "who-closes-whom.md").read_text()
    rows = [
        line
        for line in page.splitlines()
        if line.startswith("| ")
        and not line.startswith(("| --- ", "| what ", "| who "))
    ]
    assert rows
    for row in rows:
        held = re.search(r"`(tests/[a-z_/]+\.py)::(test_\w+)` \|$", row)
        assert held, row
        source = (ROOT / held[1]).read_text()
        assert re.search(rf"^(async )?def {held[2]}\(", source, re.MULTILINE), row


def test_the_page_of_failures_has_measured_figures() -> None:
    page = (ROOT / "docs" / "failures.md").read_text()
    figures = (ROOT / "docs" / "measuring.md").read_text()
    for row in (
        r"engine killed: the tone is missing +\| (\d+) +\| \d+ \| \d+ to (\d+) ",
        r"engine killed: until both are told of the new pipe \| (\d+) ",
    ):
        found = re.search(row, figures)
        assert found
        for figure in found.groups():
            assert f" {figure} ms" in page, row


def test_every_row_of_failures_is_tried_by_a_test() -> None:
    page = (ROOT / "docs" / "failures.md").read_text()
    told, _, held = page.partition("## Which tests try it")
    dies = re.findall(r"^\| (?!---|what )", told, re.MULTILINE)
    rows = re.findall(r"^\| (?!---|what )[^|]+\| (`.+`) \|$", held, re.MULTILINE)
    assert len(rows) == len(dies)
    for test in re.findall(r"`([^`]+)`", " ".join(rows)):
        path, _, name = test.partition("::")
        source = (ROOT / path).read_text()
        assert re.search(
            rf"^(async )?def {name}\(" if name else ".", source, re.MULTILINE
        ), test


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        (r"([\d,]+) connections of media", "media-core/src/config.rs MOST_PIPES"),
        (r"there can be ([\d,]+) shards", "media/src/arguments.rs MOST_SHARDS"),
        (r"([\d,]+) connections of pages", "ringway.rtc.limits.MOST_CONNECTIONS"),
    ],
)
def test_the_questions_are_answered_with_the_numbers(words: str, limit: str) -> None:
    page = " ".join((ROOT / "docs" / "faq.md").read_text().split())
    [said] = re.findall(words, page)
    path, _, constant = limit.partition(" ")
    value = rust(path, constant) if constant else python(path)
    assert int(said.replace(",", "")) == value
