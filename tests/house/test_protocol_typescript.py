"""The SDK's generated wire types are those that Python declares."""

from __future__ import annotations

import inspect
from types import ModuleType

import msgspec
import pytest
from tools.protocol import typescript

from ringway.rtc import messages

REMEDY = "run `make generate` and commit what changed"


def test_the_committed_typescript_types_are_up_to_date() -> None:
    assert typescript.PATH.read_text(encoding="utf-8") == typescript.render(), REMEDY


def test_every_message_of_both_unions_is_there() -> None:
    rendered = typescript.render()
    found = [
        value
        for value in vars(messages).values()
        if inspect.isclass(value)
        and issubclass(value, messages.Message)
        and value not in (messages.Message, messages.Numbered)
    ]
    assert len(found) > 20
    for message in found:
        tag = message.__struct_config__.tag
        assert f"export interface {message.__name__} {{" in rendered
        assert f'readonly t: "{tag}";' in rendered
        assert f"\n  | {message.__name__}" in rendered


def test_a_field_with_a_default_may_be_absent() -> None:
    rendered = typescript.render()
    assert "readonly displayName?: string;" in rendered
    assert "readonly identity: string;" in rendered


def test_a_type_without_a_form_is_an_error() -> None:
    class Ping(msgspec.Struct, tag_field="t", tag="ping"):
        at: bytes

    module = ModuleType("odd")
    vars(module).update(vars(messages), FromClient=Ping | messages.Connect)
    with pytest.raises(typescript.UnknownTypeError):
        typescript.render(module)
