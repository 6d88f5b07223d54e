"""Every example of the pages is run, compiled or read, or says why it is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ringway.settings import gather
from ringway.settings.declared import SETTINGS
from tests.browser.server import RINGWAY, Server, running
from tests.docs.snippets import MARK, PAGES, ROOT, Snippet, all_snippets, snippets_of

ALL = all_snippets()
DIALOGUES = {
    "docs/protocol.md": "tests/rtc/test_protocol_page.py",
    "docs/data-channel.md": "crates/media-sim/tests/texts.rs",
}
"""Who plays the fences without a language, which show messages."""
NOT_RUN: dict[str, int] = {"docs/demo.md": 2, "docs/install.md": 2}
"""How many examples of a page are checked for their form only."""
WITHIN_S = 60


def name(snippet: Snippet) -> str:
    return snippet.name


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("ringway") / "data") as it:
        yield it


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder for each page: a later example finds what an earlier one has left."""
    folders: dict[str, Path] = {}

    def of(page: str) -> Path:
        if page not in folders:
            folders[page] = tmp_path_factory.mktemp(Path(page).stem)
            (folders[page] / ".curlrc").write_text("silent\nshow-error\nfail\n")
        return folders[page]

    return of


def environment(server: Server, folder: Path) -> dict[str, str]:
    """What the pages say is set, and commands as a user has them."""
    return {
        "PATH": f"{RINGWAY.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "RINGWAY_DATA": str(server.data),
        "RINGWAY_URL": server.url,
        "RINGWAY_KEY": server.key,
    }


def read_sh(text: str) -> None:
    subprocess.run(["bash", "-n", "-s"], input=text, text=True, check=True)


def read_prometheus(text: str) -> None:
    """Our pages show one kind of YAML: what a Prometheus shall scrape."""
    command = ["promtool", "check", "config", "--syntax-only", "/dev/stdin"]
    subprocess.run(command, input=text, text=True, check=True)


def read_settings(text: str) -> None:
    """Our pages show one kind of TOML: a file of settings."""
    given = tomllib.loads(text)
    assert given.keys() <= {it.name for it in SETTINGS}
    with TemporaryDirectory() as folder:
        (Path(folder) / "ringway.toml").write_text(text)
        settings = gather({}, {}, Path(folder)).settings()
    assert settings.shards == given.get("shards", 1)


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "python": lambda text: compile(text, "snippet", "exec"),
    "sh": read_sh,
    "toml": read_settings,
    "yaml": read_prometheus,
}
RUNNERS = {
    "python": [sys.executable, "-"],
    "sh": ["bash", "-euo", "pipefail", "-s"],
}
SCRIPTS = {"js", "ts"}
SHOWN = {"text"}
"""What a program prints."""


@pytest.mark.parametrize(
    "snippet", [it for it in ALL if it.language in READERS], ids=name
)
def test_it_can_be_read(snippet: Snippet) -> None:
    READERS[snippet.language](snippet.text)


@pytest.mark.parametrize(
    "snippet",
    [
        it
        for it in ALL
        if it.language in RUNNERS and it.not_run is None and it.held_by is None
    ],
    ids=name,
)
def test_it_works(
    snippet: Snippet, server: Server, folder: Callable[[str], Path]
) -> None:
    where = folder(snippet.page)
    done = subprocess.run(
        RUNNERS[snippet.language],
        input=snippet.text,
        cwd=where,
        env=environment(server, where),
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{snippet.text}\n{done.stdout}\n{done.stderr}"


NAMES = {
    "audio": "HTMLAudioElement",
    "call": "WebrtcCall",
    "room": "RoomCall",
    "rtc": "RingwayRTC",
    "token": "string",
    "video": "HTMLVideoElement",
}
"""What examples may use without saying where it is from."""


def test_scripts_fit_the_sdk(tmp_path: Path) -> None:
    """Each is compiled as strictly as the SDK itself, all in one go."""
    index = (ROOT / "web/rtc/src/index.ts").read_text()
    exported = set(re.findall(r"\b[A-Z]\w+\b|\bcreate\w+\b", index))
    scripts = [it for it in ALL if it.language in SCRIPTS]
    assert scripts
    for number, it in enumerate(scripts):
        used = set(re.findall(r"\b[A-Za-z]\w+\b", it.text))
        names = {
            name
            for name in NAMES
            if name in used
            and not re.search(rf"\b(const|let|function) {name}\b", it.text)
        }
        wanted = {NAMES[name] for name in names} & exported
        if "import " not in it.text:
            wanted |= used & exported
        else:
            wanted -= set(re.findall(r"\w+", it.text.split(" from ")[0]))
        head = f"import {{ {', '.join(sorted(wanted))} }} from 'ringway-rtc';"
        said = "".join(f"declare const {name}: {NAMES[name]};\n" for name in names)
        (tmp_path / f"snippet-{number}.ts").write_text(
            f"// {it.name}\n{head}\n{said}{it.text}\nexport {{}};\n"
        )
    configuration = {
        "extends": str(ROOT / "web/rtc/tsconfig.json"),
        "compilerOptions": {
            "module": "esnext",
            "moduleResolution": "bundler",
            "verbatimModuleSyntax": False,
            "isolatedModules": False,
            "noUnusedLocals": False,
            "paths": {"ringway-rtc": [str(ROOT / "web/rtc/src/index.ts")]},
        },
        "include": ["*.ts"],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(configuration))
    done = subprocess.run(
        [ROOT / "node_modules/.bin/tsc", "-p", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("snippet", ALL, ids=name)
def test_no_example_is_left_out(snippet: Snippet) -> None:
    if snippet.held_by is not None:
        path, _, name = snippet.held_by.partition("::")
        source = (ROOT / path).read_text()
        beside = "".join(it.read_text() for it in (ROOT / path).parent.glob("*.py"))
        assert Path(snippet.page).name in beside, "nobody reads the page there"
        assert name == "" or re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)
    elif snippet.language == "":
        source = (ROOT / DIALOGUES[snippet.page]).read_text()
        assert Path(snippet.page).name in source
    else:
        known = READERS.keys() | RUNNERS.keys() | SCRIPTS | SHOWN
        assert snippet.language in known, "say who holds it, or write who runs it"


def test_what_is_not_run_is_counted() -> None:
    found = [it for it in ALL if it.not_run is not None]
    for it in found:
        assert len(str(it.not_run)) > 10, f"{it.name} does not say why"
    assert Counter(it.page for it in found) == NOT_RUN


def test_every_mark_is_above_an_example() -> None:
    for path in PAGES:
        page, text = str(path.relative_to(ROOT)), path.read_text()
        marked = [it for it in snippets_of(page, text) if it.not_run or it.held_by]
        assert len(MARK.findall(text)) == len(marked), page
        fences = len(re.findall(r"^```", text, re.MULTILINE))
        assert fences == 2 * len(list(snippets_of(page, text))), page
