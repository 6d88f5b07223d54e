"""What hatchling asks before it makes a wheel; an editable one has nothing inside."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface[Any]):
    """Adds the engine and the notices, and names the platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel: say what is inside; or end with a sentence."""
        if version == "editable":
            return
        root = Path(self.root)
        # A build runs in an environment of its own, which knows nothing of us.
        sys.path[:0] = [str(root), str(root / "src")]
        from tools.wheel.contents import (  # noqa: PLC0415
            BUILT,
            ENGINE,
            NotReady,
            contents,
            tag,
        )

        made = tempfile.TemporaryDirectory(prefix="ringway-wheel-")
        self._made = made
        try:
            build_data["force_include"].update(contents(root, Path(made.name)))
            build_data["tag"] = tag(root / BUILT / ENGINE)
        except NotReady as why:
            sys.exit(f"ringway: {why}")
        build_data["pure_python"] = False

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        """After the wheel: what was made for it is not needed any more."""
        if version != "editable":
            self._made.cleanup()
