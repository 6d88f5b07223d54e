"""What of the familiar SDK and API is there, in `docs/compatibility.md`, from the code.

The familiar names are facts about the package `infobip-rtc` 2.7.37 and its REST API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ringway.domain.causes import Cause
from ringway.public.operations.webrtc import WEBRTC, WEBRTC_RECORDINGS
from tools.docs import public_operations

ROOT: Final = Path(__file__).parents[2]
SDK: Final = ROOT / "web" / "rtc" / "src"
SERVER: Final = ROOT / "src" / "ringway"
METHODS: Final = (
    ("RingwayRTC", "client/interface.ts", ("RingwayRTC",)),
    ("WebrtcCall", "call/interfaces.ts", ("Talking", "Showing", "Call", "WebrtcCall")),
    ("RoomCall", "call/interfaces.ts", ("Talking", "Showing", "RoomCall")),
    ("PhoneCall", "call/interfaces.ts", ("PhoneCall",)),
    ("ViberCall", "call/interfaces.ts", ("ViberCall",)),
    (
        "ApplicationCall",
        "call/interfaces.ts",
        ("Talking", "Showing", "ApplicationCall"),
    ),
)
"""Each kind of object, where it is declared, and as what."""
REST: Final[Mapping[str, Sequence[str]]] = {
    "tokens": ("POST /webrtc/1/token",),
    "who was connected when": ("GET /webrtc/1/user-activity",),
    "push to telephones": (
        "GET /webrtc/1/webrtc-push-config",
        "POST /webrtc/1/webrtc-push-config",
        "GET /webrtc/1/webrtc-push-config/{id}",
        "PUT /webrtc/1/webrtc-push-config/{id}",
        "DELETE /webrtc/1/webrtc-push-config/{id}",
        "PATCH /webrtc/1/webrtc-push-config/{id}",
    ),
    "pictures captured in calls": (
        "GET /webrtc/1/files",
        "GET /webrtc/1/files/{id}",
        "DELETE /webrtc/1/files/{id}",
        "GET /webrtc/1/files/{id}/download",
    ),
    "recordings": (
        "GET /webrtc/1/recordings",
        "DELETE /webrtc/1/recordings/{id}",
        "GET /webrtc/1/recordings/{id}/download",
    ),
}
"""The operations of `/webrtc/1`."""
_BELOW: Final = "see [each](#operations)"
WHOLE: Final[Mapping[str, tuple[str, str]]] = {
    "calls, dialogs and conferences that a program conducts": ("/calls/1", _BELOW),
    "applications and entities": ("/provisioning/1", _BELOW),
    "links that start a call": ("/call-link/1", "no"),
}
"""Families of operations: how their addresses begin, and whether they are there."""
CALLS: Final = ("domain", "programs", "runtime", "rtc")
"""The floors that end calls and refuse commands."""
MANY: Final = 3
"""More operations than this are told by their number."""


def familiar_names() -> list[str]:
    """Give the values that the familiar package exports; the SDK's tests list them."""
    tests = (ROOT / "web" / "rtc" / "tests" / "exports.test.ts").read_text()
    [listed] = re.findall(r"const VALUES = `([^`]+)`", tests)
    return str(listed).split()


def exported() -> list[str]:
    """Give the values that `ringway-rtc` exports, without types."""
    index = (SDK / "index.ts").read_text()
    names: list[str] = []
    for listed, source in re.findall(
        r'export \{([^}]+)\} from "\./([^"]+)\.js"', index
    ):
        # A name may be exported by a list that has types as well.
        for it in re.sub(r"//.*", "", listed).split(","):
            name = it.strip()
            if name and not name.startswith("type ") and _is_value(name, source):
                names.append(name.rpartition(" as ")[2])
    for source in re.findall(r'export \* from "\./([^"]+)\.js"', index):
        text = (SDK / f"{source}.ts").read_text()
        names += re.findall(
            r"^export (?:enum|class|const|function) (\w+)", text, re.MULTILINE
        )
    return names


def _is_value(name: str, source: str) -> bool:
    text = (SDK / f"{source}.ts").read_text()
    own = name.partition(" as ")[0]
    kinds = r"(?:abstract )?(?:enum|class|const|function)"
    return re.search(rf"\bexport {kinds} {own}\b", text) is not None


def declared(source: str, interface: str) -> Iterator[tuple[str, bool]]:
    """Give each method of an interface, and whether it works."""
    text = (SDK / source).read_text()
    head = re.search(
        rf"(?:/\*\*(?P<says>(?:(?!\*/).)*)\*/\n)?(?:export )?interface {interface}\b"
        r"[^{]*\{\n(?P<body>.*?)^\}",
        text,
        re.MULTILINE | re.DOTALL,
    )
    if head is None:
        raise ValueError(f"{source} has no interface {interface}.")
    none = "Not available yet" in (head["says"] or "")
    says = ""
    for line in head["body"].splitlines():
        if line.strip().startswith(("/**", "*")):
            says += line
        elif method := re.match(r"  (\w+)[<(]", line):
            yield method[1], not (none or "Not available yet" in says)
            says = ""
        elif line.strip():
            says = ""


