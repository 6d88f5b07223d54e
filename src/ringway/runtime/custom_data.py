"""What applications and people say with a call: checked, and put where texts are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Text

MAX_CUSTOM_DATA: Final = 64 * 1024
"""Characters of all names and values together."""

_decoder: Final[msgspec.json.Decoder[dict[str, str]]] = msgspec.json.Decoder(
    dict[str, str]
)


def text_of(account: AccountId, key: TextKey, data: Mapping[str, str]) -> Text:
    """Write custom data as the text of this key.  Or `Refused`: it is too long."""
    if sum(len(name) + len(value) for name, value in data.items()) > MAX_CUSTOM_DATA:
        text = f"Custom data has at most {MAX_CUSTOM_DATA} characters."
        raise Refused(Cause.INVALID_REQUEST, text)
    return Text(account, key, msgspec.json.encode(data).decode())


def data_of(text: str | None) -> Mapping[str, str]:
    """Read custom data; nothing of a text that is not there any more."""
    return {} if text is None else _decoder.decode(text)
