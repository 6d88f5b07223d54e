"""Why `ringway` can not do what it was asked, for the person who asked.

Stop
├── FolderBusy    another Ringway has the data folder
├── PortInUse     another program listens there
└── WrongUsage    what was asked for makes no sense
"""

from __future__ import annotations


class Stop(Exception):
    """The text is a sentence for the operator; `code` is the exit code."""

    code = 1

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class FolderBusy(Stop):
    """Another Ringway has the data folder."""

    code = 2


class PortInUse(Stop):
    """Another program listens there."""

    code = 2


class WrongUsage(Stop):
    """What was asked for makes no sense."""

    code = 2
