"""What the fields of all models are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, TypeAlias

from msgspec import Meta, Struct

from ringway.public.moments import given_time

MAX_INT32: Final = 2**31 - 1
MAX_INT64: Final = 2**63 - 1
MAX_ID: Final = 128
"""Characters of the id of a call, dialog or conference, and of some names."""

Int32: TypeAlias = Annotated[int, Meta(ge=-(2**31), le=MAX_INT32)]
Int64: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=MAX_INT64)]
Id: TypeAlias = Annotated[str, Meta(max_length=MAX_ID)]
Name: TypeAlias = Annotated[str, Meta(max_length=MAX_ID)]
Moment: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$(?!\n)",
        examples=["2026-01-15T11:59:30.000+0000"],
        extra_json_schema={"format": "date-time"},
    ),
]
"""A point in time; ours are as the example (`ringway.public.moments`)."""
Texts: TypeAlias = dict[str, str]
"""Custom data, headers: kept as they are, and told again."""
VoiceName: TypeAlias = str
"""A voice by its name; there are about a thousand, and any text is taken."""


class Wire(Struct, rename="camel", omit_defaults=True):
    """A JSON object: members in camelCase; those without a value are left out."""

    OLDER: ClassVar[Mapping[str, str]] = {}
    """Members by the names that older clients have for them, and their names now."""


class Clash(ValueError):
    """Members that are right alone and wrong together."""

    def __init__(self, member: str, sentence: str) -> None:
        super().__init__(f"{member} {sentence}")
        self.member = member
        self.sentence = sentence


A_TIME: Final = "is a time like 2026-01-15T11:59:30.000+0000"


def check_times(**times: str | None) -> None:
    """Raise `Clash` for a text that looks like a time and is in no calendar."""
    for name, text in times.items():
        if text is not None and given_time(text) is None:
            raise Clash(name, A_TIME)
