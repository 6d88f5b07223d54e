"""What may leave the machine: shapes known to be harmless, and nothing else.

Identities, names and texts become marks as ``~1a2b3c4d``: the same for the same text
within one bundle, so that lines can be joined; by a salt that is kept nowhere, so
that nobody can try names against them.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

LEAST_LETTERS: Final = 3
"""Shorter words of a name are no secret."""
MOST_WORDS: Final = 200_000
"""Words of identities, names and texts that are looked for; the newest."""
LONGEST_LINE: Final = 4096
"""Characters of a log line; what comes after is left out."""

PLAIN: Final = frozenset(
    {
        *("event", "level", "timestamp", "time", "message", "logger", "name"),
        *("call", "trace", "parent", "fork", "bridge", "device", "kind", "direction"),
        *("cause", "after_s", "duration_s", "generation", "reason", "by", "code"),
        *("method", "status", "ms", "trouble", "work", "task", "news", "order"),
        *("orders", "count", "unanswered", "pid", "engine", "epoch", "fence"),
        *("shard", "signal", "build", "protocol", "why", "text", "error", "place"),
        *("alive", "repeated", "receive_buffer", "send_buffer", "thread", "command"),
        *("statistics_dropped", "shards", "given", "address", "path", "account"),
    }
)
"""Fields of log lines that are kept, without what else is secret in them."""

_SECRETS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\brw_[0-9a-z]{12}(?:_[A-Za-z0-9_-]*)?",  # keys
        r"\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*",  # tokens
        r"(?<=//)[^/@\s]*@",  # a name and a password in a URL
        r"[#?&](?:invitation|token|key|secret|password)=[^\s&\"']*",
        r"(?i)(?:bearer|app|basic)\s+[A-Za-z0-9._~+/=-]{8,}",
        r"a=(?:ice-pwd|ice-ufrag|fingerprint|candidate|crypto):?[^\r\n]*",
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",  # mail
        r"'[^']*'|\"[^\"]*\"",  # what a sentence quotes
    )
)
_HARMLESS: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids that we mint
    r"|fork-of-[0-9a-f-]{36}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z?"
)
_LONG: Final = re.compile(r"[A-Za-z0-9_+/=-]{20,}")
_WORD: Final = re.compile(r"\w+(?:[-+=.@']+\w+)*", re.UNICODE)
_ENGINE: Final = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
_CONSOLE: Final = re.compile(r"(\d{4}-\S+[ T]\S+) \[(\w+) *\] (.*?)(?: {2,}(.*))?")
_FRAME: Final = re.compile(r'\s*File "([^"]*)", line (\d+), in (\w+)')


class Redactor:
    """Knows what people are called here, and lets none of it through."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._salt = secrets.token_bytes(32)
        self._words: set[str] = set()
        for text in known:
            if len(self._words) >= MOST_WORDS:
                break
            self._words.add(text.lower())
            self._words |= {
                word.lower()
                for word in _WORD.findall(text)
                if len(word) >= LEAST_LETTERS
            }
        home = str(Path.home())
        self._home = home if len(home) > 1 else None

    def mark(self, text: str) -> str:
        """Give what stands for the text."""
        digest = blake2b(text.encode(), key=self._salt, digest_size=4).hexdigest()
        return f"~{digest}"

    def sentence(self, text: str) -> str:
        """Write a text of ours without what it may say of anybody."""
        if self._home is not None:
            text = text.replace(self._home, "~")
        for pattern in _SECRETS:
            text = pattern.sub(lambda found: self.mark(found[0]), text)
        text = _LONG.sub(self._long, text)
        return _WORD.sub(self._word, text)

    def _long(self, found: re.Match[str]) -> str:
        """Keep ids that we mint, and words; the rest may be a key of somebody's."""
        text = found[0]
        if _HARMLESS.fullmatch(text) or text.replace("_", "").isalpha():
            return text
        if text.startswith("/"):
            return "/".join(_LONG.sub(self._long, it) for it in text.split("/"))
        return self.mark(text)

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if word.lower() in self._words:
            return self.mark(word)
        parts = re.split(r"([-+=.@']+)", word)
        hidden = [self.mark(it) if it.lower() in self._words else it for it in parts]
        return "".join(hidden)

    def value(self, it: Any) -> Any:
        """Write a value of ours, whatever it is made of."""
        match it:
            case str():
                return self.sentence(it)
            case dict():
                return {str(key): self.value(value) for key, value in it.items()}
            case list() | tuple():
                return [self.value(each) for each in it]
            case _:
                return it

    # ------------------------------------------------------------ log lines

    def line(self, line: str) -> str:
        """Write a line of a log; of one that we can not read, only how long it was."""
        line = line[:LONGEST_LINE].rstrip("\r\n")
        if not line.strip():
            return ""
        for read in (self._json, self._told_by_engine, self._for_people, self._frame):
            told = read(line)
            if told is not None:
                return told
        return f"[{len(line)} characters left out]"

    def _json(self, line: str) -> str | None:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict):
            return None
        kept = {key: self._field(key, value) for key, value in told.items()}
        return json.dumps(
            {key: value for key, value in kept.items() if value is not None},
            ensure_ascii=False,
        )

    def _field(self, key: str, value: Any) -> Any:
        if key == "exception" and isinstance(value, list):
            return [_fault(each) for each in value if isinstance(each, dict)]
        if key not in PLAIN:
            return None
        if isinstance(value, str):
            return self.sentence(value)
        return value if isinstance(value, int | float) else None

    def _told_by_engine(self, line: str) -> str | None:
        if not line.startswith("time="):
            return None
        return self._pairs(line)

    def _pairs(self, text: str) -> str:
        kept = []
        for key, value in _ENGINE.findall(text):
            if key in PLAIN:
                plain = value[1:-1] if value[:1] == '"' else value
                kept.append(f"{key}={json.dumps(self.sentence(plain))}")
        return " ".join(kept)

    def _for_people(self, line: str) -> str | None:
        found = _CONSOLE.fullmatch(line)
        if found is None:
            return None
        time, level, event, rest = found.groups()
        text = f"{self.sentence(time)} [{level}] {self.sentence(event)}"
        return f"{text}  {self._pairs(rest)}" if rest else text

    def _frame(self, line: str) -> str | None:
        found = _FRAME.match(line)
        if found is None:
            return None
        return f"  File {Path(found[1]).name}, line {found[2]}, in {found[3]}"


def _fault(told: dict[str, Any]) -> dict[str, Any]:
    """Keep where a fault was, and not what it said."""
    frames = told.get("frames")
    return {
        "type": str(told.get("exc_type")),
        "frames": [
            {
                "file": Path(str(frame.get("filename"))).name,
                "line": frame.get("lineno"),
                "in": str(frame.get("name")),
            }
            for frame in (frames if isinstance(frames, list) else ())
            if isinstance(frame, dict)
        ],
    }
