"""What is wrong with what somebody wants to keep, field by field."""

from __future__ import annotations

from collections.abc import Mapping


class WrongFields(ValueError):
    """Some fields are not as they have to be; nothing has changed."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Take a sentence without its subject, which is the field, for each.

        `{"name": "is 1 to 128 characters"}`; the path of an inner one has dots.
        """
        told = "; ".join(f"{name} {sentence}" for name, sentence in fields.items())
        super().__init__(f"Some fields are not valid: {told}.")
        self.fields = fields