def told_events() -> dict[str, bool]:
    """Give each event of a call, and whether anything tells it."""
    text = (SDK / "events" / "calls.ts").read_text()
    [listed] = re.findall(r"export enum CallsApiEvent \{(.*?)\}", text, re.DOTALL)
    names = re.findall(r"^  (\w+) =", str(listed), re.MULTILINE)
    used = _all(SDK, ".ts", {"events"})
    return {it: re.search(rf"CallsApiEvent\.{it}\b", used) is not None for it in names}


def given_codes() -> dict[Cause, bool]:
    """Give each error code, and whether anything ends or fails with it."""
    sdk = re.sub(r'code\(\s*"\d+",\s*"\w+"', "", _all(SDK, ".ts", {"generated"}))
    server = "".join(_all(SERVER / it, ".py", {"causes.py"}) for it in CALLS)
    return {
        cause: re.search(rf'["\.]{cause.name}\b', sdk + server) is not None
        for cause in Cause
    }


def served() -> set[str]:
    """Give the operations of `/webrtc/1` that the server has."""
    behind_doors = (*WEBRTC, *WEBRTC_RECORDINGS)
    return {f"{it.method} {it.path}" for it in behind_doors} | {
        f"{method.upper()} {path}"
        for method, path in re.findall(
            r'@(get|post|put|patch|delete)\("(/webrtc/1/[^"]+)"',
            _all(SERVER / "rest", ".py", set()),
        )
    }


def _all(folder: Path, ending: str, without: set[str]) -> str:
    return "".join(
        path.read_text()
        for path in sorted(folder.rglob(f"*{ending}"))
        if not without & set(path.relative_to(folder).parts)
    )


def made() -> str:
    """Write what is made."""
    parts = (_names, _methods, _events, _codes, _rest, public_operations.made)
    return "\n".join(part() for part in parts)


def _names() -> str:
    ours, theirs = exported(), familiar_names()
    there = [it for it in theirs if it in ours]
    missing = ", ".join(f"`{it}`" for it in theirs if it not in ours) or "none"
    more = ", ".join(
        f"`{it}`"
        for it in ours
        if it not in theirs and it.replace("Ringway", "Infobip") not in theirs
    )
    return (
        "## Names the SDK exports\n\n"
        f"{len(there)} of {len(theirs)} values of the package are there; missing: "
        f"{missing}. Each `Infobip…` is also there as `Ringway…`. "
        f"Beside them: {more}.\n"
    )


def _methods() -> str:
    rows = []
    for name, source, interfaces in METHODS:
        works: dict[str, bool] = {}
        for interface in interfaces:
            works.update(declared(source, interface))
        lacking = ", ".join(f"`{it}()`" for it, does in works.items() if not does)
        if not any(works.values()):
            rows.append(f"| `{name}` | | all: such a call ends at once |\n")
        else:
            done = sum(works.values())
            rows.append(
                f"| `{name}` | {done} of {len(works)} | {lacking or 'none'} |\n"
            )
    return (
        "## Methods\n\nWhat is not there yet fails with `FEATURE_UNAVAILABLE`.\n\n"
        f"| object | work | not there yet |\n| --- | --- | --- |\n{''.join(rows)}"
    )


def _events() -> str:
    events = told_events()
    told = ", ".join(f"`{it}`" for it, is_told in events.items() if is_told)
    never = ", ".join(f"`{it}`" for it, is_told in events.items() if not is_told)
    count = sum(events.values())
    return (
        f"## Events of calls\n\n{count} of {len(events)} are told: {told}.\n\n"
        f"The others exist and are not told yet: {never}.\n"
    )


def _codes() -> str:
    rows = "".join(
        f"| {cause.id} | `{cause.name}` | {cause.description} "
        f"| {'yes' if occurs else 'not yet'} |\n"
        for cause, occurs in given_codes().items()
    )
    return (
        "## Error codes\n\n| id | name | what it says | occurs |\n"
        f"| --- | --- | --- | --- |\n{rows}"
    )


def _rest() -> str:
    there = served()
    rows = []
    for what, operations in REST.items():
        if len(operations) > MANY:
            shown = f"`{operations[0]}` and {len(operations) - 1} more"
        else:
            shown = ", ".join(f"`{it}`" for it in operations)
        has = {it in there for it in operations}
        state = "yes" if has == {True} else "no" if has == {False} else "in part"
        rows.append(f"| {what} | {shown} | {state} |\n")
    rows += [
        f"| {what} | `{begins}/…` | {state} |\n"
        for what, (begins, state) in WHOLE.items()
    ]
    return (
        "## The REST API\n\n| what | operations | there |\n"
        f"| --- | --- | --- |\n{''.join(rows)}"
    )
