"""Pages of a long list: numbered from 0, each with the length of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MAX_SIZE: Final = 100
"""Rows on a page."""
MAX_PAGE: Final = 1_000_000
"""The highest number of a page."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some rows of a list."""

    rows: tuple[R, ...]
    total: int
    """Rows of the whole list."""


def check_page(page: int, size: int) -> None:
    """Raise `ValueError` for a page that can not be asked for."""
    if not 0 <= page <= MAX_PAGE:
        raise ValueError(f"A page has a number from 0 to {MAX_PAGE}, not {page}.")
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"A page has 1 to {MAX_SIZE} rows, not {size}.")
