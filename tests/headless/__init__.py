"""People without a browser: their media in one program, their signalling here."""

from __future__ import annotations

from tests.headless.media import Counted, Media, Refused, Section, people
from tests.headless.person import CLIPS, Look, Person, arriving

__all__ = [
    "CLIPS",
    "Counted",
    "Look",
    "Media",
    "Person",
    "Refused",
    "Section",
    "arriving",
    "people",
]
