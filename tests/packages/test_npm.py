"""`ringway-rtc` as others install it: its files, its types, in a bundle, in Node."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from ringway.app.version import VERSION
from tests.packages.installed import ROOT

SDK = ROOT / "web" / "rtc"
MOST_BYTES = 400_000
"""Of the packed file; it has 203 kB."""
CONSUMER = """
import {
  type CallError,
  CallsApiEvent,
  createInfobipRtc,
  createRingwayRtc,
  RingwayRTCEvent,
  type WebrtcCall,
  WebrtcCallOptions,
} from "ringway-rtc";

export function dial(token: string, whom: string): WebrtcCall {
  const rtc = createRingwayRtc(token, { debug: false });
  rtc.on(RingwayRTCEvent.INCOMING_WEBRTC_CALL, ({ incomingCall }) => incomingCall.decline());
  rtc.connect();
  const call = rtc.callWebrtc(whom, WebrtcCallOptions.builder().setVideo(true).build());
  call.on(CallsApiEvent.HANGUP, (event) => console.log(event.errorCode.name satisfies string));
  return call;
}
// @ts-expect-error: a name is a text, so the types are really there
dial("token", 7);
export const same: typeof createRingwayRtc = createInfobipRtc;
export type Failure = CallError;
"""
LOADED = """
const it = await import("ringway-rtc");
if (typeof window !== "undefined") throw new Error("this is no Node");
if (it.createRingwayRtc !== it.createInfobipRtc) throw new Error("two functions");
console.log(it.CallsApiEvent.HANGUP, it.WebrtcCallOptions.builder().build() !== undefined);
"""


def run(*words: str | Path, cwd: Path) -> str:
    """Run a program of the checkout's toolchain elsewhere."""
    bin_ = ROOT / "node_modules" / ".bin"
    done = subprocess.run(
        words,
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that would be published."""
    folder = tmp_path_factory.mktemp("packed")
    run("npm", "pack", "--pack-destination", folder, cwd=SDK)
    [it] = folder.glob("*.tgz")
    return it


@pytest.fixture(scope="module")
def consumer(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make somebody's project that has it installed, and nothing else."""
    folder = tmp_path_factory.mktemp("consumer")
    about = {"name": "consumer", "private": True, "type": "module"}
    (folder / "package.json").write_text(json.dumps(about))
    quietly: Sequence[str] = ("--offline", "--no-audit", "--no-fund")
    run("npm", "install", *quietly, packed, cwd=folder)
    (folder / "main.ts").write_text(CONSUMER)
    return folder


def test_what_is_in_it(packed: Path) -> None:
    assert packed.name == f"ringway-rtc-{VERSION}.tgz"
    with tarfile.open(packed) as it:
        names = {info.name.removeprefix("package/") for info in it.getmembers()}
        about = it.extractfile("package/package.json")
        assert about is not None
        said = json.load(about)
    assert names >= {"README.md", "LICENSE", "package.json"}
    assert names >= {"dist/index.js", "dist/index.d.ts", "dist/ringway-rtc.js"}
    strange = {n for n in names if n.endswith(".ts") and not n.endswith(".d.ts")}
    assert strange == set()
    assert not [n for n in names if "test" in n or n.startswith("src")]
    scripts = {n for n in names if n.endswith(".js") and n != "dist/ringway-rtc.js"}
    assert {f"{n.removesuffix('.js')}.d.ts" for n in scripts} <= names
    assert said["version"] == VERSION
    assert set(said["sideEffects"]) <= {f"./{n}" for n in names}
    assert "dependencies" not in said
    assert (SDK / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_it_is_small(packed: Path) -> None:
    assert packed.stat().st_size < MOST_BYTES


def test_others_who_judge_packages_find_nothing(packed: Path) -> None:
    run("publint", "run", "--strict", packed, cwd=packed.parent)


@pytest.mark.parametrize(
    ("module", "resolution"), [("nodenext", "nodenext"), ("esnext", "bundler")]
)
def test_its_types_are_found(consumer: Path, module: str, resolution: str) -> None:
    options = ("--noEmit", "--strict", "--target", "es2022", "--types", "")
    how = ("--module", module, "--moduleResolution", resolution)
    run("tsc", *options, *how, "--ignoreConfig", "main.ts", cwd=consumer)


def test_node_can_import_it(consumer: Path) -> None:
    said = run("node", "--input-type=module", "--eval", LOADED, cwd=consumer)
    assert said == "hangup true\n"


def test_a_bundler_takes_what_is_used(consumer: Path) -> None:
    (consumer / "index.html").write_text(
        '<!doctype html><script type="module" src="./main.ts"></script>'
    )
    run("vite", "build", "--logLevel", "warn", cwd=consumer)
    [script] = (consumer / "dist" / "assets").glob("*.js")
    text = script.read_text()
    assert "new WebSocket(" in text
    assert "currentScript" not in text, "the build for script tags is no part of it"
