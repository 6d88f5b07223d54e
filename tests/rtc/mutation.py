"""Turns good texts into nearly good ones, by a seed: the same seed, the same texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63) - 1, 1e308, 0.5),
    *("", " ", "\0", "\ud800", "ä", "🎉", "null", "true", "0", "\u202e", "a" * 200),
    *([], {}, [[]], [{}], [None] * 9, {"": ""}, {"t": "call"}),
    *("MICROPHONE", "CAMERA", "SCREEN", "NO_RECORDING", "NORMAL_HANGUP"),
    *("call", "accept", "hangup", "answer", "ended", "connected", "__class__"),
)
PIECES = (
    *('"', "\\", "{", "}", "[", "]", ",", ":", "\\u0000", "\\ud800", "\\x", "\0"),
    *("\ufeff", "NaN", "Infinity", "1e9999", "-0", "00", "/*", "'", "\r\n", "é"),
)


class Mutator:
    """Mutates values in the tree of a message, or characters in its text."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def value(self, good: Any, ids: Sequence[str]) -> Any:
        """Change one place in the tree, or a few."""
        changed = json.loads(json.dumps(good))
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            changed = self._change(changed, (*ODD, *ids))
        return changed

    def text(self, good: str, others: Sequence[str]) -> str:
        """Change one place in the text, or a few."""
        for _ in range(self.random.choice((1, 1, 2, 8))):
            good = self._break(good, others)
        return good

    def _change(self, value: Any, odd: Sequence[Any]) -> Any:
        random = self.random
        if isinstance(value, dict) and value and random.random() < 0.9:
            key = random.choice(list(value))
            act = random.random()
            if act < 0.1:
                return {k: v for k, v in value.items() if k != key}
            if act < 0.2:
                return {**value, str(random.choice(odd)): random.choice(odd)}
            if act < 0.3:
                other = random.choice(list(value))
                return {**value, key: value[other], other: value[key]}
            return {**value, key: self._change(value[key], odd)}
        if isinstance(value, list) and value and random.random() < 0.7:
            index = random.randrange(len(value))
            if random.random() < 0.3:
                return value * random.choice((0, 2, 20))
            return [
                self._change(item, odd) if at == index else item
                for at, item in enumerate(value)
            ]
        if isinstance(value, str) and value and random.random() < 0.3:
            return self._break(value, (value,))
        return random.choice(odd)

    def _break(self, text: str, others: Sequence[str]) -> str:
        random = self.random
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((0, 1, 1, 2, 8, 64)))
        other = random.choice(others)
        cut = random.randint(0, len(other))
        ways: tuple[Callable[[], str], ...] = (
            lambda: text[:start] + text[end:],
            lambda: text[:end] + text[start:],
            lambda: text[:start] + random.choice(PIECES) + text[end:],
            lambda: text[:start] + chr(random.randrange(0x250)) + text[end:],
            lambda: text[:start] + other[cut:],
            lambda: text[:start],
            lambda: text[:start] + text[start:end] * 50 + text[end:],
        )
        return random.choice(ways)()
