"""Which licences may be shipped, and what is said when one may not, or is unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools.licences import notices as written
from tools.licences.notices import notices
from tools.licences.parts import Part, Unknown, texts_in
from tools.licences.spdx import NoExpression, is_permissive
from tools.licences.web import packages


@pytest.mark.parametrize(
    ("expression", "permitted"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT/Apache-2.0", True),
        ("Apache-2.0 / MIT", True),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", True),
        ("MIT OR Apache-2.0 AND GPL-2.0-only", True),
        ("(MIT OR Apache-2.0) AND GPL-2.0-only", False),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", True),
        ("GPL-3.0-only WITH GCC-exception-3.1", False),
        ("Apache-2.0 WITH Commons-Clause", False),
        ("mit", False),
        ("SEE LICENSE IN LICENSE.txt", None),
        ("MIT OR", None),
        ("(MIT", None),
        ("MIT)", None),
        ("", None),
        ("MIT, Apache-2.0", None),
        ("UNLICENSED", False),
    ],
)
def test_what_may_be_shipped(expression: str, *, permitted: bool | None) -> None:
    if permitted is None:
        with pytest.raises(NoExpression):
            is_permissive(expression)
    else:
        assert is_permissive(expression) is permitted


def lock(folder: Path, **entries: object) -> Path:
    names = {name.replace("__", "/"): entry for name, entry in entries.items()}
    (folder / "package-lock.json").write_text(json.dumps({"packages": names}))
    return folder


def test_what_is_in_a_page_is_found_as_node_finds_it(tmp_path: Path) -> None:
    entry = {"version": "1.0.0", "license": "MIT"}
    lock(
        tmp_path,
        web__page={
            "dependencies": {"a": "1", "own": "1"},
            "devDependencies": {"builds": "1"},
        },
        node_modules__own={"resolved": "web/own", "link": True},
        web__own={"dependencies": {"c": "1"}},
        node_modules__a={**entry, "dependencies": {"b": "2"}},
        node_modules__a__node_modules__b={**entry, "version": "2.0.0"},
        node_modules__b=entry,
        node_modules__c={
            **entry,
            "peerDependencies": {"absent": "1", "d": "1"},
            "peerDependenciesMeta": {"absent": {"optional": True}},
        },
        node_modules__d=entry,
        node_modules__builds={**entry, "license": "GPL-3.0-only"},
    )
    found = {(it.name, it.version) for it in packages(tmp_path)}
    assert found == {("a", "1.0.0"), ("b", "2.0.0"), ("c", "1.0.0"), ("d", "1.0.0")}


def test_what_is_not_locked_or_names_no_licence(tmp_path: Path) -> None:
    page = {"dependencies": {"a": "1"}}
    with pytest.raises(Unknown, match="lacks a: run `npm install`"):
        packages(lock(tmp_path, web__page=page))
    nameless = {"version": "1.0.0"}
    with pytest.raises(Unknown, match="package a names no licence"):
        packages(lock(tmp_path, web__page=page, node_modules__a=nameless))


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (Part("bad", "1.0", "AGPL-3.0-only", ("text",)), "is under AGPL-3.0-only"),
        (Part("bare", "1.0", "ISC", ()), "comes without the text of ISC"),
    ],
)
def test_no_notices_of_what_may_not_be_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Part, why: str
) -> None:
    (tmp_path / "LICENSE").write_text("the licence")
    monkeypatch.setattr(written, "crates", lambda _: [part])
    monkeypatch.setattr(written, "packages", lambda _: [])
    with pytest.raises(Unknown, match=why):
        notices(tmp_path)


def test_a_text_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "LICENSE").write_text("ours")
    both = Part("one", "1.0", "MIT", ("same",)), Part("two", "2.0", "MIT", ("same",))
    bare = Part("three", "3.0", "MIT OR Apache-2.0", ())
    monkeypatch.setattr(written, "crates", lambda _: [*both, bare])
    monkeypatch.setattr(written, "packages", lambda _: [])
    text = notices(tmp_path)
    assert text.count("same") == 1
    assert "\none, two\n" in text
    assert "\nthree\n" + "=" * 78 + "\n\nours\n" in text


def test_texts_are_found_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "LICENSES").mkdir()
    for name in ("LICENSE-MIT", "COPYING", "license.js", "README.md", "licensing.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "LICENSES" / "MIT.txt").write_text("in a folder")
    assert set(texts_in(tmp_path)) == {"LICENSE-MIT", "COPYING", "in a folder"}
