"""Which page of how many, as answers tell it."""

from __future__ import annotations

from ringway.public.models.parts import PageInfo


def page_info(page: int, size: int, total: int) -> PageInfo:
    """Describe a page of this number, from 0, and size, of so many results."""
    return PageInfo(
        page=page, size=size, total_pages=-(-total // size), total_results=total
    )
