"""Refuses a source distribution: half of Ringway is built by cargo and npm."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NoSdist(BuildHookInterface[Any]):
    """Ends the build with a sentence."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before anything is written: end."""
        sys.exit(
            "ringway: There is no source distribution: a wheel has all inside "
            "(`make wheel`), and the sources are the repository."
        )
